"""What cannot be opened (a lost key, a changed row) holds up what it belongs to, and nothing of anybody else."""

from __future__ import annotations

import uuid
from datetime import timedelta
from time import monotonic

import pytest
from sqlalchemy import select, update

from mdo_portal import dispatch
from mdo_portal.database import Database
from mdo_portal.domain.case import InformationRequest
from mdo_portal.domain.delivery import Delivery, DeliveryState
from mdo_portal.domain.hospital import Channel, Hospital
from mdo_portal.domain.identity_conflict import ConflictKind, Decision, IdentityConflict
from mdo_portal.domain.inbound import InboundMessage
from mdo_portal.domain.link import Link
from mdo_portal.domain.patient import Patient
from mdo_portal.domain.pull import OutgoingQuestion
from mdo_portal.exchange import Receipt, ReceiptKind
from mdo_portal.services.letters import receipts
from mdo_portal.services.patients import deciding
from mdo_portal.services.referrals import questions
from tests import make
from tests.identity_questions import CONFLICTS, STRANGER, born, states
from tests.identity_questions import referral as asked_for
from tests.make import NOW
from tests.outbox_house import AA, HOUR, LATER, Outbox, Receiver
from tests.people import Region
from tests.reception_house import hand_in, understand_all
from tests.test_application_acks import Receiver as AckReceiver
from tests.test_application_acks import asks, became, listening, referral, say

__all__ = ["asks"]
SHUT = b"nobody can open this"


def shut(database: Database, region: Region, what: str, *, hospital: str = "ZEED") -> None:
    """From now on this of the hospital opens no more."""
    mine = region.hospitals[hospital]
    statements = {
        "token": update(Link).where(Link.hospital_id == mine).values(token_out_sealed=SHUT),
        "certificate": update(Link).where(Link.hospital_id == mine).values(certificate_out_sealed=SHUT),
        "bsn": update(Patient).where(Patient.hospital_id == mine).values(bsn_sealed=SHUT),
        "letter": update(Delivery).where(Delivery.hospital_id == mine).values(letter_sealed=SHUT),
    }
    with database.transaction() as session:
        session.execute(statements[what])


def letters(database: Database, region: Region) -> dict[str, tuple[DeliveryState, str, int]]:
    codes = {hospital_id: code for code, hospital_id in region.hospitals.items()}
    with database.transaction() as session:
        return {codes[one.hospital_id]: (one.state, one.receipt_code, one.attempts) for one in session.scalars(select(Delivery))}


def two_letters(database: Database, region: Region) -> Outbox:
    """One to ZEED, and a later one to DELT."""
    house = Outbox(database, region)
    house.signed()
    house.work(Receiver([LATER]))  # it is printed now
    house.now += HOUR
    house.signed(hospital="DELT")
    return house


@pytest.mark.parametrize("what", ["token", "certificate", "bsn", "letter"])
def test_a_letter_that_cannot_be_opened_says_so_and_the_others_go(database: Database, region: Region, what: str) -> None:
    house, receiver = two_letters(database, region), Receiver([AA])
    shut(database, region, what)
    assert house.work(receiver) and not house.work(receiver)

    told = letters(database, region)
    assert told["DELT"] == (DeliveryState.RECEIVED, "AA", 1) and told["ZEED"][:2] == (DeliveryState.WAITING, "sealed")
    with database.transaction() as session:
        (row,) = [one for one in session.scalars(select(Delivery)) if one.hospital_id == region.hospitals["ZEED"]]
        assert receipts.why(row) == receipts.RECEIPT_REASONS["sealed"] and row.sent_at is None


def test_it_leaves_once_it_opens_again(database: Database, region: Region) -> None:
    house, receiver = two_letters(database, region), Receiver([AA])
    shut(database, region, "token")
    house.work(receiver)
    with database.transaction() as session:
        session.execute(update(Link).values(token_out_sealed=b""))
    assert house.work(receiver, at=house.now + HOUR)

    assert {state for state, _, _ in letters(database, region).values()} == {DeliveryState.RECEIVED}


def test_a_receipt_is_written_down_although_the_next_letter_of_its_queue_cannot_be_opened(
    database: Database, region: Region
) -> None:
    """Else the first is sent again and again, by everybody who takes it over."""
    house, receiver = Outbox(database, region), Receiver([AA])
    for _ in range(2):
        house.signed()
        house.now += timedelta(minutes=1)
    claimed = dispatch.take(database, clock=lambda: house.now)
    assert claimed is not None
    with database.transaction() as session:
        (next_one,) = session.scalars(select(Delivery).where(Delivery.id != claimed.delivery_id))
        next_one.letter_sealed = SHUT
    dispatch.deliver(database, {Channel.MLLP: receiver}, claimed, clock=lambda: house.now, goes_on=lambda: True)

    with database.transaction() as session:
        first = session.get_one(Delivery, claimed.delivery_id)
        others = session.scalars(select(Delivery.receipt_code).where(Delivery.id != claimed.delivery_id)).all()
    assert first.state is DeliveryState.RECEIVED and others == ["sealed"]


@pytest.mark.parametrize("what", ["token", "bsn"])
def test_a_question_that_cannot_be_opened_holds_up_no_other_hospitals(database: Database, region: Region, what: str) -> None:
    with database.transaction() as session:
        for n, code in enumerate(("ZEED", "DELT")):
            hospital = session.get_one(Hospital, region.hospitals[code])
            case = make.case(session, hospital, patient=make.identity("", bsn=make.BSN))
            asked = InformationRequest(case_id=case.id, asked_at=NOW, asked_by=region.aisha.person_id, text="En?")
            session.add(asked)
            session.flush()
            at = NOW + timedelta(seconds=n)
            session.add(OutgoingQuestion(id=asked.id, case_id=case.id, hospital_id=hospital.id, next_attempt_at=at))
    shut(database, region, what)
    with database.transaction() as session:
        claimed = questions.claim(session, now=NOW + timedelta(minutes=1))

    assert claimed is not None and claimed.address.hospital_code == "DELT"


def test_the_questions_to_a_silent_system_come_after_those_to_others(database: Database, region: Region) -> None:
    with database.transaction() as session:
        for n, code in enumerate(("ZEED", "ZEED", "ZEED", "DELT")):
            hospital = session.get_one(Hospital, region.hospitals[code])
            case = make.case(session, hospital)
            asked = InformationRequest(case_id=case.id, asked_at=NOW, asked_by=region.aisha.person_id, text="En?")
            session.add(asked)
            session.flush()
            at = NOW + timedelta(seconds=n)
            session.add(OutgoingQuestion(id=asked.id, case_id=case.id, hospital_id=hospital.id, next_attempt_at=at))
    knocked = []
    with database.transaction() as session:
        now = NOW + timedelta(minutes=1)
        for _ in range(2):
            claimed = questions.claim(session, now=now)
            assert claimed is not None
            knocked.append(claimed.address.hospital_code)
            now += timedelta(seconds=30)
            questions.settle(session, claimed, Receipt(ReceiptKind.UNKNOWN, "timeout"), now=now)

    assert knocked == ["ZEED", "DELT"]


def test_a_link_whose_token_cannot_be_opened_holds_up_no_other_acknowledgements(database: Database, asks: Region) -> None:
    hand_in(database, asks, referral("M1"))
    understand_all(database)
    shut(database, asks, "token")
    receiver = AckReceiver()
    with listening(receiver) as port:
        say(database, port)
        assert receiver.said() == []
        with database.transaction() as session:
            session.execute(update(Link).values(token_out_sealed=b""))
            assert session.scalars(select(InboundMessage.application_ack)).one() == "AL"
        say(database, port, now=NOW + HOUR)

    assert receiver.said() == [("AA", "M1")] and became(database) == ["sent"]


def answered(database: Database, *, opens: bool) -> None:
    """Somebody says that it is the same person; what was kept of the question opens, or no more."""
    with database.transaction() as session:
        conflict = session.scalars(select(IdentityConflict).where(IdentityConflict.decided_at.is_(None))).one()
        deciding.decide(session, conflict, Decision.SAME, reason="gebeld", person_id=uuid.uuid4(), now=NOW)
        conflict.identities_sealed = conflict.identities_sealed if opens else SHUT


def test_a_decision_that_cannot_be_opened_holds_up_no_message_and_no_other_decision(database: Database, region: Region) -> None:
    hand_in(database, region, *CONFLICTS[ConflictKind.OTHER_BSN])
    understand_all(database)
    answered(database, opens=False)
    hand_in(database, region, asked_for("4", patient="4"), born(asked_for("5", patient="4", family=STRANGER), "19701231"))
    understand_all(database)
    answered(database, opens=True)
    hand_in(database, region, asked_for("9", patient="9"))
    understand_all(database)

    assert states(database) == ["understood", "identity_conflict", "understood", "understood", "understood"]


def test_it_is_carried_out_once_it_opens_again(database: Database, region: Region, monkeypatch: pytest.MonkeyPatch) -> None:
    hand_in(database, region, *CONFLICTS[ConflictKind.OTHER_BSN])
    understand_all(database)
    with database.transaction() as session:
        stood = session.scalars(select(IdentityConflict.identities_sealed)).one()
    answered(database, opens=False)
    understand_all(database)
    with database.transaction() as session:
        session.execute(update(IdentityConflict).values(identities_sealed=stood))
    later = monotonic() + HOUR.total_seconds()
    monkeypatch.setattr("mdo_portal.services.identity.carrying_out.monotonic", lambda: later)
    understand_all(database)

    assert states(database) == ["understood", "understood"]
