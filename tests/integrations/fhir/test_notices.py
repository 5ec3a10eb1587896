"""A Task that tells that data lie ready, read as a notice: whom it is for, what to fetch, and nothing that sends us elsewhere."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from typing import Any

import pytest

from integrations.fhir.reader import FhirReader
from mdo_portal.exchange import IncomingNotice, Unreadable
from mdo_portal.services.inbox import pulls
from tests.integrations.fhir.pull_house import BSN, LOCAL, ME, Node, notice, person


def task(**over: Any) -> bytes:
    fixed: Node = {
        "resourceType": "Task", "status": "requested", "intent": "proposal", "identifier": [{"value": "n-1"}],
        "basedOn": [{"reference": "Task/w"}], "groupIdentifier": {"value": "g-1"}, "for": {"identifier": {"system": BSN, "value": ME}},
        "requester": {"agent": {"display": "EPD"}}, "restriction": {"period": {"end": "2026-12-10T03:00:00+01:00"}},
        "input": [
            {"type": {"coding": [{"code": "authorization-base"}]}, "valueString": "base-1"},
            {"type": {"coding": [{"code": "get-workflow-task"}]}, "valueBoolean": True},
        ],
    }  # fmt: skip
    return json.dumps({name: value for name, value in (fixed | over).items() if value is not None}).encode()


def test_a_notification_task_is_read_as_a_notice() -> None:
    found = FhirReader().read(task(), "generic-stu3")

    assert found == notice(until=datetime(2026, 12, 10, 2, 0, tzinfo=UTC))
    assert FhirReader().header(task()).control_id == "n-1"


def test_notices_that_belong_together_take_their_turn_as_messages_of_one_patient_do() -> None:
    """A withdrawal that overtook its notice would withdraw nothing."""
    one = set(FhirReader().header(task()).patient_numbers)
    withdrawal = {"status": "cancelled", "identifier": [{"value": "n-2"}], "for": None}
    other = {"identifier": [{"value": "n-3"}], "for": None, "groupIdentifier": {"value": "g-2"}}

    assert (BSN, ME) in one
    assert one & set(FhirReader().header(task(**withdrawal)).patient_numbers)
    assert not one & set(FhirReader().header(task(**other)).patient_numbers)


def test_a_notice_says_whom_it_is_for_by_everything_it_tells_of_the_patient() -> None:
    whom = person((BSN, ME), (LOCAL, "0042"))
    found = FhirReader().read(task(contained=[whom], **{"for": {"reference": "#p"}}), "generic-stu3")

    assert isinstance(found, IncomingNotice)
    assert (found.bsn, found.numbers, found.birth_on) == (ME, ((LOCAL, "0042"),), date(1950, 4, 3))
    assert pulls._unpacked(pulls._packed(found)) == found


def test_queries_may_stand_in_the_notice_itself() -> None:
    inputs = [
        {"type": {"coding": [{"code": "authorization-base"}]}, "valueString": "b"},
        {"type": {"coding": [{"code": "get-workflow-task"}]}, "valueBoolean": False},
        {"type": {"coding": [{"code": "79191-3"}]}, "valueString": "Patient?_include=Patient:general-practitioner"},
        {"type": {"coding": [{"code": "read-available-resource"}]}, "valueReference": {"reference": "ReferralRequest/r"}},
    ]
    found = FhirReader().read(task(input=inputs), "generic-stu3")

    assert isinstance(found, IncomingNotice) and found.workflow_task == ""
    assert found.fetches == ("Patient?_include=Patient:general-practitioner", "ReferralRequest/r")


def test_a_withdrawal_is_one() -> None:
    found = FhirReader().read(task(status="cancelled"), "generic-stu3")

    assert isinstance(found, IncomingNotice) and found.cancelled


@pytest.mark.parametrize("over", [{"identifier": None}, {"basedOn": None}, {"identifier": {"value": "x"}}, {"wat": 1}])
def test_a_notice_without_number_or_aim_or_of_another_shape_is_for_a_person(over: Node) -> None:
    with pytest.raises(Unreadable) as caught:
        FhirReader().read(task(**over), "generic-stu3")
    assert caught.value.reason == "broken" and "999" not in caught.value.where


def test_nothing_of_the_patient_or_the_right_shows_in_the_words_of_a_notice() -> None:
    assert ME not in repr(notice()) and "base-1" not in repr(notice())
