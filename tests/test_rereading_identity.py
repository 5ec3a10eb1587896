"""What people decided about a patient holds when the message they decided about is read again."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select, update

from mdo_portal.database import Database
from mdo_portal.domain.case import Case
from mdo_portal.domain.identity_conflict import ConflictKind, Decision
from mdo_portal.domain.inbound import InboundMessage, InboundState
from mdo_portal.domain.link import Link
from mdo_portal.domain.patient import Patient
from mdo_portal.services.inbox import replaying
from mdo_portal.services.patients import patients
from tests.identity_questions import CONFLICTS, decide, opened, referral
from tests.make import BSN, NOW
from tests.people import Region
from tests.reception_house import hand_in, rows, understand_all

LATER = NOW + timedelta(days=1)
WRONG_BSN = f"{BSN[:-1]}{(int(BSN[-1]) + 1) % 10}"


def read_again(database: Database) -> None:
    """All that was read as a referral, once more."""
    with database.transaction() as session:
        told = select(InboundMessage).where(InboundMessage.state == InboundState.UNDERSTOOD, InboundMessage.meaning == "referral")
        for message in session.scalars(told).all():
            replaying.replay(session, message, now=LATER)
    understand_all(database, now=LATER)


def bsn_of(database: Database, number: str) -> str | None:
    with database.transaction() as session:
        case = session.scalars(select(Case).where(Case.referral_number == number)).one()
        return patients.identity_of(session, session.get_one(Patient, case.patient_id)).bsn


def test_a_bsn_that_a_person_put_right_stays_right(database: Database, region: Region) -> None:
    hand_in(database, region, referral("1", bsn=WRONG_BSN))
    understand_all(database)
    decide(database, Decision.CORRECTED, bsn=BSN)
    assert bsn_of(database, "VW-1") == BSN

    read_again(database)

    assert bsn_of(database, "VW-1") == BSN
    assert [(row.state, row.reason) for row in rows(database)] == [(InboundState.UNDERSTOOD, "")]


def test_a_message_whose_number_a_person_put_right_is_read_into_its_case(database: Database, region: Region) -> None:
    hand_in(database, region, *CONFLICTS[ConflictKind.NAME_AND_BIRTH])
    understand_all(database)
    decide(database, Decision.CORRECTED, number="9")

    read_again(database)

    assert [(row.state, row.reason) for row in rows(database)] == [(InboundState.UNDERSTOOD, "")] * 2


def test_who_was_said_to_be_the_same_person_keeps_the_particulars_that_stand(database: Database, region: Region) -> None:
    hand_in(database, region, *CONFLICTS[ConflictKind.NAME_AND_BIRTH])
    understand_all(database)
    decide(database, Decision.SAME)

    def stands() -> list[tuple[str, object]]:
        with database.transaction() as session:
            query = select(Patient.family, Patient.birth_on).join(Case, Case.patient_id == Patient.id)
            return [tuple(row) for row in session.execute(query.where(Case.referral_number.like("VW-%")).order_by(Case.id))]

    before = stands()
    read_again(database)

    assert stands() == before


def test_a_bsn_that_is_read_for_the_first_time_and_cannot_be_one_is_asked_about(database: Database, region: Region) -> None:
    hand_in(database, region, referral("1").replace(b"||19600101|F", f"||19600101|F{'|' * 22}{WRONG_BSN}".encode()))
    understand_all(database)
    assert opened(database) == []

    with database.transaction() as session:
        places = '[patient]\nbsn = ["PID-30"]\n'
        session.execute(update(Link).where(Link.hospital_id == region.hospitals["ZEED"]).values(otherwise=places))
    read_again(database)

    assert [one.kind for one in opened(database)] == [ConflictKind.ELEVEN_TEST]
