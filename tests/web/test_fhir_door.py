"""The FHIR door: everything that comes with a known token is kept, and it does what it says of itself, no more and no less."""

from __future__ import annotations

from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.exc import OperationalError

from integrations.fhir.capability import TAKEN
from integrations.fhir.text.judge import problem
from mdo_portal.database import Database
from mdo_portal.domain.case import Case
from mdo_portal.domain.inbound import InboundState
from mdo_portal.domain.link import Link
from mdo_portal.services.links import hospitals
from tests.integrations.fhir.make import BASE, bundle, patient, request, sample
from tests.people import Region
from tests.web.fhir_house import DELT, app, client, messages, post, understand

__all__ = ["app", "client"]


@pytest.mark.parametrize(
    ("accept", "kind"),
    [
        ("application/fhir+xml", "application/fhir+xml"),
        ("application/fhir+json;q=0.4, text/xml", "application/fhir+xml"),
        ("application/fhir+json, application/fhir+xml", "application/fhir+json"),
        ("application/fhir+xml; charset=UTF-8; fhirVersion=4.0", "application/fhir+xml"),
        ("application/fhir+xml;fhirVersion=4.0;q=0.9, application/fhir+json;fhirVersion=4.0;q=0.8", "application/fhir+xml"),
        ("application/fhir+xml;fhirVersion=4.0;q=0.8, application/fhir+json;fhirVersion=4.0", "application/fhir+json"),
        ("*/*", "application/fhir+json"),
        ("text/html", "application/fhir+json"),
    ],
)
def test_who_asks_for_xml_is_answered_in_xml(client: FlaskClient, accept: str, kind: str) -> None:
    for answer in (
        client.get("/fhir/metadata", headers={"Accept": accept}),
        post(client, "/fhir", bundle(patient(), request()), Accept=accept),
        post(client, "/fhir", b"no FHIR", Accept=accept),
    ):
        assert answer.mimetype == kind and answer.get_data().startswith(b"<?xml" if kind.endswith("xml") else b"{")


@pytest.mark.parametrize("path", ["/fhir/metadata?_format=%00", "/fhir/Patient?birthdate=%00", "/fhir/nothing?x=%00"])
def test_a_machine_that_sends_what_cannot_be_kept_is_answered_in_fhir(client: FlaskClient, path: str) -> None:
    """It was sent a page for people."""
    answer = client.get(path)

    assert (answer.status_code, answer.json["resourceType"]) == (400, "OperationOutcome")


@pytest.mark.parametrize(
    ("kind", "body", "status", "state", "reason"),
    [
        ("application/fhir+json", b'{"resourceType": "Patient"}', 202, InboundState.KEPT, ""),
        ("application/fhir+xml", b'<Patient xmlns="http://hl7.org/fhir"/>', 202, InboundState.KEPT, ""),
        ("text/xml; charset=utf-8", b'<Patient xmlns="http://hl7.org/fhir"/>', 202, InboundState.KEPT, ""),
        ("application/fhir+xml", b"<!DOCTYPE x><Patient/>", 400, InboundState.UNREADABLE, "broken"),
        ("application/pdf", b"%PDF-1.7", 415, InboundState.UNREADABLE, "media_type"),
        ("", b"{}", 415, InboundState.UNREADABLE, "media_type"),
        ("application/fhir+json; fhirVersion=3.0", b'{"resourceType": "Patient"}', 415, InboundState.UNREADABLE, "wrong_version"),
        ("application/fhir+json; fhirVersion=4.0", b'{"resourceType": "Patient"}', 202, InboundState.KEPT, ""),
    ],
)
def test_everything_with_a_known_token_is_kept_and_answered(
    client: FlaskClient, database: Database, kind: str, body: bytes, status: int, state: InboundState, reason: str
) -> None:
    answer = post(client, "/fhir", body, kind=kind)

    (kept,) = messages(database)
    assert (answer.status_code, kept.state, kept.reason) == (status, state, reason)
    assert answer.json["resourceType"] == "OperationOutcome" and kept.size == len(body)


def test_a_referral_in_xml_becomes_the_same_case(client: FlaskClient, database: Database) -> None:
    xml = (
        b'<Bundle xmlns="http://hl7.org/fhir"><type value="collection"/>'
        b'<entry><fullUrl value="https://x.example/Patient/p"/><resource><Patient><id value="p"/><identifier><system value="urn:oid:2.25.1"/>'
        b'<value value="0042"/></identifier></Patient></resource></entry><entry><resource><ServiceRequest><id value="r"/><identifier>'
        b'<value value="REF-X"/></identifier><status value="active"/><intent value="order"/><subject><reference value="Patient/p"/></subject>'
        b'<note><text value="Opereren of bestralen?"/></note></ServiceRequest></resource></entry></Bundle>'
    )
    post(client, "/fhir", xml, kind="application/fhir+xml")
    understand(database)

    (kept,) = messages(database)
    with database.transaction() as session:
        case = session.get_one(Case, kept.case_id)
    assert (case.referral_number, case.question_board) == ("REF-X", "Opereren of bestralen?")


def test_one_bad_entry_is_set_aside_and_named_and_the_rest_is_taken(client: FlaskClient, database: Database) -> None:
    bad = {"resourceType": "Condition", "id": "c", "subject": {"reference": "Patient/p"}, "wat": "mevrouw Voorbeeld"}
    post(client, "/fhir", bundle(patient(), request(), bad))
    understand(database)

    (kept,) = messages(database)
    assert kept.state is InboundState.UNDERSTOOD and kept.leftovers == ["Condition/2: unknown element"]


def test_the_same_again_gets_the_same_answer_and_has_one_effect(client: FlaskClient, database: Database) -> None:
    answers = [post(client, "/fhir", sample("referral-r4.json")) for _ in range(3)]

    assert len({(one.status_code, one.data) for one in answers}) == 1
    assert [one.doubles for one in messages(database)] == [2]


@pytest.mark.parametrize("version", ["R4", "STU3"])
def test_the_capability_statement_tells_the_truth(client: FlaskClient, database: Database, region: Region, version: str) -> None:
    with database.transaction() as session:
        link = session.execute(select(Link).where(Link.hospital_id == region.hospitals["DELT"])).scalar_one()
        link.profile_in = f"generic-{version.lower()}"
    told = client.get("/fhir/metadata", headers={"Authorization": DELT}).json
    said = {one["type"]: {each["code"] for each in one["interaction"]} for one in told["rest"][0]["resource"]}

    assert problem(told, version) == "" and told["fhirVersion"] == {"R4": "4.0.1", "STU3": "3.0.2"}[version]
    assert said.keys() == set(TAKEN[version])
    where = ""
    for kind in ("Patient", "Encounter", "ServiceRequest", "ReferralRequest", *said):
        one = {"resourceType": kind, "id": "a", "identifier": [{"value": kind}]}
        created = post(client, f"/fhir/{kind}", one)
        may = {
            "create": created.status_code in (200, 201, 202),
            "read": _is_there(client.get(created.headers.get("Location", f"/fhir/{kind}/a"), headers={"Authorization": DELT})),
            "update": post(client, f"/fhir/{kind}/a", one, method="PUT").status_code in (200, 201, 202),
            "search-type": _is_there(client.get(f"/fhir/{kind}?identifier=a", headers={"Authorization": DELT})),
            "delete": _is_there(client.delete(f"/fhir/{kind}/a", headers={"Authorization": DELT})),
            "patch": _is_there(client.patch(f"/fhir/{kind}/a", headers={"Authorization": DELT})),
        }
        assert {name for name, can in may.items() if can} == said.get(kind, set()), (kind, where)
    assert post(client, "/fhir", bundle(patient(), request(), kind="transaction")).status_code == 200
    assert client.get("/fhir", headers={"Authorization": DELT}).status_code == 405
    (operation,) = told["rest"][0]["operation"]
    assert post(client, f"/fhir/${operation['name']}", _message(version)).status_code == 202


HEADER = {
    "R4": {"eventUri": "urn:mdo:aanmelding", "source": {"endpoint": "urn:epd"}, "focus": [{"reference": f"{BASE}/ServiceRequest/r"}]},
    "STU3": {
        "event": {"system": "urn:mdo", "code": "aanmelding"}, "source": {"endpoint": "urn:epd"}, "timestamp": "2026-03-02T10:00:00Z",
        "focus": [{"reference": f"{BASE}/ReferralRequest/r"}],
    },
}  # fmt: skip


def _message(version: str = "R4") -> bytes:
    asked = request() if version == "R4" else request() | {"resourceType": "ReferralRequest"}
    return bundle({"resourceType": "MessageHeader", "id": "m"} | HEADER[version], patient(), asked, kind="message")


@pytest.mark.parametrize("path", ["/fhir/$process-message", "/fhir/$process-message?async=true", "/fhir/$process-message/"])
def test_a_hospital_that_sends_messages_is_taken_and_understood(client: FlaskClient, database: Database, path: str) -> None:
    assert post(client, path, _message()).status_code == 202
    understand(database)

    assert [(one.kind, one.state) for one in messages(database)] == [("Bundle/message", InboundState.UNDERSTOOD)]


def test_what_is_no_bundle_is_no_message_and_is_kept_for_a_person(client: FlaskClient, database: Database) -> None:
    assert post(client, "/fhir/$process-message", request()).status_code == 400
    assert [one.state for one in messages(database)] == [InboundState.UNREADABLE]


@pytest.mark.parametrize(
    ("trouble", "status"),
    [(OperationalError("SELECT 1", {}, Exception()), 503), (RuntimeError(), 500)],
    ids=["no database", "a mistake"],
)
def test_when_it_breaks_before_anything_was_kept_a_machine_is_answered_as_one(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch, trouble: Exception, status: int
) -> None:
    """While the database was away it was answered with 500 and a page in Dutch: nobody's system sends that again by itself."""

    def breaks(*_: object) -> None:
        raise trouble

    monkeypatch.setattr(hospitals, "link_by_token", breaks)

    answer = post(client, "/fhir", bundle(patient(), request()))

    assert answer.status_code == status and answer.json["issue"][0]["code"] == "transient"


def test_a_stroke_behind_the_address_makes_no_difference(client: FlaskClient, database: Database) -> None:
    for path in ("/fhir/", "/fhir/Bundle/"):
        assert post(client, path, bundle(patient(), request())).status_code == 202, path


def _is_there(answer: Any) -> bool:
    if answer.status_code in (404, 405):
        assert answer.json["resourceType"] == "OperationOutcome"
        return False
    return bool(answer.status_code < 300)


def test_without_a_token_the_version_can_be_asked_for(client: FlaskClient) -> None:
    assert client.get("/fhir/metadata").json["fhirVersion"] == "4.0.1"
    stu3 = client.get("/fhir/metadata", headers={"Accept": "application/fhir+json; fhirVersion=3.0"})
    assert stu3.json["fhirVersion"] == "3.0.2"
