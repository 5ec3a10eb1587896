"""However the messages of a line are cut into batches, and by whichever way they are kept, the inbox holds the same."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from datetime import timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some
from sqlalchemy import text

from mdo_portal.database import Database
from mdo_portal.domain.hospital import Hospital
from mdo_portal.domain.sealing import Sealer
from mdo_portal.services.inbox import intake
from mdo_portal.services.inbox.inbound_line import DirectLine
from mdo_portal.services.inbox.sifting import Arrival
from tests import make
from tests.make import NOW
from tests.people import Region

KINDS = ("change", "referral", "unreadable", "stranger", "again")
Message = tuple[str, int]
Inbox = tuple[list[tuple[Any, ...]], int]


def arrivals(story: Sequence[Message], region: Region) -> list[Arrival]:
    """Patient 0 has a case and 1 to 3 have none; `again` is the message before it once more, later."""
    link, made = region.links["ZEED"], list[Arrival]()
    for place, (kind, patient) in enumerate(story):
        at, one = NOW + timedelta(minutes=place), {"control_id": f"M{place}", "patient_numbers": (("", f"K{patient}"),)}
        if kind == "again" and made:
            made.append(Arrival(**{name: getattr(made[-1], name) for name in ("raw", "wire", "header", "link", "reason")}, at=at))
        elif kind == "unreadable":
            made.append(make.arrival(link, at=at, reason="no_control_id", **one))
        elif kind == "stranger":
            made.append(make.arrival(None, at=at, reason="unknown_sender", **one))
        else:
            made.append(make.arrival(link, at=at, kind="REF^I12" if kind == "referral" else "ADT^A08", **one))
    return made


def cut(messages: Sequence[Arrival], ends: Sequence[int]) -> list[Sequence[Arrival]]:
    places = sorted({0, len(messages), *(end % (len(messages) + 1) for end in ends)})
    return [messages[start:end] for start, end in pairwise(places)]


def in_transactions(database: Database, batches: Sequence[Sequence[Arrival]]) -> list[dict[bytes, Any]]:
    told = []
    for batch in batches:
        with database.transaction() as session:
            told.append(intake.keep(session, batch))
    return told


def over_the_line(noise: float) -> Callable[[Database, Sequence[Sequence[Arrival]]], list[dict[bytes, Any]]]:
    """As the listener does it, on a line of which so much was noise of late."""

    async def keep(database: Database, batches: Sequence[Sequence[Arrival]]) -> list[dict[bytes, Any]]:
        assert isinstance(database.sealer, Sealer)
        line = DirectLine(database.plain_url)
        try:
            keeper = intake.DirectKeeper(line, database.sealer)
            told = []
            for batch in batches:
                keeper._noise = noise
                told.append(await keeper.keep(keeper.prepare(batch)))
            return told
        finally:
            line.close()

    return lambda database, batches: asyncio.run(keep(database, batches))


def inbox(database: Database) -> Inbox:
    """All but `doubled_at`: what comes twice within one commit came at one moment."""
    with database.transaction() as session:
        rows = session.execute(
            text("SELECT control_id, digest, state, reason, doubles, received_at, link_id, patient_keys"
                 " FROM inbound_messages ORDER BY control_id, digest, link_id")
        )  # fmt: skip
        return [tuple(row) for row in rows], session.scalar(text("SELECT coalesce(sum(ignored), 0) FROM feed_counts")) or 0


def emptied(database: Database) -> None:
    with database.transaction() as session:
        session.execute(text("DELETE FROM inbound_messages"))
        session.execute(text("DELETE FROM feed_counts"))


@pytest.fixture
def referred(database: Database, region: Region) -> Database:
    with database.transaction() as session:
        make.case(session, session.get_one(Hospital, region.hospitals["ZEED"]), patient=make.identity("K0"))
    return database


@settings(max_examples=20)
@given(
    story=some.lists(some.tuples(some.sampled_from(KINDS), some.integers(0, 3)), min_size=1, max_size=9),
    ends=some.lists(some.integers(0, 9), max_size=6),
)
def test_every_way_of_keeping_leaves_the_same_inbox(
    referred: Database, region: Region, story: list[Message], ends: list[int]
) -> None:
    messages = arrivals(story, region)
    one_by_one = [[message] for message in messages]
    ways = [
        (in_transactions, one_by_one),
        (in_transactions, cut(messages, ends)),
        *((over_the_line(noise), batches) for noise in (0.0, 1.0) for batches in (one_by_one, cut(messages, ends))),
    ]

    left: list[Inbox] = []
    firsts: list[set[tuple[bytes, Any]]] = []
    for keep, batches in ways:
        emptied(referred)
        told = keep(referred, batches)
        left.append(inbox(referred))
        kept = {row[1] for row in left[-1][0]}  # what is only counted hears its own time or that of its double, as it falls
        firsts.append({(digest, first) for doubles in told for digest, first in doubles.items() if digest in kept})

    assert left == [left[0]] * len(ways)
    assert firsts == [firsts[0]] * len(ways)
