"""Strangers at the door: guesses, timing, forged forms and planted sessions."""

from __future__ import annotations

import io
import time
import uuid
from datetime import UTC, datetime

import pytest
from flask import Flask

from mdo_portal.database import Database
from mdo_portal.domain.people import Proof
from mdo_portal.services.people import sessions
from mdo_portal.web import guard
from tests.people import PASSWORD, Region, person_id
from tests.web.portal_of_two_factors import Browser, app, now_code, own, with_app

__all__ = ["app", "own"]


@pytest.mark.parametrize(("email", "password"), [("nobody@example.nl", PASSWORD), ("bram@example.nl", "fout"), ("", "")])
def test_whatever_was_wrong_the_answer_is_the_same(own: Browser, email: str, password: str) -> None:
    own.get("/sign-in")

    answer = own.post("/sign-in", email=email, password=password)

    assert answer.status_code == 401
    assert "E-mailadres, wachtwoord of code klopt niet" in answer.text


def test_an_unknown_address_takes_as_long_as_a_wrong_password(app: Flask) -> None:
    spent: dict[str, list[float]] = {"bram@example.nl": [], "nobody@example.nl": []}
    Browser(app).sign_in("Bram", "fout")  # whatever is made once
    for number in range(4):
        for email, times in spent.items():
            browser = Browser(app, address=f"203.0.113.{number}")
            browser.get("/sign-in")
            begun = time.process_time()
            browser.post("/sign-in", email=email, password="fout")
            times.append(time.process_time() - begun)

    known, unknown = (min(times) for times in spent.values())
    print(f"\nwrong password {known * 1000:.0f} ms, unknown address {unknown * 1000:.0f} ms")
    assert abs(known - unknown) < 0.5 * max(known, unknown)


def test_after_a_hundred_wrong_tries_of_a_stranger_the_chair_signs_in_at_once_on_her_own_browser(
    app: Flask, own: Browser, database: Database
) -> None:
    secret = with_app(database, "Bram")
    own.sign_in("Bram")
    own.with_code(now_code(secret, later=-30))
    own.post("/sign-out")

    stranger = Browser(app, address="203.0.113.66")
    stranger.get("/sign-in")
    answers = [stranger.post("/sign-in", email="bram@example.nl", password=f"gok {number}").status_code for number in range(100)]
    assert answers.count(401) <= 8 and answers.count(429) >= 92

    begun = time.monotonic()
    own.sign_in("Bram")
    own.with_code(now_code(secret))
    assert own.get("/worklist").status_code == 200
    print(f"\nthe chair was in after {time.monotonic() - begun:.1f} s")


def test_who_has_a_whole_network_of_addresses_guesses_no_faster(app: Flask) -> None:
    """A line with IPv6 comes with 2^64 of them: three guesses from each never waited."""
    answers = []
    for number in range(5):
        stranger = Browser(app, address=f"2001:db8:0:1::{number:x}")
        stranger.get("/sign-in")
        answers.append(stranger.post("/sign-in", email="bram@example.nl", password=f"gok {number}").status_code)
    neighbour = Browser(app, address="2001:db8:0:2::1")
    neighbour.get("/sign-in")

    assert answers == [401] * 4 + [429]
    assert neighbour.post("/sign-in", email="bram@example.nl", password="gok").status_code == 401


def test_somebody_elses_form_signs_nobody_in(own: Browser) -> None:
    own.get("/sign-in")
    fields = {"email": "bram@example.nl", "password": PASSWORD}

    assert own.client.post("/sign-in", data=fields).status_code == 403
    assert own.client.post("/sign-in", data=fields | {"csrf_token": "theirs"}).status_code == 403
    forged = own.client.post("/sign-in", data=fields | {"csrf_token": own.token}, headers={"Sec-Fetch-Site": "cross-site"})
    assert forged.status_code == 403
    with own.client.session_transaction() as cookie:
        assert "_user_id" not in cookie and "halfway" not in cookie


@pytest.mark.parametrize("path", ["/sign-in", "/fhir/token", f"/oidc/logout/{uuid.UUID(int=0)}", "/nothing"])
def test_a_stranger_fills_no_disk_with_a_form(app: Flask, path: str) -> None:
    """Each could leave 32 MB of it in a file here, for as long as it dripped; the question who sent it came afterwards."""
    browser, size = Browser(app), 4 * 1_048_576
    browser.get("/sign-in")
    body = b'--x\r\nContent-Disposition: form-data; name="file"; filename="x"\r\n\r\n' + bytes(size) + b"\r\n--x--\r\n"
    sent = io.BytesIO(body)
    head = {"CONTENT_TYPE": "multipart/form-data; boundary=x", "CONTENT_LENGTH": str(len(body)), "wsgi.input": sent}

    answer = browser.client.open(path, method="POST", environ_overrides=head)

    assert (answer.status_code in (404, 413), sent.tell()) == (True, 0)


def test_what_a_stranger_sends_in_pieces_is_read_no_further_than_a_form_of_theirs(app: Flask) -> None:
    sent = io.BytesIO(b"email=" + b"x" * 1_500_000)
    head = {"HTTP_TRANSFER_ENCODING": "chunked", "wsgi.input_terminated": True, "wsgi.input": sent}

    answer = app.test_client().post("/sign-in", content_type="application/x-www-form-urlencoded", environ_overrides=head)

    assert (answer.status_code, sent.tell() <= guard.STRANGERS_FORM) == (403, True)


def test_a_session_that_was_planted_before_signing_in_is_worth_nothing_after(
    own: Browser, database: Database, region: Region
) -> None:
    with database.transaction() as session:
        planted = sessions.start_session(
            session, person_id("Dirk"), region.hospitals["ZEED"], proof=Proof("test", strong=True), now=datetime.now(UTC)
        )
    with own.client.session_transaction() as cookie:
        cookie.update({"_user_id": planted, "csrf": "planted"})
    own.sign_in("Bram")

    with own.client.session_transaction() as cookie:
        assert cookie["_user_id"] != planted and cookie.get("csrf") != "planted"
    with database.transaction() as session:
        assert sessions.signed_in(session, planted, now=datetime.now(UTC)) is None


def test_a_cookie_kept_from_before_signing_out_opens_nothing(app: Flask, own: Browser, database: Database) -> None:
    secret = with_app(database, "Bram")
    own.sign_in("Bram")
    own.with_code(now_code(secret))
    kept = own.client.get_cookie("mdo")
    assert kept is not None
    own.get("/worklist")
    own.post("/sign-out")

    thief = app.test_client()
    thief.set_cookie("mdo", kept.value)
    assert thief.get("/worklist").location.startswith("/sign-in")


def test_who_sits_at_a_colleagues_open_session_guesses_no_code_of_theirs(database: Database, own: Browser) -> None:
    secret = with_app(database, "Aisha")
    own.sign_in("Aisha")
    own.with_code(now_code(secret, later=-30))
    own.get("/confirm")
    wrong = f"{(int(now_code(secret)) + 500_000) % 1_000_000:06d}"
    for _ in range(5):
        assert own.post("/confirm", code=wrong).status_code == 401

    assert own.post("/confirm", code=now_code(secret)).status_code == 401


def test_whose_session_ended_while_they_chose_a_large_file_hears_that(own: Browser) -> None:
    own.get("/sign-in")
    sent = io.BytesIO(b"x" * 2_000_000)
    head = {"CONTENT_TYPE": "multipart/form-data; boundary=x", "CONTENT_LENGTH": "2000000", "wsgi.input": sent}

    answer = own.client.open(f"/cases/{uuid.uuid4()}/documents", method="POST", environ_overrides=head)

    assert (answer.status_code, "opnieuw aan" in answer.text, sent.tell()) == (401, True, 2_000_000)
