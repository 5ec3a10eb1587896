"""An application's word that comes later, as a message of its own: it settles a letter to that hospital, and no other."""

from __future__ import annotations

import uuid
from dataclasses import replace

import pytest

from mdo_portal import dispatch
from mdo_portal.database import Database
from mdo_portal.domain.delivery import Audience, Delivery, DeliveryState
from mdo_portal.domain.round import Round
from mdo_portal.exchange import Receipt, ReceiptKind
from mdo_portal.services.letters import deliveries, handing_over
from mdo_portal.services.letters.acknowledging import acknowledge
from tests.make import NOW
from tests.outbox_house import AA, AE, HOUR, LATER, SILENCE, Outbox, Receiver
from tests.people import Region

COMMIT = Receipt(ReceiptKind.UNKNOWN, "CA")


@pytest.fixture
def outbox(database: Database, region: Region) -> Outbox:
    return Outbox(database, region)


@pytest.fixture
def kept(outbox: Outbox) -> Round:
    """A letter that the receiver has kept and its application has not confirmed."""
    round_ = outbox.signed()
    outbox.work(Receiver([COMMIT]))
    return round_


def _said(outbox: Outbox, letter: Delivery, *, hospital: str = "ZEED", number: str = "", receipt: Receipt = AA) -> bool:
    with outbox.database.transaction() as session:
        return acknowledge(session, outbox.region.hospitals[hospital], number or letter.id.hex, receipt, NOW + HOUR)


@pytest.mark.parametrize("length", [32, 20])
def test_its_word_settles_the_letter_also_by_a_number_that_was_cut(outbox: Outbox, kept: Round, length: int) -> None:
    letter = outbox.letter(kept)

    assert _said(outbox, letter, number=letter.id.hex[:length].upper())

    assert (outbox.letter(kept).state, outbox.letter(kept).receipt_code) == (DeliveryState.RECEIVED, "AA")
    assert outbox.events(kept) == ["letter.sent", "letter.received"]


def test_its_word_settles_the_copy_to_a_general_practitioner_that_went_over_its_channel(outbox: Outbox) -> None:
    outbox.copies_to_gps()
    round_ = outbox.signed(gp="H.A. Huisarts")
    outbox.drain(Receiver([AA, COMMIT]))
    copy = outbox.letter(round_, audience=Audience.GP)

    assert not _said(outbox, copy, hospital="DELT")
    assert _said(outbox, copy)

    assert outbox.letter(round_, audience=Audience.GP).state is DeliveryState.RECEIVED


def test_a_late_no_puts_it_on_a_persons_list(outbox: Outbox, kept: Round) -> None:
    assert _said(outbox, outbox.letter(kept), receipt=AE)
    assert outbox.letter(kept).state is DeliveryState.REFUSED


def test_no_hospital_speaks_for_anothers_letter(outbox: Outbox, kept: Round) -> None:
    assert not _said(outbox, outbox.letter(kept), hospital="DELT")
    assert outbox.letter(kept).state is DeliveryState.SENT


def test_a_number_that_is_not_that_of_a_letter_settles_nothing(outbox: Outbox, kept: Round) -> None:
    for number in ("", "%", "_" * 20, "0" * 32, "abc", "'; --", "x" * 32):
        with outbox.database.transaction() as session:
            assert not acknowledge(session, outbox.region.hospitals["ZEED"], number, AA, NOW), number
        assert outbox.letter(kept).state is DeliveryState.SENT, number


def test_a_number_that_is_cut_too_short_settles_nothing(outbox: Outbox, kept: Round) -> None:
    assert not _said(outbox, outbox.letter(kept), number=outbox.letter(kept).id.hex[:15])


def test_a_letter_that_has_not_left_or_is_settled_is_not_spoken_for(outbox: Outbox, kept: Round) -> None:
    waiting = outbox.signed(hospital="DELT")
    assert not _said(outbox, outbox.letter(waiting), hospital="DELT")
    assert _said(outbox, outbox.letter(kept))
    assert not _said(outbox, outbox.letter(kept), receipt=AE)
    assert outbox.letter(kept).state is DeliveryState.RECEIVED


def test_a_commit_settles_nothing(outbox: Outbox, kept: Round) -> None:
    assert not _said(outbox, outbox.letter(kept), receipt=COMMIT)
    assert not _said(outbox, outbox.letter(kept), receipt=replace(SILENCE, code="foreign"))
    assert outbox.letter(kept).next_attempt_at == NOW + HOUR


def test_nobody_speaks_for_a_letter_of_nobody(outbox: Outbox, kept: Round) -> None:
    with outbox.database.transaction() as session:
        assert not acknowledge(session, uuid.uuid4(), outbox.letter(kept).id.hex, AA, NOW)


def _changed(outbox: Outbox, round_: Round, how: str) -> Delivery:
    with outbox.database.transaction() as session:
        letter = session.get_one(Delivery, outbox.letter(round_).id)
        if how == "sent again":
            handing_over.send_again(session, letter, now=NOW)
        elif how == "on paper":
            handing_over.put_on_paper(session, letter, now=NOW)
        elif how == "refused":
            deliveries.settle(session, letter.id, AE, now=NOW)
        elif how == "restored":
            letter.state, letter.sent_at, letter.held_at = DeliveryState.WAITING, None, NOW
        else:
            letter.move(DeliveryState.DEAD)
    return outbox.letter(round_)


@pytest.mark.parametrize("how", ["sent again", "on paper", "restored", "given up", "refused"])
def test_a_late_yes_counts_whatever_was_made_of_the_letter_since(outbox: Outbox, kept: Round, how: str) -> None:
    assert _said(outbox, _changed(outbox, kept, how))
    assert (outbox.letter(kept).state, outbox.letter(kept).held_at) == (DeliveryState.RECEIVED, None)


@pytest.mark.parametrize("said", [AE, LATER])
@pytest.mark.parametrize("is_printed", [False, True])
def test_a_late_no_leaves_alone_what_is_carried_on_paper_by_now(
    outbox: Outbox, kept: Round, said: Receipt, is_printed: bool
) -> None:
    _changed(outbox, kept, "on paper")
    outbox.drain(Receiver([AA]))
    if is_printed:
        with outbox.database.transaction() as session:
            handing_over.printed(session, session.get_one(Delivery, outbox.letter(kept).id), now=NOW)
    before = outbox.letter(kept)

    assert not _said(outbox, before, receipt=said)

    after = outbox.letter(kept)
    assert (after.state, after.receipt_code, after.next_attempt_at) == (before.state, "print", None)


@pytest.mark.parametrize(("said", "becomes"), [(AA, DeliveryState.RECEIVED), (AE, DeliveryState.REFUSED)])
def test_its_word_may_be_quicker_than_our_writing_down_that_the_letter_was_kept(
    outbox: Outbox, said: Receipt, becomes: DeliveryState
) -> None:
    round_ = outbox.signed()
    assert not _said(outbox, outbox.letter(round_), receipt=said), "nobody has it yet"
    assert dispatch.take(outbox.database, clock=lambda: NOW)

    assert _said(outbox, outbox.letter(round_), receipt=said)
    assert outbox.letter(round_).state is becomes


@pytest.mark.parametrize(("said", "counts"), [(AE, True), (LATER, False)])
@pytest.mark.parametrize("before", ["a commit that counted as yes", "a restore"])
def test_after_a_commit_that_counted_as_yes_and_after_a_restore_a_no_counts_and_not_now_does_not(
    outbox: Outbox, kept: Round, before: str, said: Receipt, counts: bool
) -> None:
    if before == "a restore":
        _changed(outbox, kept, "restored")
    else:
        assert _said(outbox, outbox.letter(kept), receipt=Receipt(ReceiptKind.ACCEPTED, "CA"))

    assert _said(outbox, outbox.letter(kept), receipt=said) is counts
    assert (outbox.letter(kept).state is DeliveryState.REFUSED) is counts


@pytest.mark.parametrize("how", ["given up", "refused"])
def test_a_second_no_about_what_a_person_has_on_a_list_already_changes_nothing(outbox: Outbox, kept: Round, how: str) -> None:
    before = _changed(outbox, kept, how)

    assert not _said(outbox, before, receipt=replace(AE, code="CE"))
    assert outbox.letter(kept).receipt_code == before.receipt_code
