"""A meeting that is not held: what stood on its agenda waits again, nothing more comes on it, and it can be held after all."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest
from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from mdo_portal.database import Database
from mdo_portal.domain.board import Board, Meeting, MeetingState
from mdo_portal.domain.case import Case, CaseEvent, CaseState
from mdo_portal.domain.hospital import Hospital
from mdo_portal.domain.round import Round, RoundOutcome
from mdo_portal.errors import IllegalMove, Stale
from mdo_portal.services.cases import worklist_boards
from mdo_portal.services.decisions import outcomes
from mdo_portal.services.history import standing
from mdo_portal.services.meetings import meetings, series
from mdo_portal.services.planning import calling_off, planning
from mdo_portal.services.referrals import case_acts
from mdo_portal.services.room import rooms
from tests import make
from tests.make import NOW
from tests.people import Region, board_of


@pytest.fixture
def cases(session: Session, region: Region, meeting: Meeting) -> list[Case]:
    """Two on its agenda; the second lacks something."""
    zeed = session.get_one(Hospital, region.hospitals["ZEED"])
    found = [make.case(session, zeed), make.case(session, zeed, question_board="")]
    for case in found:
        make.planned(session, case, meeting, viewer=region.aisha)
    return found


def _off(session: Session, region: Region, meeting: Meeting) -> int:
    return calling_off.call_off(session, meeting, board_of(session, region), viewer=region.aisha, now=NOW)


def _outcomes(session: Session, meeting: Meeting) -> list[RoundOutcome | None]:
    return list(session.scalars(select(Round.outcome).where(Round.meeting_id == meeting.id)))


@pytest.mark.parametrize("is_closed", [False, True])
def test_what_stood_on_its_agenda_waits_as_before_and_says_why(
    session: Session, region: Region, meeting: Meeting, cases: list[Case], is_closed: bool
) -> None:
    if is_closed:
        meetings.close_registration(session, meeting)

    assert _off(session, region, meeting) == 2

    assert [case.state for case in cases] == [CaseState.READY, CaseState.INCOMPLETE]
    assert (meeting.state, _outcomes(session, meeting)) == (MeetingState.CALLED_OFF, [])
    said = session.scalars(select(CaseEvent.details).where(CaseEvent.what == "case.called_off")).all()
    assert [(one["board"], one["when"][:10]) for one in said] == [("Uro-prostaat", f"{meeting.starts_at:%d-%m-%Y}")] * 2


def test_what_ended_on_its_agenda_before_stays_there(
    session: Session, region: Region, meeting: Meeting, cases: list[Case]
) -> None:
    case_acts.withdraw(session, cases[0], "op verzoek", viewer=region.dirk, now=NOW)

    assert _off(session, region, meeting) == 1

    assert cases[0].state is CaseState.WITHDRAWN
    assert _outcomes(session, meeting) == [RoundOutcome.WITHDRAWN]


@pytest.mark.parametrize("ended", [RoundOutcome.WITHDRAWN, RoundOutcome.DEFERRED])
def test_what_ended_on_its_agenda_before_is_not_put_back_on_it(
    session: Session, region: Region, meeting: Meeting, cases: list[Case], ended: RoundOutcome
) -> None:
    """From a page of before it was called off: the case waited there for a meeting that is not held, and on no list."""
    uro, round_ = board_of(session, region), session.scalars(select(Round).where(Round.case_id == cases[0].id)).one()
    outcomes.set_outcome(session, round_, cases[0], ended, reason="verkeerde regel", board=uro, viewer=region.bram, now=NOW)
    state = cases[0].state
    _off(session, region, meeting)

    with pytest.raises(IllegalMove, match="vervalt"):
        outcomes.take_back_outcome(session, round_, cases[0], board=uro, viewer=region.bram, now=NOW)
    assert (cases[0].state, round_.outcome) == (state, ended)

    calling_off.take_back(session, meeting)
    outcomes.take_back_outcome(session, round_, cases[0], board=uro, viewer=region.bram, now=NOW)
    assert (cases[0].state, round_.outcome) == (CaseState.SCHEDULED, None)


def test_nothing_is_planned_into_it_and_nobody_opens_it(
    session: Session, region: Region, meeting: Meeting, cases: list[Case]
) -> None:
    _off(session, region, meeting)

    with pytest.raises(IllegalMove, match="vervalt"):
        planning.plan(session, cases[0], meeting, board_of(session, region), viewer=region.aisha, now=NOW)
    with pytest.raises(IllegalMove):
        rooms.open_meeting(session, meeting, now=NOW)


def test_held_after_all_its_open_pages_hear_so(session: Session, region: Region, meeting: Meeting, cases: list[Case]) -> None:
    _off(session, region, meeting)
    before = meeting.revision

    calling_off.take_back(session, meeting)

    assert (meeting.state, meeting.revision) == (MeetingState.PLANNED, before + 1)


def test_the_work_list_names_the_closing_time_of_the_next_one(session: Session, region: Region, meeting: Meeting) -> None:
    board = session.get_one(Board, meeting.board_id)
    later = make.meeting(session, board, starts_at=meeting.starts_at + timedelta(days=7))
    _off(session, region, meeting)

    shown = {one.id: one.next_meeting_id for one in worklist_boards.boards(session, region.aisha, now=NOW)}

    assert shown[board.id] == later.id


def test_the_weekly_series_does_not_bring_it_back(session: Session, region: Region, meeting: Meeting) -> None:
    _off(session, region, meeting)

    series.extend(session, session.get_one(Board, meeting.board_id), now=NOW)

    same = session.scalars(
        select(Meeting.state).where(Meeting.board_id == meeting.board_id, Meeting.starts_at == meeting.starts_at)
    )
    assert same.all() == [MeetingState.CALLED_OFF]


def test_it_can_be_held_after_all_and_not_once_it_began(
    session: Session, region: Region, meeting: Meeting, cases: list[Case]
) -> None:
    _off(session, region, meeting)
    calling_off.take_back(session, meeting)
    make.planned(session, cases[0], meeting, viewer=region.aisha)
    rooms.open_meeting(session, meeting, now=meeting.starts_at)

    with pytest.raises(IllegalMove):
        _off(session, region, meeting)
    with pytest.raises(IllegalMove):
        calling_off.take_back(session, meeting)
    assert cases[0].state is CaseState.SCHEDULED


def test_a_case_that_is_planned_in_the_same_moment_is_not_left_behind(
    database: Database, region: Region, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It would stand on the agenda of a meeting that nobody holds."""
    real, planned = standing.hold_agendas, list[uuid.UUID]()

    def hold_agendas(session: Session, which: ColumnElement[bool]) -> None:
        monkeypatch.undo()
        planned.append(_planned_by_another(database, region))
        real(session, which)

    monkeypatch.setattr(standing, "hold_agendas", hold_agendas)
    with pytest.raises(Stale), database.transaction() as session:
        _off(session, region, session.get_one(Meeting, region.meeting))

    with database.transaction() as session:
        assert session.get_one(Case, planned[0]).state is CaseState.SCHEDULED
        assert _off(session, region, session.get_one(Meeting, region.meeting)) == 1


def _planned_by_another(database: Database, region: Region) -> uuid.UUID:
    with database.transaction() as session:
        case = make.case(session, session.get_one(Hospital, region.hospitals["ZEED"]))
        make.planned(session, case, session.get_one(Meeting, region.meeting), viewer=region.aisha)
        return case.id


def test_more_candidates_than_are_shown_are_told_apart_from_all(
    session: Session, region: Region, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The list ended at a hundred, as if nothing else waited."""
    monkeypatch.setattr(meetings, "MOST_CANDIDATES", 2)
    zeed = session.get_one(Hospital, region.hospitals["ZEED"])
    board, shown = board_of(session, region), []
    for _ in range(3):
        make.case(session, zeed)
        found = meetings.candidates(session, board.id)
        shown.append((len(found.shown), found.waiting))

    assert shown == [(1, 1), (2, 2), (2, 3)]


def test_meetings_that_are_not_held_take_no_place_among_those_to_choose_from(
    session: Session, region: Region, meeting: Meeting
) -> None:
    """A summer of meetings called off left nothing, or less, to plan a case into."""
    for week in range(1, meetings.OFFERED + 2):
        later = make.meeting(session, board_of(session, region), starts_at=meeting.starts_at + timedelta(weeks=week))
        if week < meetings.OFFERED:
            calling_off.call_off(session, later, board_of(session, region), viewer=region.aisha, now=NOW)
    last = [meeting.starts_at + timedelta(weeks=week) for week in (0, meetings.OFFERED, meetings.OFFERED + 1)]

    assert [one.starts_at for one in meetings.plannable(session, meeting.board_id, now=NOW)] == last
