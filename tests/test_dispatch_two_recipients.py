"""Two general practitioners at one address: what one of them has says nothing about the other."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from sqlalchemy import update

from mdo_portal.database import Database
from mdo_portal.domain.delivery import Audience, Delivery, DeliveryState
from mdo_portal.domain.hospital import Channel
from mdo_portal.domain.recipient import RecipientChannel
from mdo_portal.domain.round import Round
from mdo_portal.exchange import Address, OutgoingDecision, Receipt, ReceiptKind
from mdo_portal.services.letters import handing_over, receipts
from tests.make import NOW
from tests.outbox_house import AA, AE, Outbox, Receiver
from tests.people import Region

FIRST, NEXT = "H.A. Huisarts", "N. Opvolger"


@dataclass
class Refusing(Receiver):
    """Takes letters to everybody but one."""

    name: str = ""

    def send(self, decision: OutgoingDecision, address: Address) -> Receipt:
        self.came.append(decision)
        return AE if decision.recipient_name == self.name else AA


@pytest.fixture
def outbox(database: Database, region: Region) -> Outbox:
    made = Outbox(database, region)
    made.copies_to_gps()
    return made


def _copies(outbox: Outbox, round_: Round, *, version: int) -> dict[str, Delivery]:
    return {one.recipient_name: one for one in outbox.letters(round_, version=version) if one.audience is Audience.GP}


def _again(outbox: Outbox, letter: Delivery) -> Receiver:
    with outbox.database.transaction() as session:
        handing_over.send_again(session, session.get_one(Delivery, letter.id), now=outbox.now)
    receiver = Receiver([AA])
    outbox.drain(receiver)
    return receiver


def _corrected_after_he_left(outbox: Outbox, round_: Round, name: str = NEXT) -> None:
    outbox.patient_of(name, round_)
    outbox.corrected(round_)


def test_a_letter_goes_again_to_who_never_got_what_replaces_it(outbox: Outbox) -> None:
    round_ = outbox.signed(gp=FIRST)
    outbox.drain(Refusing([AA], name=FIRST))
    _corrected_after_he_left(outbox, round_)
    outbox.drain(Refusing([AA], name=FIRST))

    receiver = _again(outbox, _copies(outbox, round_, version=1)[FIRST])

    assert [(one.version, one.recipient_name) for one in receiver.came] == [(1, FIRST)]
    assert _copies(outbox, round_, version=1)[FIRST].state is DeliveryState.RECEIVED


def test_a_letter_goes_no_more_to_who_has_what_replaces_it_under_a_name_written_otherwise(outbox: Outbox) -> None:
    round_ = outbox.signed(gp=FIRST)
    outbox.drain(Refusing([AA], name=FIRST))
    _corrected_after_he_left(outbox, round_, f" {FIRST.upper()} ")
    outbox.drain(Receiver([AA]))

    receiver = _again(outbox, _copies(outbox, round_, version=1)[FIRST])

    assert receiver.came == []
    assert _copies(outbox, round_, version=1)[FIRST].state is DeliveryState.CANCELLED


def test_the_letter_to_one_does_not_wait_for_that_to_the_other(outbox: Outbox) -> None:
    round_ = outbox.signed(gp=FIRST)
    outbox.work(Receiver([AA]))
    with outbox.database.transaction() as session:
        session.get_one(Delivery, _copies(outbox, round_, version=1)[FIRST].id).held_at = NOW
    _corrected_after_he_left(outbox, round_)
    receiver = Receiver([AA])

    outbox.drain(receiver)

    assert [(one.version, one.recipient_name) for one in receiver.came[1:]] == [(2, NEXT)]


@pytest.mark.parametrize("channel", [Channel.MLLP, Channel.PAPER])
def test_a_copy_that_waits_for_a_letter_that_never_left_need_not_go_once_what_replaces_it_is_there(
    outbox: Outbox, channel: Channel
) -> None:
    """It stood on the list for ever, as ready to be sent: it never went, could not be printed and not be confirmed."""
    with outbox.database.transaction() as session:
        session.execute(update(RecipientChannel).values(channel=channel))
    round_ = outbox.signed(gp=FIRST)
    outbox.drain(Receiver([Receipt(ReceiptKind.REFUSED, "unsendable")]))
    outbox.corrected(round_)
    outbox.drain(Receiver([AA]))
    assert channel is Channel.MLLP or _copies(outbox, round_, version=1)[FIRST].state is DeliveryState.WAITING
    with outbox.database.transaction() as session:
        newer = session.get_one(Delivery, _copies(outbox, round_, version=2)[FIRST].id)
        handing_over.confirm_by_hand(session, newer, viewer=outbox.region.dirk, now=outbox.now)

    outbox.drain(Receiver([AA]))

    copy = _copies(outbox, round_, version=1)[FIRST]
    assert (copy.state, copy.receipt_code, copy.letter_sha256) == (DeliveryState.CANCELLED, receipts.REPLACED, "")


def test_what_never_left_of_another_patient_lets_no_copy_overtake_the_one_before(outbox: Outbox) -> None:
    outbox.signed()
    outbox.drain(Receiver([Receipt(ReceiptKind.REFUSED, "unsendable")]))
    round_ = outbox.signed(gp=FIRST)
    outbox.drain(Receiver([AA, Receipt(ReceiptKind.UNKNOWN, "CA")]))
    outbox.corrected(round_)
    receiver = Receiver([AA])

    outbox.drain(receiver)

    assert [(one.version, one.recipient_name == FIRST) for one in receiver.came] == [(2, False)]
