"""Taking in a referral: one case per number, whatever the wire; what is missing decides where it waits."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from mdo_portal.domain.audit import AuditEntry
from mdo_portal.domain.case import NO_DATE, CaseEvent, CaseFact, CaseState
from mdo_portal.domain.document import CaseDocument
from mdo_portal.domain.hospital import Hospital
from mdo_portal.domain.patient import Patient
from mdo_portal.exchange import (
    Contact,
    Fact,
    IncomingReferral,
    IncomingResult,
    PatientChange,
    PersonName,
    Section,
    Unreadable,
    Wire,
)
from mdo_portal.services.common.source import Source
from mdo_portal.services.patients import patient_feed
from mdo_portal.services.referrals import results
from tests import make
from tests.make import NOW
from tests.people import Region
from tests.services.referral_house import cases_of, present, register

LATER = NOW + timedelta(hours=1)


def test_a_complete_referral_is_ready_for_its_board(session: Session, region: Region, zeed: Hospital) -> None:
    case = make.case(session, zeed)

    assert (case.state, case.board_id, case.missing) == (CaseState.READY, region.boards["URO-P"], [])


def test_a_referral_that_lacks_something_is_incomplete_and_says_what(session: Session, zeed: Hospital) -> None:
    case = make.case(session, zeed, question_board="", facts=make.COMPLETE[1:])

    assert (case.state, case.missing) == (CaseState.INCOMPLETE, ["question", "diagnosis"])


def test_without_a_board_a_person_chooses(session: Session, zeed: Hospital) -> None:
    case = make.case(session, zeed, board_hint="MDO onbekend")

    assert (case.board_id, case.state, case.is_open) == (None, CaseState.RECEIVED, True)


def test_a_board_of_other_hospitals_is_not_chosen(session: Session, zeed: Hospital) -> None:
    assert make.case(session, zeed, board_hint="MDO Lage GI").board_id is None


def test_words_that_fit_two_boards_choose_none(session: Session, region: Region) -> None:
    delt = session.get_one(Hospital, region.hospitals["DELT"])

    assert make.case(session, delt, board_hint="Uro-prostaat of Lage GI").board_id is None


@pytest.mark.parametrize("words", ["Regiobespreking", "Urologie", "Uro-prostaat of Urologie"])
def test_the_board_that_a_link_says_is_meant_is_that_one_and_no_other(
    session: Session, region: Region, zeed: Hospital, words: str
) -> None:
    """In `URO-P` stands `URO` too: of a hospital that takes part in both the link manager's word did nothing."""
    make.board(session, "URO", [zeed], name="Urologie")

    case = make.case(session, zeed, board_hint=words, board_code="URO-P", tumour_hint="urologie")

    assert (case.board_id, case.board_hint) == (region.boards["URO-P"], words)


def test_the_same_referral_number_updates_one_case(session: Session, zeed: Hospital) -> None:
    first = make.referral(number="VW-1", question_board="Oud?")
    case = register(session, zeed, first)

    again = register(session, zeed, replace(first, question_board="Nieuw?", latest_useful_on=date(2026, 4, 1)), minutes=5)

    assert again.id == case.id and cases_of(session, zeed) == 1
    assert (again.question_board, again.due_on, again.received_at) == ("Nieuw?", date(2026, 4, 1), NOW)


def test_another_hospital_may_use_the_same_number(session: Session, region: Region, zeed: Hospital) -> None:
    kree = session.get_one(Hospital, region.hospitals["KREE"])

    assert make.case(session, zeed, number="VW-1").id != make.case(session, kree, number="VW-1").id


def test_referrals_without_a_number_are_never_the_same(session: Session, zeed: Hospital) -> None:
    referral = make.referral(number="")

    assert register(session, zeed, referral).id != register(session, zeed, referral).id


def test_a_known_number_for_another_patient_goes_to_a_person(session: Session, zeed: Hospital) -> None:
    register(session, zeed, make.referral(number="VW-1"))

    with pytest.raises(Unreadable, match="identity_conflict"):
        register(session, zeed, make.referral(number="VW-1"))


def test_what_the_update_leaves_out_stays(session: Session, zeed: Hospital) -> None:
    first = make.referral(number="VW-1", gp=Contact(name="dr. Huis"), latest_useful_on=date(2026, 4, 1))
    register(session, zeed, first)

    case = register(session, zeed, IncomingReferral(patient=first.patient, number="VW-1"), minutes=5)

    assert (case.gp_name, case.due_on, case.question_board) == ("dr. Huis", date(2026, 4, 1), "Operatie of bestraling?")
    assert len(present(session, case)) == len(make.COMPLETE)


def test_a_labelled_fact_supersedes_its_older_text_and_keeps_it_in_the_history(session: Session, zeed: Hospital) -> None:
    first = make.referral(number="VW-1", facts=(Fact(Section.MARKER, "10", "PSA"), Fact(Section.MARKER, "10", "CEA")))
    case = register(session, zeed, first)

    register(session, zeed, replace(first, facts=(Fact(Section.MARKER, "12", "PSA"),)), minutes=5)

    assert present(session, case) == {("PSA", "12"), ("CEA", "10")}
    assert session.scalar(select(func.count()).select_from(CaseFact).where(CaseFact.case_id == case.id)) == 3


def test_of_several_values_under_one_name_those_that_are_told_again_stay(session: Session, zeed: Hospital) -> None:
    """Two drugs, of which one is replaced: the other was put aside although the same message named it."""
    drugs = [Fact(Section.MEDICATION, text, "Medicatie") for text in ("abirateron", "prednison", "zoledroninezuur")]
    first = make.referral(number="VW-1", facts=tuple(drugs[:2]))
    case = register(session, zeed, first)

    register(session, zeed, replace(first, facts=(drugs[0], drugs[2])), minutes=5)

    assert {text for label, text in present(session, case) if label == "Medicatie"} == {"abirateron", "zoledroninezuur"}


@pytest.mark.parametrize("label", ["", "PSA"])
def test_what_was_preliminary_and_is_final_in_the_same_words_is_no_longer_preliminary(
    session: Session, zeed: Hospital, label: str
) -> None:
    said = Fact(Section.MARKER, "3 ug/L", label, dated_on=date(2026, 2, 1))
    first = make.referral(number="VW-1", facts=(replace(said, status="preliminary"),))
    case = register(session, zeed, first)

    register(session, zeed, replace(first, facts=(said,)), minutes=5)

    query = select(CaseFact.status).where(CaseFact.case_id == case.id, CaseFact.superseded_at.is_(None))
    assert session.scalars(query).all() == [""]


def test_the_same_facts_again_change_nothing(session: Session, zeed: Hospital) -> None:
    first = make.referral(number="VW-1", documents=(make.document(),))
    case = register(session, zeed, first)

    register(session, zeed, first, minutes=5)

    assert len(present(session, case)) == len(make.COMPLETE)
    assert session.scalar(select(func.count()).select_from(CaseDocument).where(CaseDocument.case_id == case.id)) == 1


def test_an_older_message_that_is_offered_again_overwrites_nothing(session: Session, zeed: Hospital) -> None:
    patient = make.identity("1")
    newer = make.referral(patient, number="VW-1", question_board="Nieuw?", facts=(Fact(Section.MARKER, "12", "PSA"),), urgency="")
    older = replace(
        newer, question_board="Oud?", urgency="asap", facts=(Fact(Section.MARKER, "10", "PSA"), Fact(Section.WISH, "geen", ""))
    )
    case = register(session, zeed, newer, minutes=5)

    register(session, zeed, older, minutes=0)

    assert (case.question_board, case.urgency) == ("Nieuw?", "asap")
    assert present(session, case) == {("PSA", "12"), ("", "geen")}


def test_what_a_referral_said_takes_the_place_of_no_result_that_came_after_it(session: Session, zeed: Hospital) -> None:
    """The supplement waited for a person; meanwhile the laboratory told the same thing anew."""
    told = make.referral(patient=make.identity("1"), number="VW-1")
    case = register(session, zeed, told)
    final = IncomingResult(patient=make.identity("1"), facts=(Fact(Section.MARKER, "9", "PSA"),), event="R01")
    results.add(session, final, Source(zeed, LATER + timedelta(hours=1), Wire.HL7V2))

    supplement = replace(told, facts=(Fact(Section.MARKER, "8", "PSA"),))
    register(session, zeed, supplement, minutes=60)
    session.flush()

    rows = session.scalars(select(CaseFact).where(CaseFact.case_id == case.id, CaseFact.label == "PSA"))
    assert {row.text: row.superseded_at for row in rows} == {"9": None, "8": LATER + timedelta(hours=1)}


def test_an_answer_to_what_was_missing_makes_the_case_ready(session: Session, zeed: Hospital) -> None:
    first = make.referral(number="VW-1", facts=make.COMPLETE[1:])
    case = register(session, zeed, first)
    case.move(CaseState.INFORMATION_REQUESTED, now=NOW)

    register(session, zeed, replace(first, facts=make.COMPLETE[:1]), minutes=5)

    assert (case.state, case.missing) == (CaseState.READY, [])


@pytest.mark.parametrize("state", [CaseState.SCHEDULED, CaseState.DISCUSSED, CaseState.DECIDED])
def test_an_update_moves_no_case_that_is_further(session: Session, zeed: Hospital, state: CaseState) -> None:
    first = make.referral(number="VW-1")
    case = register(session, zeed, first)
    case.state = state

    register(session, zeed, replace(first, question_board="Nieuw?"), minutes=5)

    assert (case.state, case.question_board) == (state, "Nieuw?")


def test_a_withdrawn_case_that_is_asked_again_stands_on_the_list_again(session: Session, zeed: Hospital) -> None:
    first = make.referral(number="VW-1")
    case = register(session, zeed, first)
    case.move(CaseState.WITHDRAWN, now=NOW, reason="overleden")

    register(session, zeed, replace(first, question_board="Nieuw?"), minutes=5)

    assert case.is_open
    assert case.state in (CaseState.READY, CaseState.INCOMPLETE)


def test_a_question_that_is_asked_anew_stays_among_the_earlier_values(session: Session, zeed: Hospital) -> None:
    first = make.referral(number="VW-1", question_board="Opereren?")
    case = register(session, zeed, first)

    register(session, zeed, replace(first, question_board="Bestralen?"), minutes=5)

    earlier = session.scalars(select(CaseFact).where(CaseFact.case_id == case.id, CaseFact.superseded_at.is_not(None)))
    assert "Opereren?" in [fact.text for fact in earlier]


def test_an_objection_stops_the_referral(session: Session, zeed: Hospital) -> None:
    patient = make.identity("1")
    session.get_one(Patient, register(session, zeed, make.referral(patient)).patient_id).objects = True

    with pytest.raises(Unreadable, match="objection"):
        register(session, zeed, make.referral(patient))


def test_taking_in_is_on_the_timeline_and_in_the_access_log(session: Session, zeed: Hospital) -> None:
    referral = make.referral(number="VW-1")
    case = register(session, zeed, referral)
    register(session, zeed, referral, minutes=5)

    events = list(session.scalars(select(CaseEvent.what).where(CaseEvent.case_id == case.id).order_by(CaseEvent.at)))
    logged = list(session.scalars(select(AuditEntry.act).where(AuditEntry.case_id == case.id).order_by(AuditEntry.seq)))
    assert events == logged == ["referral.received", "referral.updated"]


def test_a_change_reaches_the_patient_and_the_cases(session: Session, zeed: Hospital) -> None:
    patient = make.identity("1")
    case = register(session, zeed, make.referral(patient))
    change = PatientChange(replace(patient, name=PersonName(family="Anders")), event="A08")

    found = patient_feed.change(session, change, Source(zeed, LATER, Wire.HL7V2))

    session.expire_all()
    assert found is not None and found.id == case.id
    assert session.get_one(Patient, case.patient_id).family == "Anders"
    assert "patient.changed" in set(session.scalars(select(AuditEntry.act).where(AuditEntry.case_id == case.id)))


def test_a_change_about_a_stranger_makes_no_patient(session: Session, zeed: Hospital) -> None:
    before = session.scalar(select(func.count()).select_from(Patient))

    assert patient_feed.change(session, PatientChange(make.identity("404"), event="A08"), Source(zeed, NOW, Wire.HL7V2)) is None
    assert session.scalar(select(func.count()).select_from(Patient)) == before


def test_a_case_without_a_date_comes_last(session: Session, zeed: Hospital) -> None:
    assert make.case(session, zeed).due_on == NO_DATE
