"""What the fifteenth round of FHIR samples showed and nobody mended yet."""

from __future__ import annotations

import pytest

from .make import request
from .read_house import about, read


@pytest.mark.xfail(
    strict=True, reason="`Behandelaar` as a role of a team may be any of them, and a profile has one list for both"
)
def test_a_note_says_who_treats() -> None:
    assert read(asked=request(note=[{"text": "Vraagstelling: Opereren?\nBehandelaar: dr. Wit"}])).treating.name == "dr. Wit"


@pytest.mark.xfail(
    strict=True, reason="the answer to `Vraagstelling` is the question as it stands, also where a whole form was typed there"
)
def test_of_a_form_typed_in_the_question_the_question_is_asked() -> None:
    item = {"linkId": "1", "text": "Vraagstelling", "answer": [{"valueString": "Diagnose: darm\nVraagstelling: Opereren?"}]}
    assert read(about("QuestionnaireResponse", status="completed", item=[item])).question_board == "Opereren?"
