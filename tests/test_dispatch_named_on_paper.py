"""A letter that went over a line without an answer, and was put on paper then, may stand in their system: what replaces it names it."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from mdo_portal import dispatch
from mdo_portal.database import Database
from mdo_portal.domain.case import CaseEvent
from mdo_portal.domain.delivery import Delivery, DeliveryState
from mdo_portal.domain.hospital import Channel
from mdo_portal.domain.link import Link
from mdo_portal.domain.round import Round
from mdo_portal.exchange import Receipt
from mdo_portal.services.letters import handing_over
from tests.outbox_house import AA, AE, HOUR, LATER, SILENCE, Outbox, Receiver
from tests.people import Region


@pytest.fixture
def outbox(database: Database, region: Region) -> Outbox:
    return Outbox(database, region)


def _on_paper(outbox: Outbox, round_: Round, *, confirmed: bool, version: int = 2) -> None:
    """The letter is put on paper, printed and taken there; and somebody there says that they have it."""
    with outbox.database.transaction() as session:
        letter = session.get_one(Delivery, outbox.letter(round_, version=version).id)
        handing_over.put_on_paper(session, letter, now=outbox.now)
    outbox.drain(Receiver([AA]))
    with outbox.database.transaction() as session:
        letter = session.get_one(Delivery, outbox.letter(round_, version=version).id)
        handing_over.printed(session, letter, now=outbox.now)
        if confirmed:
            handing_over.confirm_by_hand(session, letter, viewer=outbox.region.aisha, now=outbox.now)


def _link_goes(outbox: Outbox, channel: Channel) -> None:
    with outbox.database.transaction() as session:
        session.scalars(select(Link).where(Link.hospital_id == outbox.region.hospitals["ZEED"])).one().channel_out = channel


def _arrived_and_corrected(outbox: Outbox) -> Round:
    round_ = outbox.signed()
    outbox.drain(Receiver([AA]))
    outbox.corrected(round_)
    return round_


def _named_by_the_next(outbox: Outbox, round_: Round) -> str:
    """Corrected once more an hour later, and received: which letter that one names."""
    outbox.now += HOUR
    outbox.corrected(round_)
    receiver = Receiver([AA])
    outbox.drain(receiver)
    return receiver.came[-1].replaces_delivery_id


def _told(outbox: Outbox, round_: Round) -> list[str]:
    query = select(CaseEvent).where(CaseEvent.case_id == round_.case_id, CaseEvent.what == "letter.may_stand_beside")
    with outbox.database.transaction() as session:
        return [event.details["number"] for event in session.scalars(query.order_by(CaseEvent.at))]


@pytest.mark.parametrize("confirmed", [True, False])
def test_what_replaces_it_names_it_and_somebody_hears_that_the_older_one_may_stand_there(outbox: Outbox, confirmed: bool) -> None:
    """The older one was named: if the one on paper had come over the line as well, it stood beside the newest, and nobody heard."""
    round_ = _arrived_and_corrected(outbox)
    outbox.drain(Receiver([SILENCE]))
    _on_paper(outbox, round_, confirmed=confirmed)

    assert _named_by_the_next(outbox, round_) == str(outbox.letter(round_, version=2).id)
    assert _told(outbox, round_) == [outbox.letter(round_, version=1).document_number]


@pytest.mark.parametrize("said", [LATER, AE])
def test_what_was_not_taken_in_before_it_was_put_on_paper_is_not_named(outbox: Outbox, said: Receipt) -> None:
    round_ = _arrived_and_corrected(outbox)
    outbox.drain(Receiver([said]))
    _on_paper(outbox, round_, confirmed=True)

    assert _named_by_the_next(outbox, round_) == str(outbox.letter(round_, version=1).id)
    assert _told(outbox, round_) == []


@pytest.mark.parametrize("printed_first", [True, False])
def test_so_is_what_got_no_answer_first_and_whose_repeat_was_refused(outbox: Outbox, printed_first: bool) -> None:
    """On the wire again it was put on paper, and then its receiver said no: some say so of what they have."""
    round_ = _arrived_and_corrected(outbox)
    outbox.drain(Receiver([SILENCE]))
    outbox.now += HOUR

    class Slow(Receiver):
        def send(self, decision, address):  # type: ignore[no-untyped-def]
            with outbox.database.transaction() as session:
                letter = session.get_one(Delivery, outbox.letter(round_, version=2).id)
                handing_over.put_on_paper(session, letter, now=outbox.now)
            if printed_first:
                outbox.work(Receiver([AA]))
            return AE

    assert outbox.work(Slow([AE]))
    outbox.drain(Receiver([AA]))
    with outbox.database.transaction() as session:
        letter = session.get_one(Delivery, outbox.letter(round_, version=2).id)
        handing_over.printed(session, letter, now=outbox.now)

    assert _named_by_the_next(outbox, round_) == str(outbox.letter(round_, version=2).id)
    assert _told(outbox, round_) == [outbox.letter(round_, version=1).document_number]


def test_nor_what_had_its_print_still_to_come_when_its_worker_was_killed_and_its_link_went_to_paper(outbox: Outbox) -> None:
    round_ = _arrived_and_corrected(outbox)
    assert dispatch.take(outbox.database, clock=lambda: outbox.now)
    _link_goes(outbox, Channel.PAPER)
    outbox.now += HOUR
    outbox.drain(Receiver([AA]))
    with outbox.database.transaction() as session:
        handing_over.printed(session, session.get_one(Delivery, outbox.letter(round_, version=2).id), now=outbox.now)
    _link_goes(outbox, Channel.MLLP)
    outbox.corrected(round_)
    receiver = Receiver([AA])
    outbox.drain(receiver)

    assert receiver.came[-1].replaces_delivery_id == str(outbox.letter(round_, version=1).id)


def test_a_first_version_on_paper_that_was_on_a_line_may_stand_there_too(outbox: Outbox) -> None:
    round_ = outbox.signed()
    outbox.drain(Receiver([SILENCE]))
    _on_paper(outbox, round_, confirmed=True, version=1)
    outbox.corrected(round_)
    outbox.drain(Receiver([SILENCE]))
    outbox.now += HOUR
    outbox.drain(Receiver([Receipt(AE.kind, "unsendable")]))
    outbox.corrected(round_)
    outbox.drain(Receiver([AA]))

    assert _told(outbox, round_) == [outbox.letter(round_, version=1).document_number]


def test_one_that_is_overtaken_while_nobody_knows_of_two_says_so_as_it_ends(outbox: Outbox) -> None:
    """Nobody knows of the second and the third; the fourth was told by telephone, so the third goes no more. Of the first nobody heard."""
    round_ = _arrived_and_corrected(outbox)
    for version in (2, 3):
        outbox.drain(Receiver([SILENCE]))
        if version == 2:
            outbox.now += HOUR
            outbox.drain(Receiver([Receipt(AE.kind, "unsendable")]))
        outbox.corrected(round_)
    with outbox.database.transaction() as session:
        letter = session.get_one(Delivery, outbox.letter(round_, version=4).id)
        handing_over.confirm_by_hand(session, letter, viewer=outbox.region.aisha, now=outbox.now)
    outbox.now += HOUR
    outbox.drain(Receiver([AA]))

    assert outbox.letter(round_, version=3).state is DeliveryState.CANCELLED
    assert _told(outbox, round_) == [outbox.letter(round_, version=1).document_number]
