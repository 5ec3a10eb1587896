"""On which side a diagnosis, a finding or an operation is, where a part of the body is a resource of its own (zib2024)."""

from __future__ import annotations

import pytest

from .make import Node
from .read_house import about, of_patient, told

URL = "http://hl7.org/fhir/StructureDefinition/bodySite"


def points(reference: Node, **more: object) -> Node:
    return {"extension": [{"url": URL, "valueReference": reference}], **more}


def lung(number: str, side: str) -> Node:
    return of_patient("BodyStructure", id=number, location={"text": "Long"}, locationQualifier=[{"text": side}])


def tumour(number: str, **more: object) -> Node:
    return about("Condition", id=f"c{number}", code={"text": f"Tumor {number}"}, **more)


def test_each_of_two_says_on_which_side_it_is() -> None:
    both = [tumour(one, bodySite=[points({"reference": f"BodyStructure/{one}"}, text="Long")]) for one in ("1", "2")]
    said = [words for _, words in told(*both, lung("1", "Links"), lung("2", "Rechts"))]
    assert said[:2] == ["Tumor 1, Long (Links)", "Tumor 2, Long (Rechts)"]


def test_the_part_of_the_body_names_the_place_where_nothing_else_does() -> None:
    found = about(
        "Observation", status="final", code={"text": "Massa"}, valueString="ja", bodySite=points({"reference": "BodyStructure/1"})
    )
    assert ("Massa", "ja, Long (Links)") in told(found, lung("1", "Links"))


def test_what_was_not_sent_along_is_told_as_it_is_called() -> None:
    """The side stood nowhere."""
    where = points({"reference": "BodyStructure/9", "display": "Long, links"}, text="Long")
    assert told(tumour("1", bodySite=[where])) == [("", "Tumor 1, Long (Long, links)")]


@pytest.mark.parametrize("reference", [{}, {"reference": "Patient/p"}, {"reference": "BodyStructure/9"}])
def test_what_points_at_no_part_of_the_body_says_no_side(reference: Node) -> None:
    assert told(tumour("1", bodySite=[points(reference, text="Long")])) == [("", "Tumor 1, Long")]


def test_nor_does_that_of_somebody_else() -> None:
    """It was put apart as another's, and its side stood here."""
    others = lung("1", "Rechts") | {"patient": {"reference": "Patient/another"}}
    assert told(tumour("1", bodySite=[points({"reference": "BodyStructure/1"}, text="Long")]), others) == [("", "Tumor 1, Long")]
