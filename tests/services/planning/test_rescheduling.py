"""A meeting on another day: its agenda goes along and every case says so; the weekly series does not bring the old day back."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from mdo_portal.database import Database
from mdo_portal.domain.audit import AuditEntry
from mdo_portal.domain.board import Board, Meeting, MeetingState
from mdo_portal.domain.case import Case, CaseEvent, CaseState
from mdo_portal.domain.hospital import Hospital
from mdo_portal.errors import IllegalMove, Incomplete
from mdo_portal.services.meetings import meetings, series
from mdo_portal.services.planning import calling_off, rescheduling
from mdo_portal.services.planning.rescheduling import Wanted
from mdo_portal.services.room import rooms
from tests import make
from tests.make import NOW
from tests.people import Region, board_of

DAY = timedelta(days=1)


@pytest.fixture
def meeting(session: Session, uro: Board) -> Meeting:
    """The first of the series that lies more than a week ahead."""
    series.extend(session, uro, now=NOW)
    query = select(Meeting).where(Meeting.board_id == uro.id, Meeting.starts_at > NOW + 7 * DAY)
    return session.scalars(query.order_by(Meeting.starts_at)).first()  # type: ignore[return-value]


@pytest.fixture
def case(session: Session, region: Region, zeed: Hospital, meeting: Meeting) -> Case:
    """On its agenda."""
    found = make.case(session, zeed)
    make.planned(session, found, meeting, viewer=region.aisha)
    return found


def _wanted(meeting: Meeting, **over: object) -> Wanted:
    return replace(Wanted(meeting.starts_at, meeting.minutes, meeting.place, meeting.video_url), **over)  # type: ignore[arg-type]


def _move(session: Session, region: Region, meeting: Meeting, **over: object) -> bool:
    board = session.get_one(Board, meeting.board_id)
    return rescheduling.reschedule(session, meeting, board, _wanted(meeting, **over), viewer=region.aisha, now=NOW)


def _days(session: Session, board: Board) -> list[object]:
    return list(session.scalars(select(Meeting.starts_at).where(Meeting.board_id == board.id).order_by(Meeting.starts_at)))


def test_its_agenda_goes_along_and_the_case_says_so(
    session: Session, region: Region, uro: Board, meeting: Meeting, case: Case
) -> None:
    before = meeting.starts_at

    assert _move(session, region, meeting, starts_at=before - DAY, place="Zaal 3")

    assert [row.case_id for row in meetings.agenda(session, meeting.id)] == [case.id]
    assert (case.state, meeting.starts_at, meeting.place) == (CaseState.SCHEDULED, before - DAY, "Zaal 3")
    assert meeting.registration_closes_at == before - DAY - timedelta(hours=uro.closing_hours)
    said = session.scalars(select(CaseEvent.details).where(CaseEvent.what == "case.rescheduled")).one()
    assert (said["was"], said["when"]) == (meetings.moment(before), meetings.moment(before - DAY))


@pytest.mark.parametrize(("hours", "still_open"), [(1, True), (7 * 24, False)])
def test_registration_that_was_opened_again_stays_open_until_it_begins_unless_there_is_time_enough(
    session: Session, region: Region, uro: Board, meeting: Meeting, hours: int, still_open: bool
) -> None:
    """An hour later on the same day its closing hour was past: all at once every case needed a reason again."""
    now, moved_to = meeting.starts_at - timedelta(hours=2), meeting.starts_at + timedelta(hours=hours)
    meetings.reopen_registration(session, meeting, now=now)

    rescheduling.reschedule(session, meeting, uro, _wanted(meeting, starts_at=moved_to), viewer=region.aisha, now=now)

    assert meeting.registration_closes_at == (moved_to if still_open else series.closes_at(uro, moved_to))


def test_registration_that_closed_at_its_hour_stays_closed(
    session: Session, region: Region, uro: Board, meeting: Meeting
) -> None:
    now, moved_to = meeting.starts_at - timedelta(hours=2), meeting.starts_at + timedelta(hours=1)

    rescheduling.reschedule(session, meeting, uro, _wanted(meeting, starts_at=moved_to), viewer=region.aisha, now=now)

    assert meeting.registration_closes_at == series.closes_at(uro, moved_to) < now


def test_who_moved_it_from_when_to_when_stands_in_the_log(session: Session, region: Region, meeting: Meeting) -> None:
    before = meeting.starts_at
    _move(session, region, meeting, starts_at=before + DAY)

    line = session.scalars(select(AuditEntry).where(AuditEntry.object_id == str(meeting.id))).all()[-1]

    assert line.detail == f"{before:%Y-%m-%dT%H:%MZ} > {before + DAY:%Y-%m-%dT%H:%MZ}"


def test_the_series_does_not_bring_the_old_day_back(session: Session, region: Region, uro: Board, meeting: Meeting) -> None:
    before = meeting.starts_at
    _move(session, region, meeting, starts_at=before + DAY)

    series.extend(session, uro, now=NOW)

    assert before not in _days(session, uro) and before + DAY in _days(session, uro)


def test_only_another_room_is_no_other_day(session: Session, region: Region, meeting: Meeting, case: Case) -> None:
    closes = meeting.registration_closes_at = meeting.starts_at - timedelta(hours=3)

    assert not _move(session, region, meeting, place="Zaal 3", minutes=30, video_url="https://video.example/3")

    assert (meeting.place, meeting.minutes, meeting.registration_closes_at) == ("Zaal 3", 30, closes)
    assert session.scalars(select(CaseEvent).where(CaseEvent.what == "case.rescheduled")).all() == []


def test_an_empty_meeting_of_the_series_on_that_moment_makes_room(
    session: Session, region: Region, uro: Board, meeting: Meeting, case: Case
) -> None:
    taken = meeting.starts_at + 7 * DAY
    assert taken in _days(session, uro)

    _move(session, region, meeting, starts_at=taken)
    series.extend(session, uro, now=NOW)

    assert _days(session, uro).count(taken) == 1 and taken - 7 * DAY not in _days(session, uro)


@pytest.mark.parametrize("is_off", [True, False])
def test_another_meeting_with_a_past_of_its_own_does_not(
    session: Session, region: Region, zeed: Hospital, uro: Board, meeting: Meeting, is_off: bool
) -> None:
    taken = meeting.starts_at + 7 * DAY
    other = session.scalars(select(Meeting).where(Meeting.board_id == uro.id, Meeting.starts_at == taken)).one()
    if is_off:
        calling_off.call_off(session, other, uro, viewer=region.aisha, now=NOW)
    else:
        make.planned(session, make.case(session, zeed), other, viewer=region.aisha)

    with pytest.raises(Incomplete) as refused:
        _move(session, region, meeting, starts_at=taken)

    assert "staat al een vergadering" in refused.value.fields["day"]
    assert session.get(Meeting, other.id) is not None


@pytest.mark.parametrize(
    ("over", "field"),
    [
        ({"starts_at": NOW - DAY}, "day"),
        ({"starts_at": NOW + 400 * DAY}, "day"),
        ({"minutes": 4}, "minutes"),
        ({"minutes": 601}, "minutes"),
        ({"video_url": "http://video.example"}, "video_url"),
    ],
)
def test_what_cannot_be_is_said_at_its_field(
    session: Session, region: Region, meeting: Meeting, over: dict[str, object], field: str
) -> None:
    with pytest.raises(Incomplete) as refused:
        _move(session, region, meeting, **over)

    assert list(refused.value.fields) == [field]


def test_one_that_began_or_was_called_off_stays_where_it_is(
    session: Session, region: Region, uro: Board, meeting: Meeting
) -> None:
    calling_off.call_off(session, meeting, uro, viewer=region.aisha, now=NOW)
    with pytest.raises(IllegalMove):
        _move(session, region, meeting, place="Zaal 3")
    calling_off.take_back(session, meeting)
    rooms.open_meeting(session, meeting, now=NOW)
    with pytest.raises(IllegalMove):
        _move(session, region, meeting, starts_at=meeting.starts_at + DAY)


def test_an_extra_meeting_stands_beside_the_series(session: Session, region: Region, uro: Board, meeting: Meeting) -> None:
    at = meeting.starts_at + DAY
    before = _days(session, uro)

    made = rescheduling.add(session, uro, Wanted(at, 30, "Zaal 3", ""), viewer=region.aisha, now=NOW)
    series.extend(session, uro, now=NOW)

    assert (made.state, made.series_at, made.place) == (MeetingState.PLANNED, None, "Zaal 3")
    assert _days(session, uro) == sorted([*before, at])  # type: ignore[type-var]


def test_two_extra_meetings_are_not_at_one_moment(session: Session, region: Region, uro: Board, meeting: Meeting) -> None:
    wanted = Wanted(meeting.starts_at + DAY, 30, "", "")
    rescheduling.add(session, uro, wanted, viewer=region.aisha, now=NOW)

    with pytest.raises(Incomplete):
        rescheduling.add(session, uro, wanted, viewer=region.aisha, now=NOW)


def test_nor_when_two_people_add_one_at_the_same_time(database: Database, region: Region) -> None:
    wanted = Wanted(NOW + 9 * DAY, 30, "", "")

    def add() -> str:
        with database.transaction() as session:
            rescheduling.add(session, board_of(session, region), wanted, viewer=region.aisha, now=NOW)
            time.sleep(0.2)
        return "added"

    with ThreadPoolExecutor(2) as both:
        attempts = [both.submit(add) for _ in range(2)]
    assert sorted("added" if not one.exception() else type(one.exception()).__name__ for one in attempts) == [
        "Incomplete",
        "added",
    ]
