"""Registration for a meeting is closed and opened again by a person, until the meeting begins; and who can come on it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from mdo_portal.domain.board import Meeting, MeetingState
from mdo_portal.domain.hospital import Hospital
from mdo_portal.errors import IllegalMove
from mdo_portal.services.meetings import meetings
from mdo_portal.services.referrals import case_acts
from tests import make
from tests.make import NOW
from tests.people import Region

INSTANT = timedelta(microseconds=1)


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


def test_who_can_come_on_the_agenda_waits_and_for_this_board(session: Session, region: Region, zeed: Hospital) -> None:
    """Earliest useful date first; not who is planned, or was withdrawn, or waits for another board."""
    uro, gi = region.boards["URO-P"], region.boards["GI"]
    late, soon = make.case(session, zeed, board_id=uro), make.case(session, zeed, board_id=uro)
    late.due_on, soon.due_on = NOW.date() + timedelta(days=9), NOW.date() + timedelta(days=2)
    elsewhere, planned, gone = (make.case(session, zeed, board_id=board) for board in (gi, uro, uro))
    make.planned(session, planned, session.get_one(Meeting, region.meeting), viewer=region.aisha)
    case_acts.withdraw(session, gone, "op verzoek", viewer=region.dirk, now=NOW)
    session.flush()

    assert [one.case_id for one in meetings.candidates(session, uro).shown] == [soon.id, late.id]
    assert [one.case_id for one in meetings.candidates(session, gi).shown] == [elsewhere.id]


def test_what_is_open_is_not_opened(session: Session, meeting: Meeting) -> None:
    with pytest.raises(IllegalMove):
        meetings.reopen_registration(session, meeting, now=meeting.registration_closes_at - INSTANT)
