"""A message that asks anew and takes an earlier request back: that one's case goes off the list, and nobody is on it twice."""

from __future__ import annotations

import json

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from mdo_portal.database import Database
from mdo_portal.domain.case import CaseEvent, CaseFact, CaseState
from mdo_portal.domain.inbound import InboundState
from tests.fhir_request_house import asks, sent
from tests.integrations.fhir.make import Node, bundle, patient, request
from tests.web.fhir_house import app, client, messages

__all__ = ["app", "client"]
NEW, EARLIER = "REF-2", "REF-1"
OTHER_PATIENT = patient(
    identifier=[{"system": "urn:oid:2.25.1", "value": "0043"}], name=[{"family": "Vos"}], birthDate="1950-01-02"
)


def earlier(**more: Node | str | list[Node]) -> Node:
    return request(id="before", identifier=[{"value": EARLIER}], code={"text": "MDO long"}) | more


def new(**more: Node | str | list[Node]) -> Node:
    return request(id="now", identifier=[{"value": NEW}], code={"text": "MDO long"}) | more


REPLACES: Node = {"replaces": [{"reference": "ServiceRequest/before"}]}


def with_deleted(address: str, *resources: Node) -> bytes:
    tree = json.loads(bundle(*resources, kind="transaction"))
    tree["entry"].append({"request": {"method": "DELETE", "url": address}})
    return json.dumps(tree).encode()


@pytest.mark.parametrize(
    ("before", "told"),
    [
        (earlier(), bundle(patient(), earlier(status="revoked"), new(**REPLACES))),
        (earlier(identifier=[]), bundle(patient(), earlier(identifier=[], status="entered-in-error"), new(**REPLACES))),
        (earlier(), with_deleted("ServiceRequest/before", patient(), new())),
    ],
    ids=["by its number", "by its address", "deleted"],
)
def test_what_it_takes_the_place_of_goes_off_the_list(client: FlaskClient, database: Database, before: Node, told: bytes) -> None:
    """It stood there beside the new one, as a patient who has to be discussed twice."""
    found = sent(client, database, bundle(patient(), before), told)
    assert [(one.referral_number, one.state is CaseState.WITHDRAWN) for one in found] == [
        (EARLIER if before["identifier"] else "", True),
        (NEW, False),
    ]


def test_the_earlier_case_says_why_and_by_what(client: FlaskClient, database: Database) -> None:
    gone = earlier(status="revoked", note=[{"text": "Verkeerd MDO gekozen"}])
    first, _ = sent(client, database, bundle(patient(), earlier()), bundle(patient(), gone, new(**REPLACES)))
    with database.transaction() as session:
        said = list(session.scalars(select(CaseFact.text).where(CaseFact.case_id == first.id, CaseFact.section == "course")))
    assert said == [f"Verkeerd MDO gekozen; vervangen door aanmelding {NEW}"]


def test_told_again_nothing_more_happens(client: FlaskClient, database: Database) -> None:
    told = bundle(patient(), earlier(status="revoked"), new(**REPLACES))
    again = bundle(patient(), earlier(status="revoked"), new(**REPLACES, note=[{"text": "Ook chemo?"}]))
    found = sent(client, database, bundle(patient(), earlier()), told, again)
    assert [(one.state is CaseState.WITHDRAWN, one.cancel_told_at) for one in found] == [(True, None), (False, None)]


def test_one_that_is_not_here_is_only_named(client: FlaskClient, database: Database) -> None:
    found = sent(client, database, bundle(patient(), earlier(status="revoked"), new(**REPLACES)))
    assert [one.referral_number for one in found] == [NEW]
    assert [(one.state, list(one.leftovers)) for one in messages(database)] == [
        (InboundState.UNDERSTOOD, ["ServiceRequest/2 replaces", "ServiceRequest/1 revoked"])
    ]


def test_that_of_another_patient_stays(client: FlaskClient, database: Database) -> None:
    gone = with_deleted("ServiceRequest/before", patient(), new())
    found = sent(client, database, bundle(OTHER_PATIENT, earlier()), gone)
    assert [one.state is CaseState.WITHDRAWN for one in found] == [False, False]


def test_a_message_that_takes_one_back_and_deletes_another_takes_both_back(client: FlaskClient, database: Database) -> None:
    found = sent(
        client,
        database,
        bundle(patient(), earlier()),
        bundle(patient(), new()),
        with_deleted("ServiceRequest/before", patient(), new(status="revoked")),
    )
    assert {one.referral_number: one.state is CaseState.WITHDRAWN for one in found} == {EARLIER: True, NEW: True}


def test_its_own_address_is_not_what_it_takes_the_place_of(client: FlaskClient, database: Database) -> None:
    told = with_deleted("ServiceRequest/r", patient(), asks())
    assert [one.state is CaseState.WITHDRAWN for one in sent(client, database, bundle(patient(), asks()), told)] == [False]


# One that comes later than what takes its place


@pytest.mark.parametrize(
    ("told", "late"),
    [
        (bundle(patient(), earlier(status="revoked"), new(**REPLACES)), earlier()),
        (bundle(patient(), earlier(identifier=[], status="entered-in-error"), new(**REPLACES)), earlier(identifier=[])),
        (with_deleted("ServiceRequest/before", patient(), new()), earlier()),
    ],
    ids=["by its number", "by its address", "deleted"],
)
def test_one_that_comes_late_is_off_the_list_at_once(client: FlaskClient, database: Database, told: bytes, late: Node) -> None:
    """It overtook what it takes the place of, which stood beside it then: a patient who has to be discussed twice."""
    found = sent(client, database, told, bundle(patient(), late))
    assert [one.state is CaseState.WITHDRAWN for one in found] == [False, True]
    with database.transaction() as session:
        said = list(session.scalars(select(CaseFact.text).where(CaseFact.case_id == found[1].id, CaseFact.section == "course")))
    assert said == [f"vervangen door aanmelding {NEW}"]


def test_the_new_one_says_what_it_takes_the_place_of_and_says_it_once(client: FlaskClient, database: Database) -> None:
    told = [bundle(patient(), earlier(status="revoked"), new(**REPLACES, note=[{"text": text}])) for text in ("Chemo?", "Nu?")]
    (case,) = sent(client, database, *told)
    with database.transaction() as session:
        found = session.scalars(select(CaseEvent.what).where(CaseEvent.case_id == case.id))
        assert list(found).count("referral.replaces_unknown") == 1


def test_asked_for_anew_once_more_it_stands_again(client: FlaskClient, database: Database) -> None:
    told = bundle(patient(), earlier(status="revoked"), new(**REPLACES))
    found = sent(client, database, told, bundle(patient(), earlier()), bundle(patient(), earlier(note=[{"text": "Toch ook?"}])))
    assert [one.state is CaseState.WITHDRAWN for one in found] == [False, False]


def test_a_newer_version_than_was_taken_back_is_left_to_a_person(client: FlaskClient, database: Database) -> None:
    told = bundle(patient(), earlier(status="revoked", meta={"versionId": "2"}), new(**REPLACES))
    found = sent(client, database, told, bundle(patient(), earlier(meta={"versionId": "3"})))
    assert [(one.state is CaseState.WITHDRAWN, one.cancel_told_at is not None) for one in found] == [
        (False, False),
        (False, True),
    ]


def test_of_another_patient_that_comes_late_nothing_is_taken_back(client: FlaskClient, database: Database) -> None:
    told = bundle(patient(), earlier(status="revoked"), new(**REPLACES))
    found = sent(client, database, told, bundle(OTHER_PATIENT, earlier()))
    assert [one.state is CaseState.WITHDRAWN for one in found] == [False, False]


def test_another_request_that_has_that_address_since_is_not_taken_back(client: FlaskClient, database: Database) -> None:
    """Some servers give each message the same addresses: under a number of its own it is another request."""
    told = bundle(patient(), earlier(status="revoked"), new(**REPLACES))
    found = sent(client, database, told, bundle(patient(), earlier(identifier=[{"value": "REF-3"}])))
    assert [(one.referral_number, one.state is CaseState.WITHDRAWN) for one in found] == [(NEW, False), ("REF-3", False)]


def test_one_of_which_what_took_its_place_is_off_the_list_stands(client: FlaskClient, database: Database) -> None:
    """Its hospital took the new one back and asks for the first after all: nothing stands beside it, and nobody else is discussed."""
    told = bundle(patient(), earlier(status="revoked"), new(**REPLACES))
    found = sent(client, database, told, bundle(patient(), new(status="revoked")), bundle(patient(), earlier()))
    assert [(one.referral_number, one.state is CaseState.WITHDRAWN) for one in found] == [(NEW, True), (EARLIER, False)]
