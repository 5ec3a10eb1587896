"""Whatever happens to a case is told with a higher revision than its open pages show: they leave out what they have."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from mdo_portal.domain.board import Meeting
from mdo_portal.domain.case import Case, InformationRequest
from mdo_portal.domain.hospital import Hospital
from mdo_portal.exchange import PatientChange, PersonName, Wire
from mdo_portal.services.common.source import Source
from mdo_portal.services.decisions import decisions
from mdo_portal.services.history import standing
from mdo_portal.services.patients import patient_feed, patients
from mdo_portal.services.planning import planning
from mdo_portal.services.referrals import questions
from tests import make
from tests.make import NOW
from tests.people import Region, board_of


def test_what_happens_to_a_patient_is_news_to_the_agenda_on_which_the_case_stands(
    session: Session, region: Region, zeed: Hospital
) -> None:
    case, other = make.case(session, zeed), make.case(session, zeed)
    meeting = session.get_one(Meeting, region.meeting)
    later = make.meeting(session, board_of(session, region), starts_at=NOW + timedelta(days=9))
    make.planned(session, case, meeting, viewer=region.aisha)
    make.planned(session, other, later, viewer=region.aisha)
    session.flush()
    before, elsewhere = meeting.revision, later.revision

    standing.happened(session, [case], "patient.died", now=NOW, hospital="Ziekenhuis ZEED")

    session.refresh(meeting)
    session.refresh(later)
    assert (meeting.revision, later.revision) == (before + 1, elsewhere)


def moves(session: Session, case: Case, region: Region) -> None:
    board = board_of(session, region)
    later = make.meeting(session, board, starts_at=NOW + timedelta(days=9))
    planning.plan(session, case, later, board, viewer=region.aisha, now=NOW)


def asks(session: Session, case: Case, region: Region) -> None:
    questions.ask(session, case, "Graag de uitslag.", viewer=region.bram, now=NOW)


def answers(session: Session, case: Case, region: Region) -> None:
    asks(session, case, region)
    _shown(session, case)
    request = session.scalars(select(InformationRequest).where(InformationRequest.case_id == case.id)).one()
    questions.answer(session, case, request.id, "PSA 12.", viewer=region.dirk, now=NOW)


def corrects(session: Session, case: Case, region: Region) -> None:
    planning.unplan(
        session, case, session.get_one(Meeting, region.meeting), board_of(session, region), viewer=region.aisha, now=NOW
    )
    round_ = make.planned(session, case, session.get_one(Meeting, region.meeting), viewer=region.aisha)
    make.signed(session, make.discussed(session, round_, viewer=region.bram), viewer=region.bram)
    decisions.start_correction(session, round_, case)
    make.typed(session, round_, " Herzien.")
    _shown(session, case)
    make.signed(session, round_, viewer=region.bram, reason="typfout", now=NOW + timedelta(hours=1))


def _shown(session: Session, case: Case) -> None:
    """Every open page shows the case as it is now."""
    session.flush()
    session.info["untold"] = {}
    session.info["shown"] = case.revision


@pytest.mark.parametrize("act", [moves, asks, answers, corrects])
def test_a_change_of_a_case_whose_state_stays_is_news_to_its_open_pages(
    session: Session, region: Region, zeed: Hospital, act: Callable[[Session, Case, Region], None]
) -> None:
    """In the meeting the board did not see that the referrer had answered."""
    case = make.case(session, zeed)
    make.planned(session, case, session.get_one(Meeting, region.meeting), viewer=region.aisha)
    _shown(session, case)
    state = case.state

    act(session, case, region)

    assert session.info["untold"]["case", str(case.id)] > session.info["shown"]
    assert case.state is state or act is corrects


def test_it_is_news_to_the_open_page_of_the_case_and_to_its_work_lists(session: Session, zeed: Hospital) -> None:
    case = make.case(session, zeed)
    session.flush()
    shown = case.revision
    session.info.pop("untold")

    standing.happened(session, [case], "patient.died", now=NOW, hospital="Ziekenhuis ZEED")

    told = session.info["untold"]
    assert told["case", str(case.id)] == case.revision == shown + 1
    assert {("worklist", str(case.board_id)), ("worklist", str(zeed.id))} <= set(told)


def test_that_a_patient_is_referred_once_more_is_news_to_their_other_cases_and_to_nobody_else_s(
    session: Session, zeed: Hospital
) -> None:
    first, stranger = (make.case(session, zeed, patient=make.identity(number)) for number in "12")
    session.flush()
    shown = first.revision, stranger.revision

    again = make.case(session, zeed, patient=make.identity("1"))

    assert (first.revision, stranger.revision, again.revision) == (shown[0] + 1, shown[1], shown[1])


def test_news_belongs_to_the_cases_that_are_not_finished_else_to_the_newest() -> None:
    over, going_on, newest = Case(is_open=False), Case(is_open=True), Case(is_open=False)

    assert standing.chosen([over, going_on, newest]) == [going_on]
    assert (standing.chosen([over, newest]), standing.chosen([])) == ([newest], [])


def test_of_a_patient_without_a_case_nothing_is_taken_over(session: Session, zeed: Hospital) -> None:
    patient = patients.add(session, zeed.id, make.identity("1"), now=NOW)
    other_name = PatientChange(make.identity("1", name=PersonName(family="Anders")), event="A08")

    assert patient_feed.change(session, other_name, Source(zeed, NOW + timedelta(hours=1), Wire.HL7V2)) is None
    assert patient.family == make.identity("1").name.family
