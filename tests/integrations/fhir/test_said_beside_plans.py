"""What plans, aims, vaccinations and doses say beside their name: as it was sent, in words that cannot be read as something else."""

from __future__ import annotations

import pytest

from .make import Node
from .read_house import about, of_patient, told

TO = {"reference": "Patient/p"}


@pytest.mark.parametrize(
    ("repeat", "shown"),
    [
        ({"period": 12, "periodUnit": "h"}, "per 12 h"),
        ({"period": 1, "periodMax": 2, "periodUnit": "d"}, "per 1–2 d"),
        ({"frequency": 3}, "3 keer"),
        ({"frequency": 3, "period": 1, "periodUnit": "d"}, "3 per 1 d"),
    ],
)
def test_how_often_cannot_be_read_as_for_how_long(repeat: Node, shown: str) -> None:
    dose = {"timing": {"repeat": repeat}, "doseAndRate": [{"doseQuantity": {"value": 1, "unit": "tablet"}}]}
    drug = about("MedicationStatement", status="active", medicationCodeableConcept={"text": "Morfine"}, dosage=[dose])
    assert told(drug) == [("", f"Morfine; 1 tablet, {shown}")]


def test_an_aim_says_whose_it_is() -> None:
    aim = about("Goal", lifecycleStatus="active", description={"text": "Thuis blijven"}, expressedBy=TO)
    assert told(aim) == [("Doel", "Thuis blijven; volgens: de patiënt zelf")]


def test_a_plan_says_who_made_it_and_which_drug_in_how_much() -> None:
    what = {
        "status": "scheduled",
        "productCodeableConcept": {"text": "Capecitabine"},
        "dailyAmount": {"value": 3000, "unit": "mg"},
    }
    plan = about(
        "CarePlan", status="active", intent="plan", title="Kuur", author={"display": "dr. West"}, activity=[{"detail": what}]
    )
    assert told(plan) == [("Behandelplan", "Kuur; Capecitabine, 3000 mg (ingepland); door: dr. West")]


def test_a_vaccination_says_when_in_words_that_it_does_not_count_and_what_came_of_it() -> None:
    given = of_patient(
        "Immunization", status="completed", vaccineCode={"text": "Griep"}, occurrenceString="als kind", isSubpotent=True,
        reaction=[{"detail": {"display": "Hoge koorts"}}],
    )  # fmt: skip
    assert told(given) == [("Vaccinatie", "Griep; als kind; Hoge koorts (subpotent)")]
