"""A person said that a letter came, and takes it back: it is what it was, what was told meanwhile is put right, and nothing is lost."""

from __future__ import annotations

from datetime import datetime

import pytest
from sqlalchemy import select, update

from mdo_portal.database import Database
from mdo_portal.domain.case import Case, CaseEvent, CaseState
from mdo_portal.domain.delivery import Audience, Delivery, DeliveryState
from mdo_portal.domain.hospital import Channel
from mdo_portal.domain.round import Round
from mdo_portal.errors import IllegalMove
from mdo_portal.exchange import Receipt, ReceiptKind
from mdo_portal.services.identity import objections
from mdo_portal.services.letters import handing_over, receipts, taking_back
from mdo_portal.services.letters.acknowledging import acknowledge
from tests.outbox_house import AA, AE, HOUR, LATER, SILENCE, Outbox, Receiver
from tests.people import Region

COMMIT = Receipt(ReceiptKind.UNKNOWN, "CA")
OF_IT = (
    "state",
    "channel",
    "sent_at",
    "refused_at",
    "receipt_code",
    "receipt_text",
    "receipt_reference",
    "held_at",
    "received_at",
)
WRONG = "verkeerde regel"


@pytest.fixture
def outbox(database: Database, region: Region) -> Outbox:
    return Outbox(database, region)


def _confirm(outbox: Outbox, round_: Round, *, version: int = 1, audience: Audience = Audience.REFERRER) -> None:
    with outbox.database.transaction() as session:
        letter = session.get_one(Delivery, outbox.letter(round_, version=version, audience=audience).id, with_for_update=True)
        handing_over.confirm_by_hand(session, letter, viewer=outbox.region.aisha, now=outbox.now)


def _take_back(
    outbox: Outbox, round_: Round, *, version: int = 1, why: str = WRONG, audience: Audience = Audience.REFERRER
) -> None:
    with outbox.database.transaction() as session:
        letter = session.get_one(Delivery, outbox.letter(round_, version=version, audience=audience).id, with_for_update=True)
        taking_back.take_back(session, letter, why, viewer=outbox.region.bram, now=outbox.now)


def _said(outbox: Outbox, round_: Round) -> dict[str, object]:
    return {name: getattr(outbox.letter(round_), name) for name in OF_IT}


@pytest.mark.parametrize("heard", [AE, SILENCE, COMMIT, LATER])
def test_it_is_again_what_it_was_and_its_age_counts_from_then(outbox: Outbox, heard: Receipt) -> None:
    round_ = outbox.signed()
    outbox.drain(Receiver([heard]))
    before, named = _said(outbox, round_), outbox.letter(round_).named_id
    outbox.now += HOUR
    _confirm(outbox, round_)
    outbox.now += HOUR

    _take_back(outbox, round_)

    letter = outbox.letter(round_)
    assert (_said(outbox, round_), letter.named_id) == (before, named)
    assert (letter.confirmed_by, letter.before_by_hand) == (None, None)


@pytest.mark.parametrize(("heard", "goes"), [(SILENCE, 1), (LATER, 1), (AE, 0)])
def test_what_was_still_to_go_goes_at_once_and_what_was_refused_waits_for_a_person(
    outbox: Outbox, heard: Receipt, goes: int
) -> None:
    round_ = outbox.signed()
    outbox.drain(Receiver([heard]))
    _confirm(outbox, round_)
    outbox.now += HOUR
    assert outbox.drain(Receiver([AA])) == 0
    _take_back(outbox, round_)

    assert outbox.drain(Receiver([AA])) == goes
    assert outbox.letter(round_).state is (DeliveryState.RECEIVED if goes else DeliveryState.REFUSED)


def test_both_lines_stand_in_the_history_with_who_and_why_and_the_case_is_new_to_who_looked(outbox: Outbox) -> None:
    round_ = outbox.signed()
    outbox.drain(Receiver([AE]))
    _confirm(outbox, round_)
    outbox.now += HOUR
    _take_back(outbox, round_)

    assert outbox.events(round_) == ["letter.sent", "letter.refused", "letter.received", "letter.not_received"]
    with outbox.database.transaction() as session:
        told = session.scalars(select(CaseEvent).where(CaseEvent.what == "letter.not_received")).one()
        assert (told.person_id, told.details["reason"]) == (outbox.region.bram.person_id, WRONG)
    assert outbox.case(round_).unseen_since == outbox.now


def test_a_case_that_was_delivered_by_it_is_not_and_is_once_it_comes(outbox: Outbox) -> None:
    round_ = outbox.signed()
    outbox.drain(Receiver([SILENCE]))
    _confirm(outbox, round_)
    assert outbox.case(round_).state is CaseState.DELIVERED

    _take_back(outbox, round_)
    assert outbox.case(round_).state is CaseState.DECIDED

    outbox.now += HOUR
    outbox.drain(Receiver([AA]))
    assert outbox.case(round_).state is CaseState.DELIVERED


def test_a_reason_is_asked_and_nothing_changes_without(outbox: Outbox) -> None:
    round_ = outbox.signed()
    outbox.drain(Receiver([AE]))
    _confirm(outbox, round_)

    with pytest.raises(IllegalMove, match="waarom"):
        _take_back(outbox, round_, why="  ")

    assert outbox.letter(round_).state is DeliveryState.RECEIVED


def test_what_their_system_said_itself_nobody_takes_back(outbox: Outbox) -> None:
    round_ = outbox.signed()
    outbox.drain(Receiver([AA]))

    with pytest.raises(IllegalMove):
        _take_back(outbox, round_)

    assert outbox.letter(round_).receipt_code == "AA"


def test_nor_what_it_says_since(outbox: Outbox) -> None:
    """The receipt of the hospital came after the telephone call: it went unheard, and would have been taken back with the call."""
    round_ = outbox.signed()
    outbox.drain(Receiver([COMMIT]))
    _confirm(outbox, round_)
    letter = outbox.letter(round_)
    with outbox.database.transaction() as session:
        assert acknowledge(session, letter.hospital_id, letter.id.hex, AA, outbox.now + HOUR)

    with pytest.raises(IllegalMove):
        _take_back(outbox, round_)

    after = outbox.letter(round_)
    assert (after.state, after.receipt_code, after.received_at) == (DeliveryState.RECEIVED, "AA", letter.received_at)


def test_a_receipt_on_the_wire_while_it_was_confirmed_is_heard_too(outbox: Outbox) -> None:
    round_ = outbox.signed()

    class Slow(Receiver):
        def send(self, decision: object, address: object) -> Receipt:
            _confirm(outbox, round_)
            return super().send(decision, address)  # type: ignore[arg-type]

    outbox.drain(Slow([AA]))

    assert outbox.letter(round_).receipt_code == "AA"
    with pytest.raises(IllegalMove):
        _take_back(outbox, round_)


def test_one_that_was_on_the_wire_then_may_be_there(outbox: Outbox) -> None:
    """Its worker was killed: nobody wrote down what came of it."""
    round_ = outbox.signed()

    class Killed(Receiver):
        def send(self, decision: object, address: object) -> Receipt:
            _confirm(outbox, round_)
            _take_back(outbox, round_)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        outbox.drain(Killed([AA]))

    assert outbox.letter(round_).sent_at is not None
    outbox.corrected(round_)
    outbox.now += HOUR
    receiver = Receiver([AA])
    outbox.drain(receiver)
    assert [one.replaces_delivery_id for one in receiver.came] == ["", str(outbox.letter(round_).id)]


def test_the_older_one_that_it_kept_back_stays_back_and_it_goes_itself(outbox: Outbox) -> None:
    round_ = outbox.signed()
    outbox.drain(Receiver([AE]))
    outbox.corrected(round_)
    _confirm(outbox, round_, version=2)
    with outbox.database.transaction() as session:
        handing_over.send_again(session, session.get_one(Delivery, outbox.letter(round_).id), now=outbox.now)
    outbox.drain(Receiver([AA]))
    assert outbox.letter(round_).receipt_code == receipts.REPLACED

    _take_back(outbox, round_, version=2)
    receiver = Receiver([AA])
    outbox.drain(receiver)

    assert [one.document_number for one in receiver.came] == [outbox.letter(round_, version=2).document_number]
    assert outbox.case(round_).state is CaseState.DELIVERED


def _held(outbox: Outbox, round_: Round, version: int) -> None:
    with outbox.database.transaction() as session:
        letter = session.get_one(Delivery, outbox.letter(round_, version=version).id)
        letter.held_at, letter.hold_reason = outbox.now, "restored"


@pytest.mark.parametrize("second", [SILENCE, None])
def test_who_has_what_named_it_is_told_of_the_older_one(outbox: Outbox, second: Receipt | None) -> None:
    """The third named the second, which was said to be there: now nobody knows, and the first may hold beside it."""
    round_ = outbox.signed()
    outbox.drain(Receiver([AA]))
    outbox.corrected(round_)
    outbox.drain(Receiver([second])) if second else _held(outbox, round_, 2)
    _confirm(outbox, round_, version=2)
    outbox.corrected(round_)
    outbox.now += HOUR
    receiver = Receiver([AA])
    outbox.drain(receiver)
    assert receiver.came[0].replaces_delivery_id == str(outbox.letter(round_, version=2).id)
    assert "letter.may_stand_beside" not in outbox.events(round_)

    _take_back(outbox, round_, version=2)

    assert "letter.may_stand_beside" in outbox.events(round_)


def test_a_copy_whose_patient_objects_since_does_not_go(outbox: Outbox) -> None:
    outbox.copies_to_gps(Channel.PAPER)
    round_ = outbox.signed(gp="H.A. Huisarts")
    outbox.drain(Receiver([AA]))
    _confirm(outbox, round_, audience=Audience.GP)
    with outbox.database.transaction() as session:
        objections.record(session, session.get_one(Case, round_.case_id), viewer=outbox.region.dirk, now=outbox.now)

    _take_back(outbox, round_, audience=Audience.GP)
    assert outbox.letter(round_, audience=Audience.GP).receipt_code != receipts.PRINTED
    outbox.drain(Receiver([AA]))

    assert outbox.letter(round_, audience=Audience.GP).state is DeliveryState.CANCELLED


def test_one_that_was_held_after_a_restore_is_held_again(outbox: Outbox) -> None:
    round_ = outbox.signed()
    _held(outbox, round_, 1)
    _confirm(outbox, round_)
    _take_back(outbox, round_)

    letter = outbox.letter(round_)
    assert (letter.held_at, letter.hold_reason) == (outbox.now, "restored")
    assert outbox.drain(Receiver([AA])) == 0


def test_when_our_copy_is_gone_it_stays_received(outbox: Outbox) -> None:
    """It would be printed anew, of what the network calls itself by then, and would not be the letter that was signed."""
    round_ = outbox.signed()
    outbox.drain(Receiver([SILENCE]))
    _confirm(outbox, round_)
    with outbox.database.transaction() as session:
        session.execute(update(Delivery).where(Delivery.id == outbox.letter(round_).id).values(letter_sealed=b""))

    with pytest.raises(IllegalMove, match="bewaartermijn"):
        _take_back(outbox, round_)


def test_a_second_click_says_that_there_is_nothing_to_take_back(outbox: Outbox) -> None:
    round_ = outbox.signed()
    outbox.drain(Receiver([AE]))
    _confirm(outbox, round_)
    _take_back(outbox, round_)

    with pytest.raises(IllegalMove, match="terugnemen"):
        _take_back(outbox, round_)


def test_confirmed_once_more_it_is_taken_back_once_more(outbox: Outbox) -> None:
    round_ = outbox.signed()
    outbox.drain(Receiver([AE]))
    at: list[datetime | None] = []
    for _time in (1, 2):
        _confirm(outbox, round_)
        at.append(outbox.letter(round_).received_at)
        _take_back(outbox, round_)
        outbox.now += HOUR

    assert outbox.letter(round_).state is DeliveryState.REFUSED and at[0] != at[1]
