"""The room: which case is on, since when, and what an agenda of another meeting cannot do there."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from mdo_portal.domain.board import Meeting
from mdo_portal.domain.hospital import Hospital
from mdo_portal.domain.round import Round
from mdo_portal.errors import NotFound
from mdo_portal.services.meetings import meetings
from mdo_portal.services.room import rooms
from tests import make
from tests.make import NOW
from tests.people import Region, board_of

MINUTE = timedelta(minutes=1)


@pytest.fixture
def rounds(session: Session, region: Region, zeed: Hospital, meeting: Meeting) -> list[Round]:
    """Three on the agenda; the meeting is open."""
    found = [make.planned(session, make.case(session, zeed), meeting, viewer=region.aisha) for _ in range(3)]
    rooms.open_meeting(session, meeting, now=NOW)
    return found


def test_a_case_of_another_meeting_does_not_come_on(
    session: Session, region: Region, zeed: Hospital, meeting: Meeting, rounds: list[Round]
) -> None:
    later = make.meeting(session, board_of(session, region), starts_at=NOW + timedelta(days=9))
    elsewhere = make.planned(session, make.case(session, zeed), later, viewer=region.aisha)

    with pytest.raises(NotFound):
        rooms.show(session, meeting, elsewhere.id, now=NOW)

    assert meeting.current_round_id == rounds[0].id


def test_a_meeting_that_is_opened_again_was_opened_the_first_time(
    session: Session, meeting: Meeting, rounds: list[Round]
) -> None:
    rooms.close_meeting(session, meeting, now=NOW + 40 * MINUTE)

    rooms.open_meeting(session, meeting, now=NOW + 50 * MINUTE)

    assert meeting.opened_at == NOW


def test_behind_the_last_case_comes_what_was_passed_over_and_then_nothing(
    session: Session, region: Region, meeting: Meeting, rounds: list[Round]
) -> None:
    """The key did nothing at the end, and the one that waited for its pathologist was forgotten."""
    make.discussed(session, rounds[0], viewer=region.bram)
    rooms.show(session, meeting, rounds[2].id, now=NOW)

    rooms.step(session, meeting, 1, now=NOW, seen=str(rounds[2].id))
    assert meeting.current_round_id == rounds[1].id

    make.discussed(session, rounds[1], viewer=region.bram)
    rooms.step(session, meeting, 1, now=NOW, seen=str(rounds[1].id))
    rooms.step(session, meeting, 1, now=NOW, seen=str(rounds[2].id))
    assert meeting.current_round_id == rounds[2].id, "also when that one has no outcome itself"


def test_what_comes_next_is_reckoned_from_when_the_case_came_on(
    session: Session, region: Region, meeting: Meeting, rounds: list[Round]
) -> None:
    minutes = board_of(session, region).minutes_per_case * MINUTE
    rooms.step(session, meeting, 1, now=NOW + MINUTE)

    agenda = meetings.agenda(session, meeting.id)
    soon, late = (rooms.etas(meeting, agenda, now=NOW + at * MINUTE) for at in (2, 30))

    came_on, first, last = NOW + MINUTE, rounds[0].id, rounds[2].id
    assert soon == {rounds[1].id: came_on, first: came_on + minutes, last: came_on + 2 * minutes}
    assert (late[first], late[last]) == (NOW + 30 * MINUTE, NOW + 30 * MINUTE + minutes), "it takes longer: never in the past"
