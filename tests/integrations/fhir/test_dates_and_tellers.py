"""When something was measured, when an allergy showed last, and who says of an operation that it was: told, and were gone."""

from __future__ import annotations

from datetime import date

import pytest

from .make import Node
from .read_house import about, of_patient, read, told, value


@pytest.mark.parametrize(
    ("timing", "day", "shown"),
    [
        ({"event": ["2026-02-01"]}, date(2026, 2, 1), "4"),
        ({"event": ["2026-02-01", "2026-02-03"]}, date(2026, 2, 1), "4; 2026-02-01, 2026-02-03"),
        ({"event": ["2026-02"]}, None, "4 (2026-02)"),
        ({"repeat": {"frequency": 2, "period": 1, "periodUnit": "d"}}, None, "4; 2 per 1 d"),
    ],
)
def test_a_value_that_was_measured_at_moments_has_their_day(timing: Node, day: date | None, shown: str) -> None:
    (fact,) = read(value("PSA", valueString="4", effectiveTiming=timing)).facts
    assert (fact.dated_on, fact.text) == (day, shown)


def test_when_an_allergy_showed_and_by_which_way_stands_with_it() -> None:
    shock = {
        "manifestation": [{"text": "shock"}],
        "onset": "2019-05-01",
        "exposureRoute": {"text": "intraveneus"},
        "severity": "severe",
    }
    found = of_patient("AllergyIntolerance", code={"text": "Jodium"}, lastOccurrence="2020-03-02", reaction=[shock])
    assert told(found) == [("Allergie", "Jodium: shock; intraveneus; 2019-05-01 (ernstig); laatst: 2020-03-02")]


def test_an_operation_of_which_the_patient_tells_says_so_and_what_was_used() -> None:
    done = about(
        "Procedure", status="completed", code={"text": "Lobectomie"}, asserter={"reference": "Patient/p"},
        usedReference=[{"display": "stapler"}],
    )  # fmt: skip
    assert told(done) == [("", "Lobectomie; stapler; volgens: de patiënt zelf")]


def test_who_estimated_a_risk_and_who_leads_the_care_stand_with_it() -> None:
    risk = about(
        "RiskAssessment", status="final", prediction=[{"outcome": {"text": "sterfte"}}], performer={"display": "dr. Oost"}
    )
    care = of_patient("EpisodeOfCare", status="active", type=[{"text": "oncologie"}], careManager={"display": "B. Smit"})
    assert told(risk, care) == [("Risico-inschatting", "sterfte; door: dr. Oost"), ("Zorgepisode", "oncologie; door: B. Smit")]
