"""Who gets a letter: the referrer always; the general practitioner when that was agreed, after the referrer, and never against an objection."""

from __future__ import annotations

import random
import string

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from mdo_portal.database import Database
from mdo_portal.domain.case import Case, CaseState
from mdo_portal.domain.decision import Decision
from mdo_portal.domain.delivery import Audience, Delivery, DeliveryState
from mdo_portal.domain.hospital import Channel, Hospital
from mdo_portal.domain.recipient import RecipientChannel
from mdo_portal.domain.round import Round
from mdo_portal.exchange import DecisionForm, Receipt, ReceiptKind
from mdo_portal.services.identity import objections
from mdo_portal.services.letters import handing_over, recipients
from tests.make import BSN, NOW
from tests.outbox_house import AA, HOUR, LATER, SILENCE, Outbox, Receiver
from tests.people import Region

GP = "H.A. Huisarts"


@pytest.fixture
def outbox(database: Database, region: Region) -> Outbox:
    return Outbox(database, region)


def _letters(outbox: Outbox) -> int:
    with outbox.database.transaction() as session:
        return session.scalar(select(func.count()).select_from(Delivery)) or 0


def test_the_gp_gets_a_letter_of_his_own_without_the_bsn_and_after_the_referrer(outbox: Outbox) -> None:
    outbox.copies_to_gps()
    round_ = outbox.signed(gp=GP)
    receiver = Receiver([AA])

    assert outbox.drain(receiver) == 2

    to_referrer, to_gp = receiver.came
    assert (to_referrer.patient.bsn, to_gp.patient.bsn) == (BSN, "")
    assert (to_referrer.recipient_name == GP, to_gp.recipient_name) == (False, GP)
    assert to_referrer.delivery_id != to_gp.delivery_id and to_referrer.letter_sha256 != to_gp.letter_sha256
    assert BSN.encode() not in to_gp.letter_pdf
    assert outbox.letter(round_, audience=Audience.GP).state is DeliveryState.RECEIVED


def test_a_name_without_end_keeps_nobody_from_signing(outbox: Outbox) -> None:
    """What stood in PD1-4 was more than PostgreSQL keeps in an index: the advice of that patient could not be signed."""
    outbox.copies_to_gps()
    endless = "".join(random.Random(1).choices(string.ascii_letters, k=9_000))

    round_ = outbox.signed(gp=endless)

    assert outbox.letter(round_, audience=Audience.GP).recipient_name == endless[: recipients.LONGEST_NAME]


def test_nothing_goes_to_the_gp_before_it_went_to_the_referrer(outbox: Outbox) -> None:
    outbox.copies_to_gps(Channel.PAPER)
    round_ = outbox.signed(gp=GP)
    outbox.drain(Receiver([LATER]))
    assert outbox.letter(round_, audience=Audience.GP).letter_sha256 == ""

    outbox.now = outbox.letter(round_).next_attempt_at or NOW
    outbox.drain(Receiver([AA]))

    assert outbox.letter(round_, audience=Audience.GP).receipt_code == "print"


def test_a_letter_to_the_gp_that_is_still_to_be_carried_is_on_no_list_once_the_patient_objects(outbox: Outbox) -> None:
    """It was printed, so that no worker looked at it again: who looks after post was asked to send it all the same."""
    outbox.copies_to_gps(Channel.PAPER)
    carried, to_carry = outbox.signed(gp=GP), outbox.signed(gp=GP)
    outbox.drain(Receiver([AA]))
    with outbox.database.transaction() as session:
        gone = session.get_one(Delivery, outbox.letter(carried, audience=Audience.GP).id)
        handing_over.printed(session, gone, now=NOW)
        objections.record(session, session.get_one(Case, to_carry.case_id), viewer=outbox.region.dirk, now=NOW)

    states = [outbox.letter(one, audience=Audience.GP).state for one in (carried, to_carry)]
    assert states == [DeliveryState.SENT, DeliveryState.CANCELLED]
    assert outbox.letter(to_carry).state is DeliveryState.RECEIVED, "the hospital's own letter stays what it is"


@pytest.mark.parametrize("why", ["no channel", "no gp", "objection"])
def test_there_is_no_letter_to_a_gp_without_channel_name_or_against_an_objection(outbox: Outbox, why: str) -> None:
    if why != "no channel":
        outbox.copies_to_gps()
    round_ = outbox.signed(gp="" if why == "no gp" else GP)
    if why != "objection":
        assert _letters(outbox) == 1
        return
    with outbox.database.transaction() as session:
        objections.record(session, session.get_one(Case, round_.case_id), viewer=outbox.region.dirk, now=NOW)
        assert [one.audience for one in recipients.of(session, session.get_one(Case, round_.case_id))] == [Audience.REFERRER]
    receiver = Receiver([AA])

    outbox.drain(receiver)

    assert len(receiver.came) == 1
    assert outbox.letter(round_, audience=Audience.GP).state is DeliveryState.CANCELLED, "signed before, and it did not leave"


def test_a_copy_goes_though_the_one_before_waits_for_a_letter_that_never_left(outbox: Outbox) -> None:
    outbox.copies_to_gps()
    round_ = outbox.signed(gp=GP)
    outbox.drain(Receiver([Receipt(ReceiptKind.REFUSED, "unsendable")]))
    outbox.corrected(round_)
    receiver = Receiver([AA])

    outbox.drain(receiver)

    assert [(one.version, one.recipient_name == GP) for one in receiver.came] == [(2, False), (2, True)]


@pytest.mark.parametrize(
    ("now_of", "told"), [("N. Opvolger", ["N. Opvolger", GP]), ("", [GP]), (f" h.a.  {GP[5:]}", [f"h.a.  {GP[5:]}"])]
)
def test_what_replaces_a_letter_goes_to_every_gp_who_has_it(outbox: Outbox, now_of: str, told: list[str]) -> None:
    outbox.copies_to_gps()
    round_ = outbox.signed(gp=GP)
    outbox.drain(Receiver([AA]))
    first = str(outbox.letter(round_, audience=Audience.GP).id)
    outbox.patient_of(now_of, round_)
    outbox.corrected(round_)
    receiver = Receiver([AA])

    outbox.drain(receiver)

    to_gps = receiver.came[1:]
    assert sorted(one.recipient_name for one in to_gps) == sorted(told)
    assert {one.recipient_name: one.replaces_delivery_id for one in to_gps if one.recipient_name == GP} in ({}, {GP: first})


def test_each_later_version_goes_to_every_gp_who_has_one_before_and_to_nobody_elses(outbox: Outbox) -> None:
    for hospital in ("ZEED", "DELT"):
        outbox.copies_to_gps(hospital=hospital)
    outbox.signed(hospital="DELT", gp="V. Vreemd")
    round_ = outbox.signed(gp=GP)
    for name in ("N. Opvolger", "D. Derde"):
        outbox.patient_of(name, round_)
        outbox.corrected(round_)
    receiver = Receiver([AA])

    outbox.drain(receiver)

    last = {one.recipient_name: one.replaces_document_number[-3:] for one in receiver.came if one.version == 3}
    assert last == {"Ziekenhuis ZEED": "-v2", GP: "-v2", "N. Opvolger": "-v2", "D. Derde": ""}


def test_a_withdrawal_goes_to_nobody_who_never_got_the_advice(outbox: Outbox) -> None:
    outbox.copies_to_gps()
    round_ = outbox.signed(gp=GP)
    outbox.drain(Receiver([AA]))
    outbox.patient_of("N. Opvolger", round_)

    with outbox.database.transaction() as session:
        case, about = session.get_one(Case, round_.case_id), session.get_one(Decision, outbox.letter(round_).decision_id)
        told = {form: [one.name for one in recipients.of(session, case, form, about)] for form in DecisionForm}

    assert told[DecisionForm.WITHDRAWAL] == ["", GP]
    assert told[DecisionForm.CORRECTION] == ["", "N. Opvolger", GP]
    assert told[DecisionForm.ADDENDUM] == ["", "N. Opvolger"]
    assert told[DecisionForm.OUTCOME] == told[DecisionForm.RECALL] == [""]


def test_a_gp_whose_channel_is_gone_gets_what_replaces_it_on_paper(outbox: Outbox) -> None:
    outbox.copies_to_gps()
    round_ = outbox.signed(gp=GP)
    outbox.drain(Receiver([AA]))
    with outbox.database.transaction() as session:
        session.delete(session.get_one(RecipientChannel, (outbox.region.hospitals["ZEED"], Audience.GP)))
    outbox.corrected(round_)
    receiver = Receiver([AA])

    outbox.drain(receiver)

    to_gp = outbox.letter(round_, version=2, audience=Audience.GP)
    assert (len(receiver.came), to_gp.channel, to_gp.receipt_code) == (1, Channel.PAPER, "print")


def test_a_gp_whose_copy_was_held_by_an_objection_hears_nothing_of_its_correction(outbox: Outbox) -> None:
    outbox.copies_to_gps()
    round_ = outbox.signed(gp=GP)
    with outbox.database.transaction() as session:
        case = session.get_one(Case, round_.case_id)
        objections.record(session, case, viewer=outbox.region.dirk, now=NOW)
    outbox.drain(Receiver([AA]))
    outbox.patient_of("N. Opvolger", round_)
    with outbox.database.transaction() as session:
        objections.lift(session, session.get_one(Case, round_.case_id), viewer=outbox.region.dirk, now=NOW)
    outbox.corrected(round_)

    assert sorted(one.recipient_name for one in outbox.letters(round_, version=2)) == ["", "N. Opvolger"]


@pytest.mark.parametrize("is_sent_again", [False, True])
def test_an_objection_after_the_gps_letter_left_keeps_it_here_and_nobody_elses(outbox: Outbox, is_sent_again: bool) -> None:
    outbox.copies_to_gps()
    round_ = outbox.signed(gp=GP)
    outbox.drain(Receiver([AA, SILENCE]))
    with outbox.database.transaction() as session:
        objections.record(session, session.get_one(Case, round_.case_id), viewer=outbox.region.dirk, now=NOW)
        if is_sent_again:
            letter = session.get_one(Delivery, outbox.letter(round_, audience=Audience.GP).id)
            handing_over.send_again(session, letter, now=NOW)
    other = outbox.signed(hospital="DELT")
    outbox.now += HOUR
    receiver = Receiver([AA])

    outbox.drain(receiver)

    assert outbox.letter(other).state is DeliveryState.RECEIVED
    assert [one.recipient_name == GP for one in receiver.came] == [False], "what left does not leave again"
    assert outbox.letter(round_, audience=Audience.GP).state is DeliveryState.SENT, "it left, and nobody says that it did not"


def test_the_case_is_delivered_when_the_hospital_has_it(outbox: Outbox) -> None:
    outbox.copies_to_gps(Channel.PAPER)
    round_ = outbox.signed(gp=GP)

    outbox.drain(Receiver([AA]))

    assert outbox.case(round_).state is CaseState.DELIVERED
    assert outbox.letter(round_, audience=Audience.GP).state is DeliveryState.WAITING


def test_one_version_goes_to_one_recipient_once(outbox: Outbox) -> None:
    round_ = outbox.signed()
    letter = outbox.letter(round_)

    twice = Delivery(
        decision_id=letter.decision_id, case_id=letter.case_id, hospital_id=letter.hospital_id, channel="mllp", created_at=NOW
    )

    with pytest.raises(IntegrityError), outbox.database.transaction() as session:
        session.add(twice)


def test_the_chair_sees_of_each_recipient_what_has_not_arrived_there_and_whom_to_call(outbox: Outbox) -> None:
    outbox.copies_to_gps(Channel.PAPER)
    round_ = outbox.signed(gp=GP)
    outbox.drain(Receiver([AA]))
    with outbox.database.transaction() as session:
        session.get_one(Hospital, outbox.region.hospitals["ZEED"]).phone = "088-0000001"
        shown = recipients.destinations(session, session.get_one(Case, round_.case_id))

    assert [(one.not_arrived, one.last_received_at, one.phone) for one in shown] == [(0, NOW, "088-0000001"), (1, None, "")]


def test_the_chair_sees_the_gp_among_the_recipients(outbox: Outbox) -> None:
    outbox.copies_to_gps()
    round_ = outbox.signed(gp=GP)
    with outbox.database.transaction() as session:
        case = session.get_one(Case, session.get_one(Round, round_.id).case_id)
        shown = recipients.destinations(session, case)

    assert [(one.name == GP, one.audience) for one in shown] == [(False, Audience.REFERRER), (True, Audience.GP)]
