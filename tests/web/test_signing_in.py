"""Signing in as hospitals do it: no patient with one factor, the same answer whatever is wrong, nobody kept out by strangers."""

from __future__ import annotations

import re
import time
import uuid
from datetime import UTC, datetime, timedelta

from flask import Flask
from sqlalchemy import select, update
from werkzeug.test import TestResponse

from mdo_portal.database import Database
from mdo_portal.domain.audit import AuditEntry
from mdo_portal.domain.people import Membership
from mdo_portal.services.people import second_factors, sessions
from mdo_portal.services.rights import credentials
from mdo_portal.web.guard import WITH_ONE_FACTOR
from tests.people import person_id
from tests.web.portal_of_two_factors import Browser, app, now_code, own, with_app

__all__ = ["app", "own"]


def every_path(app: Flask) -> list[tuple[str, str, str]]:
    """(endpoint, method, rule) of every route that somebody must be signed in for."""
    return [
        (rule.endpoint, method, rule.rule)
        for rule in app.url_map.iter_rules()
        if hasattr(app.view_functions[rule.endpoint], "act")
        for method in sorted((rule.methods or set()) & {"GET", "POST"})
    ]


def test_with_a_password_alone_every_route_but_ones_own_account_is_closed(app: Flask, own: Browser) -> None:
    own.sign_in("Bram")
    tried = 0
    for endpoint, method, rule in every_path(app):
        if app.view_functions[endpoint].act in WITH_ONE_FACTOR:  # type: ignore[attr-defined]
            continue
        path = _filled(rule)
        answer = own.client.get(path) if method == "GET" else own.client.post(path, data={"csrf_token": own.token})
        if method == "GET":
            assert (answer.status_code, answer.location.partition("?")[0]) == (302, "/account/second-factor"), path
        else:
            assert answer.status_code == 403, path
        tried += 1
    assert tried > 40


def _filled(rule: str) -> str:
    parts = rule.split("/")
    return "/".join(
        str(uuid.uuid4())
        if part.startswith("<uuid:")
        else part[part.index("(") + 1 : part.index(")")].split(",")[0].strip("'\" ")
        if part.startswith("<any(")
        else "x"
        if part.startswith("<")
        else part
        for part in parts
    )


def test_who_has_only_a_password_is_brought_to_the_second_factor_and_told_why(own: Browser) -> None:
    own.sign_in("Bram")

    answer = own.get("/worklist")

    assert answer.location.startswith("/account/second-factor")
    assert "alleen een wachtwoord" in own.get(answer.location).text


def test_after_the_app_is_confirmed_the_work_opens_under_a_new_key(own: Browser, database: Database) -> None:
    own.sign_in("Bram")
    own.get("/account/second-factor?next=/worklist")
    with own.client.session_transaction() as cookie:
        before = cookie["_user_id"]
    with database.transaction() as session:
        secret = second_factors.begin_app(session, person_id("Bram"), network="", now=datetime.now(UTC)).secret

    answer = own.post("/account/app", code=now_code(secret), next="/worklist")

    assert answer.text.count("<li><code>") == 10
    assert own.get("/worklist").status_code == 200
    with own.client.session_transaction() as cookie:
        assert cookie["_user_id"] != before
    with database.transaction() as session:
        assert sessions.signed_in(session, before, now=datetime.now(UTC)) is None


def test_the_picture_for_the_app_passes_the_content_policy(own: Browser) -> None:
    own.sign_in("Bram")

    page = own.get("/account/second-factor")

    assert '<img src="data:image/svg+xml' in page.text
    assert "img-src 'self' data:" in page.headers["Content-Security-Policy"]


def test_password_and_code_together_open_the_work(own: Browser, database: Database) -> None:
    secret = with_app(database, "Bram")
    own.sign_in("Bram")
    assert own.client.get("/worklist").status_code == 302

    own.with_code(now_code(secret))

    assert own.get("/worklist").status_code == 200


def test_whose_role_is_over_reads_that_and_not_that_the_password_is_wrong(own: Browser, database: Database) -> None:
    """Both factors were right; who was told to try again did, and asked for a new password. With the password alone nothing is told."""
    secret = with_app(database, "Bram")
    with database.transaction() as session:
        over = datetime.now(UTC).date() - timedelta(days=1)
        session.execute(update(Membership).where(Membership.person_id == person_id("Bram")).values(ends_on=over))
        session.execute(update(Membership).where(Membership.person_id == person_id("Dirk")).values(ends_on=over))

    own.sign_in("Bram")
    answer = own.post("/sign-in/second", code=now_code(secret))

    assert answer.status_code == 403 and "Er is niets mis met uw wachtwoord" in answer.text
    assert "klopt niet" not in answer.text
    assert "klopt niet" in own.sign_in("Dirk").text


def test_a_code_that_was_used_does_not_sign_in_again(app: Flask, own: Browser, database: Database) -> None:
    secret = with_app(database, "Bram")
    code = now_code(secret)
    own.sign_in("Bram")
    assert own.with_code(code).status_code == 302

    thief = Browser(app)
    thief.sign_in("Bram")
    assert thief.with_code(code).status_code == 401


def test_a_recovery_code_signs_in_once_and_the_page_says_how_many_are_left(app: Flask, own: Browser, database: Database) -> None:
    with_app(database, "Bram")
    with database.transaction() as session:
        code = second_factors.new_recovery_codes(session, person_id("Bram"), now=datetime.now(UTC))[0]
    own.sign_in("Bram")
    answer = own.post("/sign-in/second", code=code)
    assert "nog 9" in own.get(answer.location).text

    again = Browser(app)
    again.sign_in("Bram")
    assert again.with_code(code).status_code == 401


def test_the_second_step_alone_signs_nobody_in(own: Browser, database: Database) -> None:
    secret = with_app(database, "Bram")
    own.get("/sign-in")

    answer = own.post("/sign-in/second", code=now_code(secret))

    assert answer.location == "/sign-in"


def test_a_step_that_was_left_for_ten_minutes_starts_anew(own: Browser, database: Database) -> None:
    secret = with_app(database, "Bram")
    own.sign_in("Bram")
    with own.client.session_transaction() as cookie:
        cookie["halfway"] = cookie["halfway"] | {"at": time.time() - 601}

    assert own.post("/sign-in/second", code=now_code(secret)).location == "/sign-in"


def test_an_invitation_becomes_a_password_and_then_asks_for_a_second_factor(own: Browser, database: Database) -> None:
    with database.transaction() as session:
        token = credentials.invite(session, person_id("Dirk"), made_by=None, now=datetime.now(UTC))
    answer = own.get(f"/invitation/{token}")
    assert answer.location == "/invitation"
    page = own.get("/invitation").text
    assert "een passkey of een app met codes" in page
    shown = re.search(r'name="invitation" value="([^"]+)"', page)
    assert shown is not None

    def typed(password: str, again: str) -> TestResponse:
        return own.post("/invitation", invitation=shown[1], password=password, again=again)

    assert typed("kort", "kort").status_code == 422
    assert typed("vier losse woorden", "iets anders").status_code == 422
    answer = typed("vier losse woorden", "vier losse woorden")

    assert answer.location.startswith("/account/second-factor")
    assert own.get("/worklist").location.startswith("/account/second-factor")
    assert own.get("/invitation").status_code == 404


def test_what_somebody_left_in_this_browser_is_gone_once_another_signs_in(app: Flask, own: Browser, database: Database) -> None:
    secret = with_app(database, "Bram")
    with database.transaction() as session:
        token = credentials.invite(session, person_id("Dirk"), made_by=None, now=datetime.now(UTC))
    shared = Browser(app)
    shared.get(f"/invitation/{token}")
    assert shared.get("/invitation").status_code == 200

    shared.sign_in("Bram")
    assert shared.get("/invitation").status_code == 404, "halfway"
    shared.with_code(now_code(secret))

    assert shared.get("/account").status_code == 200 and shared.get("/invitation").status_code == 404


def lines(database: Database, name: str) -> list[tuple[str, int, str]]:
    with database.transaction() as session:
        acts = ("sign_in", "sign_in.refused", "sign_out", "confirm", "confirm.refused", "account.changed")
        query = select(AuditEntry.act, AuditEntry.outcome, AuditEntry.detail).order_by(AuditEntry.seq)
        found = session.execute(query.where(AuditEntry.act.in_(acts), AuditEntry.person_id == person_id(name)))
        return [(row.act, row.outcome, row.detail) for row in found]


def test_signing_in_refusing_and_leaving_stand_in_the_log(own: Browser, database: Database) -> None:
    secret = with_app(database, "Bram")
    own.sign_in("Bram", "fout")
    own.sign_in("Bram")
    own.with_code("000000")
    own.with_code(now_code(secret))
    own.get("/worklist")
    own.post("/sign-out")

    assert [(act, outcome) for act, outcome, _ in lines(database, "Bram")] == [
        ("sign_in.refused", 4),
        ("sign_in.refused", 4),
        ("sign_in", 0),
        ("sign_out", 0),
    ]
