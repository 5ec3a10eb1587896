"""A code that came without words is called what it is called here, with the code behind it; an unknown one stands as it was sent."""

from __future__ import annotations

import pytest

from .make import Node
from .read_house import about, told

LOINC, SNOMED = "http://loinc.org", "http://snomed.info/sct"


def value(*codings: Node, **more: object) -> Node:
    return about("Observation", status="final", code={"coding": list(codings), **more}, valueString="3")


@pytest.mark.parametrize(
    ("sent", "label"),
    [
        (value({"system": LOINC, "code": "2857-1"}), "PSA (2857-1)"),
        (value({"system": SNOMED, "code": "399504009"}), "cT (399504009)"),
        (value({"system": SNOMED, "code": "399390009"}), "TNM-stadium (399390009)"),  # TNM stage grouping: IIIA too
        (value({"system": "urn:eigen", "code": "2857-1"}), "2857-1"),
        (value({"system": LOINC, "code": "99999-1"}), "99999-1"),
        (value({"system": LOINC, "code": "2857-1", "display": "Prostaatspecifiek antigeen"}), "Prostaatspecifiek antigeen"),
        (value({"system": LOINC, "code": "2857-1"}, {"system": "urn:eigen", "code": "P", "display": "PSA totaal"}), "PSA totaal"),
        (value({"system": LOINC, "code": "2857-1"}, text="PSA"), "PSA"),
    ],
)
def test_a_code_is_called_by_its_name(sent: Node, label: str) -> None:
    assert told(sent) == [(label, "3")]
