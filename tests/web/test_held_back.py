"""What PostgreSQL itself would not have is told to the person in a sentence, and to the log by the name of the rule; never by a value."""

from __future__ import annotations

from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch

import pytest
from flask import request as asked_by
from flask.testing import FlaskClient
from sqlalchemy import select, text
from sqlalchemy.orm import Session
from structlog.testing import capture_logs

from mdo_portal import reception
from mdo_portal.database import Database
from mdo_portal.domain.audit import REFUSED, AuditEntry
from mdo_portal.domain.policy import Act
from mdo_portal.live import guard
from mdo_portal.live.registry import REGISTRY
from mdo_portal.services.access_log import audit
from mdo_portal.services.people import sessions
from mdo_portal.services.referrals import drafts
from tests.people import Region, person_id
from tests.web.fhir_house import TASK, post
from tests.web.portal import CSRF, app_on, signed_in

#: by which part of the wall -> (the statement that a page of ours might one day make by mistake, the name that the log must say)
RULES = {
    "a trigger": ("UPDATE people SET name = 'Jansen' WHERE email = 'ada@example.nl'", "own_colleague"),
    "a trigger's nested question": (
        "INSERT INTO invitations (id, person_id, token_hash, made_by, made_at, expires_at)"
        " SELECT gen_random_uuid(), id, 'x', id, now(), now() FROM people WHERE name = 'Ada'",
        "invitation_is_theirs",
    ),
    "a policy": (
        "INSERT INTO legal_holds (id, hospital_id, reason, set_by, set_at) SELECT gen_random_uuid(), access.hospital(), 'Jansen',"
        " access.person(), now()",
        "policy for table legal_holds",
    ),
    "a right that is not there": ("UPDATE cases SET referral_number = 'Jansen'", "table cases"),
}  # fmt: skip


@pytest.fixture
def held(request: pytest.FixtureRequest, database: Database, region: Region) -> Iterator[FlaskClient]:
    """A page of Dirk's, that makes a statement which is not his to make."""
    statement = RULES[getattr(request, "param", "a trigger")][0]

    def smuggles(session: Session, *_: Any, **__: Any) -> None:
        session.execute(text(statement))

    with app_on(database) as app, patch.object(drafts, "load", smuggles), patch.object(drafts, "save", smuggles):
        yield signed_in(app, database, region, "Dirk")
        app.extensions["audit_guard"].held_back.clear()  # else the guard of all tests fails this one: here it is what was asked


def test_the_person_reads_what_happened_what_was_kept_and_what_to_do(held: FlaskClient) -> None:
    asked, sent = held.get("/register"), held.post("/register/draft", data={"csrf_token": CSRF, "family": "Voorbeeld"})

    assert (asked.status_code, sent.status_code) == (403, 403)
    for page in (asked.text, sent.text):
        assert "Tegengehouden" in page and "Er is niets veranderd" in page and "meld de beheerder" in page
        assert "own_colleague" not in page and "people" not in page.split("<main")[-1]
    assert "staat nog op de vorige pagina" in sent.text


def test_a_piece_of_a_page_says_the_same_and_stays(held: FlaskClient) -> None:
    sent = held.post("/register/draft", data={"csrf_token": CSRF}, headers={"HX-Request": "true"})

    assert (sent.status_code, sent.headers["HX-Reswap"]) == (403, "none")
    assert "tegengehouden" in sent.text and "X-Error" in sent.headers


def test_when_it_is_not_even_told_who_is_in_the_page_says_that_it_is_our_mistake(database: Database, region: Region) -> None:
    """A right that a migration forgot, on what every page asks first: nothing was drawn any more, and a bare error of the server was left."""

    def withheld(session: Session, *_: Any, **__: Any) -> None:
        session.execute(text(RULES["a right that is not there"][0]))

    with app_on(database) as app, capture_logs() as said:
        dirk = signed_in(app, database, region, "Dirk")
        with patch.object(sessions, "signed_in", withheld):
            page, piece = dirk.get("/worklist"), dirk.get("/worklist", headers={"HX-Request": "true"})
        app.extensions["audit_guard"].held_back.clear()  # here it is what was asked

    assert (page.status_code, piece.status_code) == (500, 500)
    assert "Er ging iets mis bij ons" in page.text and "Er ging iets mis bij ons" in piece.text
    assert {one["rule"] for one in said if one["event"] == "request.failed"} == {"table cases"}


@pytest.mark.parametrize(("held", "rule"), [(what, rule) for what, (_, rule) in RULES.items()], indirect=["held"])
def test_the_log_says_which_rule_and_nothing_of_what_was_written(held: FlaskClient, rule: str) -> None:
    with capture_logs() as said:
        held.get("/register")

    [line] = [one for one in said if one["event"] == "request.failed"]
    assert (line["sqlstate"], line["rule"], line["log_level"]) == ("42501", rule, "error")
    assert "Jansen" not in str(said)


def test_it_stands_in_the_access_log_as_every_attempt_that_was_refused(held: FlaskClient, database: Database) -> None:
    held.get("/register")

    with database.transaction() as session:
        lines = session.scalars(select(AuditEntry).where(AuditEntry.outcome == REFUSED)).all()
    assert [(one.act, one.person_id) for one in lines] == [("case:register", person_id("Dirk"))]


def test_a_live_event_hears_once_and_for_all_that_it_is_not_theirs(database: Database, region: Region) -> None:
    """It heard *busy*, and its page sent the same again, and again."""

    def smuggles(context: guard.Context, _payload: guard.Payload) -> dict[str, Any]:
        context.session.execute(text(RULES["a trigger"][0]))
        return {}

    with app_on(database) as app, app.test_request_context():
        client = signed_in(app, database, region, "Dirk")
        with client.session_transaction() as cookie:
            at = SimpleNamespace(session_key=cookie["_user_id"], address="127.0.0.1")
        asked_by.sid = "x"  # type: ignore[attr-defined]
        with patch.object(REGISTRY, "get", lambda _: at), patch.object(REGISTRY, "may_ask", lambda *_: True):
            own = app.extensions["mdo_database"]
            answer = guard._run(own, "room:join", Act.ROOM_JOIN, smuggles, guard.never, 1.0, {})
        noted = app.extensions["audit_guard"].held_back
        assert noted == ["a live event"], "a test in which an event is held back by mistake fails"
        noted.clear()

    assert answer == {"ok": False, "reason": "NotAllowed"}
    with database.transaction() as session:
        assert session.scalars(select(AuditEntry.act).where(AuditEntry.outcome == REFUSED)).all() == ["room:join"]


@pytest.mark.parametrize("what", ["fhir.not_stored", "refusal.not_logged"])
def test_what_is_kept_from_being_stored_says_by_which_rule(database: Database, region: Region, what: str) -> None:
    """A message of a hospital, an attempt in the access log: *ProgrammingError* was all, though nobody's trying makes those."""

    def withheld(session: Session, *_: Any, **__: Any) -> Any:
        session.execute(text(RULES["a policy"][0]))

    with app_on(database) as app, capture_logs() as said:
        if what == "fhir.not_stored":
            with patch.object(reception, "keep", lambda own, *_, link, **__: withheld_at(own, link, withheld)):
                answer = post(app.test_client(use_cookies=False), "/fhir/Task", TASK)
            assert answer.status_code == 503, "it sends again"
        else:
            with patch.object(audit, "refused", withheld):
                assert signed_in(app, database, region, "Dirk").get("/manage/letters").status_code == 403

    [line] = [one for one in said if one["event"] == what]
    assert (line["error"], line["rule"]) == ("ProgrammingError", "policy for table legal_holds")


def withheld_at(own: Database, link: str, withheld: Any) -> None:
    with own.transaction(link=link) as session:
        withheld(session)
