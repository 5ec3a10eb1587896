"""Whom to call about a patient (Patient.contact) stands on the case as somebody else; it was read and gone."""

from __future__ import annotations

from typing import Any

import pytest

from .make import Node, patient
from .read_house import read

DAUGHTER = {"relationship": [{"text": "Dochter"}], "name": {"given": ["Mia"], "family": "Vos"}}
PHONE = {"telecom": [{"system": "phone", "value": "030-1234567"}]}


@pytest.mark.parametrize(
    ("contact", "shown"),
    [
        (DAUGHTER | PHONE, ["Mia Vos (Dochter), 030-1234567"]),
        ({"name": {"text": "mevr. Vos"}}, ["mevr. Vos"]),
        ({"relationship": [{"text": "Voogd"}], "organization": {"display": "Stichting Baken"}}, ["Stichting Baken (Voogd)"]),
        (DAUGHTER | {"period": {"end": "2020-01-01"}}, ["Mia Vos (Dochter) (tot 2020-01-01)"]),
        ({"telecom": [{"system": "phone", "value": "030-1234567"}]}, ["030-1234567"]),
        ({"gender": "female"}, []),
    ],
)
def test_whom_to_call_is_told(contact: Node, shown: list[str]) -> None:
    found = read(who=patient(contact=[contact]))
    assert [one.text for one in found.facts if one.label == "Contactpersoon"] == shown


def test_it_is_told_of_the_patient_alone() -> None:
    other: dict[str, Any] = patient(id="q", contact=[DAUGHTER], identifier=[{"system": "urn:oid:2.25.1", "value": "0099"}])
    assert read(other).facts == ()
