"""Whoever watches the machine reads how the traffic with each hospital stands, and nothing of anybody; the alerts we give ask for that."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pytest
from flask import Flask
from prometheus_client.parser import text_string_to_metric_families

from mdo_portal.database import Database
from mdo_portal.domain.inbound import InboundState
from mdo_portal.domain.people import Person
from mdo_portal.services.letters import succession
from mdo_portal.services.links import listening
from mdo_portal.services.people import mailboxes
from mdo_portal.web.health import OF_HOSPITALS
from tests.people import Region, person_id
from tests.services.follow_house import signed
from tests.services.oversight.test_standstills import came
from tests.web.portal import app_on

ALERTS = Path(__file__).parents[2] / "docs" / "operating" / "alerts.yml"
AT = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)


@pytest.fixture
def app(database: Database, region: Region) -> Iterator[Flask]:
    with app_on(database) as app:
        yield app


def read(app: Flask) -> dict[tuple[str, str], float]:
    """(name, hospital) -> value; of what is about no hospital the hospital is "-"."""
    answer = app.test_client().get("/metrics")
    assert answer.status_code == 200
    found = (sample for family in text_string_to_metric_families(answer.text) for sample in family.samples)
    return {(one.name, one.labels.get("hospital", "-")): one.value for one in found if one.name.startswith("mdo_")}


def test_messages_and_letters_are_counted_by_hospital(app: Flask, database: Database, region: Region) -> None:
    with database.transaction() as session:
        zeed = region.hospitals["ZEED"]
        came(session, zeed, InboundState.KEPT, AT)
        came(session, zeed, InboundState.UNREADABLE, AT, "no_patient")
        came(session, zeed, InboundState.UNREADABLE, AT, "identity_conflict")
        came(session, None, InboundState.UNREADABLE, AT, "unknown_sender")
        letter = signed(session, region)

    found = read(app)

    of_zeed = {name: value for (name, hospital), value in found.items() if hospital == "ZEED"}
    assert of_zeed == {
        "mdo_messages_waiting": 1,
        "mdo_message_oldest_waiting_timestamp_seconds": AT.timestamp(),
        "mdo_messages_unreadable": 1,
        "mdo_message_oldest_unreadable_timestamp_seconds": AT.timestamp(),
        "mdo_messages_asking": 1,
        "mdo_message_last_timestamp_seconds": AT.timestamp(),
        "mdo_letters_waiting": 1,
        "mdo_letter_oldest_timestamp_seconds": pytest.approx(letter.signed_at.timestamp()),
        "mdo_letters_refused": 0,
    }
    assert found["mdo_messages_unreadable", ""] == 1
    assert ("mdo_message_oldest_waiting_timestamp_seconds", "KREE") not in found


def test_who_listens_and_who_works_is_seen_by_the_lock_they_hold(app: Flask, database: Database) -> None:
    assert (read(app)["mdo_listening", "-"], read(app)["mdo_workers", "-"]) == (0, 0)

    with psycopg.connect(database.plain_url, autocommit=True) as line:
        line.execute("SELECT pg_advisory_lock_shared(%s, %s)", listening.LOCK)
        for number in (1, 2):
            line.execute("SELECT pg_advisory_lock(%s, %s)", (succession.LOCKS, number))
        assert (read(app)["mdo_listening", "-"], read(app)["mdo_workers", "-"]) == (1, 2)


def test_a_mailbox_that_takes_no_mail_is_counted_and_not_that_of_somebody_who_is_gone(app: Flask, database: Database) -> None:
    with database.transaction() as session:
        for name in ("Dirk", "Lars"):
            mailboxes.refused(session, person_id(name), f"{name.lower()}@example.nl", now=AT)
        session.get_one(Person, person_id("Dirk")).disabled_at = AT

    assert read(app)["mdo_mailboxes_refused", "-"] == 1


def test_without_a_database_the_figures_say_so(app: Flask, database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    assert read(app)["mdo_database", "-"] == 1

    away = Database(database.url.replace("/copy_", "/none_"))
    monkeypatch.setitem(app.extensions, "mdo_database", away)
    assert read(app) == {("mdo_database", "-"): 0}


def test_only_this_machine_reads_them(app: Flask) -> None:
    assert app.test_client().get("/metrics", environ_overrides={"REMOTE_ADDR": "192.0.2.1"}).status_code == 404


def test_the_alerts_ask_for_figures_that_are_there(app: Flask) -> None:
    asked = set(re.findall(r"\bmdo_\w+", ALERTS.read_text()))
    there = {name for name, _ in read(app)} | set(OF_HOSPITALS)

    assert asked and asked <= there
