"""A link manager has the own server tell by itself: agreed on a page, seen how it stands, and told at an address of its own."""

from __future__ import annotations

import json
import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select, text, update
from sqlalchemy.exc import ProgrammingError

from mdo_portal.domain.poll import Poll
from mdo_portal.domain.subscription import Subscription
from mdo_portal.services.links import link_history
from mdo_portal.services.links.hospitals import hash_token
from mdo_portal.services.links.subscription_form import NO_SEARCH, NO_TOPIC
from mdo_portal.services.people import sessions
from tests.copies import as_web
from tests.web.test_links_agreements import SERVER, Agreeing, portal

__all__ = ["portal"]
NOW = datetime.now(UTC)
TOPIC = "https://epd.zeeduyn.example/SubscriptionTopic/mdo"
SECRET = "geheim-van-zeeduyn"
HEARTBEAT = {
    "resourceType": "Bundle", "type": "history",
    "entry": [{"resource": {"resourceType": "Parameters", "parameter": [{"name": "type", "valueCode": "heartbeat"}]}}],
}  # fmt: skip


def stands(portal: Agreeing, **more: object) -> None:
    """How it stands at that server, as the worker wrote it down."""
    well = {
        "number": "s1",
        "status": "active",
        "status_at": NOW,
        "active_at": NOW,
        "ends_at": NOW + timedelta(days=8),
        "due_at": NOW,
    }
    with portal.database.transaction() as session:
        link_id = portal.region.links["ZEED"].link_id
        session.merge(
            Subscription(
                link_id=link_id, hospital_id=portal.region.hospitals["ZEED"], secret_hash=hash_token(SECRET), **well | more
            )  # type: ignore[arg-type]
        )


def test_it_is_agreed_on_the_page_and_stands_in_the_history(portal: Agreeing) -> None:
    assert portal.agree(**SERVER | {"subscribes": "1", "topic": "mdo"}).status_code == 422
    refused = portal.agree(**SERVER | {"subscribes": "1", "search": "", "topic": "mdo"})
    assert NO_TOPIC in refused.text and NO_SEARCH in refused.text and portal.asked() is None

    portal.agree(**SERVER | {"subscribes": "1", "topic": TOPIC})
    asked = portal.asked()
    assert asked and (asked.subscribes, asked.topic) == (True, TOPIC)
    form = portal.person().get(portal.link() + "/agreements").text
    assert 'name="subscribes" value="1" checked' in form and TOPIC in form
    portal.agree(**SERVER)
    asked = portal.asked()
    assert asked and (asked.subscribes, asked.topic) == (False, "")
    with portal.database.transaction() as session:
        ended, began = link_history.history(session, portal.region.hospitals["ZEED"])[:2]
    assert f"subscribes: True\ntopic: {TOPIC}" in began.after and "subscribes" not in ended.after
    assert "De server meldt zelf" in portal.person().get(portal.link()).text


STATES: list[tuple[dict[str, Any], str]] = [
    ({}, "en wordt op tijd verlengd"),
    ({"status": "requested"}, "De server heeft het, en moet het nog aanzetten."),
    ({"status": "", "number": ""}, "wordt aangevraagd"),
    ({"reason": "none"}, "dat hij geen abonnement (Subscription) aanneemt."),
    ({"reason": "refused"}, "de server weigert"),
    ({"reason": "unreachable"}, "niet bereikbaar"),
    ({"status": "error"}, "de server meldt een fout"),
    ({"status": "off"}, "daar uitgezet"),
    ({"unheard_at": NOW}, "actief, maar er komt niets aan"),
    ({"status_at": NOW - timedelta(days=1)}, "onbekend of het nog actief is"),
    ({"is_leaving": True}, "wordt weggehaald"),
    ({"noticed_at": NOW}, "Laatste melding:"),
]


def test_how_it_stands_is_said_in_words(portal: Agreeing) -> None:
    well = {"number": "s1", "status": "active", "status_at": NOW, "ends_at": NOW + timedelta(days=8), "reason": ""}
    with portal.app.test_request_context():
        said = portal.app.jinja_env.get_template("links/_tells.html").module.stands  # type: ignore[attr-defined]
        for more, sentence in STATES:
            assert sentence in said(Subscription(**well | more), NOW), more


def test_it_is_said_with_the_link_and_with_the_agreements(portal: Agreeing) -> None:
    portal.agree(**SERVER | {"subscribes": "1"})
    stands(portal, reason="refused")
    for path in ("", "/agreements"):
        assert "de server weigert" in portal.person().get(portal.link() + path).text, path


def test_postgresql_changes_nothing_of_it_for_a_session_that_proved_nothing_lately(portal: Agreeing) -> None:
    portal.agree(**SERVER | {"subscribes": "1"})
    lars = portal.person()
    with lars.session_transaction() as cookie:
        key = cookie["_user_id"]
    change = text("UPDATE polls SET subscribes = false, topic = 'https://elders.example' RETURNING topic")
    with as_web(portal.database).transaction(entering=sessions.hash_key(key)) as session:
        assert session.execute(change).all() == [("https://elders.example",)]
        session.rollback()
    portal.grown_stale()
    with as_web(portal.database).transaction(entering=sessions.hash_key(key)) as session:
        assert session.execute(change).all() == []


def test_a_notice_is_heard_by_its_secret_and_nothing_else_is_opened_by_it(portal: Agreeing) -> None:
    portal.agree(**SERVER | {"subscribes": "1"})
    stands(portal)
    client, of = portal.app.test_client(), portal.region.links["ZEED"].link_id

    def told(link_id: uuid.UUID, secret: str, **body: object) -> int:
        with portal.database.transaction() as session:
            session.execute(update(Poll).values(next_at=NOW + timedelta(days=1)))
        headers = {"Authorization": f"Bearer {secret}"}
        return client.post(f"/fhir/Subscription/notice/{link_id}", headers=headers, **body).status_code  # type: ignore[arg-type]

    def woke() -> bool:
        with portal.database.transaction() as session:
            return session.scalars(select(Poll.next_at)).one() < NOW + timedelta(hours=1)

    assert (told(of, "anders"), woke()) == (401, False) and (told(portal.region.links["DELT"].link_id, SECRET), woke()) == (
        401,
        False,
    )
    assert (told(of, ""), woke()) == (401, False) and client.post("/fhir/Subscription/notice/x").status_code == 401
    assert (told(of, SECRET), woke()) == (204, True)
    assert (told(of, SECRET, json=HEARTBEAT), woke()) == (204, False)
    assert (told(of, SECRET, data=b"x" * 70_000), woke()) == (204, True), "what nobody asked for is an event"
    assert (told(of, SECRET, json=json.loads("[1]")), woke()) == (204, True)
    headers = {"Authorization": f"Bearer {SECRET}"}
    assert client.post("/fhir/Subscription/notice", headers=headers).status_code == 401
    assert client.post("/fhir", headers=headers, json=HEARTBEAT).status_code == 401
    assert client.get(f"/fhir/Subscription/notice/{of}").status_code == 405


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT secret_sealed FROM subscriptions",
        "SELECT secret_hash FROM subscriptions",
        "UPDATE subscriptions SET base = 'https://elders.example'",
        "INSERT INTO subscriptions SELECT * FROM subscriptions",
        "DELETE FROM subscriptions",
    ],
)
def test_postgresql_shows_no_secret_to_a_web_process_and_lets_it_write_none(portal: Agreeing, statement: str) -> None:
    lars = portal.person()
    with lars.session_transaction() as cookie:
        key = cookie["_user_id"]
    with pytest.raises(ProgrammingError), as_web(portal.database).transaction(entering=sessions.hash_key(key)) as session:
        session.execute(text(statement))
