"""Who sits on a board is told by mail when one of its meetings moves, is added or is called off: once for each change."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from threading import Thread

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from mdo_portal.database import Database
from mdo_portal.domain.board import Meeting, MeetingState
from mdo_portal.domain.meeting_mail import MeetingMailed
from mdo_portal.domain.people import BoardMembership, Membership, Person
from mdo_portal.services.meetings import meeting_mails
from tests.people import Region, person_id

MORNING = datetime(2026, 3, 16, 8, 0, tzinfo=UTC)  # a Monday
OWN = MORNING + timedelta(days=10)
OTHER = OWN + timedelta(days=1)
BOARD = {"aisha@example.nl", "bram@example.nl", "mila@example.nl"}


@pytest.fixture
def meeting(session: Session, region: Region) -> Meeting:
    """The only meeting to come; it stands at its own moment of the series."""
    made = session.get_one(Meeting, region.meeting)
    made.starts_at = made.series_at = OWN
    session.flush()
    return made


def told(session: Session, at: datetime = MORNING) -> list[str]:
    found = []
    while (one := meeting_mails.claim(session, now=at)) is not None:
        found.append(one.email)
    return found


def test_of_a_meeting_at_its_own_moment_nobody_is_told(session: Session, meeting: Meeting) -> None:
    assert told(session) == []


def test_everybody_of_the_board_and_nobody_else_is_told_once_that_a_meeting_moved(session: Session, meeting: Meeting) -> None:
    meeting.starts_at = OTHER
    session.flush()
    first = told(session)
    assert set(first) >= BOARD and len(first) == len(set(first)) and "carla@example.nl" not in first
    assert told(session) == []


@pytest.mark.parametrize(
    "changes",
    [
        [{"starts_at": OTHER}, {"starts_at": OWN}, {"starts_at": OTHER}],
        [{"state": MeetingState.CALLED_OFF}, {"state": MeetingState.PLANNED}, {"state": MeetingState.CALLED_OFF}],
        [{"series_at": None}, {"starts_at": OTHER}, {"state": MeetingState.CALLED_OFF}],
    ],
    ids=["to and fro", "off and on", "extra"],
)
def test_each_change_is_told_also_the_one_back(session: Session, meeting: Meeting, changes: list[dict[str, object]]) -> None:
    for minutes, change in enumerate(changes):
        for name, value in change.items():
            setattr(meeting, name, value)
        session.flush()
        at = MORNING + timedelta(minutes=minutes)
        assert set(told(session, at)) >= BOARD and told(session, at) == []


def test_two_changes_between_two_looks_are_one_mail_and_a_change_undone_in_between_is_none(
    session: Session, meeting: Meeting
) -> None:
    meeting.starts_at = OTHER
    meeting.starts_at = OWN
    session.flush()
    assert told(session) == []
    meeting.starts_at, meeting.state = OTHER, MeetingState.CALLED_OFF
    session.flush()
    once = told(session)
    assert set(once) >= BOARD and len(once) == len(set(once))


def test_nobody_is_mailed_at_night_and_nobody_of_what_is_past_or_open(session: Session, meeting: Meeting) -> None:
    meeting.starts_at = OTHER
    session.flush()
    assert told(session, MORNING.replace(hour=2)) == []
    assert told(session, OTHER + timedelta(days=4)) == []
    meeting.state = MeetingState.OPEN
    session.flush()
    assert told(session) == []


def test_who_left_the_board_or_the_hospital_or_is_shut_out_is_not_told(session: Session, meeting: Meeting) -> None:
    meeting.starts_at = OTHER
    session.execute(update(BoardMembership).where(BoardMembership.person_id == person_id("Mila")).values(ended_at=MORNING))
    session.execute(update(Person).where(Person.id == person_id("Bram")).values(disabled_at=MORNING))
    session.execute(update(Membership).where(Membership.person_id == person_id("Aisha")).values(ended_at=MORNING))
    session.flush()
    assert not BOARD & set(told(session))


def test_what_was_put_back_is_told_again_and_the_mail_names_neither_meeting_nor_day(session: Session, meeting: Meeting) -> None:
    meeting.starts_at = OTHER
    session.flush()
    one = meeting_mails.claim(session, now=MORNING)
    assert one is not None and meeting.id.hex not in one.key.replace("-", "") and f"{OTHER:%Y%m%d}" not in one.key
    meeting_mails.put_back(session, one)
    assert meeting_mails.claim(session, now=MORNING) == one


def test_a_meeting_that_gives_way_takes_along_who_was_told_of_it(session: Session, meeting: Meeting) -> None:
    meeting.state = MeetingState.CALLED_OFF
    session.flush()
    told(session)
    meeting.state = MeetingState.PLANNED
    session.flush()
    session.delete(meeting)
    session.flush()
    assert session.scalar(select(func.count()).select_from(MeetingMailed)) == 0


def test_two_workers_tell_one_person_once(database: Database, region: Region) -> None:
    with database.transaction() as session:
        session.execute(update(Meeting).where(Meeting.id == region.meeting).values(starts_at=OTHER, series_at=OWN))
    found: list[meeting_mails.Told] = []

    def work() -> None:
        for _ in range(20):
            with database.transaction() as own:
                if (one := meeting_mails.claim(own, now=MORNING)) is not None:
                    found.append(one)

    workers = [Thread(target=work) for _ in range(3)]
    for one in workers:
        one.start()
    for one in workers:
        one.join()
    assert len(found) == len({one.email for one in found}) and {one.email for one in found} >= BOARD
