"""What a FHIR message deletes, or tells anew under the same address, no longer stands as it was told; by nothing less than that address."""

from __future__ import annotations

import json

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from mdo_portal.domain.case import Case, CaseFact
from tests.integrations.fhir.make import Node, bundle, patient, request
from tests.people import Region
from tests.test_fhir_told_again import FIRST, House, document, psa

HB = {"id": "o2", "code": {"text": "Hb"}}


class Server(House):
    """A hospital whose resources have an address on its server, or none."""

    def sends(self, *entries: Node, deletes: str = "", bare: bool = False) -> Case:
        tree = json.loads(bundle(*entries, kind="transaction"))
        for number, one in enumerate(tree["entry"]):
            one |= {"fullUrl": f"urn:uuid:0000-{number}", "request": {"method": "POST", "url": "x"}} if bare else {}
        if deletes:
            tree["entry"].append({"request": {"method": "DELETE", "url": deletes}})
        return self.understands(json.dumps(tree).encode())

    def told(self, label: str = "PSA") -> list[tuple[str, str, bool]]:
        mine = select(Case.id).where(Case.hospital_id == self.hospital.id, Case.referral_number == "REF-1")
        rows = self.session.scalars(
            select(CaseFact).where(CaseFact.label == label, CaseFact.case_id.in_(mine)).order_by(CaseFact.id)
        )
        return [(one.text, one.status, one.superseded_at is None) for one in rows]


@pytest.fixture
def server(session: Session, region: Region) -> Server:
    return Server(session, region)


def test_what_a_message_deletes_is_over_where_it_was_told_under_that_address(server: Server) -> None:
    server.sends(request(), patient(), psa("12.4"), psa("7.1", **HB))
    case = server.sends(request(), patient(), deletes="Observation/o1")
    assert server.told() == [("12.4", "withdrawn", False)]
    assert server.told("Hb") == [("7.1", "", True)]
    assert "result.withdrawn" in server.events(case)


def test_what_another_resource_tells_as_well_is_not_over_when_one_is_deleted(server: Server) -> None:
    server.sends(request(), patient(), psa("12.4"), psa("12.4", id="o2"))
    server.sends(request(), patient(), deletes="Observation/o1")
    assert server.told() == [("12.4", "", True)]


@pytest.mark.parametrize("asked", ["Observation?code=PSA", "Observation", "Observation/o9"])
def test_a_search_that_deletes_takes_nothing_back(server: Server, asked: str) -> None:
    server.sends(request(), patient(), psa("12.4"))
    server.sends(request(), patient(), deletes=asked)
    assert server.told() == [("12.4", "", True)]


def test_a_document_that_is_deleted_is_over(server: Server) -> None:
    server.sends(request(), patient(), document(FIRST, number=""))
    server.sends(request(), patient(), deletes="DocumentReference/d1")
    assert server.documents() == [(len(FIRST), "withdrawn", False)]


def tumour(words: str) -> Node:
    return {"resourceType": "Condition", "id": "c1", "subject": {"reference": "Patient/p"}, "code": {"text": words}}


def test_a_resource_that_says_something_else_now_no_longer_says_what_it_said(server: Server) -> None:
    server.sends(request(), patient(), tumour("Mammacarcinoom links"), psa("12.4"))
    server.sends(request(), patient(), tumour("Mammacarcinoom rechts"))
    assert server.told("") == [("Mammacarcinoom links", "", False), ("Mammacarcinoom rechts", "", True)]
    assert server.told() == [("12.4", "", True)]  # what is not told again stands


def test_an_address_that_is_given_to_another_thing_replaces_nothing(server: Server) -> None:
    server.sends(request(), patient(), psa("7.1", **HB | {"id": "o1"}))
    server.sends(request(), patient(), psa("12.4"))
    assert server.told("Hb") == [("7.1", "", True)]
    assert server.told() == [("12.4", "", True)]


def test_a_resource_that_has_no_address_on_a_server_replaces_nothing(server: Server) -> None:
    """`urn:uuid:…` and an id by itself say nothing of another message."""
    server.sends(request(), patient(), tumour("Mammacarcinoom links"), bare=True)
    server.sends(request(), patient(), tumour("Longembolie"), bare=True)
    assert server.told("") == [("Mammacarcinoom links", "", True), ("Longembolie", "", True)]


def test_a_warning_that_was_sent_in_error_is_over(server: Server) -> None:
    flag = {
        "resourceType": "Flag",
        "id": "f1",
        "status": "active",
        "code": {"text": "MRSA"},
        "subject": {"reference": "Patient/p"},
    }
    server.sends(request(), patient(), flag)
    server.sends(request(), patient(), flag | {"status": "entered-in-error"})
    assert server.told("Waarschuwing") == [("MRSA", "withdrawn", False)]


def test_one_of_two_of_a_name_that_was_sent_in_error_is_over_with_all_its_parts(server: Server) -> None:
    """Beside the other its parts were called *Gen (EGFR)*, alone *Gen*: they stood there on."""
    first, second = (
        psa("", id=gene, code={"text": "Variant"}, valueString="Aanwezig")
        | {
            "component": [
                {"code": {"text": name}, "valueCodeableConcept": {"text": said}}
                for name, said in (("Gen", gene), ("cDNA", "c.1"))
            ]
        }
        for gene in ("BRAF", "EGFR")
    )
    for one in (first, second):
        one.pop("valueQuantity", None)
    server.sends(request(), patient(), first, second)
    server.sends(request(), patient(), second | {"status": "entered-in-error"})

    query = select(CaseFact.source_key).where(CaseFact.superseded_at.is_(None), CaseFact.source_key != "")
    assert set(server.session.scalars(query)) == {"Observation/BRAF"}
