"""What an application says late, about a letter that was settled meanwhile: a commit is no last word, and what left may have arrived."""

from __future__ import annotations

import pytest

from mdo_portal.database import Database
from mdo_portal.domain.case import CaseState
from mdo_portal.domain.delivery import Delivery, DeliveryState
from mdo_portal.domain.round import Round
from mdo_portal.exchange import Receipt, ReceiptKind
from mdo_portal.services.letters import deliveries, handing_over
from mdo_portal.services.letters.acknowledging import acknowledge
from tests.outbox_house import AA, AE, HOUR, LATER, SILENCE, Outbox, Receiver
from tests.people import Region

BY_COMMIT = Receipt(ReceiptKind.ACCEPTED, "CA")
"""Where only errors are told: kept, and then silence."""


@pytest.fixture
def outbox(database: Database, region: Region) -> Outbox:
    return Outbox(database, region)


def _said(outbox: Outbox, round_: Round, receipt: Receipt) -> bool:
    letter = outbox.letter(round_)
    with outbox.database.transaction() as session:
        return acknowledge(session, letter.hospital_id, letter.id.hex, receipt, outbox.now + HOUR)


def test_the_applications_no_counts_where_a_commit_was_all_that_was_said(outbox: Outbox) -> None:
    """A receiver that tells errors only told one, after our time-out: the letter stood as received, and nobody heard of it."""
    round_ = outbox.signed()
    outbox.drain(Receiver([BY_COMMIT]))
    assert outbox.case(round_).state is CaseState.DELIVERED

    assert _said(outbox, round_, AE)

    letter = outbox.letter(round_)
    assert (letter.state, letter.received_at, letter.receipt_text) == (DeliveryState.REFUSED, None, "patient unknown")
    assert outbox.case(round_).state is CaseState.DECIDED
    assert outbox.events(round_) == ["letter.sent", "letter.received", "letter.refused"]

    with outbox.database.transaction() as session:
        handing_over.send_again(session, session.get_one(Delivery, letter.id), now=outbox.now)
    outbox.drain(Receiver([BY_COMMIT]))
    assert outbox.case(round_).state is CaseState.DELIVERED


@pytest.mark.parametrize("said", [AA, LATER])
def test_anything_else_leaves_it_as_it_is(outbox: Outbox, said: Receipt) -> None:
    round_ = outbox.signed()
    outbox.drain(Receiver([BY_COMMIT]))

    assert not _said(outbox, round_, said)
    assert outbox.letter(round_).received_at == outbox.now


def test_its_no_about_another_version_calls_no_case_back_that_went_on(outbox: Outbox) -> None:
    round_ = outbox.signed()
    outbox.drain(Receiver([BY_COMMIT]))
    outbox.corrected(round_)
    outbox.drain(Receiver([AA]))

    assert _said(outbox, round_, AE)

    assert outbox.case(round_).state is CaseState.DELIVERED


@pytest.mark.parametrize("answer", [AA, Receipt(ReceiptKind.ACCEPTED, "201")])
def test_what_an_application_confirmed_is_not_taken_back(outbox: Outbox, answer: Receipt) -> None:
    round_ = outbox.signed()
    outbox.drain(Receiver([answer]))

    assert not _said(outbox, round_, AE)
    assert outbox.letter(round_).state is DeliveryState.RECEIVED


def test_a_no_to_a_second_copy_that_was_under_way_takes_no_yes_back(outbox: Outbox) -> None:
    round_ = outbox.signed()
    outbox.drain(Receiver([AA]))

    with outbox.database.transaction() as session:
        deliveries.settle(session, outbox.letter(round_).id, AE, now=outbox.now)

    assert outbox.letter(round_).state is DeliveryState.RECEIVED


@pytest.fixture
def need_not(outbox: Outbox) -> Round:
    """A letter that left and got no answer; what corrects it was carried, so that it goes no more."""
    round_ = outbox.signed()
    outbox.drain(Receiver([SILENCE]))
    outbox.corrected(round_)
    with outbox.database.transaction() as session:
        newer = session.get_one(Delivery, outbox.letter(round_, version=2).id)
        handing_over.put_on_paper(session, newer, now=outbox.now)
        handing_over.confirm_by_hand(session, newer, viewer=outbox.region.dirk, now=outbox.now)
    outbox.now += HOUR
    outbox.drain(Receiver([AA]))
    return round_


def test_a_late_yes_counts_for_a_letter_that_need_not_go_any_more(outbox: Outbox, need_not: Round) -> None:
    """The hospital has the older letter in its system, and nothing there ended it: that was nobody's."""
    assert outbox.letter(need_not).state is DeliveryState.CANCELLED

    assert _said(outbox, need_not, AA)

    assert outbox.letter(need_not).state is DeliveryState.RECEIVED
    assert outbox.events(need_not)[-1] == "letter.stands_beside"


def test_a_late_no_leaves_such_a_letter_alone(outbox: Outbox, need_not: Round) -> None:
    assert not _said(outbox, need_not, AE)
    assert outbox.letter(need_not).state is DeliveryState.CANCELLED
