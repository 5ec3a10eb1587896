"""A letter that a person sends again is never the last word where what replaces it arrived; and what only is printed frees no queue."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from mdo_portal import dispatch
from mdo_portal.database import Database
from mdo_portal.domain.delivery import Delivery, DeliveryState
from mdo_portal.domain.recipient import Destination
from mdo_portal.domain.round import Round
from mdo_portal.exchange import DecisionForm, Receipt, ReceiptKind
from mdo_portal.letters import letters
from mdo_portal.services.decisions.decision_forms import Written
from mdo_portal.services.letters import handing_over, receipts
from tests.make import NOW
from tests.outbox_house import AA, AE, HOUR, SILENCE, Outbox, Receiver
from tests.outbox_house import LATER as AWAY
from tests.people import Region
from tests.services.signed import LATER, sign


@pytest.fixture
def outbox(database: Database, region: Region) -> Outbox:
    return Outbox(database, region)


@pytest.fixture
def refused(outbox: Outbox) -> Round:
    """A letter that the receiver refused; its correction is signed."""
    round_ = outbox.signed()
    outbox.drain(Receiver([AE]))
    outbox.corrected(round_)
    return round_


def _resent(outbox: Outbox, round_: Round, *, version: int) -> None:
    with outbox.database.transaction() as session:
        handing_over.send_again(session, session.get_one(Delivery, outbox.letter(round_, version=version).id), now=outbox.now)


def _again(outbox: Outbox, round_: Round, *, version: int = 1, says: Receipt = AA) -> list[int]:
    """A person sends it again. The versions that left then."""
    _resent(outbox, round_, version=version)
    receiver = Receiver([says])
    outbox.drain(receiver)
    return [one.version for one in receiver.came]


@pytest.mark.parametrize("said", [AA, SILENCE])
def test_a_letter_does_not_leave_again_after_what_corrects_it(outbox: Outbox, refused: Round, said: Receipt) -> None:
    outbox.work(Receiver([said]))

    assert 1 not in _again(outbox, refused)

    letter = outbox.letter(refused)
    assert (letter.state, letter.receipt_code) == (DeliveryState.CANCELLED, receipts.REPLACED)
    assert "die deze vervangt" in receipts.why(letter)


def test_where_neither_arrived_both_go_in_their_order(outbox: Outbox, refused: Round) -> None:
    outbox.drain(Receiver([AE]))
    with outbox.database.transaction() as session:
        for letter in session.scalars(select(Delivery)):
            handing_over.send_again(session, letter, now=outbox.now)
    receiver = Receiver([AA])

    outbox.drain(receiver)

    assert [one.version for one in receiver.came] == [1, 2]


@pytest.mark.parametrize("became", ["sent again too", "given up", "held"])
def test_a_letter_does_not_leave_again_where_what_corrects_it_may_be_there_already(
    outbox: Outbox, refused: Round, became: str
) -> None:
    """The correction is a double there when it goes once more: the letter that it corrects was the last word."""
    outbox.work(Receiver([SILENCE]))
    with outbox.database.transaction() as session:
        newer = session.get_one(Delivery, outbox.letter(refused, version=2).id)
        if became == "sent again too":
            handing_over.send_again(session, newer, now=outbox.now)
        elif became == "given up":
            newer.move(DeliveryState.DEAD)
            newer.next_attempt_at = None
        else:
            newer.state, newer.sent_at, newer.held_at = DeliveryState.WAITING, None, NOW

    assert 1 not in _again(outbox, refused)

    assert outbox.letter(refused).receipt_code == receipts.REPLACED


@pytest.mark.parametrize("became", ["sent again once more", "given up", "refused by ourselves"])
def test_so_it_is_where_that_was_refused_at_first_and_left_again_since(outbox: Outbox, refused: Round, became: str) -> None:
    outbox.work(Receiver([AE]))
    _again(outbox, refused, version=2, says=SILENCE)
    if became == "sent again once more":
        _resent(outbox, refused, version=2)
    elif became == "given up":
        with outbox.database.transaction() as session:
            newer = session.get_one(Delivery, outbox.letter(refused, version=2).id)
            newer.move(DeliveryState.DEAD)
            newer.next_attempt_at = None
    else:
        outbox.work(Receiver([Receipt(ReceiptKind.REFUSED, "unsendable")]), at=outbox.now + HOUR)

    assert 1 not in _again(outbox, refused)

    assert outbox.letter(refused).receipt_code == receipts.REPLACED


def test_what_was_added_to_a_letter_replaces_nothing(outbox: Outbox) -> None:
    round_ = outbox.signed()
    outbox.drain(Receiver([AE]))
    with outbox.database.transaction() as session:
        added = Written(DecisionForm.ADDENDUM, "Ook een consult diëtetiek.", "vergeten", "")
        sign(session, session.get_one(Round, round_.id), added, outbox.region.bram)
    outbox.now = LATER
    outbox.drain(Receiver([AA]))
    assert outbox.letter(round_, version=2).state is DeliveryState.RECEIVED

    assert _again(outbox, round_) == [1]


@pytest.mark.parametrize("said", [SILENCE, AWAY])
def test_a_letter_that_is_still_under_way_stops_once_what_corrects_it_was_handed_over(outbox: Outbox, said: Receipt) -> None:
    round_ = outbox.signed()
    outbox.work(Receiver([said]))
    outbox.corrected(round_)
    with outbox.database.transaction() as session:
        newer = session.get_one(Delivery, outbox.letter(round_, version=2).id)
        handing_over.put_on_paper(session, newer, now=outbox.now)
        handing_over.confirm_by_hand(session, newer, viewer=outbox.region.dirk, now=outbox.now)
    other = outbox.signed(hospital="DELT")
    outbox.now += HOUR
    receiver = Receiver([AA])

    outbox.drain(receiver)

    assert [one.recipient_code for one in receiver.came] == ["DELT"]
    assert outbox.letter(other).state is DeliveryState.RECEIVED
    assert outbox.letter(round_).state is DeliveryState.CANCELLED
    assert outbox.case(round_).state.value == "delivered"


def test_a_replaced_letter_keeps_no_later_one_from_delivering_the_case(outbox: Outbox, refused: Round) -> None:
    outbox.drain(Receiver([AA]))
    _again(outbox, refused)
    outbox.corrected(refused)

    outbox.drain(Receiver([AA]))

    assert outbox.case(refused).state.value == "delivered"


def test_a_letter_on_paper_that_cannot_be_printed_frees_no_queue(outbox: Outbox, monkeypatch: pytest.MonkeyPatch) -> None:
    outbox.signed()
    second = outbox.letter(outbox.signed())
    with outbox.database.transaction() as session:
        handing_over.put_on_paper(session, session.get_one(Delivery, second.id), now=NOW)
    on_the_wire, on_paper = (dispatch.take(outbox.database, clock=lambda: NOW, worker=7) for _ in range(2))
    assert on_the_wire is not None and on_paper is not None and on_paper.delivery_id == second.id

    def broken(*_: object, **__: object) -> bytes:
        raise letters.LetterFailed("decision", "template")

    monkeypatch.setattr(dispatch, "printed", broken)
    dispatch.deliver(outbox.database, {}, on_paper, clock=lambda: NOW)

    with outbox.database.transaction() as session:
        queue = session.scalars(select(Destination).where(Destination.hospital_id == second.hospital_id)).one()
        assert (queue.leased_by, queue.leased_until is not None) == (7, True)
        assert session.get_one(Delivery, second.id).receipt_code == "LetterFailed"
