"""A message about a case at the very moment at which a person's answer changes whose it is: neither waits for the other and is ended for it."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from mdo_portal.database import Database
from mdo_portal.domain.case import Case
from mdo_portal.domain.hospital import Hospital
from mdo_portal.domain.identity_conflict import ConflictKind, Decision
from mdo_portal.domain.inbound import InboundMessage
from mdo_portal.domain.patient import Patient
from mdo_portal.exchange import IncomingAnswer, Wire
from mdo_portal.services.common.source import Source
from mdo_portal.services.identity import merges
from mdo_portal.services.inbox import rereading
from mdo_portal.services.patients import identification, patients, pile
from mdo_portal.services.referrals import questions, referrals
from tests import make
from tests.identity_questions import CONFLICTS, decide, states
from tests.make import NOW
from tests.people import Region
from tests.reception_house import hand_in, understand_all
from tests.test_dispatch_races import Beside

NUMBER = "VW-77"
WHO = make.identity("1")


def told_again(session: Session, zeed: Hospital, case: Case) -> None:
    referrals.register(session, make.referral(WHO, number=NUMBER), Source(zeed, NOW, Wire.HL7V2))


def answers(session: Session, zeed: Hospital, case: Case) -> None:
    answer = IncomingAnswer(patient=WHO, referral_number=NUMBER, text="Ja.")
    questions.answered(session, answer, Source(zeed, NOW, Wire.FHIR, uuid.uuid4()))


def read_again(session: Session, zeed: Hospital, case: Case) -> None:
    heard = rereading.Heard(Source(zeed, NOW, Wire.HL7V2, uuid.uuid4()), case.id, made_it=True)
    rereading.read_again(session, heard, make.referral(WHO, number=NUMBER), now=NOW)


@pytest.mark.parametrize("act", [told_again, answers, read_again])
def test_what_is_told_of_a_case_and_a_merge_of_its_patient(
    database: Database, region: Region, monkeypatch: pytest.MonkeyPatch, act: Callable[[Session, Hospital, Case], None]
) -> None:
    """The message had the case and wanted its patient, the merge the patient and then its cases."""
    with database.transaction() as session:
        zeed = session.get_one(Hospital, region.hospitals["ZEED"])
        case = make.case(session, zeed, patient=WHO, number=NUMBER)
        other_id = patients.add(session, zeed.id, make.identity("9"), now=NOW).id

    def merge(session: Session) -> None:
        merges.join(session, session.get_one(Patient, other_id), session.get_one(Patient, case.patient_id), now=NOW)

    beside, stays, begun = Beside(database, merge), identification._stays, []

    def meanwhile(*which: Any) -> bool:
        if not begun:
            begun.append(merge)
            beside.begin()
        return stays(*which)

    monkeypatch.setattr(identification, "_stays", meanwhile)
    with database.transaction() as session:
        act(session, session.get_one(Hospital, region.hospitals["ZEED"]), case)
    beside.end()

    assert (begun, beside.failed) == ([merge], [])
    with database.transaction() as session:
        assert session.get_one(Case, case.id).patient_id == other_id


def ended_once(monkeypatch: pytest.MonkeyPatch, module: Any, name: str) -> list[str]:
    """The first time that it gets there, PostgreSQL ends it for another."""
    real, ended = getattr(module, name), []

    def first(session: Session, *which: Any, **how: Any) -> Any:
        if not ended:
            ended.append("40P01")
            session.execute(text("DO $$BEGIN RAISE 'deadlock detected' USING ERRCODE = '40P01'; END$$"))
        return real(session, *which, **how)

    monkeypatch.setattr(module, name, first)
    return ended


def test_a_message_that_postgresql_ended_for_another_is_done_once_more_and_not_held_against_it(
    database: Database, region: Region, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It was one of its three tries, and the next came after a pause."""
    hand_in(database, region, make.hl7_referral())

    ended = ended_once(monkeypatch, pile, "wait")
    understand_all(database)

    assert (ended, states(database)) == (["40P01"], ["understood"])
    with database.transaction() as session:
        assert session.scalars(select(InboundMessage.attempts)).one() == 1


def test_so_is_an_answer_about_who_somebody_is(database: Database, region: Region, monkeypatch: pytest.MonkeyPatch) -> None:
    """The worker wrote of an error that was none, and that desk stood still for a second."""
    hand_in(database, region, *CONFLICTS[ConflictKind.OTHER_BSN])
    understand_all(database)

    ended = ended_once(monkeypatch, merges, "join")
    decide(database, Decision.SAME)

    assert (ended, states(database)) == (["40P01"], ["understood"] * 2)
