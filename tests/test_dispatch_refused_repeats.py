"""A letter that left without an answer, and whose repeat is refused: some say no to what they have already, so it may be there."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace

import pytest
from sqlalchemy import select

from mdo_portal.database import Database
from mdo_portal.domain.case import CaseEvent
from mdo_portal.domain.delivery import Delivery, DeliveryState
from mdo_portal.domain.hospital import Channel
from mdo_portal.domain.link import Link
from mdo_portal.domain.round import Round
from mdo_portal.exchange import Address, OutgoingDecision, Receipt, ReceiptKind
from mdo_portal.services.letters import handing_over, receipts
from mdo_portal.services.letters.acknowledging import acknowledge
from tests.outbox_house import AA, AE, HOUR, LATER, SILENCE, Outbox, Receiver
from tests.people import Region

LAID, ERR = Receipt(ReceiptKind.UNKNOWN, "laid"), Receipt(ReceiptKind.REFUSED, "err")
COMMIT = Receipt(ReceiptKind.UNKNOWN, "CA")
DUPLICATE = Receipt(ReceiptKind.REFUSED, "AE", text="duplicate message control id")
GONE = Receipt(ReceiptKind.REFUSED, "404")


@pytest.fixture
def outbox(database: Database, region: Region) -> Outbox:
    return Outbox(database, region)


def _said_one_after_the_other(outbox: Outbox, *said: Receipt) -> None:
    for one in said:
        assert outbox.drain(Receiver([one])) == 1
        outbox.now += HOUR + HOUR


def _named(outbox: Outbox, round_: Round) -> str:
    """Which letter its correction names."""
    outbox.corrected(round_)
    receiver = Receiver([AA])
    assert outbox.drain(receiver) == 1
    return receiver.came[0].replaces_delivery_id


def _again(outbox: Outbox, round_: Round, version: int) -> None:
    with outbox.database.transaction() as session:
        letter = session.get_one(Delivery, outbox.letter(round_, version=version).id)
        handing_over.send_again(session, letter, now=outbox.now)


@pytest.mark.parametrize("before", [SILENCE, COMMIT])
@pytest.mark.parametrize("said", [DUPLICATE, GONE])
def test_its_correction_takes_its_place(outbox: Outbox, before: Receipt, said: Receipt) -> None:
    """It named nothing, and both stood in the record, each as if it held."""
    round_ = outbox.signed()
    _said_one_after_the_other(outbox, before, said)
    assert outbox.letter(round_).state is DeliveryState.REFUSED

    assert _named(outbox, round_) == str(outbox.letter(round_).id)


@pytest.mark.parametrize("said", [[AE], [LAID, ERR]])
def test_what_was_refused_itself_is_not_there_and_nothing_takes_its_place(outbox: Outbox, said: list[Receipt]) -> None:
    round_ = outbox.signed()
    _said_one_after_the_other(outbox, *said)
    assert outbox.letter(round_).state is DeliveryState.REFUSED

    assert _named(outbox, round_) == ""


def test_nor_what_was_refused_twice(outbox: Outbox) -> None:
    round_ = outbox.signed()
    _said_one_after_the_other(outbox, AE)
    _again(outbox, round_, 1)
    _said_one_after_the_other(outbox, AE)

    assert _named(outbox, round_) == ""


def test_that_it_may_be_there_outlasts_every_further_no(outbox: Outbox) -> None:
    round_ = outbox.signed()
    _said_one_after_the_other(outbox, SILENCE, AE)
    _again(outbox, round_, 1)
    _said_one_after_the_other(outbox, AE)

    assert _named(outbox, round_) == str(outbox.letter(round_).id)


def test_the_older_advice_is_not_sent_again_after_it(outbox: Outbox) -> None:
    """It became the last word there."""
    round_ = outbox.signed()
    _said_one_after_the_other(outbox, AE)
    outbox.corrected(round_)
    _said_one_after_the_other(outbox, SILENCE, AE)
    _again(outbox, round_, 1)

    assert outbox.drain(Receiver([AA])) == 0
    assert outbox.letter(round_).receipt_code == receipts.REPLACED


def test_a_repeat_that_is_on_the_wire_when_its_application_says_no_may_be_there(outbox: Outbox) -> None:
    """The no is of the first one; of the repeat nobody says anything, and that was forgotten."""
    round_ = _refused_late_with_its_repeat_on_the_wire(outbox, SILENCE)
    assert outbox.letter(round_).state is DeliveryState.REFUSED

    assert _named(outbox, round_) == str(outbox.letter(round_).id)


def _refused_late_with_its_repeat_on_the_wire(outbox: Outbox, then: Receipt | BaseException) -> Round:
    round_ = outbox.signed()
    _said_one_after_the_other(outbox, COMMIT)

    class Slow(Receiver):
        def send(self, decision: OutgoingDecision, address: Address) -> Receipt:
            with outbox.database.transaction() as session:
                letter = outbox.letter(round_)
                assert acknowledge(session, letter.hospital_id, letter.id.hex, AE, outbox.now)
            if isinstance(then, BaseException):
                raise then
            return then

    with suppress(KeyboardInterrupt):
        outbox.work(Slow([AA]))
    return round_


def test_a_repeat_that_is_killed_after_the_late_no_to_the_first_may_be_there(outbox: Outbox) -> None:
    """It said nothing any more, and counted as refused with the first: its correction named nothing."""
    round_ = _refused_late_with_its_repeat_on_the_wire(outbox, KeyboardInterrupt())
    letter = outbox.letter(round_)
    assert letter.state is DeliveryState.REFUSED
    assert "misschien heeft" in receipts.why(letter)

    outbox.now += HOUR
    assert _named(outbox, round_) == str(letter.id)


@pytest.mark.parametrize("said", [AE, LATER])
def test_one_that_is_refused_itself_or_came_nowhere_is_not_there(outbox: Outbox, said: Receipt) -> None:
    """Both have had their no."""
    round_ = _refused_late_with_its_repeat_on_the_wire(outbox, said)
    letter = outbox.letter(round_)
    assert (letter.state, letter.leased_until, letter.named_id) == (DeliveryState.REFUSED, None, None)

    assert _named(outbox, round_) == ""


def test_a_no_in_a_folder_says_nothing_of_what_left_over_another_line(outbox: Outbox) -> None:
    """A hospital's letters went over a line, and since they go by a folder: there is the no, and of the first nobody ever knew."""
    round_ = outbox.signed()
    _said_one_after_the_other(outbox, SILENCE)
    with outbox.database.transaction() as session:
        session.scalars(select(Link).where(Link.hospital_id == outbox.region.hospitals["ZEED"])).one().channel_out = Channel.FHIR
    _said_one_after_the_other(outbox, LAID, ERR)
    letter = outbox.letter(round_)
    assert (letter.state, letter.left_over) == (DeliveryState.REFUSED, "mllp")
    assert "misschien heeft" in receipts.why(letter)

    assert _named(outbox, round_) == str(letter.id)


def _told_to_stand_beside(outbox: Outbox, round_: Round) -> list[str]:
    told = select(CaseEvent).where(CaseEvent.case_id == round_.case_id, CaseEvent.what == "letter.may_stand_beside")
    with outbox.database.transaction() as session:
        return [one.details["number"] for one in session.scalars(told)]


def test_of_two_that_may_be_there_somebody_hears(outbox: Outbox) -> None:
    round_ = outbox.signed()
    _said_one_after_the_other(outbox, AA)
    outbox.corrected(round_)
    _said_one_after_the_other(outbox, SILENCE, AE)
    assert _named(outbox, round_) == str(outbox.letter(round_, version=2).id)

    assert _told_to_stand_beside(outbox, round_) == [outbox.letter(round_).document_number]


def test_they_hear_it_once_however_often_the_letter_is_refused(outbox: Outbox) -> None:
    """The case became new again for everybody at every no, and at the yes."""
    round_ = outbox.signed()
    _said_one_after_the_other(outbox, AA)
    for _version in (2, 3):
        outbox.corrected(round_)
        _said_one_after_the_other(outbox, SILENCE, AE)
    for said in (AE, AA):
        _again(outbox, round_, 3)
        _said_one_after_the_other(outbox, said)

    assert _told_to_stand_beside(outbox, round_) == [outbox.letter(round_).document_number]


def test_of_a_newer_letter_they_hear_it_again(outbox: Outbox) -> None:
    """The third came as far as its engine, and its application had it not: the fourth names what the third did."""
    round_ = outbox.signed()
    _said_one_after_the_other(outbox, AA)
    outbox.corrected(round_)
    _said_one_after_the_other(outbox, SILENCE, AE)
    outbox.corrected(round_)
    _said_one_after_the_other(outbox, replace(COMMIT, kind=ReceiptKind.ACCEPTED))
    with outbox.database.transaction() as session:
        letter = outbox.letter(round_, version=3)
        assert acknowledge(session, letter.hospital_id, letter.id.hex, AE, outbox.now)
    outbox.corrected(round_)
    _said_one_after_the_other(outbox, AA)

    assert _told_to_stand_beside(outbox, round_) == [outbox.letter(round_).document_number] * 2


@pytest.mark.parametrize(("no", "plain"), [(AE, "weigert de brief."), (GONE, "kent dit adres niet.")])
def test_who_looks_at_it_reads_that_it_may_be_there_before_they_print_it(outbox: Outbox, no: Receipt, plain: str) -> None:
    once = outbox.signed()
    assert outbox.drain(Receiver([no])) == 1
    twice = outbox.signed(hospital="DELT")
    _said_one_after_the_other(outbox, SILENCE, no)

    assert plain in receipts.why(outbox.letter(once)) and "misschien" not in receipts.why(outbox.letter(once))
    said = receipts.why(outbox.letter(twice))
    assert "misschien heeft" in said and said.endswith("Vraag het na voordat u hem op papier zet.")


def test_who_says_that_it_was_told_by_hand_says_nothing_of_their_system(outbox: Outbox) -> None:
    """The recipient's no was the last that was heard over the line."""
    round_ = outbox.signed()
    _said_one_after_the_other(outbox, SILENCE, AE)
    with outbox.database.transaction() as session:
        letter = session.get_one(Delivery, outbox.letter(round_).id)
        handing_over.confirm_by_hand(session, letter, viewer=outbox.region.dirk, now=outbox.now)

    assert outbox.letter(round_).channel == Channel.PAPER
    assert _named(outbox, round_) == str(outbox.letter(round_).id)
