"""A meeting that nobody closed, because the chair shut the laptop: the next day's visitors were not there, and nothing happens in it by itself."""

from __future__ import annotations

from datetime import time, timedelta

import pytest
from sqlalchemy.orm import Session

from mdo_portal.domain.board import Meeting, MeetingState
from mdo_portal.domain.case import Case
from mdo_portal.domain.hospital import Hospital
from mdo_portal.domain.round import Round, RoundOutcome
from mdo_portal.errors import IllegalMove
from mdo_portal.services.decisions import outcomes
from mdo_portal.services.meetings import left_open
from mdo_portal.services.room import presence, rooms
from tests import make
from tests.make import NOW
from tests.people import Region, board_of

MINUTE = timedelta(minutes=1)
NEXT_MORNING = timedelta(hours=23)


@pytest.fixture
def rounds(session: Session, region: Region, zeed: Hospital, meeting: Meeting) -> list[Round]:
    """Two; the meeting began, Bram is there, the second is on since ten minutes, and the laptop was shut."""
    found = [make.planned(session, make.case(session, zeed), meeting, viewer=region.aisha) for _ in range(2)]
    meeting.starts_at = NOW
    presence.enter(session, meeting.id, region.bram, now=NOW)
    rooms.open_meeting(session, meeting, now=NOW)
    rooms.step(session, meeting, 1, now=NOW + 10 * MINUTE)
    presence.still_here(session, [(meeting.id, region.bram.person_id)], now=NOW + 15 * MINUTE)
    return found


def ended(session: Session, region: Region, round_: Round, outcome: RoundOutcome, *, minutes: float) -> None:
    told = {"reason": "", "board": board_of(session, region), "viewer": region.bram, "now": NOW + minutes * MINUTE}
    outcomes.set_outcome(session, round_, session.get_one(Case, round_.case_id), outcome, **told)  # type: ignore[arg-type]


def test_who_looks_the_next_morning_was_not_there(
    session: Session, region: Region, meeting: Meeting, rounds: list[Round]
) -> None:
    presence.enter(session, meeting.id, region.mila, now=NOW + NEXT_MORNING)

    came = presence.came(meeting, presence.attendees(session, meeting.id))

    assert [one.name for one in came] == ["Bram"]


def test_of_a_hamerstuk_that_gets_its_outcome_after_the_meeting_the_days_after_it_are_no_discussion(
    session: Session, region: Region, meeting: Meeting, zeed: Hospital, rounds: list[Round]
) -> None:
    listed = make.planned(session, make.case(session, zeed), meeting, viewer=region.aisha)
    make.typed(session, listed, "Volgens standaard.")
    rooms.close_meeting(session, meeting, now=NOW + 20 * MINUTE)
    presence.enter(session, meeting.id, region.mila, now=NOW + NEXT_MORNING)
    ended(session, region, listed, RoundOutcome.LISTED, minutes=25 * 60)

    content = make.signed(session, listed, viewer=region.bram, now=NOW + 26 * 60 * MINUTE).content

    assert [one["name"] for one in content["participants"]] == ["Bram"]


def test_what_was_on_when_the_laptop_was_shut_gets_its_outcome_once_somebody_said_when_it_was_over(
    session: Session, region: Region, meeting: Meeting, rounds: list[Round]
) -> None:
    make.typed(session, rounds[1], "Operatie.", now=NOW + 12 * MINUTE)
    presence.enter(session, meeting.id, region.mila, now=NOW + NEXT_MORNING)
    for again in (
        lambda: ended(session, region, rounds[1], RoundOutcome.DISCUSSED, minutes=24 * 60),
        lambda: rooms.step(session, meeting, -1, now=NOW + NEXT_MORNING),
        lambda: rooms.show(session, meeting, rounds[0].id, now=NOW + NEXT_MORNING),
    ):
        with pytest.raises(IllegalMove, match="staat nog open"):
            again()
    assert left_open.last_act(session, meeting) == NOW + 12 * MINUTE

    rooms.close_meeting(session, meeting, now=NOW + NEXT_MORNING, said=time(14, 45))
    ended(session, region, rounds[1], RoundOutcome.DISCUSSED, minutes=24 * 60)

    content = make.signed(session, rounds[1], viewer=region.bram, now=NOW + 25 * 60 * MINUTE).content
    assert [one["name"] for one in content["participants"]] == ["Bram"]
    assert (meeting.closed_at, rounds[1].ended_at, rounds[0].outcome) == (NOW + 15 * MINUTE, NOW + 15 * MINUTE, None)


@pytest.mark.parametrize(
    ("said", "words"),
    [(None, "tot hoe laat zij duurde"), (time(14, 39), "nog een casus aan de orde"), (time(23, 59), "moet nog komen")],
)
def test_a_meeting_that_was_left_open_is_over_at_a_time_that_can_be(
    session: Session, meeting: Meeting, rounds: list[Round], said: time | None, words: str
) -> None:
    """In Dutch time: it went on to its second case at 14:40."""
    with pytest.raises(IllegalMove, match=words):
        rooms.close_meeting(session, meeting, now=NOW + 7 * 60 * MINUTE, said=said)
    assert meeting.state is MeetingState.OPEN


def test_who_opened_next_weeks_meeting_by_mistake_finds_it_as_any_other_when_it_begins(
    session: Session, meeting: Meeting, rounds: list[Round]
) -> None:
    meeting.starts_at = NOW + timedelta(days=7)

    rooms.step(session, meeting, -1, now=NOW + timedelta(days=7, minutes=1))

    assert meeting.current_round_id == rounds[0].id


def test_opened_again_it_goes_on(session: Session, meeting: Meeting, rounds: list[Round]) -> None:
    rooms.close_meeting(session, meeting, now=NOW + NEXT_MORNING, said=time(14, 45))

    rooms.open_meeting(session, meeting, now=NOW + NEXT_MORNING + MINUTE)

    rooms.show(session, meeting, rounds[1].id, now=NOW + NEXT_MORNING + 2 * MINUTE)
    assert meeting.current_round_id == rounds[1].id


def test_a_meeting_that_is_opened_again_the_next_morning_still_ended_when_it_was_closed(
    session: Session, region: Region, meeting: Meeting, rounds: list[Round]
) -> None:
    """For one outcome that was forgotten: the year had the chair there all night, and whoever looked in since."""
    rooms.close_meeting(session, meeting, now=NOW + 20 * MINUTE)
    presence.enter(session, meeting.id, region.mila, now=NOW + NEXT_MORNING)
    rooms.open_meeting(session, meeting, now=NOW + NEXT_MORNING)
    while_open = presence.came(meeting, presence.attendees(session, meeting.id))
    ended(session, region, rounds[0], RoundOutcome.DISCUSSED, minutes=23 * 60 + 5)

    rooms.close_meeting(session, meeting, now=NOW + NEXT_MORNING + 10 * MINUTE)

    came = presence.came(meeting, presence.attendees(session, meeting.id))
    assert meeting.closed_at == NOW + 20 * MINUTE and rounds[0].ended_at == NOW + NEXT_MORNING + 5 * MINUTE
    assert [one.name for one in while_open] == [one.name for one in came] == ["Bram"]


def test_a_meeting_that_was_closed_too_early_and_goes_on_ends_when_it_is_closed_again(
    session: Session, meeting: Meeting, rounds: list[Round]
) -> None:
    rooms.close_meeting(session, meeting, now=NOW + 20 * MINUTE)
    rooms.open_meeting(session, meeting, now=NOW + 22 * MINUTE)

    rooms.close_meeting(session, meeting, now=NOW + 60 * MINUTE)

    assert meeting.closed_at == NOW + 60 * MINUTE


def test_what_was_opened_and_closed_by_mistake_days_before_did_not_end_by_that(
    session: Session, meeting: Meeting, rounds: list[Round]
) -> None:
    rooms.close_meeting(session, meeting, now=NOW + 20 * MINUTE)
    meeting.starts_at = NOW + timedelta(days=7)
    rooms.open_meeting(session, meeting, now=meeting.starts_at)

    rooms.close_meeting(session, meeting, now=meeting.starts_at + 60 * MINUTE)

    assert meeting.closed_at == meeting.starts_at + 60 * MINUTE
