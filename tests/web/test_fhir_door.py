"""The FHIR door: everything that comes with a known token is kept, and it does what it says of itself, no more and no less."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select, update
from sqlalchemy.exc import OperationalError

from integrations.fhir.capability import TAKEN
from integrations.fhir.judge import problem
from mdo_portal.database import Database
from mdo_portal.domain.case import Case
from mdo_portal.domain.inbound import InboundMessage, InboundState
from mdo_portal.domain.link import Link
from mdo_portal.services import hospitals
from tests.integrations.fhir.make import BASE, bundle, patient, request, sample
from tests.people import Region
from tests.web.fhir_house import DELT, TASK, app, client, messages, post, understand

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


# Conditional, and one's own tasks


def test_if_none_exist_takes_nothing_twice(client: FlaskClient, database: Database) -> None:
    first = post(client, "/fhir/Task", TASK)
    again = post(client, "/fhir/Task", TASK | {"description": "anders"}, If_None_Exist="identifier=urn:x|T-1")

    assert (first.status_code, again.status_code) == (201, 200)
    assert first.headers["Location"] == again.headers["Location"] and len(messages(database)) == 1


@pytest.mark.parametrize(
    ("path", "condition", "is_known"),
    [
        ("/fhir/Task", "identifier=urn%3Ax%7CT-1", True),
        ("/fhir/Task", "identifier=T-1", True),
        ("/fhir/Task", "identifier=urn:y|T-1", False),
        ("/fhir/Task", "identifier=|T-1", False),
        ("/fhir/Task", "identifier=urn:x|T-1%00", False),
        ("/fhir/Task", "identifier=urn:x|T-10", False),
        ("/fhir/Task", "identifier=urn:x|T-1&status=requested", False),
        ("/fhir/Task", "identifier=urn:x|T-1" + "&status=requested" * 40, False),
        ("/fhir", "identifier=urn:x|T-1", True),
        ("/fhir/DocumentReference", "identifier=urn:x|T-1", False),
    ],
)
def test_if_none_exist_means_this_number_of_this_system_and_kind(
    client: FlaskClient, database: Database, path: str, condition: str, is_known: bool
) -> None:
    post(client, "/fhir/Task", TASK)
    post(client, path, TASK | {"description": "anders"}, If_None_Exist=condition)

    assert len(messages(database)) == (1 if is_known else 2)


def test_the_same_again_gets_the_same_answer_and_has_one_effect(client: FlaskClient, database: Database) -> None:
    answers = [post(client, "/fhir", sample("referral-r4.json")) for _ in range(3)]

    assert len({(one.status_code, one.data) for one in answers}) == 1
    assert [one.doubles for one in messages(database)] == [2]


def test_a_task_says_how_it_stands_to_its_own_hospital_only(client: FlaskClient, database: Database) -> None:
    where = post(client, "/fhir/Task", TASK).headers["Location"]
    before = client.get(where, headers={"Authorization": DELT}).json
    understand(database)
    after = client.get(where, headers={"Authorization": DELT}).json

    assert (before["status"], after["status"], after["statusReason"]) == ("received", "rejected", {"text": "unknown_referral"})
    assert after["identifier"] == [{"value": "T-1"}] and problem(after, "R4") == ""
    assert client.get(where, headers={"Authorization": "Bearer token-ZEED"}).status_code == 404
    assert client.get(f"/fhir/Task/{uuid.uuid4()}", headers={"Authorization": DELT}).status_code == 404
    assert client.get("/fhir/Task/x", headers={"Authorization": DELT}).status_code == 404
    assert client.get(where).status_code == 401


# It says what it does


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


# Tokens for assertions


def test_if_none_exist_does_not_keep_out_what_mends_a_refused_one(client: FlaskClient, database: Database) -> None:
    """It was answered with 200 and thrown away: the hospital thought that its mended message was here."""
    broken = {name: value for name, value in TASK.items() if name != "basedOn"}
    post(client, "/fhir/Task", broken, If_None_Exist="identifier=urn:x|T-1")
    understand(database)
    assert [one.state for one in messages(database)] == [InboundState.UNREADABLE]

    again = post(client, "/fhir/Task", TASK, If_None_Exist="identifier=urn:x|T-1")

    assert again.status_code == 201 and len(messages(database)) == 2


def test_if_none_exist_about_one_that_nobody_can_open_any_more_takes_the_message(client: FlaskClient, database: Database) -> None:
    post(client, "/fhir/Task", TASK)
    with database.transaction() as session:
        session.execute(update(InboundMessage).values(raw_sealed=b"nobody can open this"))

    again = post(client, "/fhir/Task", TASK | {"description": "anders"}, If_None_Exist="identifier=urn:x|T-1")

    assert again.status_code == 201 and len(messages(database)) == 2


# A Task that was handed in, as it stands by now

ADDS = {"resourceType": "Task", "status": "requested", "intent": "order", "basedOn": [{"identifier": {"value": "REF-1"}}]}


def test_a_task_without_a_number_can_be_asked_for_too(client: FlaskClient, database: Database) -> None:
    """It was answered without an address, and nobody could ask what became of it."""
    made = post(client, "/fhir/Task", ADDS)

    assert made.status_code == 201
    assert client.get(made.headers["Location"], headers={"Authorization": DELT}).json["status"] == "received"


@pytest.mark.parametrize(
    "number", [{}, {"identifier": [{"system": "urn:x", "value": "T-1"}]}], ids=["by its address", "by its number"]
)
def test_a_task_stands_as_its_newest_version_says(client: FlaskClient, database: Database, number: dict[str, Any]) -> None:
    """Cancelled by a PUT to the address it was given, it still stood there as accepted."""
    post(client, "/fhir", bundle(patient(), request()))
    where = post(client, "/fhir/Task", ADDS | number).headers["Location"]
    own = ADDS | number | {"id": where.rpartition("/")[2]}

    said = []
    for version in (
        {"status": "requested"},
        {"status": "cancelled"},
        {"status": "requested", "basedOn": [{"identifier": {"value": "?"}}]},
    ):
        changed = post(client, where, own | version, method="PUT")
        assert (changed.status_code, changed.headers["Location"]) == (200, where)
        understand(database)
        told = client.get(where, headers={"Authorization": DELT}).json
        said.append((told["id"], told["status"], told.get("statusReason", {}).get("text", "")))
    number_ = own["id"]
    assert said == [(number_, "accepted", ""), (number_, "cancelled", ""), (number_, "rejected", "unknown_referral")]


def test_a_task_that_another_hospital_sends_under_that_number_says_nothing_of_ours(
    client: FlaskClient, database: Database
) -> None:
    where = post(client, "/fhir/Task", TASK).headers["Location"]
    post(client, where, TASK | {"status": "cancelled"}, token="Bearer token-ZEED", method="PUT")

    assert client.get(where, headers={"Authorization": DELT}).json["status"] == "received"
