"""What is fetched is about the patient who was announced, or nothing of it is taken over."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from tests.integrations.fhir.pull_house import BSN, LOCAL, ME, OTHER, Node, bundle, hospital, notice, person, pull, trouble, whole

ANNOUNCED = {"bsn": ME, "numbers": ((LOCAL, "0042"),), "birth_on": date(1950, 4, 3)}


@pytest.mark.parametrize(
    ("found", "announced"),
    [
        ([person((BSN, OTHER), (LOCAL, "0042"))], ANNOUNCED),
        ([person((BSN, ME), (LOCAL, "0043"))], ANNOUNCED),
        ([person((BSN, ME), (LOCAL, "0042"), born="1950-04-30")], ANNOUNCED),
        ([person((LOCAL, "0043"))], ANNOUNCED | {"bsn": ""}),
        ([person(("urn:elders", "0042"))], ANNOUNCED),  # nothing of it says that it is the same person
        ([person()], ANNOUNCED),
        ([], ANNOUNCED),
        ([person((BSN, ME)), person((BSN, OTHER), number="q")], ANNOUNCED),
        ([person((BSN, ME)), person((LOCAL, "0043"), number="q")], ANNOUNCED),
        ([person((BSN, ME)), person((BSN, OTHER), number="q")], {"bsn": ""}),
    ],
)
def test_whoever_is_not_shown_to_be_the_one_announced_is_another_patient(found: list[Node], announced: dict[str, Any]) -> None:
    assert trouble(whole(Patient=bundle(*found)), notice(**announced)) == ("other_patient", False)


@pytest.mark.parametrize(
    "found", [person((BSN, ME)), person((LOCAL, "0042"), born=None), person((BSN, ME), (LOCAL, "0042"), ("urn:x", "7"))]
)
def test_one_number_that_agrees_is_enough_when_nothing_contradicts_it(found: Node) -> None:
    with hospital(whole(Patient=bundle(found))) as there:
        assert pull(there, notice(**ANNOUNCED)).resources == 6
