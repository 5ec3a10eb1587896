"""Telling comes after the commit, says ids only, and never tells what was rolled back."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator
from contextlib import suppress
from datetime import time

import psycopg
import pytest
from sqlalchemy.exc import IntegrityError

from mdo_portal.database import Database
from mdo_portal.domain.board import Board
from mdo_portal.domain.hospital import Hospital
from mdo_portal.domain.inbound import InboundState
from mdo_portal.errors import Stale
from mdo_portal.services.common import changes
from mdo_portal.services.inbox import intake, queue, settling
from tests import make
from tests.people import Region

ALL = "that_is_all"


@pytest.fixture
def ear(database: Database) -> Iterator[psycopg.Connection]:
    with psycopg.connect(database.plain_url, autocommit=True) as connection:
        for channel in (changes.CHANNEL, "mdo_understand", "mdo_deliver", ALL):
            connection.execute(f"LISTEN {channel}")
        yield connection


def heard(ear: psycopg.Connection) -> list[psycopg.Notify]:
    """Everything told until now: PostgreSQL delivers in the order of the commits, so what comes before our own word is all there is."""
    ear.execute(f"NOTIFY {ALL}")
    told = []
    for notice in ear.notifies(timeout=30):
        if notice.channel == ALL:
            return told
        told.append(notice)
    raise AssertionError("not even our own word came")


def test_nothing_is_told_before_the_commit(database: Database, ear: psycopg.Connection) -> None:
    object_id = uuid.uuid4()

    with database.transaction() as session:
        changes.announce(session, "case", object_id, revision=3)
        session.flush()
        assert heard(ear) == []

    (notice,) = heard(ear)
    assert json.loads(notice.payload) == {"topic": "case", "id": str(object_id), "revision": 3}


def test_what_is_rolled_back_is_never_told(database: Database, ear: psycopg.Connection) -> None:
    with suppress(Stale), database.transaction() as session:
        changes.announce(session, "case", uuid.uuid4())
        raise Stale()

    assert heard(ear) == []


def test_what_was_said_before_a_part_that_fails_is_told_once_at_the_end(
    database: Database, region: Region, ear: psycopg.Connection
) -> None:
    """A savepoint takes what PostgreSQL was told in it along."""
    with database.transaction() as session:
        changes.announce(session, "case", uuid.uuid4())
        with suppress(IntegrityError), session.begin_nested():
            session.add(Board(code="URO-P", name="een tweede met deze code", starts=time(16)))
        assert heard(ear) == []

    assert len(heard(ear)) == 1


def test_a_kept_message_wakes_the_worker(database: Database, region: Region, ear: psycopg.Connection) -> None:
    with database.transaction() as session:
        intake.keep(session, [make.arrival(region.links["ZEED"])])

    assert [notice.channel for notice in heard(ear)] == ["mdo_understand"]


def test_a_new_referral_tells_its_lists_and_no_name(database: Database, region: Region, ear: psycopg.Connection) -> None:
    with database.transaction() as session:
        make.case(session, session.get_one(Hospital, region.hospitals["ZEED"]), patient=make.identity("4711", bsn=make.BSN))

    notices = heard(ear)
    topics = {(told["topic"], told["id"]) for told in (json.loads(notice.payload) for notice in notices)}
    assert {("worklist", str(region.boards["URO-P"])), ("worklist", str(region.hospitals["ZEED"]))} <= topics
    assert not any(word in notice.payload for notice in notices for word in ("Voorbeeld", "4711", make.BSN))


def test_of_what_is_about_nobody_here_only_the_page_of_the_link_hears(
    database: Database, region: Region, ear: psycopg.Connection
) -> None:
    """Most of what an EPD sends: who read the messages saw a number rise all day, with nothing behind it."""
    link = region.links["ZEED"]
    with database.transaction() as session:
        intake.keep(session, [make.arrival(link, control_id=name) for name in ("M1", "M2")])
        forgotten, unreadable = queue.claim(session, now=make.NOW, most=2)
    heard(ear)

    with database.transaction() as session:
        settling.forget(session, forgotten, now=make.NOW)
    assert of_hospital(ear, link.hospital_id) == {"link"}

    with database.transaction() as session:
        settling.settle(session, unreadable.message_id, InboundState.UNREADABLE, now=make.NOW, reason="not_er7")
    assert of_hospital(ear, link.hospital_id) == {"link", "messages"}


@pytest.mark.parametrize("beside", [[], ["REF^I12"], ["ADT^A08"]], ids=["alone", "beside a referral", "beside the feed"])
def test_of_what_is_refused_at_the_door_who_looks_at_the_messages_hears_once(
    database: Database, region: Region, ear: psycopg.Connection, beside: list[str]
) -> None:
    """On a first day that is all that comes, and nobody settles it afterwards: the list stayed empty until one pressed reload."""
    link = region.links["ZEED"]

    def came() -> None:
        refused = make.arrival(link, raw=b"no message", control_id="M1", reason="not_er7")
        others = [make.arrival(link, control_id=kind, kind=kind) for kind in beside]
        with database.transaction() as session:
            intake.keep(session, [refused, *others])

    came()
    assert of_hospital(ear, link.hospital_id) == {"messages"}
    came()
    assert of_hospital(ear, link.hospital_id) == set()  # the very same, sent again


def test_of_whom_nobody_knows_the_administrator_hears(database: Database, ear: psycopg.Connection) -> None:
    """Before a link knows its sender, that is how a hospital calls first."""
    with database.transaction() as session:
        intake.keep(session, [make.arrival(None, control_id="M1", reason="unknown_sender")])

    assert of_hospital(ear, "nobody") == {"messages"}


def of_hospital(ear: psycopg.Connection, hospital_id: uuid.UUID | str) -> set[str]:
    told = [json.loads(notice.payload) for notice in heard(ear) if notice.channel == changes.CHANNEL]
    return {one["topic"] for one in told if one["id"] == str(hospital_id)}
