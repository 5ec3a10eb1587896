"""What a patient carries in the body is told where the device itself says whose it is: it was named among what was not read."""

from __future__ import annotations

from typing import Any

import pytest

from .make import Node
from .read_house import about, read, told

TO = {"reference": "Patient/p"}


def device(**more: Any) -> Node:
    fixed = {"resourceType": "Device", "id": "d", "patient": TO, "type": {"text": "Pacemaker"}}
    return fixed | more


@pytest.mark.parametrize(
    ("more", "shown"),
    [
        ({}, "Pacemaker"),
        ({"status": "active", "deviceName": [{"name": "Hartslag 3", "type": "model-name"}]}, "Pacemaker; Hartslag 3"),
        ({"status": "inactive", "statusReason": [{"text": "verwijderd"}]}, "Pacemaker; verwijderd (inactive)"),
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
