"""The FHIR door: everything that comes with a known token is kept, and it does what it says of itself, no more and no less."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from joserfc import jwt
from joserfc.jwk import ECKey
from sqlalchemy import select, text

from integrations.fhir.capability import TAKEN
from integrations.fhir.judge import problem
from integrations.smart.client import BEARER
from mdo_portal import understanding, wiring
from mdo_portal.commands.postgres_databases import as_role
from mdo_portal.database import Database
from mdo_portal.domain.case import Case, CaseState, InformationRequest
from mdo_portal.domain.hospital import Channel, Level
from mdo_portal.domain.inbound import InboundMessage, InboundState
from mdo_portal.domain.link import Link
from mdo_portal.domain.pull import OutgoingQuestion, OutgoingState
from mdo_portal.exchange import Receipt, ReceiptKind
from mdo_portal.services import questions
from tests import make
from tests.integrations.fhir.make import bundle, patient, request, sample
from tests.people import Region
from tests.web.portal import app_on

KEY = ECKey.generate_key("P-384", auto_kid=True)
DELT = "Bearer token-DELT"  # FHIR R4 in the region of the tests
TASK = {
    "resourceType": "Task", "status": "requested", "intent": "order", "identifier": [{"system": "urn:x", "value": "T-1"}],
    "basedOn": [{"identifier": {"value": "REF-1"}}],
}  # fmt: skip


@pytest.fixture
def app(database: Database, region: Region) -> Iterator[Flask]:
    with app_on(database) as made:
        yield made


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client(use_cookies=False)


def messages(database: Database) -> list[InboundMessage]:
    with database.transaction() as session:
        return list(session.scalars(select(InboundMessage).order_by(InboundMessage.seq)))


def post(
    client: FlaskClient, path: str, body: Any, token: str = DELT, kind: str = "application/fhir+json", **headers: str
) -> Any:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return client.open(
        path, method=named.pop("method", "POST"), data=raw, headers={"Authorization": token, **named}, content_type=kind
    )


def understand(database: Database) -> None:
    while understanding.understand_next(database, wiring.readers(), now=datetime.now(UTC)):
        pass


# Kept, whatever it is


@pytest.mark.parametrize(
    ("accept", "kind"),
    [
        ("application/fhir+xml", "application/fhir+xml"),
        ("application/fhir+json;q=0.4, text/xml", "application/fhir+xml"),
        ("application/fhir+json, application/fhir+xml", "application/fhir+json"),
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
        ("/fhir/Task", "identifier=urn:x|T-10", False),
        ("/fhir/Task", "identifier=urn:x|T-1&status=requested", False),
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


@pytest.fixture
def registered(database: Database, region: Region) -> None:
    with database.transaction() as session:
        link = session.execute(select(Link).where(Link.hospital_id == region.hospitals["DELT"])).scalar_one()
        link.client_id_in, link.jwks_in = "epd-delt", json.dumps({"keys": [KEY.as_dict(private=False)]})


def assertion(client: FlaskClient, **over: Any) -> dict[str, str]:
    aud = client.get("/fhir/.well-known/smart-configuration").json["token_endpoint"]
    until = int((datetime.now(UTC) + timedelta(seconds=200)).timestamp())
    claims = {"iss": "epd-delt", "sub": "epd-delt", "aud": aud, "exp": until, "jti": uuid.uuid4().hex} | over
    token = jwt.encode({"alg": "ES384", "kid": KEY.kid}, claims, KEY, algorithms=["ES384"])
    return {"grant_type": "client_credentials", "client_assertion_type": BEARER, "client_assertion": token}


@pytest.mark.usefixtures("registered")
def test_a_system_that_registered_its_key_gets_a_token_and_hands_in_with_it(
    client: FlaskClient, database: Database, region: Region
) -> None:
    got = client.post("/fhir/token", data=assertion(client) | {"scope": "system/*.write"})
    token = got.json["access_token"]
    answer = post(client, "/fhir", sample("referral-r4.json"), token=f"Bearer {token}")

    assert got.status_code == 200 and got.json["expires_in"] == 300 and got.headers["Cache-Control"] == "no-store"
    assert answer.status_code == 200
    assert [one.hospital_id for one in messages(database)] == [region.hospitals["DELT"]]
    with database.transaction() as session:
        kept = session.scalars(text("SELECT token_hash FROM link_tokens")).all()  # type: ignore[call-overload]
    assert token not in kept


@pytest.mark.usefixtures("registered")
def test_an_assertion_is_good_for_once(client: FlaskClient) -> None:
    said = assertion(client)

    assert [client.post("/fhir/token", data=said).status_code for _ in range(3)] == [200, 401, 401]


@pytest.mark.usefixtures("registered")
def test_an_assertion_that_just_ended_is_good_for_once_as_well(client: FlaskClient) -> None:
    """Clocks may differ by half a minute: for so long it is taken after its end, and not again."""
    said = assertion(client, exp=int(datetime.now(UTC).timestamp()) - 10)
    answers = [client.post("/fhir/token", data=said).status_code]
    answers += [client.post("/fhir/token", data=one).status_code for one in (assertion(client), said)]  # another clears up

    assert answers == [200, 200, 401]


@pytest.mark.usefixtures("registered")
@pytest.mark.parametrize(
    "over", [{"iss": "epd-zeed", "sub": "epd-zeed"}, {"aud": "https://elders.example"}, {"exp": 1}, {"jti": "x"}]
)
def test_whoever_cannot_prove_it_gets_no_token(client: FlaskClient, over: dict[str, Any]) -> None:
    answer = client.post("/fhir/token", data=assertion(client, **over))

    assert (answer.status_code, answer.json) == (401, {"error": "invalid_client"})


@pytest.mark.usefixtures("registered")
def test_a_token_for_reading_does_not_hand_in(client: FlaskClient, database: Database) -> None:
    token = client.post("/fhir/token", data=assertion(client) | {"scope": "system/Task.rs"}).json["access_token"]

    assert post(client, "/fhir", sample("referral-r4.json"), token=f"Bearer {token}").status_code == 403
    assert messages(database) == []
    assert client.post("/fhir/token", data=assertion(client) | {"scope": "patient/*.read"}).json == {"error": "invalid_scope"}


@pytest.mark.usefixtures("registered")
def test_a_token_that_ended_opens_nothing(client: FlaskClient, database: Database) -> None:
    token = client.post("/fhir/token", data=assertion(client)).json["access_token"]
    with database.transaction() as session:
        session.execute(text("UPDATE link_tokens SET expires_at = now() - interval '1 second'"))

    assert post(client, "/fhir", sample("referral-r4.json"), token=f"Bearer {token}").status_code == 401


def test_statements_alone_make_no_token(database: Database, region: Region) -> None:
    """Row security: smuggled SQL in a web process lets no system in (docs/decisions/0023)."""
    web = Database(as_role(database.url, "mdo_app"), sealer=database.sealer)
    link = region.links["DELT"].link_id
    for statement in (
        f"INSERT INTO link_tokens VALUES ('x', '{link}', 'system/*.write', now() + interval '1 hour')",
        f"SELECT access.issue_link_token('{link}', 'jti-12345', now(), 'x', 'system/*.write', now() + interval '1 hour', 'wrong'::bytea)",
    ):
        with pytest.raises(Exception, match=r"permission denied|signed assertion"), web.transaction() as session:
            session.execute(text(statement))
    web.close()


# Questions: out as a Task, the answer back into the same case


def test_a_question_goes_out_and_its_answer_comes_back_into_the_same_case(
    client: FlaskClient, database: Database, region: Region
) -> None:
    post(client, "/fhir", sample("referral-r4.json"))
    understand(database)
    now = datetime.now(UTC)
    with database.transaction() as session:
        case = session.scalars(select(Case).where(Case.hospital_id == region.hospitals["DELT"])).one()
        case.board_id = region.boards["URO-P"]
        case.move(CaseState.INCOMPLETE, now=now)
        questions.ask(session, case, "Is er een recente PSA?", viewer=region.aisha, now=now)
    with database.transaction() as session:
        claimed = questions.claim(session, now=now)
        assert claimed is not None and claimed.question.text == "Is er een recente PSA?"
        questions.settle(session, claimed, Receipt(ReceiptKind.ACCEPTED, "201", "Task/9"), now=now)
    answer = {
        "resourceType": "Task", "status": "in-progress", "intent": "order",
        "identifier": [{"system": "urn:ietf:rfc:3986", "value": f"urn:uuid:{claimed.question.question_id}"}],
        "businessStatus": {"text": "information provided"},
        "output": [{"type": {"text": "antwoord"}, "valueString": "PSA 8,1 op 3 november"}],
    }  # fmt: skip
    post(client, "/fhir/Task", answer)
    understand(database)

    with database.transaction() as session:
        request = session.get_one(InformationRequest, uuid.UUID(claimed.question.question_id))
        sent = session.get_one(OutgoingQuestion, request.id)
        state = session.get_one(Case, request.case_id).state
    assert (request.answer, request.answered_at is not None) == ("PSA 8,1 op 3 november", True)
    assert (sent.state, sent.receipt_reference) == (OutgoingState.SENT, "Task/9")
    assert state in (CaseState.INCOMPLETE, CaseState.READY)
    assert messages(database)[-1].case_id == request.case_id


def test_another_hospital_cannot_answer_our_question(client: FlaskClient, database: Database, region: Region) -> None:
    now = datetime.now(UTC)
    with database.transaction() as session:
        zeed_case = make.case(session, session.get_one(type(make.hospital(session, "X")), region.hospitals["ZEED"]), now=now)
        session.add(made := InformationRequest(case_id=zeed_case.id, asked_at=now, asked_by=region.aisha.person_id, text="?"))
        session.flush()
        question_id = made.id
    answer = TASK | {"identifier": [{"system": "urn:ietf:rfc:3986", "value": f"urn:uuid:{question_id}"}], "basedOn": []}
    post(client, "/fhir/Task", {name: value for name, value in answer.items() if value})
    understand(database)

    assert [(one.state, one.reason) for one in messages(database)] == [(InboundState.UNREADABLE, "unknown_referral")]
    with database.transaction() as session:
        assert session.get_one(InformationRequest, question_id).answered_at is None


def test_documents_for_a_known_referral_go_to_its_case(client: FlaskClient, database: Database) -> None:
    post(client, "/fhir", bundle(patient(), request()))
    document = {
        "resourceType": "DocumentReference", "status": "current", "type": {"text": "PA-verslag"}, "subject": {"reference": "Patient/p"},
        "content": [{"attachment": {"contentType": "text/plain", "data": "aGFsbG8=", "title": "PA"}}],
        "context": {"related": [{"identifier": {"value": "REF-1"}}]},
    }  # fmt: skip
    post(client, "/fhir", bundle(patient(), document))
    understand(database)

    first, second = messages(database)
    assert second.state is InboundState.UNDERSTOOD and second.case_id == first.case_id


def test_a_link_that_takes_no_fhir_keeps_its_questions_on_the_screen(database: Database, region: Region) -> None:
    now = datetime.now(UTC)
    with database.transaction() as session:
        link = session.execute(select(Link).where(Link.hospital_id == region.hospitals["DELT"])).scalar_one()
        link.channel_out, link.level = Channel.PAPER, Level.FORM
        case = session.get_one(Case, region.other_case)
        questions.ask(session, case, "Wat?", viewer=region.carla, now=now)
        assert session.scalars(select(OutgoingQuestion.id)).all() == []
