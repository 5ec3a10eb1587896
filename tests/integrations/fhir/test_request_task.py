"""The Task of the requester that came with a referral: only its path, only one that lives on their server, only when it is clear which."""

from __future__ import annotations

from typing import Any

import pytest

from integrations.fhir.reader import FhirReader
from mdo_portal.exchange import IncomingReferral
from tests.integrations.fhir.make import BASE, Node, bundle, patient, request


def task(number: str = "t1", **more: Any) -> Node:
    fixed = {"resourceType": "Task", "id": number, "status": "requested", "intent": "order"}
    return fixed | {"focus": {"reference": "ServiceRequest/r"}} | more


def read(*resources: Node, raw: bytes = b"") -> str:
    found = FhirReader().read(raw or bundle(patient(), request(), *resources), "generic-r4")
    assert isinstance(found, IncomingReferral)
    return found.request_task


def test_a_task_that_points_at_the_request_is_the_requester_s() -> None:
    assert read(task()) == "Task/t1"
    assert read(task(focus={}, basedOn=[{"reference": f"{BASE}/ServiceRequest/r"}])) == "Task/t1"


@pytest.mark.parametrize(
    "tasks",
    [
        [],
        [task(focus={"reference": "ServiceRequest/other"})],
        [task(focus={"reference": "Patient/p"})],
        [task(status="cancelled")],
        [task(), task("t2")],
    ],
)
def test_without_one_clear_task_there_is_none(tasks: list[Node]) -> None:
    assert read(*tasks) == ""


@pytest.mark.parametrize(
    "url", ["urn:uuid:7b0f1c52-0c5e-4d0e-9a6e-2f1f6f0d8a11", "", f"{BASE}/Task/..", f"{BASE}/Patient/t1?x=/Task/t 1"]
)
def test_a_task_that_lives_nowhere_is_none_to_write_to(url: str) -> None:
    raw = bundle(patient(), request(), task()).replace(f"{BASE}/Task/t1".encode(), url.encode())

    assert read(raw=raw) == ""


def test_the_server_that_a_message_names_is_not_taken_over() -> None:
    there = task(focus={"reference": f"{BASE}/ServiceRequest/r"})
    raw = bundle(patient(), request(), there).replace(f"{BASE}/Task/t1".encode(), b"https://evil.example/deep/Task/t1")

    assert read(raw=raw) == "Task/t1"
