"""A number that is none to FHIR is told as it was sent: what was measured is not lost over a comma."""

from __future__ import annotations

from typing import Any

import pytest

from tests.integrations.fhir.read_house import read, told, value


@pytest.mark.parametrize(
    ("sent", "shown"),
    [
        ("12,4", "12,4 ng/ml"), ("<5", "<5 ng/ml"), ("1.234,5", "1.234,5 ng/ml"), ("12.4", "12.4 ng/ml"), ("> 90", "> 90 ng/ml"),
        ("niet bepaald", "niet bepaald"), ("NaN", "NaN"),
    ],
)  # fmt: skip
def test_a_value_is_told_as_it_was_sent(sent: str, shown: str) -> None:
    assert told(value("PSA", valueQuantity={"value": sent, "unit": "ng/ml"})) == [("PSA", shown)]


def test_so_is_one_of_a_panel() -> None:
    parts: list[dict[str, Any]] = [
        {"code": {"text": "Hb"}, "valueQuantity": {"value": "7,1", "unit": "mmol/l"}},
        {"code": {"text": "Leukocyten"}, "valueQuantity": {"value": 6.2, "unit": "10*9/l"}},
    ]
    assert told(value("Bloedbeeld", component=parts)) == [("Hb", "7,1 mmol/l"), ("Leukocyten", "6.2 10*9/l")]


def test_and_the_end_of_a_usual_range() -> None:
    usual = [{"low": {"value": "7,5", "unit": "mmol/l"}, "high": {"value": 10, "unit": "mmol/l"}, "text": "vrouw"}]
    found = value("Hb", valueQuantity={"value": 6.1, "unit": "mmol/l"}, referenceRange=usual)
    assert told(found) == [("Hb", "6.1 mmol/l (vrouw: 7,5 mmol/l – 10 mmol/l)")]


def test_a_value_that_is_wrong_in_another_way_is_still_put_apart() -> None:
    found = read(value("PSA", valueQuantity={"value": {"x": 1}, "unit": "ng/ml"}))
    assert [one.partition(":")[0] for one in found.quarantined] == ["Observation/2"]
    assert not found.facts
