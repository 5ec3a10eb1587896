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
from mdo_portal.services import decisions, planning, questions, standing
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
