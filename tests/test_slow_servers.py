"""One server that is slow, or one referral of it that can never be had, holds up no other hospital and no later referral."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from mdo_portal import polling, pulling
from mdo_portal.database import Database
from mdo_portal.domain.inbound import InboundMessage, InboundState
from mdo_portal.domain.link import Link
from mdo_portal.domain.poll import Poll
from mdo_portal.errors import IllegalMove
from mdo_portal.exchange import Address, IncomingNotice, NotPulled, Offered, Pulled
from mdo_portal.services.inbox import polls, pulls, replaying
from tests.people import Region
from tests.test_polling import AWAY, Asked, Server, asked, server

__all__ = ["asked", "server"]
T0 = datetime(2026, 11, 26, 3, 0, tzinfo=UTC)


def links(database: Database, region: Region) -> dict[str, Link]:
    with database.transaction() as session:
        found = {one.hospital_id: one for one in session.scalars(select(Link))}
        return {code: found[region.hospitals[code]] for code in ("DELT", "KREE")}


class Clock:
    """Goes on only when somebody takes their time."""

    def __init__(self) -> None:
        self.at = T0

    def __call__(self) -> datetime:
        return self.at


class Slow:
    """Servers of which some do not answer until the time is over, and what they were asked, in order."""

    def __init__(self, clock: Clock, silent: set[str], takes: timedelta) -> None:
        self.clock, self.silent, self.takes = clock, silent, takes
        self.asked: list[str] = []

    def pull(self, notice: IncomingNotice, address: Address, *, at: datetime) -> Pulled:
        self.asked.append(address.hospital_code)
        if address.hospital_code in self.silent:
            self.clock.at += self.takes
            raise NotPulled("unreachable", again=True)
        return Pulled(b"{}", 1, 1)

    def finish(self, notice: IncomingNotice, address: Address) -> None:
        return

    def look(self, query: str, address: Address, *, since: datetime) -> list[Offered]:
        return [Offered(f"ServiceRequest/{n} 1", T0 + timedelta(seconds=n), (f"ServiceRequest/{n}",)) for n in range(50)]

    def fetch(self, offered: Offered, address: Address) -> Pulled:
        self.asked.append(address.hospital_code)
        self.clock.at += self.takes if address.hospital_code in self.silent else timedelta(0)
        return Pulled(b'{"n": "%s"}' % offered.number.encode(), 1, 1)


def test_the_notices_of_a_server_that_is_silent_hold_up_no_other_hospitals(database: Database, region: Region) -> None:
    known, clock = links(database, region), Clock()
    with database.transaction() as session:
        for n in range(20):
            notice = IncomingNotice(f"D{n}", fetches=("Patient/1",))
            pulls.noticed(session, notice, known["DELT"].id, message_id=uuid.uuid4(), now=T0 - timedelta(seconds=60 - n))
        pulls.noticed(session, IncomingNotice("K", fetches=("Patient/1",)), known["KREE"].id, message_id=uuid.uuid4(), now=T0)
    servers = Slow(clock, {"DELT"}, timedelta(seconds=30))

    while "KREE" not in servers.asked:
        assert pulling.pull_next(database, servers, clock=clock)

    assert servers.asked == ["DELT", "KREE"]


def test_what_waits_at_a_silent_server_is_all_fetched_once_it_answers(database: Database, region: Region) -> None:
    known, clock = links(database, region), Clock()
    with database.transaction() as session:
        for n in range(5):
            pulls.noticed(
                session, IncomingNotice(f"D{n}", fetches=("Patient/1",)), known["DELT"].id, message_id=uuid.uuid4(), now=T0
            )
    servers = Slow(clock, {"DELT"}, timedelta(seconds=30))
    for _ in range(3):
        assert pulling.pull_next(database, servers, clock=clock)
        clock.at += timedelta(minutes=1)
    servers.silent.clear()
    servers.asked.clear()
    while pulling.pull_next(database, servers, clock=clock):
        pass
    clock.at += timedelta(minutes=1)
    while pulling.pull_next(database, servers, clock=clock):
        pass

    assert len(servers.asked) == 5


def test_the_referrals_of_a_slow_server_are_taken_in_turns_with_those_of_others(database: Database, region: Region) -> None:
    known, clock = links(database, region), Clock()
    with database.transaction() as session:
        for n, code in enumerate(known):
            at = T0 - timedelta(minutes=10 - n)
            polls.register(
                session, session.get_one(Link, known[code].id), "ServiceRequest?status=active", every=timedelta(hours=1), now=at
            )
    servers = Slow(clock, {"DELT"}, timedelta(seconds=30))

    while "KREE" not in servers.asked:
        assert polling.poll_next(database, servers, clock=clock)
    before = servers.asked.index("KREE")
    while servers.asked.count("DELT") < 50:
        assert polling.poll_next(database, servers, clock=clock)

    assert timedelta(seconds=30) * before < polls.LEASE / 2
    with database.transaction() as session:
        assert [session.get_one(Poll, one.id).reason for one in known.values()] == ["", ""]


def test_one_referral_at_which_its_server_fails_again_and_again_stands_for_a_person_and_the_others_go_on(
    asked: Asked, server: Server
) -> None:
    server.lay(1, minutes=1)
    server.lay(2, minutes=2)
    server["Patient/p1"] = AWAY
    for _ in range(polls.MOST_FAILED_LOOKS - 1):
        asked.look()
        assert asked.numbers() == ["VRAAG-2"] and asked.poll().reason == "unreachable"
    (fine,) = asked.messages()
    asked.look()

    _, given_up = asked.messages()
    assert (given_up.state, given_up.reason, given_up.place) == (InboundState.UNREADABLE, "not_polled", "unreachable")
    assert fine.state is InboundState.UNDERSTOOD and asked.numbers() == ["VRAAG-2"] and asked.poll().reason == ""


def test_a_referral_that_could_not_be_had_is_fetched_once_it_can_be(asked: Asked, server: Server) -> None:
    server.lay(1, minutes=1)
    server.lay(2, minutes=45)
    server["Patient/p1"], was = AWAY, server["Patient/p1"]
    asked.look()
    asked.look()
    server["Patient/p1"] = was
    asked.look()

    assert asked.numbers() == ["VRAAG-1", "VRAAG-2"] and asked.poll().reason == ""


def test_a_server_that_fails_at_every_referral_is_given_up_at_none_but_one_a_look(asked: Asked, server: Server) -> None:
    for n in (1, 2, 3):
        server.lay(n, minutes=n)
        server[f"Patient/p{n}"], was = AWAY, server[f"Patient/p{n}"]
    for _ in range(polls.MOST_FAILED_LOOKS):
        asked.look()
    assert len(asked.messages()) == 1 and asked.poll().reason == "unreachable"

    server["Patient/p2"] = was | {"id": "p2"}
    server["Patient/p3"] = was
    asked.look()
    assert asked.numbers() == ["VRAAG-2", "VRAAG-3"] and asked.poll().reason == ""


def test_a_referral_that_was_given_up_keeps_its_reason_when_somebody_offers_it_again(asked: Asked, server: Server) -> None:
    """Nothing of it is here to read: it became a message without a header, and nobody knew any more that a referral waits over there."""
    server.lay(1, minutes=1, supportingInfo=[{"reference": "Observation/gone"}])
    asked.look()
    with asked.database.transaction() as session, pytest.raises(IllegalMove):
        replaying.replay(session, session.get_one(InboundMessage, asked.messages()[0].id), now=T0)

    assert [(one.state, one.reason) for one in asked.messages()] == [(InboundState.UNREADABLE, "not_polled")]
