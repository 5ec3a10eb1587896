"""What went off an agenda before it was on stays there to be read, and takes no time of the meeting."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from mdo_portal.domain.board import Board, Meeting
from mdo_portal.domain.case import Case
from mdo_portal.domain.hospital import Hospital
from mdo_portal.domain.round import Round, RoundOutcome
from mdo_portal.services.decisions import outcomes, untold
from mdo_portal.services.meetings import meetings
from mdo_portal.services.referrals import case_acts
from mdo_portal.services.room import rooms
from mdo_portal.web import printing
from tests import make
from tests.make import NETWORK, NOW
from tests.people import Region, board_of

MINUTE = timedelta(minutes=1)


@pytest.fixture
def rounds(session: Session, region: Region, zeed: Hospital, meeting: Meeting) -> list[Round]:
    """Two on the agenda, of as many minutes each."""
    return [make.planned(session, make.case(session, zeed), meeting, viewer=region.aisha) for _ in range(2)]


def withdraw(session: Session, region: Region, round_: Round, *, at: timedelta = timedelta()) -> None:
    case = session.get_one(Case, round_.case_id)
    case_acts.withdraw(session, case, "elders behandeld", viewer=region.dirk, now=NOW + at)


def defer(session: Session, region: Region, round_: Round) -> None:
    case, uro = session.get_one(Case, round_.case_id), board_of(session, region)
    told = {"reason": "scan volgt", "board": uro, "viewer": region.bram, "now": NOW}
    outcomes.set_outcome(session, round_, case, RoundOutcome.DEFERRED, **told)  # type: ignore[arg-type]


def planned_minutes(session: Session, uro: Board, meeting: Meeting) -> tuple[int, int]:
    row = next(one for one in meetings.upcoming(session, [uro.id], since=NOW) if one.id == meeting.id)
    return row.cases, row.planned_minutes


@pytest.mark.parametrize("goes", [withdraw, defer])
def test_it_leaves_its_minutes_to_others(
    session: Session, region: Region, uro: Board, meeting: Meeting, rounds: list[Round], goes: object
) -> None:
    assert planned_minutes(session, uro, meeting) == (2, 2 * uro.minutes_per_case)

    goes(session, region, rounds[0])  # type: ignore[operator]

    assert planned_minutes(session, uro, meeting) == (1, uro.minutes_per_case)
    assert [row.takes_time for row in meetings.agenda(session, meeting.id)] == [False, True]


def test_on_paper_nobody_is_asked_to_prepare_it(
    session: Session, region: Region, uro: Board, meeting: Meeting, rounds: list[Round]
) -> None:
    withdraw(session, region, rounds[0])

    paper = printing.agenda(meeting, uro, meetings.agenda(session, meeting.id), (), network=NETWORK)

    items = [item for block in paper.blocks for item in block.items]
    assert [(item.number, item.starts_at) for item in items] == [("2", meeting.starts_at)]
    assert paper.minutes_planned == uro.minutes_per_case


def test_what_was_on_or_is_only_listed_keeps_its_minutes(
    session: Session, region: Region, uro: Board, meeting: Meeting, rounds: list[Round]
) -> None:
    rooms.open_meeting(session, meeting, now=NOW)
    withdraw(session, region, rounds[0], at=MINUTE)
    case, told = session.get_one(Case, rounds[1].case_id), {"reason": "", "board": uro, "viewer": region.bram, "now": NOW}
    outcomes.set_outcome(session, rounds[1], case, RoundOutcome.LISTED, **told)  # type: ignore[arg-type]

    assert planned_minutes(session, uro, meeting) == (2, 2 * uro.minutes_per_case)


def test_withdrawn_on_its_page_while_everybody_looks_at_it_its_discussion_ended_then(
    session: Session, region: Region, meeting: Meeting, rounds: list[Round]
) -> None:
    """As when the chair had said so in the room: the referrer has no message of it yet."""
    rooms.open_meeting(session, meeting, now=NOW)

    withdraw(session, region, rounds[0], at=MINUTE)
    rooms.step(session, meeting, 1, now=NOW + 2 * MINUTE)

    assert rounds[0].ended_at == NOW + MINUTE
    assert [one.round_id for one in untold.rows(session, region.aisha, now=NOW)] == [rounds[0].id]


def test_withdrawn_after_the_meeting_went_on_it_ended_when_the_meeting_did(
    session: Session, region: Region, meeting: Meeting, rounds: list[Round]
) -> None:
    rooms.open_meeting(session, meeting, now=NOW)
    rooms.step(session, meeting, 1, now=NOW + MINUTE)

    withdraw(session, region, rounds[0], at=2 * MINUTE)

    assert rounds[0].ended_at == NOW + MINUTE
