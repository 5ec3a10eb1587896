"""A note that is written as a form is read by its headings; any other asks as a whole."""

from __future__ import annotations

import pytest

from mdo_portal.exchange import Section

from .make import BASE, request
from .read_house import read


@pytest.mark.parametrize(
    ("note", "asked"),
    [
        ("Graag advies: bestralen?", "Graag advies: bestralen?"),
        ("VG: geen\nVraagstelling:\nBestralen?\nOf opereren?", "Bestralen?\nOf opereren?"),
        ("VG: geen\n**Vraagstelling:** resectie?\n- cT3", "resectie?\n- cT3"),
        ("VG: geen\nVraagstelling: Bestralen?\nWij denken zelf: ja", "Bestralen?\nWij denken zelf: ja"),
        ("Man met longtumor: opereren?", "Man met longtumor: opereren?"),
        ("Anamnese: hoesten\nGraag advies", "Anamnese: hoesten\nGraag advies"),
        ("Graag advies", "Graag advies"),
        ("Vraagstelling:\nAnamnese: hoesten", ""),
        ("Anamnese: hoesten\nVraagstelling: Opereren?\n\nGraag advies\n", "Opereren?\n\nGraag advies"),
        ("Vorige vraagstelling: opereren?", "Vorige vraagstelling: opereren?"),
    ],
)
def test_what_stands_under_the_heading_of_a_question_is_asked(note: str, asked: str) -> None:
    assert read(asked=request(note=[{"text": note}])).question_board == asked


def test_what_stands_under_another_heading_stands_in_its_column() -> None:
    found = read(
        asked=request(note=[{"text": "Belt u even\nAllergie: penicilline\nVraagstelling: Bestralen?\nVraag aan radioloog: N2?"}])
    )
    assert (found.question_board, found.question_radiology) == ("Bestralen?", "N2?")
    assert [(one.section, one.label, one.text) for one in found.facts] == [
        (Section.OTHER, "Toelichting", "Belt u even"),
        (Section.COMORBIDITY, "Allergie", "penicilline"),
    ]


def test_what_a_task_asks_gives_way_to_what_the_request_asks() -> None:
    task = {"resourceType": "Task", "id": "t", "status": "requested", "intent": "order", "description": "Vraagstelling: opereren?",
            "for": {"reference": "Patient/p"}, "focus": {"reference": f"{BASE}/ServiceRequest/r"}}  # fmt: skip
    assert read(task, asked=request(note=[{"text": "Bestralen?"}])).question_board == "Bestralen?"
