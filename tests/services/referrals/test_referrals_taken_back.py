"""A referral, or one thing that it told, is taken back: by who told it, about who it is of, and not by an older message."""

from __future__ import annotations

import uuid
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from mdo_portal.domain.board import Meeting
from mdo_portal.domain.case import Case, CaseEvent, CaseFact, CaseState, InformationRequest
from mdo_portal.domain.document import CaseDocument
from mdo_portal.domain.hospital import Hospital
from mdo_portal.domain.patient import Patient
from mdo_portal.exchange import Fact, IncomingAnswer, IncomingReferral, PersonName, Section, Wire
from mdo_portal.services.common.source import Source
from mdo_portal.services.dossier import taken_back
from mdo_portal.services.patients.rulings import Conflict
from mdo_portal.services.referrals import case_acts, questions, referrals
from tests import make
from tests.make import BSN, NOW, OTHER_BSN
from tests.people import Region
from tests.services.referral_house import present, register

LATER = NOW + timedelta(hours=1)


def test_a_referral_taken_back_stays_so_when_a_message_from_before_is_read_at_last(session: Session, zeed: Hospital) -> None:
    told = make.referral(make.identity("1"), number="VW-1")
    case = register(session, zeed, told)
    cancelled = referrals.cancel(session, replace(told, cancelled=True), Source(zeed, NOW + timedelta(hours=2), Wire.HL7V2))
    assert cancelled is case and case.state is CaseState.WITHDRAWN

    register(session, zeed, replace(told, question_board="Eerder?"), minutes=60)

    assert (case.state, case.question_board) == (CaseState.WITHDRAWN, told.question_board)


@pytest.mark.parametrize("by", ["the hospital's message", "somebody there"])
def test_what_was_taken_back_and_is_asked_again_waits_for_the_answer_that_it_waited_for(
    session: Session, zeed: Hospital, region: Region, by: str
) -> None:
    told = make.referral(make.identity("1"), number="VW-1")
    case = register(session, zeed, told)
    questions.ask(session, case, "Is de MRI gemaakt?", viewer=region.aisha, now=NOW)
    if by == "somebody there":
        case_acts.withdraw(session, case, "verkeerde patiënt gekozen", viewer=region.dirk, now=NOW)
    else:
        referrals.cancel(session, replace(told, cancelled=True), Source(zeed, NOW + timedelta(hours=1), Wire.HL7V2))
    assert case.state is CaseState.WITHDRAWN

    register(session, zeed, told, minutes=120)

    assert case.state is CaseState.INFORMATION_REQUESTED
    questions.answer(session, case, session.scalars(select(InformationRequest.id)).one(), "Ja.", viewer=region.dirk, now=NOW)
    assert case.state is CaseState.READY


def test_so_does_the_mark_on_an_agenda(session: Session, zeed: Hospital, region: Region) -> None:
    told = make.referral(make.identity("1"), number="VW-1")
    case = register(session, zeed, told)
    meeting = session.get_one(Meeting, region.meeting)
    case.board_id = meeting.board_id
    make.planned(session, case, meeting, viewer=region.bram)
    referrals.cancel(session, replace(told, cancelled=True), Source(zeed, NOW + timedelta(hours=2), Wire.HL7V2))

    register(session, zeed, told, minutes=60)

    assert case.cancel_told_at == NOW + timedelta(hours=2)


@pytest.mark.parametrize(
    "over",
    [{"local_number": "2"}, {"local_number": "", "name": PersonName(family="Anders")}, {"local_number": "", "bsn": OTHER_BSN}],
)
def test_a_referral_is_not_taken_back_under_the_name_of_somebody_else(
    session: Session, zeed: Hospital, over: dict[str, Any]
) -> None:
    """Numbers of referrals are given out again: who is named must be the patient of the case, also when nobody here is called so."""
    told = make.referral(make.identity("1", bsn=BSN), number="VW-1")
    case = register(session, zeed, told)

    with pytest.raises(Conflict):
        cancel(session, zeed, told, patient=replace(told.patient, **({"bsn": ""} | over)))

    assert case.state is not CaseState.WITHDRAWN


@pytest.mark.parametrize("over", [{}, {"bsn": ""}, {"birth_on": None}, {"name": PersonName(), "birth_on": None, "bsn": ""}])
def test_who_takes_back_need_not_say_all_of_the_patient(session: Session, zeed: Hospital, over: dict[str, Any]) -> None:
    told = make.referral(make.identity("1", bsn=BSN), number="VW-1")
    case = register(session, zeed, told)

    cancel(session, zeed, told, patient=replace(told.patient, **({"local_number": ""} | over)))

    assert case.state is CaseState.WITHDRAWN


def test_of_twins_the_same_referral_number_with_another_bsn_is_asked_about(session: Session, zeed: Hospital) -> None:
    one = replace(make.identity("1", bsn=BSN), local_number="")
    case = register(session, zeed, make.referral(one, number="VW-1"))

    with pytest.raises(Conflict), session.begin_nested():
        register(session, zeed, make.referral(replace(one, bsn=OTHER_BSN), number="VW-1"), minutes=60)

    assert session.get_one(Patient, case.patient_id).bsn_tail == BSN[-2:]


def cancel(session: Session, zeed: Hospital, told: IncomingReferral, **over: Any) -> Case | None:
    return referrals.cancel(session, replace(told, cancelled=True, **over), Source(zeed, NOW + timedelta(hours=2), Wire.HL7V2))


def test_what_is_taken_back_without_its_value_is_over_when_it_can_only_be_one_thing(session: Session, zeed: Hospital) -> None:
    day, gone = date(2026, 2, 1), Fact(Section.OTHER, "", "PSA", dated_on=date(2026, 2, 1), code="2857-1", code_system="LN")
    told = Fact(Section.MARKER, "4 ug/L", "PSA", dated_on=day)
    twice = (Fact(Section.MARKER, "7", "CEA", dated_on=day), Fact(Section.MARKER, "8", "CEA", dated_on=day))
    first = make.referral(number="VW-1", facts=(told, *twice, replace(told, dated_on=date(2026, 1, 1))))
    case = register(session, zeed, first)

    over = (gone, replace(gone, label="CEA", code="", code_system=""))
    register(session, zeed, replace(first, facts=(), taken_back=over), minutes=5)

    query = select(CaseFact.text, CaseFact.status).where(CaseFact.case_id == case.id, CaseFact.dated_on == day)
    assert {(row[0], row[1]) for row in session.execute(query)} == {("4 ug/L", "withdrawn"), ("7", ""), ("8", "")}


def test_what_another_hospital_told_is_not_taken_back_by_its_name(session: Session, region: Region, zeed: Hospital) -> None:
    first = make.referral(number="VW-1", facts=(Fact(Section.MARKER, "4 ug/L", "PSA"),))
    case = register(session, zeed, first)
    other = session.get_one(Hospital, region.hospitals["DELT"])

    assert not taken_back.take_back(session, case, [Fact(Section.OTHER, "", "PSA")], other, now=LATER)
    assert present(session, case) == {("PSA", "4 ug/L")}


def test_who_takes_back_may_tell_something_new_and_it_is_not_lost(session: Session, zeed: Hospital) -> None:
    told = make.referral(make.identity("1"), number="VW-1", question_board="Operabel?")
    case = register(session, zeed, told)
    why = Fact(Section.OTHER, "Patiënt ziet ervan af", "Reden annulering")
    cancel(session, zeed, told, facts=(why,), documents=(make.document(b"%PDF-1.7 brief"),))
    query = select(CaseFact.label).where(CaseFact.case_id == case.id, CaseFact.text == why.text)
    assert session.scalars(query).all() == ["Reden annulering"]
    assert session.scalar(select(func.count()).select_from(CaseDocument).where(CaseDocument.case_id == case.id)) == 1


def test_so_may_who_takes_back_what_was_withdrawn_before(session: Session, zeed: Hospital) -> None:
    """The coordinator had withdrawn it, or the hospital itself: why, and the letter that says so, were read and thrown away."""
    told = make.referral(make.identity("1"), number="VW-1")
    case = register(session, zeed, told)
    cancel(session, zeed, told)
    for _ in range(2):
        cancel(session, zeed, told, cancel_reason="Ziet af van behandeling", documents=(make.document(b"%PDF-1.7 waarom"),))

    assert (referrals.CANCELLED, "Ziet af van behandeling") in present(session, case)
    assert session.scalar(select(func.count()).where(CaseDocument.case_id == case.id)) == 1


def test_the_question_that_comes_once_more_is_no_reason(session: Session, zeed: Hospital) -> None:
    told = make.referral(make.identity("1"), number="VW-1", question_board="Operabel?")
    case = register(session, zeed, told)
    cancel(session, zeed, told, cancel_reason="Operabel?")
    assert not session.scalars(select(CaseFact).where(CaseFact.case_id == case.id, CaseFact.label == referrals.CANCELLED)).all()


def test_what_was_sent_in_error_with_the_referral_is_over_with_it(session: Session, zeed: Hospital) -> None:
    """Asked for the wrong patient: all of it is taken back in one message, and its values and letter stood on as if they held."""
    value, letter = Fact(Section.MARKER, "4 ug/L", "PSA"), replace(make.document(b"%PDF-1.7 brief"), reference="D-1")
    told = make.referral(make.identity("1"), number="VW-1", facts=(value,), documents=(letter,))
    case = register(session, zeed, told)
    cancel(session, zeed, told, facts=(), documents=(), taken_back=(value,), documents_taken_back=("D-1",))

    assert present(session, case) == set()
    letters = select(CaseDocument.status, CaseDocument.superseded_at.is_(None)).where(CaseDocument.case_id == case.id)
    assert [tuple(row) for row in session.execute(letters)] == [("withdrawn", False)]
    said = set(session.scalars(select(CaseEvent.what).where(CaseEvent.case_id == case.id)))
    assert {"result.withdrawn", "document.withdrawn", "referral.cancelled"} <= said


@pytest.mark.parametrize("hours", [3, 1])
def test_a_task_that_asks_for_it_again_by_its_number_puts_it_on_the_list_again(
    session: Session, zeed: Hospital, hours: int
) -> None:
    """Without the request beside it: it was read as an addition, and the case stayed withdrawn. An older one changes nothing."""
    told = make.referral(make.identity("1"), number="VW-1")
    case = register(session, zeed, told)
    cancel(session, zeed, told)
    again = IncomingAnswer(referral_number="VW-1", asks=True)
    questions.answered(session, again, Source(zeed, NOW + timedelta(hours=hours), Wire.FHIR, uuid.uuid4()))

    assert (case.state is not CaseState.WITHDRAWN) is (hours == 3)


def test_what_was_taken_back_without_a_board_and_is_asked_again_of_one_stands_with_that_board(
    session: Session, zeed: Hospital, region: Region
) -> None:
    told = make.referral(make.identity("1"), number="VW-1", board_hint="MDO Onbekend")
    case = register(session, zeed, told)
    referrals.cancel(session, replace(told, cancelled=True), Source(zeed, NOW + timedelta(hours=1), Wire.HL7V2))

    register(session, zeed, replace(told, board_hint="MDO Uro-prostaat"), minutes=120)

    assert (case.board_id, case.state) == (region.boards["URO-P"], CaseState.READY)
