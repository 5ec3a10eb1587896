"""Registration for a meeting is closed and opened again by a person, until the meeting begins."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from mdo_portal.domain.board import Meeting, MeetingState
from mdo_portal.errors import IllegalMove
from mdo_portal.services import meetings
from tests.make import NOW
from tests.people import Region

INSTANT = timedelta(microseconds=1)


@pytest.fixture
def meeting(session: Session, region: Region) -> Meeting:
    return session.get_one(Meeting, region.meeting)


def test_closed_and_opened_again_its_open_pages_hear_so(session: Session, meeting: Meeting) -> None:
    before, closes_at = meeting.revision, meeting.registration_closes_at

    meetings.close_registration(session, meeting)
    assert (meeting.state, meeting.revision) == (MeetingState.REGISTRATION_CLOSED, before + 1)

    meetings.reopen_registration(session, meeting, now=NOW)
    assert (meeting.state, meeting.revision) == (MeetingState.PLANNED, before + 2)
    assert meeting.registration_closes_at == closes_at, "its own hour is still to come"


@pytest.mark.parametrize("closed_by", ["the clock", "a person"])
def test_after_its_hour_it_is_opened_until_the_meeting_begins(session: Session, meeting: Meeting, closed_by: str) -> None:
    if closed_by == "a person":
        meetings.close_registration(session, meeting)

    meetings.reopen_registration(session, meeting, now=meeting.starts_at - INSTANT)

    assert (meeting.state, meeting.registration_closes_at) == (MeetingState.PLANNED, meeting.starts_at)


@pytest.mark.parametrize("closed_by", ["the clock", "a person"])
def test_once_the_meeting_was_to_begin_nobody_is_told_that_it_is_open(session: Session, meeting: Meeting, closed_by: str) -> None:
    """From a page of before: it said that registration was open, and every case needed a reason all the same."""
    if closed_by == "a person":
        meetings.close_registration(session, meeting)
    state = meeting.state

    with pytest.raises(IllegalMove):
        meetings.reopen_registration(session, meeting, now=meeting.starts_at)

    assert meeting.state is state


def test_what_is_open_is_not_opened(session: Session, meeting: Meeting) -> None:
    with pytest.raises(IllegalMove):
        meetings.reopen_registration(session, meeting, now=meeting.registration_closes_at - INSTANT)
