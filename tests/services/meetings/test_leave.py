"""Away for weeks: said once for every meeting of one's boards in these days, taken back as a whole or for one of them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import update
from sqlalchemy.orm import Session

from mdo_portal.domain.absence import Absence, holds
from mdo_portal.domain.board import Board, Meeting, MeetingState
from mdo_portal.domain.people import BoardMembership, Role
from mdo_portal.domain.viewer import Viewer
from mdo_portal.errors import Incomplete, NotFound
from mdo_portal.services.meetings import absence_rows, absences, leave, leave_rows
from mdo_portal.services.meetings.absences import Days, Instead
from mdo_portal.services.meetings.leave_rows import Coming, Leave
from tests import make
from tests.make import NOW
from tests.people import Region, board_of, person_id, viewer

TODAY = NOW.date()
WEEKS = Days(TODAY, TODAY + timedelta(days=13))
NOBODY = Instead()


def tell(
    session: Session,
    of: Viewer,
    board: Board,
    who: str = "",
    *,
    days: Days = WEEKS,
    instead: Instead = NOBODY,
    now: datetime = NOW,
) -> int:
    absent = person_id(who) if who else of.person_id
    return leave.tell(session, absent, days, {board.id: instead}, viewer=of, now=now)


def away(session: Session, *of: Meeting) -> list[list[str]]:
    told = absence_rows.of_meetings(session, [one.id for one in of])
    return [[one.name for one in told.get(meeting.id, ())] for meeting in of]


def told_of(session: Session, of: Viewer, *, now: datetime = NOW) -> Sequence[Leave]:
    boards = [one.board for one in leave.boards_of(session, of.person_id, viewer=of, now=now)]
    return leave_rows.of_person(session, of.person_id, boards, now=now)


@pytest.fixture
def next_week(session: Session, meeting: Meeting, uro: Board) -> Meeting:
    return make.meeting(session, uro, starts_at=meeting.starts_at + timedelta(days=7))


def test_who_is_away_for_weeks_comes_to_none_of_its_meetings_also_not_to_one_that_is_planned_later(
    session: Session, region: Region, meeting: Meeting, next_week: Meeting, uro: Board
) -> None:
    revisions = [meeting.revision, next_week.revision]
    after = make.meeting(session, uro, starts_at=meeting.starts_at + timedelta(days=14))

    count = tell(session, region.bram, uro, instead=Instead(person_id("Bilal")))

    extra = make.meeting(session, uro, starts_at=meeting.starts_at + timedelta(days=1), series_at=None)
    assert count == 2 and away(session, meeting, extra, next_week, after) == [["Bram"], ["Bram"], ["Bram"], []]
    (told,) = absence_rows.of_meeting(session, extra.id)
    assert (told.substitute, told.is_longer, told.until_on) == ("Bilal", True, WEEKS.last)
    assert [one.revision for one in (meeting, next_week)] == [at + 1 for at in revisions]


def test_of_one_meeting_somebody_comes_after_all_and_then_of_the_whole(
    session: Session, region: Region, meeting: Meeting, next_week: Meeting, uro: Board
) -> None:
    tell(session, region.bram, uro)
    absences.take_back(session, meeting, uro, region.bram.person_id, viewer=region.aisha, now=NOW)

    (told,) = told_of(session, region.bram)
    assert away(session, meeting, next_week) == [[], ["Bram"]]
    assert (told.days, told.noted_by) == (WEEKS, "")
    assert told.places[0].meetings == [
        Coming(meeting.id, meeting.starts_at, True),
        Coming(next_week.id, next_week.starts_at, False),
    ]

    leave.take_back(session, region.bram.person_id, WEEKS, [uro.id], viewer=region.bram, now=NOW)

    assert away(session, meeting, next_week) == [[], []] and told_of(session, region.bram) == []


def test_every_board_has_a_substitute_of_its_own_and_what_is_said_of_one_meeting_later_holds(
    session: Session, region: Region, meeting: Meeting, uro: Board
) -> None:
    gi = board_of(session, region, "GI")
    session.add(BoardMembership(person_id=person_id("Bram"), board_id=gi.id, role=Role.MEMBER))
    session.flush()
    bram = viewer(session, "Bram", region.hospitals)
    theirs = session.get_one(Meeting, region.other_meeting)
    places = {uro.id: Instead(person_id("Bilal")), gi.id: Instead(words="een chirurg")}

    leave.tell(session, bram.person_id, WEEKS, places, viewer=bram, now=NOW)
    absences.tell(session, meeting, uro, bram.person_id, instead=NOBODY, viewer=bram, now=NOW + timedelta(seconds=1))

    assert [absence_rows.of_meeting(session, one.id)[0].substitute for one in (meeting, theirs)] == ["", "een chirurg"]
    weeks, day = told_of(session, bram)
    assert [(one.board_name, one.substitute, len(one.meetings)) for one in weeks.places] == [
        ("Lage GI", "een chirurg", 1),
        ("Uro-prostaat", "Bilal", 0),
    ]
    assert day.days == Days(*[meeting.starts_at.date()] * 2)


def test_the_coordinator_notes_it_for_a_member_of_a_board_they_lead_and_for_nobody_else(
    session: Session, region: Region, meeting: Meeting, uro: Board
) -> None:
    tell(session, region.aisha, uro, "Mila")

    assert away(session, meeting) == [["Mila"]] and told_of(session, region.mila)[0].noted_by == "Aisha"
    for of, board, who in (
        (region.mila, uro, "Bram"),
        (region.aisha, uro, "Dirk"),
        (region.aisha, board_of(session, region, "GI"), "Carla"),
    ):
        with pytest.raises(NotFound):
            tell(session, of, board, who)
        with pytest.raises(NotFound):
            leave.take_back(session, person_id(who), WEEKS, [board.id], viewer=of, now=NOW)


@pytest.mark.parametrize(
    ("first", "last", "field"), [(5, 4, "last"), (-9, -1, "last"), (0, 367, "last"), (367, 370, "last"), (0, 366, "")]
)
def test_days_are_to_come_in_order_and_a_year_at_most(
    session: Session, region: Region, meeting: Meeting, uro: Board, first: int, last: int, field: str
) -> None:
    days = Days(TODAY + timedelta(days=first), TODAY + timedelta(days=last))
    if not field:
        assert tell(session, region.mila, uro, days=days) == 1
        return
    with pytest.raises(Incomplete) as refused:
        tell(session, region.mila, uro, days=days)

    assert list(refused.value.fields) == [field] and away(session, meeting) == [[]]


def test_no_board_and_a_substitute_of_another_discipline_are_refused(session: Session, region: Region, uro: Board) -> None:
    with pytest.raises(Incomplete):
        leave.tell(session, region.mila.person_id, WEEKS, {}, viewer=region.mila, now=NOW)
    with pytest.raises(Incomplete):
        tell(session, region.mila, uro, instead=Instead(person_id("Bram")))

    assert session.query(Absence).count() == 0


@pytest.mark.parametrize("state", [MeetingState.PLANNED, MeetingState.CLOSED])
def test_what_was_said_of_a_meeting_that_has_begun_stands(
    session: Session, region: Region, meeting: Meeting, next_week: Meeting, uro: Board, state: MeetingState
) -> None:
    tell(session, region.mila, uro)
    begun = meeting.starts_at + timedelta(hours=2)
    meeting.state = state
    meeting.starts_at = begun

    leave.take_back(session, region.mila.person_id, WEEKS, [uro.id], viewer=region.mila, now=begun)
    tell(session, region.bram, uro, now=begun)

    assert away(session, meeting, next_week) == [["Mila"], ["Bram"]]


def test_what_is_taken_back_reaches_no_further_than_what_was_said(
    session: Session, region: Region, meeting: Meeting, uro: Board
) -> None:
    tell(session, region.mila, uro)

    for _ in range(2):
        leave.take_back(session, region.mila.person_id, Days(TODAY, date.max), [uro.id], viewer=region.mila, now=NOW)

    assert [(one.comes, one.until_on) for one in session.query(Absence).order_by(Absence.id)] == [
        (False, WEEKS.last),
        (True, WEEKS.last),
    ]


def test_who_left_the_board_is_no_longer_named_as_away(
    session: Session, region: Region, meeting: Meeting, next_week: Meeting, uro: Board
) -> None:
    tell(session, region.mila, uro)
    ends = update(BoardMembership).where(BoardMembership.person_id == person_id("Mila"))
    session.execute(ends.values(ends_on=meeting.starts_at.date()))

    assert away(session, meeting, next_week) == [["Mila"], []]


def test_what_was_said_last_about_a_day_holds() -> None:
    def said(first: int, last: int, at: int, *, comes: bool = False) -> Absence:
        told_at = NOW + timedelta(seconds=at)
        return Absence(
            id=person_id(str(at)), from_on=date(2026, 3, first), until_on=date(2026, 3, last), told_at=told_at, comes=comes
        )

    weeks, back, anew = said(2, 14, 1), said(4, 4, 2, comes=True), said(14, 20, 3)

    held = [holds([anew, weeks, back], date(2026, 3, day)) for day in (1, 2, 4, 14, 20, 21)]

    assert held == [None, weeks, back, anew, anew, None]
