"""A letter that was refused, or given up, and of which its recipient says later that it has it: a person who may act hears it."""

from __future__ import annotations

import pytest

from mdo_portal.database import Database
from mdo_portal.domain.case import CaseState
from mdo_portal.domain.delivery import Audience, Delivery, DeliveryState
from mdo_portal.domain.round import Round
from mdo_portal.exchange import Address, OutgoingDecision, Receipt, ReceiptKind
from mdo_portal.services.letters import handing_over
from mdo_portal.services.letters.acknowledging import acknowledge
from tests.outbox_house import AA, AE, HOUR, SILENCE, Outbox, Receiver
from tests.people import Region
from tests.services.signed import ADDED, sign
from tests.services.signed import LATER as SIGNED


@pytest.fixture
def outbox(database: Database, region: Region) -> Outbox:
    return Outbox(database, region)


def _yes(outbox: Outbox, letter: Delivery) -> bool:
    with outbox.database.transaction() as session:
        return acknowledge(session, letter.hospital_id, letter.id.hex, AA, outbox.now + HOUR)


def test_it_is_received_the_case_is_delivered_and_the_refusal_stays_to_be_read(outbox: Outbox) -> None:
    round_ = outbox.signed()
    outbox.drain(Receiver([AE]))

    assert _yes(outbox, outbox.letter(round_))

    letter = outbox.letter(round_)
    assert (letter.state, letter.refused_at, letter.received_at) == (DeliveryState.RECEIVED, outbox.now, outbox.now + HOUR)
    assert outbox.case(round_).state is CaseState.DELIVERED
    assert outbox.events(round_) == ["letter.sent", "letter.refused", "letter.after_all"]


def test_it_stands_among_what_nobody_has_seen_yet(outbox: Outbox) -> None:
    round_ = outbox.signed()
    outbox.drain(Receiver([AE]))
    assert outbox.case(round_).unseen_since is None

    _yes(outbox, outbox.letter(round_))

    assert outbox.case(round_).unseen_since == outbox.now + HOUR


def test_one_that_was_given_up_is_told_too(outbox: Outbox) -> None:
    round_ = outbox.signed()
    outbox.drain(Receiver([SILENCE]))
    with outbox.database.transaction() as session:
        session.get_one(Delivery, outbox.letter(round_).id).move(DeliveryState.DEAD)

    _yes(outbox, outbox.letter(round_))

    assert outbox.events(round_) == ["letter.sent", "letter.after_all"]


def test_who_confirms_it_by_hand_knows_it_already(outbox: Outbox) -> None:
    round_ = outbox.signed()
    outbox.drain(Receiver([AE]))

    with outbox.database.transaction() as session:
        letter = session.get_one(Delivery, outbox.letter(round_).id)
        handing_over.confirm_by_hand(session, letter, viewer=outbox.region.dirk, now=outbox.now)

    assert outbox.events(round_) == ["letter.sent", "letter.refused", "letter.received"]


def test_a_letter_that_never_left_is_not_spoken_for(outbox: Outbox) -> None:
    round_ = outbox.signed()
    outbox.drain(Receiver([Receipt(ReceiptKind.REFUSED, "unsendable")]))

    assert not _yes(outbox, outbox.letter(round_))
    assert outbox.letter(round_).state is DeliveryState.REFUSED


@pytest.fixture
def overtaken(outbox: Outbox) -> Round:
    """A letter that was refused; its correction arrived, as a first letter there."""
    round_ = outbox.signed()
    outbox.drain(Receiver([AE]))
    outbox.corrected(round_)
    outbox.drain(Receiver([AA]))
    return round_


def test_where_what_replaces_it_left_without_naming_it_somebody_must_have_it_ended_there(
    outbox: Outbox, overtaken: Round
) -> None:
    _yes(outbox, outbox.letter(overtaken))

    assert outbox.events(overtaken)[-1] == "letter.stands_beside"


@pytest.mark.parametrize("said", [AE, Receipt(ReceiptKind.LATER, "unreachable")])
def test_where_what_replaces_it_is_not_there_nothing_stands_beside_it(outbox: Outbox, said: Receipt) -> None:
    round_ = outbox.signed()
    outbox.drain(Receiver([AE]))
    outbox.corrected(round_)
    outbox.work(Receiver([said]))

    _yes(outbox, outbox.letter(round_))

    assert "letter.after_all" in outbox.events(round_)


def test_where_a_later_one_names_it_nothing_stands_beside_it(outbox: Outbox) -> None:
    round_ = outbox.signed()
    outbox.drain(Receiver([SILENCE]))
    with outbox.database.transaction() as session:
        session.get_one(Delivery, outbox.letter(round_).id).move(DeliveryState.DEAD)
    outbox.corrected(round_)
    outbox.drain(Receiver([AA]))

    _yes(outbox, outbox.letter(round_))

    assert "letter.after_all" in outbox.events(round_)


def test_what_went_to_another_general_practitioner_does_not_stand_beside_it(outbox: Outbox) -> None:
    outbox.copies_to_gps()
    round_ = outbox.signed(gp="H.A. Huisarts")
    outbox.drain(Receiver([AA, AE]))
    outbox.patient_of("N. Opvolger", round_)
    outbox.corrected(round_)

    class Refusing(Receiver):
        def send(self, decision: OutgoingDecision, address: Address) -> Receipt:
            return AE if decision.recipient_name == "H.A. Huisarts" else AA

    outbox.drain(Refusing([AA]))
    assert outbox.case(round_).unseen_since is None

    _yes(outbox, outbox.letter(round_, audience=Audience.GP))

    assert "letter.after_all" in outbox.events(round_)


def test_what_was_only_added_to_it_replaces_nothing_and_stands_rightly_beside_it(outbox: Outbox) -> None:
    round_ = outbox.signed()
    outbox.drain(Receiver([AE]))
    with outbox.database.transaction() as session:
        sign(session, session.get_one(Round, round_.id), ADDED, outbox.region.bram)
    outbox.now = SIGNED
    outbox.drain(Receiver([AA]))

    _yes(outbox, outbox.letter(round_))

    assert outbox.events(round_)[-1] == "letter.after_all"


def test_what_it_replaces_does_not_stand_beside_it(outbox: Outbox) -> None:
    round_ = outbox.signed()
    for said in (AA, AA, AE):
        outbox.drain(Receiver([said]))
        outbox.corrected(round_)

    _yes(outbox, outbox.letter(round_, version=3))

    assert outbox.events(round_)[-1] == "letter.after_all"
