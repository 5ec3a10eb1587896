"""What people do with a letter keeps what was said of it first."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from mdo_portal import dispatch
from mdo_portal.database import Database
from mdo_portal.domain.case import Case
from mdo_portal.domain.delivery import Delivery, DeliveryState
from mdo_portal.domain.hospital import Channel
from mdo_portal.domain.link import Link
from mdo_portal.domain.round import Round
from mdo_portal.domain.viewer import Viewer
from mdo_portal.errors import IllegalMove
from mdo_portal.exchange import Receipt, ReceiptKind
from mdo_portal.services.letters import destinations, handing_over
from mdo_portal.services.letters.acknowledging import acknowledge
from mdo_portal.services.letters.receipts import PRINTED
from mdo_portal.services.letters.under_way import LEASE
from tests.make import NOW
from tests.outbox_house import AA, AE, HOUR, LATER, SILENCE, Outbox, Receiver
from tests.people import Region


@pytest.fixture
def outbox(database: Database, region: Region) -> Outbox:
    return Outbox(database, region)


def _confirmed(outbox: Outbox, round_: Round, viewer: Viewer) -> None:
    with outbox.database.transaction() as session:
        letter = session.get_one(Delivery, outbox.letter(round_).id)
        handing_over.confirm_by_hand(session, letter, viewer=viewer, now=NOW)


@pytest.mark.parametrize("said", [AA, AE])
def test_who_confirms_what_arrived_already_does_not_take_the_place_of_who_said_so_first(outbox: Outbox, said: Receipt) -> None:
    round_ = outbox.signed()
    outbox.drain(Receiver([said]))
    _confirmed(outbox, round_, outbox.region.dirk)

    _confirmed(outbox, round_, outbox.region.aisha)

    assert outbox.letter(round_).confirmed_by == (None if said is AA else outbox.region.dirk.person_id)


def test_a_letter_that_was_confirmed_while_it_was_printed_stays_confirmed_by_hand(outbox: Outbox) -> None:
    round_ = outbox.signed()
    outbox.drain(Receiver([AE]))
    with outbox.database.transaction() as session:
        handing_over.put_on_paper(session, session.get_one(Delivery, outbox.letter(round_).id), now=NOW)
    taken = dispatch.take(outbox.database, clock=lambda: NOW)
    assert taken is not None
    _confirmed(outbox, round_, outbox.region.dirk)

    dispatch.deliver(outbox.database, {}, taken, clock=lambda: NOW)

    letter = outbox.letter(round_)
    assert (letter.state, letter.receipt_code) == (DeliveryState.RECEIVED, "hand")


def test_a_letter_that_is_only_printed_leaves_the_line_to_the_letter_that_is_on_it(outbox: Outbox) -> None:
    """Else a second letter went out beside it to a receiver that takes them one by one."""
    round_ = outbox.signed()
    outbox.drain(Receiver([AE]))
    with outbox.database.transaction() as session:
        letter = session.get_one(Delivery, outbox.letter(round_).id)
        handing_over.put_on_paper(session, letter, now=NOW)
        queue = destinations.of(session, letter)
        queue.leased_until, queue.leased_by = NOW + HOUR, 7

    outbox.drain(Receiver([AA]))

    assert outbox.letter(round_).receipt_code == PRINTED
    with outbox.database.transaction() as session:
        queue = destinations.of(session, outbox.letter(round_))
        assert (queue.leased_until, queue.leased_by) == (NOW + HOUR, 7)


def test_a_letter_whose_way_became_paper_when_its_turn_came_gives_the_line_back(outbox: Outbox) -> None:
    round_ = outbox.signed()
    letter = outbox.letter(round_)
    with outbox.database.transaction() as session:
        link = session.scalars(select(Link).where(Link.hospital_id == letter.hospital_id)).one()
        link.channel_out = Channel.PAPER
        shown = session.get_one(Case, round_.case_id).revision

    outbox.drain(Receiver([AA]))

    with outbox.database.transaction() as session:
        assert (outbox.letter(round_).receipt_code, destinations.of(session, letter).leased_until) == (PRINTED, None)
        assert session.get_one(Case, round_.case_id).revision > shown  # its open page says no more that it is being made


def test_a_letter_that_is_printed_is_nobody_elses_until_who_has_it_must_be_dead(outbox: Outbox) -> None:
    round_ = outbox.signed()
    with outbox.database.transaction() as session:
        handing_over.put_on_paper(session, session.get_one(Delivery, outbox.letter(round_).id), now=NOW)
    taken = [
        dispatch.take(outbox.database, clock=lambda at=at: at)  # type: ignore[misc]
        for at in (NOW, NOW, NOW + LEASE, NOW + LEASE + timedelta(seconds=1))
    ]

    assert [one is not None for one in taken] == [True, False, False, True]


def test_a_letter_that_left_stays_so_when_nobody_is_there_for_its_repeat(outbox: Outbox) -> None:
    """It may have arrived, and is not called one that still has to leave."""
    round_ = outbox.signed()
    outbox.drain(Receiver([SILENCE]))
    outbox.now += HOUR
    outbox.drain(Receiver([LATER]))

    assert (outbox.letter(round_).receipt_code, outbox.letter(round_).state) == (LATER.code, DeliveryState.SENT)


def test_only_what_is_to_be_carried_is_called_printed(outbox: Outbox) -> None:
    round_ = outbox.signed()
    outbox.drain(Receiver([LATER]))
    before = outbox.letter(round_)

    with pytest.raises(IllegalMove, match="Niet genoteerd"), outbox.database.transaction() as session:
        handing_over.printed(session, session.get_one(Delivery, before.id), now=NOW + HOUR)

    after = outbox.letter(round_)
    assert (after.state, after.sent_at) == (before.state, before.sent_at)


def test_what_was_confirmed_since_is_not_called_printed(outbox: Outbox) -> None:
    """From a page of before."""
    round_ = outbox.signed()
    outbox.drain(Receiver([AA]))
    before = outbox.letter(round_)

    with outbox.database.transaction() as session:
        handing_over.printed(session, session.get_one(Delivery, before.id), now=NOW + HOUR)

    after = outbox.letter(round_)
    assert (after.state, after.sent_at) == (DeliveryState.RECEIVED, before.sent_at)


def test_what_was_carried_and_confirmed_is_not_printed_once_more_by_a_second_click(outbox: Outbox) -> None:
    round_ = outbox.signed()
    with outbox.database.transaction() as session:
        handing_over.put_on_paper(session, session.get_one(Delivery, outbox.letter(round_).id), now=NOW)
    _confirmed(outbox, round_, outbox.region.dirk)

    with outbox.database.transaction() as session:
        handing_over.printed(session, session.get_one(Delivery, outbox.letter(round_).id), now=NOW + HOUR)

    assert outbox.letter(round_).state is DeliveryState.RECEIVED


@pytest.mark.parametrize("said", [SILENCE, LATER, AE])
def test_what_was_on_the_line_when_it_was_put_on_paper_may_have_arrived_unless_the_line_says_that_it_did_not(
    outbox: Outbox, said: Receipt
) -> None:
    """Who waits long for an answer puts it on paper. The late yes went unheard, and its correction was told as a first letter."""
    round_ = outbox.signed()
    taken = dispatch.take(outbox.database, clock=lambda: NOW)
    assert taken is not None
    with outbox.database.transaction() as session:
        handing_over.put_on_paper(session, session.get_one(Delivery, taken.delivery_id), now=NOW)
    dispatch.deliver(outbox.database, {Channel.MLLP: Receiver([said])}, taken, clock=lambda: NOW)
    letter = outbox.letter(round_)
    assert (letter.state, letter.channel, letter.sent_at is not None) == (DeliveryState.WAITING, "paper", said is SILENCE)

    with outbox.database.transaction() as session:
        heard = acknowledge(session, letter.hospital_id, letter.id.hex, AA, NOW + HOUR)

    assert heard == (said is SILENCE)


def test_who_was_told_by_mail_that_a_letter_stands_ready_is_told_once(outbox: Outbox) -> None:
    round_ = outbox.signed()
    with outbox.database.transaction() as session:
        link = session.scalars(select(Link).where(Link.hospital_id == outbox.region.hospitals["ZEED"])).one()
        link.channel_out = Channel.NOTICE
    mail = Receiver([Receipt(ReceiptKind.UNKNOWN, "mailed")])
    for at in (NOW, NOW + 48 * HOUR):
        dispatch.send_next(outbox.database, {Channel.NOTICE: mail}, clock=lambda at=at: at)  # type: ignore[misc]

    assert (len(mail.came), outbox.letter(round_).state) == (1, DeliveryState.SENT)
