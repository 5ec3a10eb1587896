"""What a patient carries in the body is told where the device itself says whose it is: it was named among what was not read."""

from __future__ import annotations

from typing import Any

import pytest

from .make import Node
from .read_house import about, of_patient, read, told

TO = {"reference": "Patient/p"}


def device(**more: Any) -> Node:
    fixed = {"resourceType": "Device", "id": "d", "patient": TO, "type": {"text": "Pacemaker"}}
    return fixed | more


@pytest.mark.parametrize(
    ("more", "shown"),
    [
        ({}, "Pacemaker"),
        ({"status": "active", "deviceName": [{"name": "Hartslag 3", "type": "model-name"}]}, "Pacemaker; Hartslag 3"),
        ({"status": "inactive", "statusReason": [{"text": "verwijderd"}]}, "Pacemaker; verwijderd (niet actief)"),
    ],
)
def test_an_implant_of_the_patient_is_told(more: Node, shown: str) -> None:
    found = read(device(**more))
    assert [(one.label, one.text) for one in found.facts] == [("Hulpmiddel", shown)]
    assert found.unmapped == ()


def test_what_is_said_of_it_stands_with_it() -> None:
    assert told(device(note=[{"text": "niet in de MRI"}])) == [
        ("Hulpmiddel", "Pacemaker"),
        ("Toelichting", "Pacemaker: niet in de MRI"),
    ]


def test_a_device_of_which_the_use_is_told_is_told_once() -> None:
    use = about("DeviceUseStatement", status="active", device={"reference": "Device/d"})
    assert told(use, device()) == [("Hulpmiddel", "Pacemaker")]


@pytest.mark.parametrize(
    ("use", "more", "shown"),
    [
        ({"status": "completed"}, {}, "Pacemaker (voorbij)"),
        ({"status": "active"}, {"status": "inactive"}, "Pacemaker (niet actief)"),
        ({"status": "completed", "timingPeriod": {"start": "2020", "end": "2024"}}, {}, "Pacemaker (tot 2024) (voorbij) (2020)"),
    ],
)
def test_a_device_that_was_taken_out_is_not_said_to_be_there(use: Node, more: Node, shown: str) -> None:
    """A pacemaker that is there no more kept a patient out of the scanner."""
    told_of = about("DeviceUseStatement", device={"reference": "Device/d"}, **use)
    assert told(told_of, device(**more)) == [("Hulpmiddel", shown)]


def test_what_is_ordered_is_not_there_yet() -> None:
    order = about("DeviceRequest", status="active", intent="order", codeCodeableConcept={"text": "Port-a-cath"})
    assert told(order) == [("Aangevraagd", "Port-a-cath")]


@pytest.mark.parametrize(
    ("own", "shown"),
    [
        (about("CarePlan", intent="plan", title="Chemotherapie"), "Chemotherapie"),
        (of_patient("NutritionOrder", intent="order", dateTime="2026-03-01", oralDiet={"instruction": "Vloeibaar"}), "Vloeibaar"),
    ],
)
def test_a_plan_or_diet_that_is_done_with_holds_no_more(own: Node, shown: str) -> None:
    assert [words for _, words in told(own | {"status": "completed"})] == [f"{shown} (voorbij)"]
    assert [words for _, words in told(own | {"status": "active"})] == [shown]


def test_a_place_in_the_body_that_is_no_longer_so_says_that() -> None:
    place = {"resourceType": "BodyStructure", "id": "b", "patient": TO, "location": {"text": "Mamma"}}
    assert told(place) == [("Plaats in het lichaam", "Mamma")]
    assert told(place | {"active": False}) == [("Plaats in het lichaam", "Mamma (voorbij)")]


def test_a_device_of_nobody_or_sent_in_error_is_none_of_the_patient_s() -> None:
    assert told(device(patient=None)) == []
    assert told(device(status="entered-in-error")) == []
    assert [one.text for one in read(device(status="entered-in-error")).taken_back] == ["Pacemaker"]
    found = read(device(patient={"reference": "Patient/elders"}))
    assert (found.facts, len(found.quarantined)) == ((), 1)


def test_who_judged_a_study_stands_with_it() -> None:
    study = about(
        "ImagingStudy",
        status="available",
        description="Thorax",
        modality=[{"code": "CT"}],
        interpreter=[{"display": "dr. Noord"}],
    )
    assert told(study) == [("CT", "Thorax; door: dr. Noord")]
