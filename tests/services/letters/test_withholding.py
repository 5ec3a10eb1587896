"""Letters on paper that somebody else may take at this very moment: which of them are held, and who had one first."""

from __future__ import annotations

import uuid
from datetime import date

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from mdo_portal import dispatch
from mdo_portal.database import Database
from mdo_portal.domain.case import Case
from mdo_portal.domain.decision import Decision
from mdo_portal.domain.delivery import Audience, Delivery, DeliveryState
from mdo_portal.domain.hospital import Channel
from mdo_portal.domain.patient import Patient
from mdo_portal.exchange import Receipt, ReceiptKind
from mdo_portal.services.identity import objections
from mdo_portal.services.letters import handing_over, receipts, withholding
from mdo_portal.services.patients import patients
from tests.make import NOW
from tests.outbox_house import AA, AE, HOUR, SILENCE, Outbox, Receiver
from tests.people import Region
from tests.test_dispatch_of_whom import OTHER
from tests.test_dispatch_races import Beside


@pytest.fixture
def outbox(database: Database, region: Region) -> Outbox:
    return Outbox(database, region)


def on_paper(outbox: Outbox) -> Delivery:
    letter = outbox.letter(outbox.signed())
    with outbox.database.transaction() as session:
        handing_over.put_on_paper(session, session.get_one(Delivery, letter.id), now=NOW)
    return letter


def free(database: Database) -> set[uuid.UUID]:
    """Which letters somebody else can take now."""
    with database.transaction() as session:
        return set(session.scalars(select(Delivery.id).with_for_update(skip_locked=True)))


def test_only_what_lies_on_paper_of_these_cases_is_held(outbox: Outbox) -> None:
    """Another patient's letter, one that goes over a line and one that somebody carried: nobody waits for those."""
    mine, anothers, over_a_line = on_paper(outbox), on_paper(outbox), outbox.letter(outbox.signed())
    carried = on_paper(outbox)
    with outbox.database.transaction() as session:
        handing_over.printed(session, session.get_one(Delivery, carried.id), now=NOW)

    with outbox.database.transaction() as session:
        of = Case.id.in_([mine.case_id, over_a_line.case_id, carried.case_id])
        withholding.hold_letters(session, of)
        assert free(outbox.database) == {anothers.id, over_a_line.id, carried.id}

    assert mine.id in free(outbox.database)


def test_who_carried_it_at_that_very_moment_carried_it(outbox: Outbox) -> None:
    """They had the letter first: what they say of it is not taken back by who finds out that it names another."""
    letter = on_paper(outbox)

    def becomes_anothers(session: Session) -> None:
        other = patients.add(session, outbox.region.hospitals["ZEED"], OTHER, now=NOW)
        withholding.withhold_of_another(session, session.get_one(Case, letter.case_id), other, now=NOW)

    beside = Beside(outbox.database, becomes_anothers)
    with outbox.database.transaction() as session:
        held = session.get_one(Delivery, letter.id, with_for_update=True)
        beside.begin()
        handing_over.confirm_by_hand(session, held, viewer=outbox.region.dirk, now=NOW)
    beside.end()

    with outbox.database.transaction() as session:
        assert (beside.failed, session.get_one(Delivery, letter.id).state) == ([], DeliveryState.RECEIVED)


def test_a_copy_that_left_without_an_answer_and_lies_on_paper_is_not_carried_when_the_patient_objects(outbox: Outbox) -> None:
    """It may have arrived, and stays as sent; but it stood there to be printed and taken to the general practitioner all the same."""
    outbox.copies_to_gps()
    round_ = outbox.signed(gp="H.A. Huisarts")
    outbox.drain(Receiver([AA, SILENCE]))
    copy = outbox.letter(round_, audience=Audience.GP).id
    with outbox.database.transaction() as session:
        handing_over.put_on_paper(session, session.get_one(Delivery, copy), now=outbox.now)
    outbox.drain(Receiver([AA]))

    with outbox.database.transaction() as session:
        objections.record(session, session.get_one(Case, round_.case_id), viewer=outbox.region.dirk, now=outbox.now)

    letter = outbox.letter(round_, audience=Audience.GP)
    assert letter.state is DeliveryState.SENT
    assert receipts.why(letter).startswith("De ontvanger heeft de ontvangst niet bevestigd. De brief gaat niet nog eens weg")


@pytest.mark.parametrize("said", [SILENCE, Receipt(ReceiptKind.UNKNOWN, "CA"), Receipt(ReceiptKind.UNKNOWN, "502")])
def test_a_copy_that_left_without_an_answer_says_that_it_does_not_leave_again(outbox: Outbox, said: Receipt) -> None:
    """It stood there as one that waits for its answer, or that is tried again; the instruction said otherwise."""
    outbox.copies_to_gps()
    round_ = outbox.signed(gp="H.A. Huisarts")
    outbox.drain(Receiver([AA, said]))
    with outbox.database.transaction() as session:
        objections.record(session, session.get_one(Case, round_.case_id), viewer=outbox.region.dirk, now=outbox.now)
    outbox.now += 2 * HOUR
    receiver = Receiver([AA])
    outbox.drain(receiver)

    letter = outbox.letter(round_, audience=Audience.GP)
    assert (receiver.came, letter.state, letter.next_attempt_at) == ([], DeliveryState.SENT, None)
    assert receipts.why(letter).startswith("De ontvanger heeft de ontvangst niet bevestigd. De brief gaat niet nog eens weg")


def test_nor_is_it_said_to_be_printed_and_sent_when_the_patient_objects_at_the_moment_that_it_is_printed(outbox: Outbox) -> None:
    """A worker had it, and said afterwards that it lay ready: it stood there as sent on paper, which nobody did."""
    outbox.copies_to_gps()
    round_ = outbox.signed(gp="H.A. Huisarts")
    outbox.drain(Receiver([AA, SILENCE]))
    copy = outbox.letter(round_, audience=Audience.GP).id
    with outbox.database.transaction() as session:
        handing_over.put_on_paper(session, session.get_one(Delivery, copy), now=outbox.now)
    claimed = dispatch.take(outbox.database, clock=lambda: outbox.now)
    assert claimed is not None and claimed.delivery_id == copy
    with outbox.database.transaction() as session:
        objections.record(session, session.get_one(Case, round_.case_id), viewer=outbox.region.dirk, now=outbox.now)

    dispatch.deliver(outbox.database, {}, claimed, clock=lambda: outbox.now)

    letter = outbox.letter(round_, audience=Audience.GP)
    assert (letter.state, letter.leased_until) == (DeliveryState.SENT, None)
    assert receipts.why(letter).startswith("De ontvanger heeft de ontvangst niet bevestigd. De brief gaat niet nog eens weg")


def test_what_is_sent_again_while_it_is_printed_does_not_lie_ready_when_the_patient_objects(outbox: Outbox) -> None:
    """The print was of before. Found by chance: nobody looked at it again, and it was to be carried (seed 27 of test_deliveries_meanwhile.py)."""
    outbox.copies_to_gps(Channel.PAPER)
    round_ = outbox.signed(gp="H.A. Huisarts")
    outbox.work(Receiver([AA]))
    printing = dispatch.take(outbox.database, clock=lambda: NOW)
    assert printing is not None and printing.audience is Audience.GP
    with outbox.database.transaction() as session:
        objections.record(session, session.get_one(Case, round_.case_id), viewer=outbox.region.dirk, now=NOW)
    with outbox.database.transaction() as session:
        handing_over.send_again(session, session.get_one(Delivery, printing.delivery_id), now=NOW)

    dispatch.deliver(outbox.database, {}, printing, clock=lambda: NOW)
    outbox.drain(Receiver([AA]))

    assert outbox.letter(round_, audience=Audience.GP).state is DeliveryState.CANCELLED


def test_a_copy_that_left_without_an_answer_and_is_sent_again_is_not_said_to_be_on_its_way_when_the_patient_objects(
    outbox: Outbox,
) -> None:
    """It was said to be sent at that very moment, for ever."""
    outbox.copies_to_gps()
    round_ = outbox.signed(gp="H.A. Huisarts")
    outbox.drain(Receiver([AA, SILENCE]))
    with outbox.database.transaction() as session:
        handing_over.send_again(
            session, session.get_one(Delivery, outbox.letter(round_, audience=Audience.GP).id), now=outbox.now
        )
        objections.record(session, session.get_one(Case, round_.case_id), viewer=outbox.region.dirk, now=outbox.now)
    receiver = Receiver([AA])
    outbox.drain(receiver)

    letter = outbox.letter(round_, audience=Audience.GP)
    assert (letter.state, receiver.came) == (DeliveryState.SENT, [])
    assert receipts.why(letter).startswith("De ontvanger heeft de ontvangst niet bevestigd. De brief gaat niet nog eens weg")


def test_what_somebody_carried_before_the_patient_objected_was_carried(outbox: Outbox) -> None:
    outbox.copies_to_gps(Channel.PAPER)
    round_ = outbox.signed(gp="H.A. Huisarts")
    outbox.drain(Receiver([AA]))
    with outbox.database.transaction() as session:
        copy = session.get_one(Delivery, outbox.letter(round_, audience=Audience.GP).id)
        handing_over.printed(session, copy, now=outbox.now)

    with outbox.database.transaction() as session:
        objections.record(session, session.get_one(Case, round_.case_id), viewer=outbox.region.dirk, now=outbox.now)

    assert outbox.letter(round_, audience=Audience.GP).state is DeliveryState.SENT


def test_a_copy_that_was_refused_and_lies_on_paper_is_not_said_to_be_there_when_the_patient_objects(outbox: Outbox) -> None:
    """It waited for a confirmation for ever, of a letter that its recipient had turned away."""
    outbox.copies_to_gps()
    round_ = outbox.signed(gp="H.A. Huisarts")
    outbox.drain(Receiver([AA, AE]))
    with outbox.database.transaction() as session:
        copy = session.get_one(Delivery, outbox.letter(round_, audience=Audience.GP).id)
        handing_over.put_on_paper(session, copy, now=outbox.now)
    outbox.drain(Receiver([AA]))

    with outbox.database.transaction() as session:
        objections.record(session, session.get_one(Case, round_.case_id), viewer=outbox.region.dirk, now=outbox.now)

    assert outbox.letter(round_, audience=Audience.GP).state is DeliveryState.CANCELLED


@pytest.mark.parametrize(("said", "is_another"), [("", False), ("1950-01-31", False), ("1950-02-28", True)])
def test_a_letter_of_before_the_birth_date_was_known_names_nobody_else(
    session: Session, region: Region, said: str, is_another: bool
) -> None:
    """Under a number that nobody here has any more."""
    patient = Patient(hospital_id=region.hospitals["ZEED"], local_number="here", birth_on=date(1950, 1, 31))
    decision = Decision(content={"patient": {"number": "gone", "birth_on": said}})

    assert withholding.names_another(session, decision, patient) is is_another
