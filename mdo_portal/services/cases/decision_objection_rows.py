"""Objections of members as rows for a page, and what was decided while somebody was called away."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session, aliased

from mdo_portal.domain.board import Board, Meeting, Presence
from mdo_portal.domain.case import Case
from mdo_portal.domain.decision import Decision, standing
from mdo_portal.domain.decision_objection import MOST_HOURS, DecisionObjection, closes_at
from mdo_portal.domain.people import Person
from mdo_portal.domain.policy import Act
from mdo_portal.domain.round import Round
from mdo_portal.domain.viewer import Viewer
from mdo_portal.services.common import access
from mdo_portal.services.room import presence

#: who was in a meeting longer ago than this is asked nothing: members no longer see its cases
LOOK_BACK = access.MEMBERS_SEE_AFTER
MOST = timedelta(hours=MOST_HOURS)


class ObjectionRow(NamedTuple):
    """One objection, as everybody reads it who reads the decision."""

    id: uuid.UUID
    case_id: uuid.UUID
    round_id: uuid.UUID
    document_number: str
    person_id: uuid.UUID
    person: str
    discipline: str
    reason: str
    made_at: datetime
    answer: str
    answered_by: str | None
    answered_at: datetime | None


class MissedRow(NamedTuple):
    """A decision made while the viewer was called away, for as long as they may object."""

    round_id: uuid.UUID
    case_id: uuid.UUID
    #: what was signed last in the round: what an objection is about
    decision_id: uuid.UUID
    document_number: str
    #: the advice that stands
    content: dict[str, Any]
    #: what was added to it
    additions: Sequence[str]
    #: of the viewer's own hospital
    is_own: bool
    board: str
    decided_at: datetime
    signed_at: datetime
    closes_at: datetime


_ANSWERER = aliased(Person)
_EVERY = (
    select(
        DecisionObjection.id,
        DecisionObjection.case_id,
        DecisionObjection.round_id,
        Decision.document_number,
        Person.id,
        Person.name,
        Person.discipline,
        DecisionObjection.reason,
        DecisionObjection.made_at,
        DecisionObjection.answer,
        _ANSWERER.name,
        DecisionObjection.answered_at,
    )
    .join(Decision, Decision.id == DecisionObjection.decision_id)
    .join(Person, Person.id == DecisionObjection.person_id)
    .outerjoin(_ANSWERER, _ANSWERER.id == DecisionObjection.answered_by)
    .order_by(DecisionObjection.made_at)
)
_OF_CASE = _EVERY.where(DecisionObjection.case_id == bindparam("case"))
_UNANSWERED = (
    _EVERY.add_columns(Decision.content, Case)
    .join(Case, Case.id == DecisionObjection.case_id)
    .join(Round, Round.id == DecisionObjection.round_id)
    .join(Meeting, Meeting.id == Round.meeting_id)
    .where(
        DecisionObjection.answered_at.is_(None),
        Meeting.board_id.in_(bindparam("boards", expanding=True)),
        ~Case.objected,
    )
)


def rows(session: Session, *, case_id: uuid.UUID) -> list[ObjectionRow]:
    """Every objection of this case, oldest first."""
    return [ObjectionRow._make(row) for row in session.execute(_OF_CASE, {"case": case_id})]


def unanswered(session: Session, viewer: Viewer, *, now: datetime) -> list[tuple[ObjectionRow, dict[str, Any], Case]]:
    """What waits for an answer on the boards that this viewer leads: the objection, the advice as signed, and its case."""
    asked = session.execute(_UNANSWERED, {"boards": viewer.boards_for(Act.DECISION_REVISE)})
    found = [(ObjectionRow._make(row[:-2]), row[-2], row[-1]) for row in asked]
    return [one for one in found if access.may(session, viewer, Act.DECISION_REVISE, one[2], now=now)]


_RECENT = aliased(Decision)
_MISSED = (
    select(Decision, Round, Case, Board, Presence, Meeting, *access.FACTS)
    .join(Round, Round.id == Decision.round_id)
    .join(Case, Case.id == Round.case_id)
    .join(Meeting, Meeting.id == Round.meeting_id)
    .join(Board, Board.id == Meeting.board_id)
    .join(Presence, Presence.meeting_id == Meeting.id)
    .where(
        Meeting.board_id.in_(bindparam("boards", expanding=True)),
        Meeting.starts_at > bindparam("since"),
        Presence.person_id == bindparam("person"),
        select(_RECENT.id).where(_RECENT.round_id == Round.id, _RECENT.signed_at >= bindparam("signed_since")).exists(),
        Board.objection_hours > 0,
        ~Case.objected,
    )
    .order_by(Decision.round_id, Decision.version)
)


def missed(session: Session, viewer: Viewer, *, now: datetime) -> list[tuple[MissedRow, Case]]:
    """What was decided while this viewer was called away and can still be objected to; patients of the own hospital first."""
    if not (boards := viewer.boards_for(Act.DECISION_OBJECT)):
        return []
    whose = {"boards": boards, "person": viewer.person_id, "since": now - LOOK_BACK, "signed_since": now - MOST}
    whose |= access.facts_of(viewer, now=now)
    signed: dict[uuid.UUID, list[Decision]] = defaultdict(list)
    by_round: dict[uuid.UUID, tuple[Round, Case, Board, Presence, Meeting]] = {}
    may: dict[uuid.UUID, bool] = {}
    for decision, round_, case, board, was, meeting, *facts in session.execute(_MISSED, whose):
        may[case.id] = bool(access.relations_by(viewer, Act.DECISION_OBJECT, case, *facts))
        signed[round_.id].append(decision)
        by_round[round_.id] = (round_, case, board, was, meeting)
    said = spoken(session, viewer, [one[-1].id for one in signed.values()])
    found = [
        (_missed(viewer, standing(signed[round_id]), round_, case, board), case)
        for round_id, (round_, case, board, was, meeting) in by_round.items()
        if standing(signed[round_id]) and signed[round_id][-1].id not in said and had_left(was, meeting, round_)
    ]
    still = [one for one in found if now <= one[0].closes_at and may[one[1].id]]
    return sorted(still, key=lambda one: (not one[0].is_own, one[0].closes_at))


def spoken(session: Session, viewer: Viewer, decision_ids: Iterable[uuid.UUID]) -> set[uuid.UUID]:
    """Against which of these decisions the viewer said something already."""
    query = select(DecisionObjection.decision_id).where(
        DecisionObjection.decision_id.in_(list(decision_ids)), DecisionObjection.person_id == viewer.person_id
    )
    return set(session.scalars(query))


def _missed(viewer: Viewer, holds: Sequence[Decision], round_: Round, case: Case, board: Board) -> MissedRow:
    decision = holds[-1]
    return MissedRow(
        round_id=round_.id,
        case_id=case.id,
        decision_id=decision.id,
        document_number=decision.document_number,
        content=holds[0].content,
        additions=[one.content["sections"]["advice"] for one in holds[1:]],
        is_own=case.hospital_id == viewer.hospital_id,
        board=board.name,
        decided_at=round_.ended_at or decision.signed_at,
        signed_at=decision.signed_at,
        closes_at=closes_at(decision.signed_at, board.objection_hours),
    )


def had_left(was: Presence, meeting: Meeting, round_: Round) -> bool:
    """Whether this person was in the meeting, and out of the room at the moment this case was decided."""
    if round_.ended_at is None or meeting.opened_at is None or was.mistaken:
        return False
    seen = presence.Attendee(was.person_id, "", "", "", "", was.seen_at, was.first_seen_at, presence.times(was.away))
    return seen.had_left(meeting.opened_at, round_.ended_at)


def waiting(session: Session, viewer: Viewer, *, now: datetime) -> tuple[Sequence[MissedRow], int]:
    """For a home page: what can still be objected to, and how many objections wait for this viewer's answer. Names no patient."""
    may_answer = bool(viewer.boards_for(Act.DECISION_REVISE))
    return [row for row, _ in missed(session, viewer, now=now)], len(unanswered(session, viewer, now=now)) if may_answer else 0
