"""The room: who is there, which case is on, whether the role groups of the board are complete."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from mdo_portal.domain.board import Board, Meeting, MeetingState, Presence
from mdo_portal.domain.case import Case, CaseState, Round, RoundOutcome
from mdo_portal.domain.hospital import Hospital
from mdo_portal.domain.identifiers import new_id
from mdo_portal.domain.people import Person
from mdo_portal.domain.policy import Viewer
from mdo_portal.errors import N_, IllegalMove, NotFound
from mdo_portal.services import changes, conclusions, meetings, referrals, timeline

GONE_AFTER = timedelta(seconds=40)


class Attendee(NamedTuple):
    """Somebody who is, or was, in the room."""

    person_id: uuid.UUID
    name: str
    discipline: str
    hospital: str
    hospital_code: str
    seen_at: datetime
    first_seen_at: datetime

    def here(self, now: datetime) -> bool:
        return self.seen_at > now - GONE_AFTER


@dataclass(frozen=True)
class Quorum:
    """The board's role groups, and which of them nobody in the room belongs to. Counts people, judges nothing."""

    met: bool
    missing: tuple[str, ...]


def enter(session: Session, meeting_id: uuid.UUID, viewer: Viewer, *, now: datetime) -> None:
    """This person is in the room (again, or still)."""
    row = {
        "id": new_id(),
        "meeting_id": meeting_id,
        "person_id": viewer.person_id,
        "hospital_id": viewer.hospital_id,
        "first_seen_at": now,
        "seen_at": now,
    }
    statement = insert(Presence).values(row)
    session.execute(
        statement.on_conflict_do_update(
            index_elements=["meeting_id", "person_id"], set_={"seen_at": now, "hospital_id": viewer.hospital_id}
        )
    )
    changes.announce(session, "presence", meeting_id)


def leave(session: Session, meeting_id: uuid.UUID, person_id: uuid.UUID, *, now: datetime) -> None:
    """The last screen of this person went away."""
    session.execute(
        update(Presence)
        .where(Presence.meeting_id == meeting_id, Presence.person_id == person_id)
        .values(seen_at=now - GONE_AFTER)
    )
    changes.announce(session, "presence", meeting_id)


def still_here(session: Session, pairs: Sequence[tuple[uuid.UUID, uuid.UUID]], *, now: datetime) -> None:
    """Heartbeat of one web process: these (meeting, person) pairs still have a screen open."""
    for meeting_id, person_id in pairs:
        session.execute(
            update(Presence).where(Presence.meeting_id == meeting_id, Presence.person_id == person_id).values(seen_at=now)
        )


def attendees(session: Session, meeting_id: uuid.UUID) -> list[Attendee]:
    """Everybody who has been in the room, by discipline."""
    query = (
        select(Person.id, Person.name, Person.discipline, Hospital.name, Hospital.code, Presence.seen_at, Presence.first_seen_at)
        .join(Person, Person.id == Presence.person_id)
        .join(Hospital, Hospital.id == Presence.hospital_id)
        .where(Presence.meeting_id == meeting_id)
        .order_by(Person.discipline, Person.name)
    )
    return [Attendee._make(row) for row in session.execute(query)]


def quorum(board: Board, present: Sequence[str]) -> Quorum:
    """Which role groups of the board lack somebody among these disciplines."""
    missing = tuple(" / ".join(group) for group in board.quorum if not set(group) & set(present))
    return Quorum(met=not missing, missing=missing)


def open_meeting(session: Session, meeting: Meeting, *, now: datetime) -> None:
    """Start the meeting with the first case that has no outcome yet."""
    meeting.move(MeetingState.OPEN)
    meeting.opened_at = meeting.opened_at or now
    _show(session, meeting, _first_open_round(session, meeting), now=now)


def close_meeting(session: Session, meeting: Meeting, *, now: datetime) -> None:
    meeting.move(MeetingState.CLOSED)
    meeting.closed_at = now
    _show(session, meeting, None, now=now)


def show(session: Session, meeting: Meeting, round_id: uuid.UUID, *, now: datetime) -> None:
    """Everyone's screen goes to this case."""
    if meeting.state is not MeetingState.OPEN:
        raise IllegalMove(N_("De vergadering is niet open. Open de vergadering eerst."))
    chosen = session.get(Round, round_id)
    if chosen is None or chosen.meeting_id != meeting.id:
        raise NotFound()
    _show(session, meeting, chosen, now=now)


def step(session: Session, meeting: Meeting, by: int, *, now: datetime) -> None:
    """To the next (+1) or previous (-1) case on the agenda; at either end nothing moves."""
    order = list(session.scalars(select(Round.id).where(Round.meeting_id == meeting.id).order_by(Round.position, Round.id)))
    at = order.index(meeting.current_round_id) if meeting.current_round_id in order else (-1 if by > 0 else len(order))
    to = at + by
    if 0 <= to < len(order):
        show(session, meeting, order[to], now=now)


def _first_open_round(session: Session, meeting: Meeting) -> Round | None:
    query = select(Round).where(Round.meeting_id == meeting.id, Round.outcome.is_(None)).order_by(Round.position, Round.id)
    return session.scalars(query).first()


def _show(session: Session, meeting: Meeting, chosen: Round | None, *, now: datetime) -> None:
    left = session.get(Round, meeting.current_round_id) if meeting.current_round_id else None
    if left is not None and left is not chosen:
        left.ended_at = now
    meeting.current_round_id = chosen.id if chosen else None
    meeting.current_since = now
    if chosen is not None:
        chosen.started_at = chosen.started_at or now
        conclusions.ensure(session, chosen.id)
    meetings.changed(session, meeting)


_CASE_STATE = {
    RoundOutcome.DISCUSSED: CaseState.DISCUSSED,
    RoundOutcome.LISTED: CaseState.LISTED,
    RoundOutcome.DEFERRED: CaseState.DEFERRED,
    RoundOutcome.REDIRECTED: CaseState.REDIRECTED,
    RoundOutcome.WITHDRAWN: CaseState.WITHDRAWN,
}
_EVENT = {
    RoundOutcome.DISCUSSED: "round.discussed",
    RoundOutcome.LISTED: "round.listed",
    RoundOutcome.DEFERRED: "case.deferred",
    RoundOutcome.REDIRECTED: "case.withdrawn",
    RoundOutcome.WITHDRAWN: "case.withdrawn",
}


def set_outcome(
    session: Session,
    round_: Round,
    case: Case,
    outcome: RoundOutcome,
    *,
    reason: str,
    board: Board,
    viewer: Viewer,
    now: datetime,
) -> None:
    """How this discussion ended. Deferring, redirecting and withdrawing need a reason."""
    needs_reason = outcome not in (RoundOutcome.DISCUSSED, RoundOutcome.LISTED)
    if needs_reason and not reason.strip():
        raise IllegalMove(N_("Geef een reden op. Er is niets veranderd."))
    if round_.outcome is not outcome:
        case.move(_CASE_STATE[outcome], now=now, reason=reason)
    round_.outcome = outcome
    round_.outcome_reason = reason
    round_.ended_at = now
    timeline.happened(session, case, _EVENT[outcome], at=now, person_id=viewer.person_id, board=board.name, reason=reason)
    meetings.changed(session, session.get_one(Meeting, round_.meeting_id))
    referrals.announce(session, case)
