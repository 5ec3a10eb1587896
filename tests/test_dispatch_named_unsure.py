"""A letter that names one of which nobody knows whether it came: what stood there before that one may stand there still."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from mdo_portal.database import Database
from mdo_portal.domain.case import CaseEvent
from mdo_portal.domain.delivery import Delivery, DeliveryState
from mdo_portal.domain.round import Round
from mdo_portal.exchange import Receipt, ReceiptKind
from mdo_portal.services.letters import handing_over
from mdo_portal.services.letters.acknowledging import acknowledge
from tests.outbox_house import AA, AE, HOUR, SILENCE, Outbox, Receiver
from tests.people import Region
from tests.services.signed import ADDED, sign
from tests.services.signed import LATER as SIGNED

UNSENDABLE = Receipt(ReceiptKind.REFUSED, "unsendable")


@pytest.fixture
def outbox(database: Database, region: Region) -> Outbox:
    return Outbox(database, region)


def _given_up(outbox: Outbox, round_: Round, version: int) -> None:
    """It left, nobody answered, and then we could not write it any more."""
    outbox.drain(Receiver([SILENCE]))
    outbox.now += HOUR
    outbox.drain(Receiver([UNSENDABLE]))
    assert outbox.letter(round_, version=version).state is DeliveryState.REFUSED


@pytest.fixture
def unsure(outbox: Outbox) -> Round:
    """An advice that arrived, and a correction of it that may have."""
    round_ = outbox.signed()
    outbox.drain(Receiver([AA]))
    outbox.corrected(round_)
    _given_up(outbox, round_, 2)
    return round_


def _told(outbox: Outbox, round_: Round) -> list[str]:
    """Of which letters somebody was told that they may stand there still."""
    query = select(CaseEvent).where(CaseEvent.case_id == round_.case_id, CaseEvent.what == "letter.may_stand_beside")
    with outbox.database.transaction() as session:
        return [event.details["number"] for event in session.scalars(query.order_by(CaseEvent.at))]


def _number(outbox: Outbox, round_: Round, version: int) -> str:
    return outbox.letter(round_, version=version).document_number


def test_somebody_is_told_that_the_older_advice_may_stand_there_still(outbox: Outbox, unsure: Round) -> None:
    """Seed 97 of tests/services/letters/test_deliveries.py: the correction never came, the next one named it, and nobody heard."""
    outbox.corrected(unsure)
    receiver = Receiver([AA])
    outbox.drain(receiver)

    assert receiver.came[-1].replaces_delivery_id == str(outbox.letter(unsure, version=2).id)
    assert _told(outbox, unsure) == [_number(outbox, unsure, 1)]
    assert outbox.case(unsure).unseen_since == outbox.now


def test_also_when_nobody_knows_of_the_newest_either(outbox: Outbox, unsure: Round) -> None:
    outbox.corrected(unsure)
    _given_up(outbox, unsure, 3)

    assert _told(outbox, unsure) == [_number(outbox, unsure, 1)]


def test_not_as_long_as_its_recipient_may_still_answer(outbox: Outbox, unsure: Round) -> None:
    outbox.corrected(unsure)
    outbox.drain(Receiver([SILENCE]))
    assert outbox.letter(unsure, version=3).state is DeliveryState.SENT

    assert _told(outbox, unsure) == []


def test_not_when_the_newest_was_refused(outbox: Outbox, unsure: Round) -> None:
    outbox.corrected(unsure)
    outbox.drain(Receiver([AE]))

    assert _told(outbox, unsure) == []


def test_not_when_the_one_in_between_came_after_all(outbox: Outbox, unsure: Round) -> None:
    letter = outbox.letter(unsure, version=2)
    with outbox.database.transaction() as session:
        assert acknowledge(session, letter.hospital_id, letter.id.hex, AA, outbox.now)
    outbox.corrected(unsure)
    outbox.drain(Receiver([AA]))

    assert _told(outbox, unsure) == []


def test_not_when_nothing_was_there_before(outbox: Outbox) -> None:
    round_ = outbox.signed()
    outbox.drain(Receiver([AE]))
    outbox.corrected(round_)
    _given_up(outbox, round_, 2)
    outbox.corrected(round_)
    outbox.drain(Receiver([AA]))

    assert outbox.letter(round_, version=3).named_id == outbox.letter(round_, version=2).id
    assert _told(outbox, round_) == []


def test_what_is_added_to_it_leaves_the_older_one_as_it_was(outbox: Outbox, unsure: Round) -> None:
    with outbox.database.transaction() as session:
        sign(session, session.get_one(Round, unsure.id), ADDED, outbox.region.bram)
    outbox.now = SIGNED
    outbox.drain(Receiver([AA]))

    assert outbox.letter(unsure, version=3).state is DeliveryState.RECEIVED
    assert _told(outbox, unsure) == []


def test_so_it_is_of_one_that_was_overtaken_before_anybody_knew(outbox: Outbox, unsure: Round) -> None:
    """It was sent again while what corrects it may be there; that was refused since, and the next one names it."""
    outbox.corrected(unsure)
    outbox.drain(Receiver([SILENCE]))
    with outbox.database.transaction() as session:
        handing_over.send_again(session, session.get_one(Delivery, outbox.letter(unsure, version=2).id), now=outbox.now)
    assert outbox.drain(Receiver([AA])) == 0
    assert outbox.letter(unsure, version=2).state is DeliveryState.CANCELLED
    letter = outbox.letter(unsure, version=3)
    with outbox.database.transaction() as session:
        assert acknowledge(session, letter.hospital_id, letter.id.hex, AE, outbox.now + HOUR)
    outbox.corrected(unsure)
    outbox.drain(Receiver([AA]))

    assert outbox.letter(unsure, version=4).named_id == outbox.letter(unsure, version=2).id
    assert _told(outbox, unsure) == [_number(outbox, unsure, 1)]


def test_so_it_is_when_its_application_says_no_after_a_commit_that_counted_as_yes(outbox: Outbox) -> None:
    """By then the next one had named it, and had arrived."""
    round_ = outbox.signed()
    outbox.drain(Receiver([AA]))
    outbox.corrected(round_)
    outbox.drain(Receiver([Receipt(ReceiptKind.ACCEPTED, "CA")]))
    outbox.corrected(round_)
    outbox.drain(Receiver([AA]))
    assert _told(outbox, round_) == []

    letter = outbox.letter(round_, version=2)
    with outbox.database.transaction() as session:
        assert acknowledge(session, letter.hospital_id, letter.id.hex, AE, outbox.now + HOUR)

    assert _told(outbox, round_) == [_number(outbox, round_, 1)]
