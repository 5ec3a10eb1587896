"""What says of itself of nobody, and hangs on what is another patient's, or on what should never have been told."""

from __future__ import annotations

import base64
from typing import Any

import pytest

from integrations.fhir.reader import FhirReader
from mdo_portal.exchange import IncomingResult

from .make import Node, bundle, request
from .read_house import of_patient, read

ANOTHER = "about a patient who is not the one of this referral"
HIS = {"reference": "Patient/another"}
OURS = {"reference": "Patient/p"}
WORDS = base64.b64encode(b"Tekst van een brief").decode()
FILE = {"resourceType": "Binary", "id": "b", "contentType": "text/plain", "data": WORDS}


def _loose(**more: Any) -> Node:
    value = {"resourceType": "Observation", "id": "o", "status": "final", "code": {"text": "CEA"}, "valueString": "900"}
    return value | more


def _report(whose: Node, **more: Any) -> Node:
    made = {"resourceType": "DiagnosticReport", "id": "r", "status": "final", "code": {"text": "Lab"}, "subject": whose}
    return made | more


_HOLDERS = {
    "a report": _report(HIS, result=[{"reference": "Observation/o"}]),
    "a panel": _loose(id="h", code={"text": "Lab"}, subject=HIS, hasMember=[{"reference": "Observation/o"}]),
    "a list": {
        "resourceType": "List", "id": "h", "status": "current", "mode": "working", "subject": HIS,
        "entry": [{"item": {"reference": "Observation/o"}}],
    },
    "a letter": {
        "resourceType": "Composition", "id": "h", "status": "final", "type": {"text": "Brief"}, "subject": HIS, "date": "2026-11-01",
        "author": [{"display": "x"}], "title": "Brief", "section": [{"title": "Lab", "entry": [{"reference": "Observation/o"}]}],
    },
}  # fmt: skip


@pytest.mark.parametrize("holder", _HOLDERS.values(), ids=_HOLDERS)
@pytest.mark.parametrize("is_first", [True, False])
def test_a_value_of_which_only_what_is_another_s_speaks_is_another_s(holder: Node, is_first: bool) -> None:
    found = read(*((holder, _loose()) if is_first else (_loose(), holder)))
    assert "900" not in str(found.facts)
    assert f"Observation/{3 if is_first else 2}: {ANOTHER}" in found.quarantined


@pytest.mark.parametrize(
    ("name", "there"),
    [
        ("encounter", {"resourceType": "Encounter", "id": "e", "status": "finished", "class": {"code": "AMB"}, "subject": HIS}),
        ("specimen", {"resourceType": "Specimen", "id": "e", "subject": HIS, "type": {"text": "Bloed"}}),
    ],
)
def test_a_value_of_nobody_from_the_visit_or_the_blood_of_another_is_another_s(name: str, there: Node) -> None:
    value = _loose(**{name: {"reference": f"{there['resourceType']}/e"}})
    assert "900" not in str(read(there, value).facts)
    own = read(there | {"subject": OURS}, value)
    assert "900" in str(own.facts)


def test_a_value_of_which_a_report_of_the_patient_speaks_too_is_told() -> None:
    both = (
        _report(HIS, result=[{"reference": "Observation/o"}]),
        _report(OURS, id="ours", result=[{"reference": "Observation/o"}]),
    )
    assert "900" in str(read(*both, _loose()).facts)


def test_what_hangs_on_a_value_that_hangs_on_another_s_report_is_another_s_too() -> None:
    panel = _loose(code={"text": "Lab"}, hasMember=[{"reference": "Observation/m"}])
    found = read(_loose(id="m"), panel, _report(HIS, result=[{"reference": "Observation/o"}]))
    assert found.facts == ()


def test_what_is_contained_in_what_is_another_s_is_not_told() -> None:
    inside = _report(HIS, contained=[_loose()], result=[{"reference": "#o"}])
    assert read(inside).facts == ()
    assert "900" in str(read(inside | {"subject": OURS}).facts)


def test_what_is_contained_in_what_was_told_in_error_is_taken_back_with_it() -> None:
    inside = _report(OURS, contained=[_loose()], result=[{"reference": "#o"}], status="entered-in-error")
    found = read(inside)
    assert found.facts == ()
    assert "900" in [one.text for one in found.taken_back]


def _paper(kind: str, whose: Node, **more: Any) -> Node:
    at = {"contentType": "text/plain", "url": "Binary/b"}
    held: dict[str, Node] = {
        "DocumentReference": {"status": "current", "type": {"text": "Brief"}, "content": [{"attachment": at}]},
        "DiagnosticReport": {"status": "final", "code": {"text": "CT"}, "presentedForm": [at]},
        "Media": {"status": "completed", "content": at},
        "Communication": {"status": "completed", "payload": [{"contentAttachment": at}]},
    }
    return {"resourceType": kind, "id": "x", "subject": whose} | held[kind] | more


@pytest.mark.parametrize("kind", ["DocumentReference", "DiagnosticReport", "Media", "Communication"])
def test_the_file_of_a_paper_of_another_is_no_document_of_the_patient(kind: str) -> None:
    found = read(_paper(kind, HIS), FILE)
    assert found.documents == () and f"Binary/3: {ANOTHER}" in found.quarantined
    assert len(read(_paper(kind, OURS), FILE).documents) == 1


def test_the_file_of_a_paper_that_says_what_nobody_understands_is_put_apart_with_it() -> None:
    """Alone it would be a letter, and nobody would see what was said of it."""
    turned = _paper("DocumentReference", OURS, modifierExtension=[{"url": "https://x.example/y", "valueBoolean": True}])
    found = read(turned, FILE)
    assert found.documents == () and any(one.startswith("Binary/3: ") for one in found.quarantined)


def test_a_reason_that_is_another_s_says_no_kind_of_tumour() -> None:
    reason = {"resourceType": "Condition", "id": "c", "subject": HIS, "code": {"text": "Longcarcinoom"}}
    assert read(reason, asked=request(reasonReference=[{"reference": "Condition/c"}])).tumour_hint == ""


def _task(whose: Node, status: str) -> Node:
    about = {"focus": {"reference": "ServiceRequest/r"}, "for": whose}
    return {"resourceType": "Task", "id": "t", "status": status, "intent": "order"} | about


def test_a_task_that_is_for_another_takes_nothing_back() -> None:
    assert not read(_task(HIS, "cancelled"), asked=request(id="r")).cancelled
    assert read(_task(OURS, "cancelled"), asked=request(id="r")).cancelled


def test_of_results_without_a_patient_what_is_contained_in_another_s_is_another_s() -> None:
    def number(value: str) -> Node:
        return {"identifier": {"system": "http://fhir.nl/fhir/NamingSystem/bsn", "value": value}}

    his = _report(number("999900006"), contained=[_loose()], result=[{"reference": "#o"}])
    found = FhirReader().read(bundle(_loose(id="own", valueString="5", subject=number("999911120")), his), "generic-r4")
    assert isinstance(found, IncomingResult)
    assert [one.text for one in found.facts] == ["5"]


def test_who_has_no_patient_of_his_own_and_hangs_on_nothing_is_the_patient_s() -> None:
    assert "900" in str(read(_loose(), of_patient("Flag", status="active", code={"text": "MRSA"})).facts)
