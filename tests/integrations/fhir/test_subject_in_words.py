"""Whose a value is may stand in words alone: another's name is told beside it, and never passes for the patient's."""

from __future__ import annotations

import base64
from typing import Any

import pytest

from mdo_portal.exchange import IncomingReferral

from .make import Node, patient, request
from .read_house import about, read, value

WIT = {"name": [{"use": "official", "family": "de Wit", "given": ["Marie"]}, {"use": "maiden", "family": "Oosting"}]}


def of(shown: str, kind: str = "Observation", **more: Any) -> Node:
    return about(kind, **({"status": "final", "code": {"text": "PSA"}, "valueString": "4"} | more)) | {
        "subject": {"display": shown}
    }


def sent(*resources: Node, asked: Node | None = None) -> IncomingReferral:
    return read(*resources, who=patient(**WIT), asked=asked)


@pytest.mark.parametrize(
    "shown", ["M. de Wit", "Wit, Marie de", "de Wit-Oosting", "OOSTING M", "Mw. de Wit (v, 1957)", "de patiënt", "Patient"]
)
def test_the_name_of_the_patient_is_the_patient(shown: str) -> None:
    (fact,) = sent(of(shown)).facts
    assert fact.text == "4"


@pytest.mark.parametrize("shown", ["Moeder", "Jan Jansen", "Baby"])
def test_another_name_stands_beside_the_value(shown: str) -> None:
    read_ = sent(of(shown))
    assert [(one.label, one.text) for one in read_.facts] == [("PSA", f"4; betreft: {shown}")]
    assert "Observation/2 subject.display" in read_.unmapped


def test_with_every_value_of_a_panel() -> None:
    parts = [{"code": {"text": name}, "valueString": "1"} for name in ("A", "B")]
    found = sent(of("Moeder", valueString=None, component=parts)).facts
    assert [(one.label, one.text) for one in found] == [("A", "1; betreft: Moeder"), ("B", "1; betreft: Moeder")]


def test_a_document_about_another_by_name_is_pointed_out_to_a_person() -> None:
    part = {"attachment": {"contentType": "application/pdf", "data": base64.b64encode(b"%PDF-1.7").decode()}}
    letter = about("DocumentReference", status="current", description="Brief", content=[part]) | {"subject": {"display": "Baby"}}
    assert "DocumentReference/2 subject.display" in sent(letter).unmapped


def test_so_is_a_request_that_names_another_than_the_only_patient() -> None:
    asked = request(subject={"display": "Jan Jansen"})
    assert "ServiceRequest/0 subject.display" in sent(asked=asked).unmapped
    assert not [one for one in sent(value("PSA", valueString="4")).unmapped if "display" in one]


def test_a_patient_without_a_name_is_compared_with_nothing() -> None:
    (fact,) = read(of("Jan Jansen")).facts
    assert fact.text == "4"


def test_what_is_no_patient_by_its_type_is_said_whatever_the_name() -> None:
    of_room = value("Temperatuur", valueString="19") | {"subject": {"type": "Location", "display": "Kamer de Wit"}}
    assert [one.text for one in sent(of_room).facts] == ["19; betreft: Kamer de Wit"]
