"""Letters about one case to one recipient go in their order; no letter, hospital or patient holds up another."""

from __future__ import annotations

from typing import Any

import pytest

from mdo_portal.database import Database
from mdo_portal.domain.delivery import Delivery, DeliveryState
from mdo_portal.exchange import Receipt, ReceiptKind
from mdo_portal.letters import letters
from tests.make import NOW
from tests.outbox_house import AA, AE, HOUR, SILENCE, Outbox, Receiver
from tests.people import Region


@pytest.fixture
def outbox(database: Database, region: Region) -> Outbox:
    return Outbox(database, region)


def test_a_letter_that_cannot_be_printed_waits_and_the_next_one_goes(outbox: Outbox, monkeypatch: pytest.MonkeyPatch) -> None:
    broken, good = outbox.signed(), outbox.signed(hospital="DELT")
    render, first = letters.render, [True]

    def once(*arguments: Any, **named: Any) -> bytes:
        if first:
            first.clear()
            raise letters.LetterFailed("decision", "base.typ:1")
        return render(*arguments, **named)

    monkeypatch.setattr(letters, "render", once)

    assert outbox.work(Receiver([AA]))
    assert outbox.work(Receiver([AA]))

    states = {outbox.letter(one).state for one in (broken, good)}
    assert states == {DeliveryState.WAITING, DeliveryState.RECEIVED}
    waiting = next(outbox.letter(one) for one in (broken, good) if outbox.letter(one).state is DeliveryState.WAITING)
    assert (waiting.receipt_code, waiting.sent_at) == ("LetterFailed", None)


def test_a_correction_waits_for_the_first_version(outbox: Outbox) -> None:
    round_ = outbox.signed()
    receiver = Receiver([SILENCE, AA, AA])
    outbox.work(receiver)
    outbox.corrected(round_)

    assert not outbox.work(receiver, at=NOW)  # the first is pausing, the second may not overtake it
    outbox.work(receiver, at=NOW + HOUR)
    outbox.work(receiver)

    assert [letter.version for letter in receiver.came] == [1, 1, 2]
    assert receiver.came[2].replaces_delivery_id == receiver.came[0].delivery_id
    assert receiver.came[2].replaces_document_number == receiver.came[0].document_number
    assert {outbox.letter(round_, version=version).state for version in (1, 2)} == {DeliveryState.RECEIVED}


@pytest.mark.parametrize("is_held", [False, True])
def test_a_correction_waits_while_its_queue_is_free_and_holds_up_no_other_patients_letter(outbox: Outbox, is_held: bool) -> None:
    round_ = outbox.signed()
    outbox.drain(
        Receiver([Receipt(ReceiptKind.UNKNOWN, "CA")])
    )  # kept there, and not confirmed: no reason for the next ones to wait
    if is_held:
        with outbox.database.transaction() as session:
            session.get_one(Delivery, outbox.letter(round_).id).held_at = NOW
    outbox.corrected(round_)
    other = outbox.signed()
    receiver = Receiver([AA])

    assert outbox.drain(receiver) == 1
    assert outbox.letter(other).state is DeliveryState.RECEIVED

    outbox.now += HOUR
    outbox.drain(receiver)
    assert [one.version for one in receiver.came[1:]] == ([] if is_held else [1, 2])


def test_a_correction_goes_when_the_first_version_was_refused(outbox: Outbox) -> None:
    round_ = outbox.signed()
    receiver = Receiver([AE, AA])
    outbox.work(receiver)
    outbox.corrected(round_)

    assert outbox.work(receiver)
    assert outbox.letter(round_, version=2).state is DeliveryState.RECEIVED


def test_a_silent_hospital_holds_up_no_other(outbox: Outbox) -> None:
    """Whichever goes first: they were signed in the same moment."""
    both = outbox.signed(), outbox.signed(hospital="DELT")

    outbox.work(Receiver([SILENCE]))
    outbox.work(Receiver([AA]))

    assert {outbox.letter(round_).state for round_ in both} == {DeliveryState.SENT, DeliveryState.RECEIVED}
