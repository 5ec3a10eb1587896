"""What the application's acknowledgement says of a message that waits for somebody, and when it is given up."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import update

from mdo_portal.database import Database
from mdo_portal.domain.inbound import AckDone, InboundMessage, InboundState
from mdo_portal.exchange import Receipt, ReceiptKind
from mdo_portal.services.inbox import application_acks
from mdo_portal.services.inbox.application_acks import OwedAck
from mdo_portal.services.keeping import restoring
from tests import make
from tests.make import NOW
from tests.people import Region
from tests.reception_house import hand_in, understand_all
from tests.test_application_acks import Receiver, asks, became, listening, referral, say

__all__ = ["asks"]
SILENCE = Receipt(ReceiptKind.UNKNOWN, "timeout")


@pytest.fixture
def owed_to(database: Database, asks: Region) -> Database:
    """One message was understood, and its sender waits to hear so."""
    hand_in(database, asks, referral("M1"))
    understand_all(database)
    return database


def _claimed(database: Database, minutes: int = 0) -> OwedAck | None:
    with database.transaction() as session:
        return application_acks.claim(session, now=NOW + timedelta(minutes=minutes))


def _heard(database: Database, said: Receipt, minutes: int = 0) -> bool:
    """This answer, if it was said again by then."""
    owed = _claimed(database, minutes)
    if owed is None:
        return False
    with database.transaction() as session:
        application_acks.settle(session, owed, said, now=NOW + timedelta(minutes=minutes))
    return True


@pytest.mark.parametrize(
    ("code", "reasons"),
    [
        ("AR", ["unknown_kind", "unknown_event", "wrong_version"]),
        ("AE", ["no_patient", "broken", "undecodable", "too_large"]),
        ("AA", ["identity", "failed", "no_board", ""]),
    ],
)
def test_a_sender_hears_of_what_it_must_mend_and_of_nothing_else(owed_to: Database, code: str, reasons: list[str]) -> None:
    """What waits for a person of ours is no fault of whoever sent it: a sender that hears AE sends it again, or telephones."""
    said = {}
    for reason in reasons:
        waits = {"state": InboundState.UNREADABLE, "reason": reason, "application_ack_code": "", "application_ack_due": None}
        with owed_to.transaction() as session:
            session.execute(update(InboundMessage).values(**waits))
        owed = _claimed(owed_to)
        assert owed is not None
        said[reason] = application_acks._LETTER[owed.answer.verdict]

    assert said == dict.fromkeys(reasons, code)


def test_what_was_said_once_is_said_again_whatever_became_of_the_message_meanwhile(owed_to: Database) -> None:
    with owed_to.transaction() as session:
        session.execute(update(InboundMessage).values(state=InboundState.UNREADABLE, reason="broken"))
    first = _claimed(owed_to)
    with owed_to.transaction() as session:
        session.execute(update(InboundMessage).values(state=InboundState.UNDERSTOOD, reason=""))

    again = _claimed(owed_to, minutes=2)

    assert first and again and first.answer.verdict is again.answer.verdict


def test_a_receiver_that_is_away_for_an_hour_was_not_silent(owed_to: Database) -> None:
    for minutes in range(0, 60, 5):
        assert _heard(owed_to, Receipt(ReceiptKind.LATER, "unreachable"), minutes)

    assert became(owed_to) == ["AL"]


def test_an_address_that_may_not_be_used_is_no_refusal_of_the_receiver(owed_to: Database) -> None:
    """The link's manager puts it right: the sender then still hears what it was promised."""
    assert _heard(owed_to, Receipt(ReceiptKind.REFUSED, "bad_address"))

    assert became(owed_to) == ["AL"]


def test_when_nobody_answers_one_knocks_and_the_others_wait(database: Database, asks: Region) -> None:
    hand_in(database, asks, referral("M1", patient="1"), referral("M2", patient="2"))
    understand_all(database)

    assert _heard(database, SILENCE)

    assert _claimed(database) is None
    first = _claimed(database, minutes=2)
    assert first is not None and b"|M1|" in first.raw


def test_two_who_say_acknowledgements_each_have_one_of_their_own(database: Database, asks: Region) -> None:
    hand_in(database, asks, referral("M1", patient="1"), referral("M2", patient="2"))
    understand_all(database)

    with database.transaction() as one, database.transaction() as other:
        told = [application_acks.claim(session, now=NOW) for session in (one, other)]

    assert [b"|M1|" in owed.raw for owed in told if owed] == [True, False]


def test_where_a_copy_of_the_database_stands_it_is_given_up_and_not_said_at_the_last_moment(owed_to: Database) -> None:
    with owed_to.transaction() as session:
        restoring.hold(session, at=NOW, now=NOW)
    receiver = Receiver()
    with listening(receiver) as port:
        for hours in (23.5, 25.5):
            say(owed_to, port, now=NOW + timedelta(hours=hours))

    assert (receiver.said(), became(owed_to)) == ([], ["late"])


def test_a_link_says_what_became_of_its_own_of_this_week(database: Database, asks: Region) -> None:
    hand_in(database, asks, *(referral(f"M{number}", patient=str(number)) for number in range(1, 7)))
    zeed, recent, past = asks.hospitals["ZEED"], NOW - timedelta(days=6), NOW - timedelta(days=8)
    ended = [
        (AckDone.SILENT, recent, zeed), (AckDone.REFUSED, recent, zeed), (AckDone.LATE, recent, zeed),
        (AckDone.SILENT, past, zeed), (AckDone.REFUSED, recent, asks.hospitals["DELT"]), (AckDone.SENT, recent, zeed),
    ]  # fmt: skip
    with database.transaction() as session:
        for number, (became_, at, hospital) in enumerate(ended, 1):
            values = {"application_ack": became_, "application_ack_at": at, **make.over_its_link(session, hospital)}
            session.execute(update(InboundMessage).where(InboundMessage.control_id == f"M{number}").values(**values))
        told = application_acks.of_link(session, zeed, now=NOW)

    assert (told.silent, told.lost, told.waiting, told.oldest_at) == (1, 2, 0, None)
