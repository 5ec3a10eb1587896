"""What the fifteenth round of FHIR samples showed and nobody mended yet."""

from __future__ import annotations

import pytest

from .make import request
from .read_house import read


@pytest.mark.xfail(
    strict=True, reason="`Behandelaar` as a role of a team may be any of them, and a profile has one list for both"
)
def test_a_note_says_who_treats() -> None:
    assert read(asked=request(note=[{"text": "Vraagstelling: Opereren?\nBehandelaar: dr. Wit"}])).treating.name == "dr. Wit"
