"""The FHIR door: what is refused over its envelope says why, may come again in a better one, and costs nobody else anything."""

from __future__ import annotations

import gzip
from io import BytesIO

import pytest
from flask import Flask
from flask.testing import FlaskClient
from gunicorn.http.errors import InvalidChunkSize

from integrations.fhir.in_turn import MOST_NUMBERS
from integrations.fhir.text.judge import problem
from mdo_portal.database import Database
from mdo_portal.domain.inbound import InboundState
from mdo_portal.web import bodies
from tests.integrations.fhir.make import bundle, patient, request
from tests.web.fhir_house import DELT, app, client, messages, post, understand

__all__ = ["app", "client"]
REFERRAL = bundle(patient(), request(), kind="transaction")
"""Without an identifier of its own, as transactions are: nothing but its bytes tells it from another."""


@pytest.mark.parametrize(
    ("wrong", "status", "reason"),
    [
        ({"kind": "text/plain"}, 415, "media_type"),
        ({"kind": "application/fhir+json; fhirVersion=3.0"}, 415, "wrong_version"),
        ({"Content_Encoding": "br"}, 415, "coded"),
        ({"path": "/fhir/ServiceRequest"}, 400, "broken"),
    ],
)
def test_what_was_refused_is_taken_when_it_comes_as_agreed(
    client: FlaskClient, database: Database, wrong: dict[str, str], status: int, reason: str
) -> None:
    """It was answered with *stored*, and stood among what the hospital must send again."""
    refused = [
        post(client, wrong.get("path", "/fhir"), REFERRAL, **{k: v for k, v in wrong.items() if k != "path"}) for _ in "12"
    ]
    taken = post(client, "/fhir", REFERRAL)
    understand(database)

    assert [one.status_code for one in (*refused, taken)] == [status, status, 200]
    assert [(one.state, one.reason, one.doubles) for one in messages(database)] == [
        (InboundState.UNREADABLE, reason, 1),
        (InboundState.UNDERSTOOD, "", 0),
    ]


def test_a_compressed_body_is_refused_by_its_name(client: FlaskClient, database: Database) -> None:
    answer = post(client, "/fhir", gzip.compress(REFERRAL), Content_Encoding="gzip")

    assert (answer.status_code, answer.json["issue"][0]["details"]["text"]) == (415, "coded")
    assert "Content-Encoding" in answer.json["issue"][0]["diagnostics"]
    assert [one.reason for one in messages(database)] == ["coded"]


def numbered(count: int) -> bytes:
    return bundle(patient(identifier=[{"system": "urn:x", "value": str(n)} for n in range(count)]), request())


def test_more_numbers_than_a_patient_has_are_refused_before_they_cost_anything(client: FlaskClient, database: Database) -> None:
    answer = post(client, "/fhir", numbered(40 * MOST_NUMBERS))

    issue = answer.json["issue"][0]
    assert (answer.status_code, issue["code"], issue["details"]["text"]) == (400, "too-long", "too_many_numbers")
    assert [(one.state, one.patient_keys) for one in messages(database)] == [(InboundState.UNREADABLE, [])]
    assert post(client, "/fhir", numbered(MOST_NUMBERS - 1)).status_code == 202


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [("GET", "/fhir", {"POST", "OPTIONS"}), ("DELETE", "/fhir/Task/1", {"GET", "HEAD", "PUT", "OPTIONS"})],
)
def test_an_address_that_takes_something_else_says_what(client: FlaskClient, method: str, path: str, allowed: set[str]) -> None:
    answer = post(client, path, REFERRAL, method=method)

    assert answer.status_code == 405 and set(answer.allow) == allowed


@pytest.mark.parametrize(
    ("token", "path", "status", "code"),
    [("Bearer nobody", "/fhir", 401, "login"), ("Bearer token-DELT", "/fhir/Account", 404, "not-found")],
)
def test_an_outcome_has_the_word_that_fhir_has_for_it(client: FlaskClient, token: str, path: str, status: int, code: str) -> None:
    answer = post(client, path, REFERRAL, token=token)

    assert (answer.status_code, answer.json["issue"][0]["code"]) == (status, code)
    assert problem(answer.json, "R4") == problem(answer.json, "STU3") == ""


class Stalls:
    """A body that breaks off: the peer is gone, or says a chunk that is none."""

    def __init__(self, error: OSError) -> None:
        self.error, self.given = error, False

    def read(self, size: int = -1) -> bytes:
        if self.given:
            raise self.error
        self.given = True
        return b"{"

    readline = read


@pytest.mark.parametrize("error", [TimeoutError(), ConnectionResetError(), InvalidChunkSize(b"zz")])
@pytest.mark.parametrize("envelope", [{"CONTENT_LENGTH": "500"}, {"wsgi.input_terminated": True}])
def test_a_body_that_breaks_off_is_answered_as_such_and_nothing_of_it_is_kept(
    app: Flask, database: Database, error: OSError, envelope: dict[str, object]
) -> None:
    """It was a page in HTML that something went wrong here."""
    told = {"HTTP_AUTHORIZATION": DELT, "CONTENT_TYPE": "application/fhir+json", "wsgi.input": Stalls(error), **envelope}
    answer = app.test_client().open("/fhir", method="POST", environ_overrides=told)

    assert (answer.status_code, answer.json["issue"][0]["details"]["text"]) == (400, "broken")
    assert messages(database) == []


class Line:
    """The socket of gunicorn: how long it may be silent, at each moment."""

    def __init__(self) -> None:
        self.waits: list[float | None] = []

    def settimeout(self, seconds: float | None) -> None:
        self.waits.append(seconds)


BOUNDED: list[float | None] = [bodies.SILENT_SECONDS, None]


@pytest.mark.parametrize(
    ("method", "upgrade", "waits"),
    [
        ("GET", {}, BOUNDED),
        ("POST", {"HTTP_UPGRADE": "websocket"}, BOUNDED),
        ("GET", {"HTTP_UPGRADE": "h2c"}, BOUNDED),
        ("GET", {"HTTP_UPGRADE": "websocket"}, []),
    ],
)
def test_who_says_half_and_falls_silent_holds_a_thread_for_a_while_only(
    app: Flask, method: str, upgrade: dict[str, str], waits: list[float | None]
) -> None:
    """Two hundred of them held every page of every hospital; the answer and a live socket take the time they need."""
    line = Line()
    app.test_client().open("/fhir/metadata", method=method, environ_overrides={"gunicorn.socket": line, **upgrade})

    assert line.waits == waits


def test_who_made_a_body_that_is_refused_hears_what_is_wrong_with_it(client: FlaskClient) -> None:
    """*No readable message header* sent a vendor looking for a header, where a comma was one too many."""
    told = [
        post(client, path, body).json["issue"][0]["diagnostics"]
        for path, body in (
            ("/fhir", REFERRAL.decode().encode("utf-16")),
            ("/fhir", b'{"resourceType": "Bundle",}'),
            ("/fhir", b'{"resourceType": "Patient"}\n{"resourceType": "ServiceRequest"}\n'),
            ("/fhir", b'{"resourceType": "Patient"} en meer'),
            ("/fhir", b'{"id": "1", "id": "2"}'),
            ("/fhir/ServiceRequest", REFERRAL),
        )
    ]
    assert told == [
        "no readable message header: not UTF-8",
        "no readable message header: not JSON at character 26",
        "no readable message header: several JSON values; send one Bundle",
        "no readable message header: not JSON at character 28",
        "message is damaged: a key stands twice in one object",
        "message is damaged: no ServiceRequest, and this address takes nothing else",
    ]


@pytest.mark.parametrize(
    ("asked", "accept", "kind"),
    [
        ("xml", "", "application/fhir+xml"),
        ("application/fhir+xml", "application/fhir+json", "application/fhir+xml"),  # the plus of an address is a blank
        ("text/xml", "*/*", "application/fhir+xml"),
        ("application/fhir+xml;fhirVersion=4.0", "", "application/fhir+xml"),
        ("json", "application/fhir+xml", "application/fhir+json"),
        ("application%2Ffhir%2Bjson", "application/fhir+xml", "application/fhir+json"),
        ("html", "application/fhir+xml", "application/fhir+xml"),
        ("", "application/fhir+xml", "application/fhir+xml"),
    ],
)
def test_an_address_says_in_which_form_the_answer_is_wanted(client: FlaskClient, asked: str, accept: str, kind: str) -> None:
    """`_format` goes before Accept, for who cannot set that; it was read past."""
    wanted = {"Accept": accept} if accept else {}
    assert client.get(f"/fhir/metadata?_format={asked}", headers={"Authorization": DELT, **wanted}).mimetype == kind
    assert post(client, f"/fhir?_format={asked}", REFERRAL, **wanted).mimetype == kind


@pytest.mark.parametrize(
    ("sent", "back"), [("r-2", "r-2"), ("a0000000-0000-4000-8000-0000000000f7", "a0000000-0000-4000-8000-0000000000f7"), ("a b", None),
                       ("é", None), ("x" * 201, None)]
)  # fmt: skip
def test_a_request_that_has_a_name_gets_it_back(client: FlaskClient, sent: str, back: str | None) -> None:
    """X-Request-Id: by it a vendor finds our answer beside their question."""
    answers = [post(client, "/fhir", REFERRAL, X_Request_Id=sent), post(client, "/fhir/Account", b"{}", X_Request_Id=sent)]
    assert [one.headers.get("X-Request-Id") for one in answers] == [back, back]
    assert "X-Request-Id" not in client.get("/fhir/metadata", headers={"Authorization": DELT}).headers


@pytest.mark.parametrize("is_known", [True, False])
def test_of_what_is_too_large_its_hospital_hears_that_and_its_beginning_stands_on_the_list(
    app: Flask, client: FlaskClient, database: Database, is_known: bool
) -> None:
    """The line was cut before all of it was sent: a client saw no answer, sent it again and again, and nobody here knew of it."""
    app.config["MAX_CONTENT_LENGTH"] = bodies.BEGINNING
    sent = BytesIO(b'{"resourceType": "Bundle", "x": "' + b"a" * 4 * bodies.BEGINNING)
    answer = client.post(
        "/fhir", input_stream=sent, content_length=len(sent.getvalue()), content_type="application/fhir+json",
        headers={"Authorization": DELT if is_known else "Bearer nobody"},
    )  # fmt: skip

    kept = [(one.state, one.reason, one.place, one.size) for one in messages(database)]
    assert (answer.status_code, answer.json["issue"][0]["code"]) == (413, "too-long")
    assert kept == ([(InboundState.UNREADABLE, "too_large", "", bodies.BEGINNING)] if is_known else [])
    assert (sent.tell() == len(sent.getvalue())) is is_known
