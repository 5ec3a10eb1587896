"""Results and documents join a case that is there; corrections supersede and nothing goes in silence."""

from __future__ import annotations

import uuid
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from mdo_portal.domain.board import Meeting
from mdo_portal.domain.case import Case, CaseEvent, CaseFact, CaseState
from mdo_portal.domain.document import CaseDocument
from mdo_portal.domain.hospital import Hospital
from mdo_portal.domain.told import ToldChange
from mdo_portal.exchange import Fact, IncomingDocument, IncomingResult, PatientChange, Section, Wire
from mdo_portal.services.common.source import Source
from mdo_portal.services.patients import patient_feed
from mdo_portal.services.referrals import referrals, results
from tests import make
from tests.make import NOW
from tests.people import Region

LATER = NOW + timedelta(hours=1)
WHO = make.identity("1")


@pytest.fixture
def case(session: Session, zeed: Hospital) -> Case:
    return make.case(session, zeed, patient=WHO)


def psa(text: str = "12,4", **over: Any) -> Fact:
    return Fact(Section.MARKER, text, "PSA", **({"key": "F7/PSA/1/"} | over))


def document(reference: str, content: bytes = b"%PDF-1.7 een", **over: Any) -> IncomingDocument:
    return IncomingDocument("verslag.pdf", "application/pdf", content, reference=reference, **over)


def tell(session: Session, zeed: Hospital, *facts: Fact, at: datetime = NOW, **over: Any) -> Case | None:
    result = IncomingResult(**({"patient": WHO, "event": "R01", "facts": facts} | over))
    found = results.add(session, result, Source(zeed, at, Wire.HL7V2, uuid.uuid4()))
    session.flush()
    return found


def facts_of(session: Session, case: Case) -> list[tuple[str, str, bool]]:
    rows = session.scalars(select(CaseFact).where(CaseFact.case_id == case.id, CaseFact.label == "PSA").order_by(CaseFact.id))
    return [(one.text, one.status, one.superseded_at is None) for one in rows]


def documents_of(session: Session, case: Case) -> list[tuple[str, str, bool]]:
    session.expire_all()
    rows = session.scalars(select(CaseDocument).where(CaseDocument.case_id == case.id).order_by(CaseDocument.id))
    return [(one.reference, one.status, one.superseded_at is None) for one in rows]


def events_of(session: Session, case: Case) -> list[str]:
    return list(session.scalars(select(CaseEvent.what).where(CaseEvent.case_id == case.id).order_by(CaseEvent.id)))[1:]


# Results


def test_a_result_joins_the_case(session: Session, zeed: Hospital, case: Case) -> None:
    assert tell(session, zeed, psa()) is case
    assert facts_of(session, case) == [("12,4", "", True)]
    assert events_of(session, case) == ["result.received"]


def test_a_result_about_somebody_without_a_case_makes_nothing(session: Session, zeed: Hospital) -> None:
    assert tell(session, zeed, psa(), patient=make.identity("404")) is None
    assert session.scalars(select(CaseFact).where(CaseFact.label == "PSA")).all() == []


def test_another_hospitals_patient_with_that_number_gets_nothing(session: Session, case: Case, region: Region) -> None:
    elsewhere = session.get_one(Hospital, region.hospitals["KREE"])
    assert tell(session, elsewhere, psa()) is None
    assert facts_of(session, case) == []


def test_the_same_result_again_changes_nothing(session: Session, zeed: Hospital, case: Case) -> None:
    for _ in range(3):
        tell(session, zeed, psa())
    assert len(facts_of(session, case)) == 1


def test_a_correction_supersedes_and_the_old_value_stays_to_be_seen(session: Session, zeed: Hospital, case: Case) -> None:
    tell(session, zeed, psa("12,4"))
    tell(session, zeed, psa("1,24", status="corrected"), at=LATER)
    assert facts_of(session, case) == [("12,4", "", False), ("1,24", "corrected", True)]
    assert events_of(session, case) == ["result.received", "result.corrected"]


def test_a_withdrawn_result_is_no_longer_current(session: Session, zeed: Hospital, case: Case) -> None:
    tell(session, zeed, psa("12,4"))
    tell(session, zeed, psa("", status="withdrawn"), at=LATER)
    assert not any(current for *_, current in facts_of(session, case))
    assert events_of(session, case)[-1] == "result.withdrawn"


def test_an_order_taken_back_takes_its_results_and_no_others(session: Session, zeed: Hospital, case: Case) -> None:
    tell(session, zeed, psa("12,4"), psa("3", key="F8/PSA/1/"))
    tell(session, zeed, withdrawn=("F7/PSA",), at=LATER)
    assert facts_of(session, case) == [("12,4", "withdrawn", False), ("3", "", True)]


def test_an_older_result_that_comes_late_does_not_supersede(session: Session, zeed: Hospital, case: Case) -> None:
    tell(session, zeed, psa("nieuw"), at=LATER)
    tell(session, zeed, psa("oud"), at=NOW)
    assert [(text, current) for text, _, current in facts_of(session, case)] == [("nieuw", True), ("oud", False)]


def test_two_results_of_one_name_without_the_senders_key_both_stay(session: Session, zeed: Hospital, case: Case) -> None:
    tell(session, zeed, psa("1", key=""))
    tell(session, zeed, psa("2", key=""))
    assert [current for *_, current in facts_of(session, case)] == [True, True]


# Documents


def test_a_replacement_supersedes_the_document_it_names(session: Session, zeed: Hospital, case: Case) -> None:
    tell(session, zeed, documents=(document("D1"),))
    tell(session, zeed, documents=(document("D2", b"%PDF-1.7 twee", replaces="D1"),), at=LATER)
    assert documents_of(session, case) == [("D1", "", False), ("D2", "", True)]
    assert events_of(session, case) == ["document.received", "document.corrected"]


def test_a_cancelled_document_stays_marked(session: Session, zeed: Hospital, case: Case) -> None:
    tell(session, zeed, documents=(document("D1"),))
    tell(session, zeed, documents=(document("D1", b"", status="withdrawn"),), at=LATER)
    assert documents_of(session, case) == [("D1", "withdrawn", False)]
    assert events_of(session, case)[-1] == "document.withdrawn"


def test_an_addendum_stands_beside(session: Session, zeed: Hospital, case: Case) -> None:
    tell(session, zeed, documents=(document("D1"),))
    tell(session, zeed, documents=(document("D2", b"%PDF-1.7 erbij"),))
    assert [current for *_, current in documents_of(session, case)] == [True, True]


def test_a_document_that_is_only_announced_is_something_to_read(session: Session, zeed: Hospital, case: Case) -> None:
    tell(session, zeed, documents=(document("D9", b""),))
    texts = session.scalars(select(CaseFact.text).where(CaseFact.case_id == case.id, CaseFact.source_key == "D9")).all()
    assert texts == ["verslag.pdf D9"]


# The feed, and a referral that is taken back


def change(session: Session, zeed: Hospital, event: str = "A08", *, at: datetime = LATER, **over: Any) -> Case | None:
    sent_at = over.pop("sent_at", None)
    told = PatientChange(make.identity("1", **over), event=event, sent_at=sent_at)
    return patient_feed.change(session, told, Source(zeed, at, Wire.HL7V2, uuid.uuid4()))


def test_a_changed_particular_keeps_what_stood_with_source_and_time(session: Session, zeed: Hospital, case: Case) -> None:
    change(session, zeed, sex="M")
    session.flush()
    (one,) = session.scalars(select(ToldChange))
    assert (one.what, one.before, one.after, one.event, one.at, one.hospital_id) == ("sex", "F", "M", "A08", LATER, zeed.id)


@pytest.mark.parametrize(
    ("event", "what"),
    [("A01", "visit.admitted"), ("A11", "visit.admission_cancelled"), ("A03", "visit.discharged"),
     ("A13", "visit.discharge_cancelled"), ("A29", "visit.person_deleted")],
)  # fmt: skip
def test_where_the_patient_is_stands_on_the_timeline(session: Session, zeed: Hospital, case: Case, event: str, what: str) -> None:
    change(session, zeed, event)
    assert events_of(session, case) == [what]


def test_death_shows_and_a_mistaken_death_is_taken_back(session: Session, zeed: Hospital, case: Case) -> None:
    change(session, zeed, deceased=True)
    change(session, zeed)  # says nothing of it
    change(session, zeed, alive=True, at=LATER + timedelta(hours=1))
    assert events_of(session, case) == ["patient.died", "patient.lives"]


@pytest.mark.parametrize("ahead", [timedelta(hours=3), timedelta(days=400)])
def test_a_clock_that_is_ahead_does_not_lock_out_the_next_word(
    session: Session, zeed: Hospital, case: Case, ahead: timedelta
) -> None:
    change(session, zeed, sex="M", at=LATER, sent_at=LATER + ahead)
    change(session, zeed, sex="X", at=LATER + timedelta(minutes=1), sent_at=LATER + timedelta(minutes=1))
    session.flush()
    assert [one.after for one in session.scalars(select(ToldChange).order_by(ToldChange.id))] == ["M", "X"]


def test_an_older_word_that_comes_late_does_not_overwrite(session: Session, zeed: Hospital, case: Case) -> None:
    change(session, zeed, sex="M", at=LATER, sent_at=LATER)
    change(session, zeed, sex="X", at=LATER + timedelta(minutes=1), sent_at=NOW)
    session.flush()
    assert [one.after for one in session.scalars(select(ToldChange))] == ["M"]


def cancel(session: Session, zeed: Hospital, number: str) -> Case | None:
    told = make.referral(WHO, number=number, cancelled=True)
    return referrals.cancel(session, told, Source(zeed, LATER, Wire.HL7V2))


def test_a_referral_taken_back_leaves_the_work_list(session: Session, zeed: Hospital) -> None:
    case = make.case(session, zeed, patient=WHO, number="VW-9")
    assert cancel(session, zeed, "VW-9") is case
    assert (case.state, case.is_open, case.reason) == (CaseState.WITHDRAWN, False, referrals.CANCELLED)


def test_why_it_was_taken_back_stands_on_the_case(session: Session, zeed: Hospital) -> None:
    case = make.case(session, zeed, patient=WHO, number="VW-9")
    told = make.referral(WHO, number="VW-9", cancelled=True, cancel_reason="Elders behandeld")
    referrals.cancel(session, told, Source(zeed, LATER, Wire.FHIR))
    session.flush()
    said = session.scalars(select(CaseFact).where(CaseFact.case_id == case.id, CaseFact.text == "Elders behandeld")).all()
    assert [one.label for one in said] == ["Ingetrokken door het ziekenhuis"]


def test_on_an_agenda_it_stays_marked_until_a_person_acts(session: Session, zeed: Hospital, region: Region) -> None:
    case = make.case(session, zeed, patient=WHO, number="VW-9")
    meeting = session.get_one(Meeting, region.meeting)
    case.board_id = meeting.board_id
    make.planned(session, case, meeting, viewer=region.bram)
    cancel(session, zeed, "VW-9")
    cancel(session, zeed, "VW-9")
    assert (case.state, case.cancel_told_at) == (CaseState.SCHEDULED, LATER)
    assert events_of(session, case).count("referral.cancelled") == 1


def test_a_referral_nobody_knows_is_taken_back_without_a_trace(session: Session, zeed: Hospital) -> None:
    assert cancel(session, zeed, "VW-404") is None


DIAGNOSIS = Fact(Section.DIAGNOSIS, "Rectumcarcinoom", "Diagnose", date(2026, 2, 1), "C20", "I10")


@pytest.mark.parametrize("gone", [DIAGNOSIS, replace(DIAGNOSIS, dated_on=None)])
def test_a_diagnosis_that_a_result_takes_back_no_longer_stands(session: Session, zeed: Hospital, case: Case, gone: Fact) -> None:
    tell(session, zeed, DIAGNOSIS, replace(DIAGNOSIS, text="Coloncarcinoom", code="C18"))
    tell(session, zeed, at=LATER, taken_back=(gone,))
    rows = session.scalars(select(CaseFact).where(CaseFact.case_id == case.id, CaseFact.label == "Diagnose"))
    assert {(one.text, one.status, one.superseded_at) for one in rows} == {
        ("Rectumcarcinoom", "withdrawn", LATER), ("Coloncarcinoom", "", None),
    }  # fmt: skip
    assert events_of(session, case)[-1] == "result.withdrawn"


def test_it_no_longer_stands_on_a_closed_case_beside_an_open_one(session: Session, zeed: Hospital, case: Case) -> None:
    tell(session, zeed, DIAGNOSIS)
    case.is_open = False
    make.case(session, zeed, patient=WHO)
    tell(session, zeed, at=LATER, taken_back=(DIAGNOSIS,))
    (row,) = session.scalars(select(CaseFact).where(CaseFact.case_id == case.id, CaseFact.label == "Diagnose"))
    assert row.status == "withdrawn"
