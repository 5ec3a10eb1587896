"""A list of meetings says how much stands on each agenda, and reads those agendas only."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import event
from sqlalchemy.orm import Session

from mdo_portal.domain.board import Board, Meeting
from mdo_portal.domain.case import Case
from mdo_portal.domain.hospital import Hospital
from mdo_portal.domain.round import RoundOutcome
from mdo_portal.services.decisions import outcomes
from mdo_portal.services.meetings import meetings
from mdo_portal.services.planning import planning
from tests import make
from tests.make import NOW
from tests.people import Region


def test_what_is_planned_decided_and_taken_off_is_counted(
    session: Session, region: Region, zeed: Hospital, meeting: Meeting
) -> None:
    board = session.get_one(Board, meeting.board_id)
    rounds = [
        planning.plan(session, make.case(session, zeed), meeting, board, viewer=region.aisha, now=NOW, late_reason="")
        for _ in range(3)
    ]
    told = {"reason": "scan ontbreekt", "board": board, "viewer": region.aisha, "now": NOW}
    outcomes.set_outcome(session, rounds[0], session.get_one(Case, rounds[0].case_id), RoundOutcome.DEFERRED, **told)  # type: ignore[arg-type]

    (found,) = [one for one in meetings.upcoming(session, [board.id], since=NOW) if one.id == meeting.id]

    assert (found.cases, found.planned_minutes, found.undecided) == (2, sum(one.minutes for one in rounds[1:]), 2)


def test_a_meeting_without_cases_is_listed_with_none(session: Session, meeting: Meeting) -> None:
    (found,) = [one for one in meetings.upcoming(session, [meeting.board_id], since=NOW) if one.id == meeting.id]

    assert (found.cases, found.planned_minutes, found.undecided) == (0, 0, 0)


def test_each_agenda_is_counted_by_itself(session: Session, meeting: Meeting) -> None:
    """Joined and grouped, it read every round of ten years, and whether the reader may see each, for a page of twenty meetings."""
    asked: list[tuple[str, object]] = []
    event.listen(session.connection(), "before_cursor_execute", lambda *call: asked.append((call[2], call[3])))
    meetings.upcoming(session, [meeting.board_id], since=NOW - timedelta(days=8), undecided=True)
    ((statement, values),) = asked

    plan = "\n".join(session.connection().exec_driver_sql(f"EXPLAIN {statement}", values).scalars())  # type: ignore[arg-type]

    assert "Group Key" not in plan and "Aggregate" in plan
