"""One queue per destination: one letter at a time, one to ask whether anybody is there again, and then all in their order."""

from __future__ import annotations

import random
from datetime import timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session
from structlog.testing import capture_logs
from structlog.typing import EventDict

from mdo_portal import dispatch
from mdo_portal.database import Database
from mdo_portal.domain.delivery import Audience, Delivery, DeliveryState
from mdo_portal.domain.hospital import Channel
from mdo_portal.domain.recipient import Destination
from mdo_portal.exchange import Receipt, ReceiptKind
from mdo_portal.services.letters import destinations, handing_over, receipts
from mdo_portal.services.letters import outbox as outbox_service
from mdo_portal.services.letters.deliveries import CONFIRMED_WITHIN
from mdo_portal.services.letters.outbox_order import Share
from mdo_portal.services.letters.receipts import Told
from mdo_portal.services.letters.under_way import LEASE
from tests.make import NOW
from tests.outbox_house import AA, LATER, SILENCE, Outbox, Receiver
from tests.people import Region

MINUTE = timedelta(minutes=1)
COMMIT = Receipt(ReceiptKind.UNKNOWN, "CA")


@pytest.fixture
def outbox(database: Database, region: Region) -> Outbox:
    return Outbox(database, region)


def _queue(outbox: Outbox, hospital: str = "ZEED") -> Destination:
    with outbox.database.transaction() as session:
        return session.get_one(Destination, (outbox.region.hospitals[hospital], "referrer"))


def test_a_destination_gets_one_letter_at_a_time_and_others_get_theirs(outbox: Outbox) -> None:
    for hospital in ("ZEED", "ZEED", "DELT"):
        outbox.signed(hospital=hospital)

    taken = [dispatch.take(outbox.database, clock=lambda: NOW) for _ in range(3)]

    codes = [one.recipient.code if one else "" for one in taken]
    assert {*codes[:2]} == {"ZEED", "DELT"} and codes[2] == "", "signed at one moment, either may be first"
    assert dispatch.take(outbox.database, clock=lambda: NOW + LEASE / 2) is None
    assert dispatch.take(outbox.database, clock=lambda: NOW + LEASE + MINUTE) is not None, "a worker that died keeps nothing"


def test_taking_a_letter_waits_for_the_disk_unless_keeping_its_print_will(outbox: Outbox) -> None:
    """A letter on the wire must be under lease whatever happens to the database: a first one is kept between taking and sending."""
    outbox.signed()
    with outbox.database.transaction() as session:
        session.execute(text("SET LOCAL synchronous_commit = on"))
        first = outbox_service.claim(session, now=NOW)
        waits = session.scalar(text("SHOW synchronous_commit"))
    assert first and not first.letter and waits == "off"
    dispatch.deliver(outbox.database, {Channel.MLLP: Receiver([SILENCE])}, first, clock=lambda: NOW)

    with outbox.database.transaction() as session:
        session.execute(text("SET LOCAL synchronous_commit = on"))
        again = outbox_service.claim(session, now=NOW + MINUTE)
        waits = session.scalar(text("SHOW synchronous_commit"))
    assert again and again.letter and waits == "on"


def test_however_many_letters_wait_one_asks_whether_anybody_is_there(outbox: Outbox) -> None:
    random.seed(3)
    rounds = [outbox.signed() for _ in range(4)]
    receiver = Receiver([LATER])

    for minute in range(61):
        outbox.now = NOW + minute * MINUTE
        assert outbox.drain(receiver) <= 1, "a receiver that is away is not asked by every letter"

    first = outbox.letter(rounds[0])
    assert {one.delivery_id for one in receiver.came} == {str(first.id)}, "the oldest keeps its turn"
    assert 30 < len(receiver.came) <= 61
    assert first.attempts == 0 and {outbox.letter(one).state for one in rounds} == {DeliveryState.WAITING}
    assert _queue(outbox).down_since == NOW


def test_when_it_answers_again_all_goes_in_the_order_in_which_it_was_signed(outbox: Outbox) -> None:
    rounds = [outbox.signed() for _ in range(4)]
    for minute in range(0, 8 * 60, 10):
        outbox.now = NOW + minute * MINUTE
        outbox.drain(Receiver([LATER]))
    receiver = Receiver([AA])

    outbox.now += MINUTE
    drained = outbox.drain(receiver)

    assert drained == 4
    assert [one.delivery_id for one in receiver.came] == [str(outbox.letter(one).id) for one in rounds]
    assert (_queue(outbox).failures, _queue(outbox).down_since) == (0, None)


def test_a_letter_to_which_the_receiver_keeps_silent_does_not_keep_the_others(outbox: Outbox) -> None:
    """A message that makes their system hang: the others go round it, and it is not tried every time."""
    bad, *good = [outbox.signed() for _ in range(4)]
    hangs = str(outbox.letter(bad).id)

    class Hangs(Receiver):
        def send(self, decision: object, address: object) -> Receipt:
            super().send(decision, address)  # type: ignore[arg-type]
            return SILENCE if decision.delivery_id == hangs else AA  # type: ignore[attr-defined]

    receiver = Hangs([AA])
    for minute in range(20):
        outbox.now = NOW + minute * MINUTE
        outbox.drain(receiver)

    assert {outbox.letter(one).state for one in good} == {DeliveryState.RECEIVED}
    assert outbox.letter(bad).state is DeliveryState.SENT
    assert [one.delivery_id for one in receiver.came].count(hangs) < 15


def test_some_senders_are_kept_for_receivers_that_answer(outbox: Outbox) -> None:
    outbox.signed()
    outbox.work(Receiver([SILENCE]))
    outbox.signed(hospital="DELT")
    later = NOW + MINUTE

    taken = [dispatch.take(outbox.database, clock=lambda: later, share=Share.ANSWERING) for _ in range(2)]

    assert [one.recipient.code if one else "" for one in taken] == ["DELT", ""]


def test_what_a_receiver_keeps_and_must_still_confirm_is_not_sent_again_at_once(outbox: Outbox) -> None:
    round_ = outbox.signed()
    outbox.work(Receiver([COMMIT]))

    letter = outbox.letter(round_)

    assert letter.state is DeliveryState.SENT and letter.next_attempt_at == NOW + CONFIRMED_WITHIN
    assert _queue(outbox).failures == 0, "it answers"
    assert "nog niet bevestigd" in receipts.why(letter)


def test_a_person_who_wants_it_now_does_not_wait_for_the_pause(outbox: Outbox) -> None:
    round_ = outbox.signed()
    for _ in range(6):
        outbox.now += MINUTE
        outbox.drain(Receiver([LATER]))
    assert not outbox.work(Receiver([AA]))

    with outbox.database.transaction() as session:
        handing_over.send_again(session, session.get_one(Delivery, outbox.letter(round_).id), now=outbox.now)

    assert outbox.work(Receiver([AA]))
    assert outbox.letter(round_).state is DeliveryState.RECEIVED


def test_a_letter_put_on_paper_goes_no_more_over_the_line_and_holds_up_no_correction(outbox: Outbox) -> None:
    round_ = outbox.signed()
    outbox.work(Receiver([LATER]))
    with outbox.database.transaction() as session:
        handing_over.put_on_paper(session, session.get_one(Delivery, outbox.letter(round_).id), now=outbox.now)
    nobody = Receiver([RuntimeError("nobody may be called")])
    assert outbox.work(nobody)

    assert (outbox.letter(round_).channel, outbox.letter(round_).receipt_code) == (Channel.PAPER, "print")
    outbox.corrected(round_)
    outbox.now += MINUTE
    receiver = Receiver([AA])
    assert outbox.work(receiver)
    assert [one.version for one in receiver.came] == [2] and nobody.came == []


def _told(lines: list[EventDict]) -> list[str]:
    """What was logged about letters: a thread of another test, without its database by now, may say something in between."""
    return [line["event"] for line in lines if line["event"].startswith(("delivery.", "destination."))]


def test_a_night_without_a_receiver_is_two_lines_in_the_log(outbox: Outbox) -> None:
    for _ in range(3):
        outbox.signed()
    with capture_logs() as lines:
        for minute in range(0, 8 * 60, 10):
            outbox.now = NOW + minute * MINUTE
            outbox.drain(Receiver([LATER]))
        outbox.now += MINUTE
        outbox.drain(Receiver([AA]))

    assert _told(lines) == ["destination.down", "delivery.settled", "destination.back", "delivery.settled", "delivery.settled"]


def test_the_same_crash_of_our_own_is_told_once(outbox: Outbox) -> None:
    outbox.signed()
    with capture_logs() as lines:
        for hour in range(12):
            outbox.now = NOW + hour * 60 * MINUTE
            outbox.drain(Receiver([RuntimeError("our writer")]))

    assert _told(lines) == ["delivery.failed"]
    assert _queue(outbox).failures == 0, "that says nothing of the receiver"


#: what a receipt says of the destination
SAYS = {
    ("accepted", "AA"): Told.ANSWER,
    ("accepted", "201"): Told.ANSWER,
    ("refused", "AE"): Told.ANSWER,
    ("refused", "422"): Told.ANSWER,
    ("unknown", "CA"): Told.ANSWER,
    ("later", "unreachable"): Told.ABSENCE,
    ("later", "no_connection"): Told.ABSENCE,
    ("later", "AR"): Told.TROUBLE,
    ("later", "503"): Told.TROUBLE,
    ("unknown", "timeout"): Told.TROUBLE,
    ("refused", "unsendable"): Told.NOTHING,
    ("refused", "bad_address"): Told.NOTHING,
    ("later", "LetterFailed"): Told.NOTHING,
}


@pytest.mark.parametrize(("kind", "code"), SAYS)
def test_what_a_receipt_says_of_the_destination(kind: str, code: str) -> None:
    assert receipts.told(Receipt(ReceiptKind(kind), code)) is SAYS[kind, code]


def test_pauses_between_probes_grow_to_a_minute_and_no_further() -> None:
    random.seed(4)
    pauses = [destinations.probe(failures).total_seconds() for failures in range(1, 40)]

    assert 0.5 <= pauses[0] <= 1 and all(30 <= pause <= 60 for pause in pauses[6:])


@pytest.mark.parametrize(("asked", "seconds"), [(300, 300), (86_400, 900), (0, 1)])
def test_a_server_that_says_when_to_come_back_is_not_asked_before_within_bounds(
    session: Session, region: Region, asked: float, seconds: int
) -> None:
    """Whoever knocked each minute all the same was shut out by some; whoever believed a day sent no letter that day."""
    queue = Destination(hospital_id=region.hospitals["ZEED"], audience=Audience.REFERRER, failures=0)
    told = Receipt(ReceiptKind.LATER, "503", wait_seconds=asked)

    turn = destinations.answered(session, queue, told, now=NOW)

    assert turn.next_attempt_at == queue.next_attempt_at is not None
    assert queue.next_attempt_at <= NOW + timedelta(seconds=seconds)
    assert asked == 0 or queue.next_attempt_at == NOW + timedelta(seconds=seconds)
