"""A referral over FHIR that its sender takes back, from the wire to the case: by the request itself, or by the Task that asked for it."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from mdo_portal import reception
from mdo_portal.database import Database
from mdo_portal.domain.case import Case, CaseFact, CaseState
from mdo_portal.domain.inbound import InboundMessage, InboundState
from mdo_portal.exchange import Wire
from mdo_portal.services.inbox import replaying, settling
from tests.integrations.fhir.make import Node, bundle, condition, patient, request
from tests.make import NOW
from tests.people import Region
from tests.reception_house import READERS, rows, understand_all

WHO = patient(identifier=[{"system": "urn:oid:2.25.1", "value": "0042"}], name=[{"family": "Terug"}], birthDate="1960-01-01")
WHY = "Patiënt wordt elders behandeld"


def task(**more: Any) -> Node:
    about = {"resourceType": "Task", "id": "t", "status": "cancelled", "intent": "order", "statusReason": {"text": WHY}}
    return about | {"focus": {"reference": "ServiceRequest/r"}} | more


def keep(database: Database, region: Region, *resources: Node, minutes: int) -> datetime:
    now = NOW + timedelta(minutes=minutes)
    tree = json.loads(bundle(*resources)) | {"timestamp": now.isoformat(), "identifier": {"value": f"B{minutes}"}}
    raw = json.dumps(tree).encode()
    link = region.links["DELT"]
    reception.keep(database, [reception.sort(raw, wire=Wire.FHIR, reader=READERS[Wire.FHIR], links=[], link=link, now=now)])
    return now


def hand_in(database: Database, region: Region, *resources: Node, minutes: int = 0) -> None:
    understand_all(database, now=keep(database, region, *resources, minutes=minutes))


def the_case(database: Database) -> tuple[CaseState, bool, list[str]]:
    with database.transaction() as session:
        case = session.scalars(select(Case).where(Case.referral_number == "REF-1")).one()
        said = session.scalars(select(CaseFact.text).where(CaseFact.case_id == case.id)).all()
        return case.state, case.cancel_told_at is not None, [text for text in said if text == WHY]


def became(database: Database) -> list[tuple[str, str]]:
    return [(row.state.value, row.reason) for row in rows(database)]


TAKEN_BACK: dict[str, tuple[Node, ...]] = {
    "the Task is cancelled": (task(), request(), WHO),
    "only the Task is sent, with the number": (task(focus={"identifier": {"value": "REF-1"}}), WHO),
    "the request is revoked": (request(status="revoked", note=[{"text": WHY}]), WHO),
}


@pytest.mark.parametrize("resources", TAKEN_BACK.values(), ids=TAKEN_BACK)
def test_a_referral_that_is_taken_back_leaves_the_work_list_with_the_reason(
    database: Database, region: Region, resources: tuple[Node, ...]
) -> None:
    hand_in(database, region, request(), WHO, condition())
    assert the_case(database) == (CaseState.RECEIVED, False, [])
    hand_in(database, region, *resources, minutes=5)

    assert became(database) == [("understood", "")] * 2
    assert the_case(database) == (CaseState.WITHDRAWN, False, [WHY])


def test_one_whose_number_nobody_knows_stands_on_a_persons_list_and_makes_no_case(database: Database, region: Region) -> None:
    hand_in(database, region, task(), request(), WHO)

    assert became(database) == [("unreadable", "unknown_referral")]
    with database.transaction() as session:
        assert session.scalars(select(Case).where(Case.referral_number == "REF-1")).all() == []


def test_one_that_was_asked_for_again_later_is_marked_for_a_person(database: Database, region: Region) -> None:
    """What took it back came first, could not be read then, and was offered again when it had been asked for once more."""
    hand_in(database, region, request(), WHO)
    keep(database, region, task(), request(), WHO, minutes=5)
    with database.transaction() as session:
        taken_back = session.scalars(select(InboundMessage).where(InboundMessage.control_id == "B5")).one()
        settling.settle(session, taken_back.id, InboundState.UNREADABLE, now=NOW, reason="failed")
    hand_in(database, region, request(), WHO, condition(), minutes=10)
    with database.transaction() as session:
        replaying.replay(session, session.get_one(InboundMessage, taken_back.id), now=NOW)
    understand_all(database, now=NOW + timedelta(minutes=20))

    state, is_marked, _ = the_case(database)
    assert (state is CaseState.WITHDRAWN, is_marked) == (False, True)


def test_the_number_of_one_patient_takes_nothing_back_of_another(database: Database, region: Region) -> None:
    hand_in(database, region, request(), WHO)
    other = WHO | {"identifier": [{"system": "urn:oid:2.25.1", "value": "0082"}], "name": [{"family": "Ander"}]}
    second = request(identifier=[{"value": "REF-2"}])
    hand_in(database, region, second, other, minutes=2)
    hand_in(database, region, task(), request(), other, minutes=5)

    assert the_case(database)[:2] == (CaseState.RECEIVED, False)
    assert became(database)[2][0] != "understood"
