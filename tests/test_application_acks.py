"""The application's acknowledgement that comes later: owed by a commit, said over a line of our own, at least once and the same."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select, update

from integrations.hl7v2.acknowledger import MllpAcknowledger
from integrations.hl7v2.text.er7 import Message
from integrations.hl7v2.wire.ack import acks_for
from integrations.simulator.config import Endpoint
from integrations.simulator.v2.door import MllpDoor
from mdo_portal.acknowledgements import acknowledge_next
from mdo_portal.database import Database
from mdo_portal.domain.hospital import Channel
from mdo_portal.domain.inbound import FeedCount, InboundMessage
from mdo_portal.domain.link import Link
from mdo_portal.errors import IllegalMove
from mdo_portal.exchange import Answer, Verdict
from mdo_portal.services.inbox import application_acks, replaying
from mdo_portal.services.keeping import restoring
from tests import make
from tests.make import NOW
from tests.people import Region
from tests.reception_house import count, hand_in, rows, understand_all

LAB = b"OBR|1|P7|F7|PSA^PSA\rOBX|1|NM|2857-1^PSA^LN||12.4|ug/L\r"


class Receiver:
    """A hospital's listener: what it got, and what it answers."""

    def __init__(self, answers: str = "C") -> None:
        self.got: list[Message] = []
        self.raw: list[bytes] = []
        self.answers = answers

    def receive(self, raw: bytes) -> list[bytes]:
        self.raw.append(raw)
        self.got.append(Message.parse(raw))
        verdict = {"C": Verdict.STORED, "E": Verdict.REFUSED, "R": Verdict.NOT_NOW}.get(self.answers)
        return acks_for(raw, Answer(verdict, ""), now=NOW, control_id="THEIRS") if verdict else []

    def said(self) -> list[tuple[str, str]]:
        return [(one.get("MSA-1"), one.get("MSA-2")) for one in self.got]


@contextmanager
def listening(receiver: Receiver) -> Iterator[int]:
    door = MllpDoor(Endpoint("127.0.0.1", 0), receiver.receive)
    try:
        yield door.port
    finally:
        door.close()


@pytest.fixture
def asks(database: Database, region: Region) -> Region:
    """ZEED is promised its application acknowledgements later."""
    with database.transaction() as session:
        row = region.links["ZEED"]
        reached = {
            "channel_out": Channel.MLLP,
            "host_out": "127.0.0.1",
            "inside_networks": ["127.0.0.0/8"],
            "timeout_seconds": 5.0,
        }
        session.execute(update(Link).where(Link.id == row.link_id).values(application_ack_out=True, **reached))
    return replace(region, links=region.links | {"ZEED": replace(row, application_ack_out=True)})


def referral(number: str, asked: str = "AL|AL", **over: str) -> bytes:
    return make.hl7_referral(number, **over).replace(b"|2.5|||||NLD", f"|2.5|||{asked}|NLD".encode())


def say(database: Database, port: int, *, now: datetime = NOW) -> int:
    """Everything that may be said now."""
    with database.transaction() as session:
        session.execute(update(Link).values(port_out=port))
    said = 0
    while acknowledge_next(database, MllpAcknowledger(), clock=lambda: now):
        said += 1
    return said


def became(database: Database) -> list[str]:
    return [row.application_ack for row in rows(database)]


def test_a_message_is_taken_at_once_and_acknowledged_once_it_was_understood(database: Database, asks: Region) -> None:
    receiver = Receiver()
    with listening(receiver) as port:
        (answer,) = hand_in(database, asks, referral("M1"))
        before = say(database, port)
        understand_all(database)
        after = say(database, port)

    assert (answer.later, before, after) == (True, 0, 1)
    (said,) = receiver.got
    assert receiver.said() == [("AA", "M1")]
    assert [said.get(place) for place in ("MSH-9-1", "MSH-9-2", "MSH-15", "MSH-16")] == ["ACK", "I12", "AL", "NE"]
    assert said.get("MSH-10") not in ("", "M1")
    assert became(database) == ["sent"]


@pytest.mark.parametrize(
    ("asked", "good", "bad"), [("AL", ["AA"], ["AE"]), ("ER", [], ["AE"]), ("SU", ["AA"], []), ("NE", [], []), ("", [], [])]
)
def test_what_is_asked_is_what_is_said(database: Database, asks: Region, asked: str, good: list[str], bad: list[str]) -> None:
    receiver = Receiver()
    nameless = referral("M2", f"AL|{asked}").replace(b"PID|1||12345^^^ZEED^PI||van Voorbeeld^A^B^^^^L", b"PID|1||||")
    with listening(receiver) as port:
        hand_in(database, asks, referral("M1", f"AL|{asked}", patient="1"), nameless)
        understand_all(database)
        say(database, port)

    assert receiver.said() == [(code, "M1") for code in good] + [(code, "M2") for code in bad]
    assert say(database, 1) == 0, "nothing is owed any more"


def test_what_cannot_be_read_is_said_without_a_word_of_the_patient(database: Database, asks: Region) -> None:
    receiver = Receiver()
    with listening(receiver) as port:
        hand_in(database, asks, referral("M1", patient="ZX-12345").replace(b"REF^I12^REF_I12", b"ZZZ^Z99"))
        understand_all(database)
        say(database, port)

    assert receiver.said() == [("AR", "M1")]
    assert receiver.got[0].get("ERR-3-1") == "200"
    assert b"Voorbeeld" not in receiver.raw[0]
    assert b"ZX-12345" not in receiver.raw[0]  # five digits alone stand in our own drawn number now and then


def test_a_receiver_that_is_away_hears_the_same_bytes_later_and_others_wait_with_it(database: Database, asks: Region) -> None:
    with socket.create_server(("127.0.0.1", 0)) as door:
        closed = door.getsockname()[1]
    hand_in(database, asks, referral("M1", patient="1"), referral("M2", patient="2"))
    understand_all(database)
    receiver = Receiver("R")

    assert say(database, closed) == 1, "one knocks, the other waits"
    with listening(receiver) as port:
        say(database, port, now=NOW + timedelta(seconds=2))
        receiver.answers = "C"
        say(database, port, now=NOW + timedelta(minutes=2))

    assert sorted(set(receiver.said())) == [("AA", "M1"), ("AA", "M2")]
    assert len(receiver.raw) == 4
    assert len(set(receiver.raw)) == 2, "a repeat is the same bytes"
    assert became(database) == ["sent", "sent"]


def test_what_a_killed_worker_had_under_way_is_said_again(database: Database, asks: Region) -> None:
    receiver = Receiver()
    hand_in(database, asks, referral("M1"))
    understand_all(database)
    with database.transaction() as session:
        application_acks.claim(session, now=NOW)

    with listening(receiver) as port:
        assert say(database, port) == 0
        assert say(database, port, now=NOW + application_acks.LEASE) == 1

    assert receiver.said() == [("AA", "M1")]


def test_a_double_is_not_acknowledged_twice(database: Database, asks: Region) -> None:
    receiver = Receiver()
    with listening(receiver) as port:
        for _ in range(2):
            hand_in(database, asks, referral("M1", referral_number="VW-1"))
            understand_all(database)
            say(database, port)

    assert receiver.said() == [("AA", "M1")]


def test_after_a_day_it_is_given_up_and_a_double_asks_for_it_again(database: Database, asks: Region) -> None:
    same = referral("M1")
    hand_in(database, asks, same)
    understand_all(database)
    tomorrow = NOW + application_acks.LONGEST_AGE + timedelta(minutes=1)

    assert say(database, 1, now=tomorrow) == 0
    assert became(database) == ["late"]

    receiver = Receiver()
    with listening(receiver) as port:
        hand_in(database, asks, same, now=tomorrow)
        say(database, port, now=tomorrow)
    assert receiver.said() == [("AA", "M1")]


def test_a_database_that_stands_elsewhere_says_nothing_until_it_is_released(database: Database, asks: Region) -> None:
    hand_in(database, asks, referral("M1"))
    understand_all(database)
    receiver = Receiver()
    with listening(receiver) as port:
        with database.transaction() as session:
            restoring.hold(session, at=NOW, now=NOW)
        assert say(database, port, now=NOW + timedelta(hours=2)) == 0
        with database.transaction() as session:
            restoring.release(session, now=NOW)
        say(database, port, now=NOW + timedelta(hours=2))

    assert receiver.said() == [("AA", "M1")]


def test_a_receiver_that_answers_no_acknowledgement_hears_it_three_times(database: Database, asks: Region) -> None:
    receiver = Receiver("silent")
    with database.transaction() as session:
        session.execute(update(Link).values(timeout_seconds=0.5))
    hand_in(database, asks, referral("M1"))
    understand_all(database)
    with listening(receiver) as port:
        for minutes in range(6):
            say(database, port, now=NOW + timedelta(minutes=2 * minutes))

    assert receiver.said() == [("AA", "M1")] * application_acks.SILENCES
    assert became(database) == ["silent"]


def test_a_receiver_that_does_not_want_it_is_left_alone(database: Database, asks: Region) -> None:
    receiver = Receiver("E")
    hand_in(database, asks, referral("M1"))
    understand_all(database)
    with listening(receiver) as port:
        say(database, port)
        say(database, port, now=NOW + timedelta(hours=1))

    assert (receiver.said(), became(database)) == ([("AA", "M1")], ["refused"])


def test_about_nobody_here_only_the_header_stays_until_its_sender_was_told(database: Database, asks: Region) -> None:
    raw = referral("M1").replace(b"REF^I12^REF_I12", b"ORU^R01^ORU_R01")
    head, patient = raw.split(b"\r")[0], next(line for line in raw.split(b"\r") if line.startswith(b"PID"))
    hand_in(database, asks, head + b"\r" + patient + b"\r" + LAB)
    understand_all(database)
    (kept,) = rows(database)
    assert (kept.state.value, kept.size, kept.patient_keys) == ("ignored", len(head) + 1, [])

    with pytest.raises(IllegalMove), database.transaction() as session:
        replaying.replay(session, session.get_one(InboundMessage, kept.id), now=NOW)

    receiver = Receiver()
    with listening(receiver) as port:
        say(database, port)

    assert receiver.said() == [("AA", "M1")]
    assert rows(database) == []
    assert count(database, FeedCount, FeedCount.ignored == 1) == 1


def test_what_was_forgotten_and_comes_again_behind_its_referral_is_no_double(database: Database, asks: Region) -> None:
    lines = referral("L1", patient="7").replace(b"REF^I12^REF_I12", b"ORU^R01^ORU_R01").split(b"\r")
    lab = b"\r".join([lines[0], *(line for line in lines if line.startswith(b"PID")), LAB])
    hand_in(database, asks, lab)
    understand_all(database)
    hand_in(database, asks, referral("M1", patient="7"), lab)
    understand_all(database)

    assert [row.state.value for row in rows(database)] == ["ignored", "understood", "understood"]


def test_an_acknowledgement_and_the_feed_are_never_answered_later(database: Database, asks: Region) -> None:
    ack = b"MSH|^~\\&|ZEED-EPD|ZEED|MDO|NET|20260302||ACK^T02^ACK|A1|P|2.5|||AL|AL\rMSA|AA|X\r"
    feed = make.hl7_change("F1").replace(b"|2.5|||||NLD", b"|2.5|||AL|AL|NLD")

    assert [one.later for one in hand_in(database, asks, ack, feed)] == [False, False]
    understand_all(database)
    with database.transaction() as session:
        assert not session.scalars(select(InboundMessage.id).where(InboundMessage.application_ack != "")).all()


def test_the_link_says_how_many_wait_and_since_when(database: Database, asks: Region) -> None:
    hand_in(database, asks, referral("M1", patient="1"), referral("M2", patient="2"))
    understand_all(database)
    with database.transaction() as session:
        acks = application_acks.of_link(session, asks.links["ZEED"].hospital_id, now=NOW)
    assert (acks.waiting, acks.oldest_at, acks.lost) == (2, NOW, 0)

    say(database, 1, now=NOW + application_acks.LONGEST_AGE + timedelta(minutes=1))
    with database.transaction() as session:
        acks = application_acks.of_link(session, asks.links["ZEED"].hospital_id, now=NOW + timedelta(days=2))
    assert (acks.waiting, acks.lost) == (0, 2)
