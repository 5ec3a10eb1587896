"""Questions that could not be answered: a referral number of another, an answer about another. A merge: test_identity_apart.py."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from mdo_portal.database import Database
from mdo_portal.domain.case import Case, InformationRequest
from mdo_portal.domain.identity_conflict import ConflictKind, Decision
from mdo_portal.domain.inbound import InboundState
from mdo_portal.domain.patient import Patient
from mdo_portal.exchange import Incoming, IncomingAnswer, MessageHeader, PatientIdentity, PersonName, Reader, Wire
from mdo_portal.services.patients import deciding
from mdo_portal.services.referrals import questions
from tests import make
from tests.identity_questions import CONFLICTS, born, decide, opened, people, referral, states, take_back
from tests.make import NOW
from tests.people import Region
from tests.reception_house import READERS, hand_in, rows, understand_all

# A referral number that is of another patient here


def test_a_referral_number_of_the_same_person_brings_both_numbers_together(database: Database, region: Region) -> None:
    hand_in(database, region, referral("1"), *CONFLICTS[ConflictKind.REFERRAL_NUMBER][1:], referral("3", patient="2"))
    understand_all(database)

    decide(database, Decision.SAME)

    assert opened(database) == []
    assert set(states(database)) == {"understood"}
    with database.transaction() as session:
        owners = session.scalars(select(Case.patient_id).where(Case.referral_number.in_(("VW-1", "VW-3")))).all()
    assert len(owners) == 2
    assert len(set(owners)) == 1


def test_somebody_who_stood_here_already_is_brought_together_and_taken_back(database: Database, region: Region) -> None:
    odd = referral("4", patient="2").replace(b"VW-4", b"VW-1")
    hand_in(database, region, referral("1"), referral("2", patient="2"), odd)
    understand_all(database)
    assert [one.kind for one in opened(database)] == [ConflictKind.REFERRAL_NUMBER]

    chosen = decide(database, Decision.SAME)
    assert (opened(database), set(states(database))) == ([], {"understood"})

    take_back(database, chosen)
    with database.transaction() as session:
        found = session.execute(
            select(Case.referral_number, Patient.local_number)
            .join(Patient, Patient.id == Case.patient_id)
            .order_by("referral_number")
        )
        assert [tuple(row) for row in found if row[0] in ("VW-1", "VW-2")] == [("VW-1", "1"), ("VW-2", "2")]


def test_told_without_any_number_the_answer_is_still_enough(database: Database, region: Region) -> None:
    nameless = born(referral("1", family="Anders"), "19701231").replace(b"12345^^^ZEED^PI", b"").replace(b"M1|", b"M2|")
    hand_in(database, region, referral("1"), nameless.replace(b"||1^^^ZEED^PI|", b"|||"))
    understand_all(database)
    assert [one.kind for one in opened(database)] == [ConflictKind.REFERRAL_NUMBER]

    decide(database, Decision.SAME)

    assert (opened(database), set(states(database))) == ([], {"understood"})


def test_a_wrong_patient_number_with_a_known_referral_number_is_corrected(database: Database, region: Region) -> None:
    hand_in(database, region, *CONFLICTS[ConflictKind.REFERRAL_NUMBER])
    understand_all(database)

    decide(database, Decision.CORRECTED, number="1")

    assert (opened(database), states(database)) == ([], ["understood", "understood"])
    assert people(database) == {"van Voorbeeld": {"VW-1"}}


def test_a_referral_number_that_was_used_twice_is_put_aside(database: Database, region: Region) -> None:
    hand_in(database, region, *CONFLICTS[ConflictKind.REFERRAL_NUMBER])
    understand_all(database)
    (conflict,) = opened(database)
    assert Decision.OTHER not in deciding.offered(conflict), "one number cannot be of two cases: the hospital gives another"

    decide(database, Decision.ASIDE)

    assert (opened(database), [row.state for row in rows(database)]) == ([], [InboundState.UNDERSTOOD, InboundState.IGNORED])


# An answer about another patient


@dataclass
class Answering:
    """The real reader; a message with this number means the answer."""

    answer: IncomingAnswer

    def header(self, raw: bytes) -> MessageHeader:
        return READERS[Wire.HL7V2].header(raw)

    def charset(self, raw: bytes, profile: str, charset: str = "") -> str:
        return READERS[Wire.HL7V2].charset(raw, profile, charset)

    def read(self, raw: bytes, profile: str, charset: str = "") -> Incoming:
        return self.answer if b"|ANSWER" in raw else READERS[Wire.HL7V2].read(raw, profile, charset)


WRONG = {
    "somebody who is not here": make.identity("404"),
    "another patient here": make.identity("2"),
    "a BSN that nobody has": PatientIdentity(bsn="123456789", name=PersonName("Anders")),
}


def answered(database: Database, region: Region, who: PatientIdentity, *, at: datetime = NOW) -> dict[Wire, Reader]:
    """Asked about patient 1; the answer that came is about `who`."""
    hand_in(database, region, referral("1"), referral("2", patient="2", family="van Voorbeeld"))
    understand_all(database)
    with database.transaction() as session:
        case = session.scalars(select(Case).where(Case.referral_number == "VW-1")).one()
        questions.ask(session, case, "Graag de uitslag.", viewer=region.aisha, now=NOW)
        asked = session.scalars(select(InformationRequest.id).where(InformationRequest.case_id == case.id)).one()
    readers: dict[Wire, Reader] = {
        Wire.HL7V2: Answering(IncomingAnswer(referral_number="VW-1", question=str(asked), patient=who, text="Bijgaand."))
    }
    hand_in(database, region, make.hl7_change("ANSWER1", patient="1"), now=at)
    understand_all(database, readers=readers)
    return readers


def is_answered(database: Database) -> bool:
    with database.transaction() as session:
        return session.scalars(select(InformationRequest.answered_at)).one() is not None


@pytest.mark.parametrize("who", WRONG)
def test_an_answer_about_another_is_a_question_for_a_person(database: Database, region: Region, who: str) -> None:
    answered(database, region, WRONG[who])

    (conflict,) = opened(database)
    assert conflict.kind is ConflictKind.ANSWER
    assert not is_answered(database)


@pytest.mark.parametrize("who", WRONG)
def test_it_is_put_aside_with_a_reason(database: Database, region: Region, who: str) -> None:
    answered(database, region, WRONG[who])

    decide(database, Decision.ASIDE)

    assert (opened(database), rows(database)[-1].state, is_answered(database)) == ([], InboundState.IGNORED, False)


@pytest.mark.parametrize("who", WRONG)
def test_or_it_is_the_same_person_and_the_question_is_answered(database: Database, region: Region, who: str) -> None:
    readers = answered(database, region, WRONG[who])

    decide_with(database, Decision.SAME, readers)

    assert (opened(database), states(database)[-1], is_answered(database)) == ([], "understood", True)


@pytest.mark.parametrize(
    ("who", "at"),
    [*((one, NOW) for one in WRONG), ("another patient here", NOW - timedelta(seconds=2))],
    ids=[*WRONG, "received where the clock is behind"],
)
def test_taken_back_what_was_asked_is_still_to_be_answered(database: Database, region: Region, who: str, at: datetime) -> None:
    readers = answered(database, region, WRONG[who], at=at)
    (asked,) = opened(database)
    decide_with(database, Decision.SAME, readers)
    assert is_answered(database)

    take_back(database, asked.id)

    assert (is_answered(database), [one.id for one in opened(database)]) == (False, [asked.id])


def decide_with(database: Database, decision: Decision, readers: dict[Wire, Reader]) -> None:
    (conflict,) = opened(database)
    with database.transaction() as session:
        conflict = session.merge(conflict)
        deciding.decide(session, conflict, decision, reason="gebeld", person_id=uuid.uuid4(), now=NOW)
    understand_all(database, readers=readers)
