"""The application's no, by a message of its own, while the letter that it is about is still on the wire."""

from __future__ import annotations

import pytest

from mdo_portal.database import Database
from mdo_portal.domain.delivery import Delivery, DeliveryState
from mdo_portal.exchange import Address, OutgoingDecision, Receipt, ReceiptKind
from mdo_portal.services.letters import handing_over, receipts
from mdo_portal.services.letters.acknowledging import acknowledge
from tests.outbox_house import AA, AE, HOUR, LATER, SILENCE, Outbox, Receiver
from tests.people import Region

COMMIT = Receipt(ReceiptKind.UNKNOWN, "CA")


@pytest.fixture
def outbox(database: Database, region: Region) -> Outbox:
    return Outbox(database, region)


class Quick(Receiver):
    """Its application speaks before the connection over which the letter came does."""

    def __init__(self, outbox: Outbox, answer: Receipt) -> None:
        super().__init__([answer])
        self.outbox = outbox

    def send(self, decision: OutgoingDecision, address: Address) -> Receipt:
        with self.outbox.database.transaction() as session:
            letter = session.get_one(Delivery, decision.delivery_id)
            assert acknowledge(session, letter.hospital_id, letter.id.hex, AE, self.outbox.now)
        return super().send(decision, address)


@pytest.mark.parametrize("then", [COMMIT, SILENCE])
def test_what_it_refuses_is_not_there_whatever_the_line_says_after_it(outbox: Outbox, then: Receipt) -> None:
    """It counted as a letter that may be there: the correction named what they had refused, and Post said to ask first."""
    round_ = outbox.signed()
    assert outbox.work(Quick(outbox, then))

    letter = outbox.letter(round_)
    assert (letter.state, receipts.why(letter)) == (DeliveryState.REFUSED, "De ontvanger weigert de brief.")
    outbox.corrected(round_)
    receiver = Receiver([AA])
    assert outbox.drain(receiver) == 1
    assert receiver.came[0].replaces_delivery_id == ""


def test_a_repeat_that_may_be_there_and_is_carried_as_well_is_what_its_correction_names(outbox: Outbox) -> None:
    """What it named was forgotten with the no: on paper it counted as never sent, and stood beside the next one, and nobody heard."""
    round_ = outbox.signed()
    assert outbox.drain(Receiver([AA])) == 1
    outbox.corrected(round_)
    assert outbox.drain(Receiver([COMMIT])) == 1
    outbox.now += HOUR + HOUR
    assert outbox.work(Quick(outbox, SILENCE))

    with outbox.database.transaction() as session:
        letter = session.get_one(Delivery, outbox.letter(round_, version=2).id)
        handing_over.put_on_paper(session, letter, now=outbox.now)
    assert outbox.drain(Receiver([AA])) == 1
    outbox.corrected(round_)
    receiver = Receiver([AA])
    assert outbox.drain(receiver) == 1

    assert receiver.came[0].replaces_delivery_id == str(outbox.letter(round_, version=2).id)


def test_nothing_is_named_any_more_by_a_repeat_that_did_not_leave_after_all(outbox: Outbox) -> None:
    round_ = outbox.signed()
    assert outbox.drain(Receiver([AA])) == 1
    outbox.corrected(round_)
    assert outbox.drain(Receiver([COMMIT])) == 1
    outbox.now += HOUR + HOUR
    assert outbox.work(Quick(outbox, LATER))

    assert outbox.letter(round_, version=2).named_id is None
