"""The room: who is there, which case is on, whether the role groups of the board are complete."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from mdo_portal.domain.board import Board, Meeting, MeetingState, Presence, Wanted
from mdo_portal.domain.case import Case, CaseState, Round, RoundOutcome
from mdo_portal.domain.hospital import Hospital
from mdo_portal.domain.identifiers import new_id
from mdo_portal.domain.people import Person
from mdo_portal.domain.policy import Viewer
from mdo_portal.errors import N_, IllegalMove, NotFound, Stale
from mdo_portal.services import changes, conclusions, meetings, referrals, timeline

GONE_AFTER = timedelta(seconds=40)
"""Not heard of for so long: no longer in the room. Screens are heard of every quarter of a minute."""
COMING_BACK = timedelta(seconds=18)
"""A screen that went away is believed to come back within this: a reload, or another screen of the same person elsewhere."""


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

    def was_here(self, start: datetime | None, end: datetime) -> bool:
        """Whether this person was in the room at any moment of that time, as far as first and last sight tell."""
        return self.first_seen_at <= end and (start is None or self.seen_at + GONE_AFTER >= start)


class RoleGroup(NamedTuple):
    """One of the groups of disciplines that a board wants in the room, and who of it is there."""

    words: str
    people: tuple[Attendee, ...]


@dataclass(frozen=True)
class Quorum:
    """The board's role groups, and which of them nobody in the room belongs to. Counts people, judges nothing."""

    met: bool
    missing: tuple[str, ...]


@dataclass(frozen=True)
class Roll:
    """Who is in the room: by role group of the board, and everybody else."""

    groups: tuple[RoleGroup, ...]
    others: tuple[Attendee, ...]
    quorum: Quorum

    @property
    def count(self) -> int:
        return len({one.person_id for group in self.groups for one in group.people} | {one.person_id for one in self.others})


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
    """The last screen of this person on one web process went away. Gone in a moment, unless they come back or are elsewhere."""
    believed = now - GONE_AFTER + COMING_BACK
    session.execute(
        update(Presence)
        .where(Presence.meeting_id == meeting_id, Presence.person_id == person_id, Presence.seen_at > believed)
        .values(seen_at=believed)
    )


def still_here(session: Session, pairs: Sequence[tuple[uuid.UUID, uuid.UUID]], *, now: datetime) -> None:
    """Heartbeat of one web process: these (meeting, person) pairs still have a screen open."""
    for meeting_id, person_id in pairs:
        session.execute(
            update(Presence).where(Presence.meeting_id == meeting_id, Presence.person_id == person_id).values(seen_at=now)
        )


def announce_departures(session: Session, *, now: datetime, within: float) -> None:
    """Tell the rooms from which somebody has gone in the last `within` seconds."""
    gone = now - GONE_AFTER
    query = select(Presence.meeting_id).where(Presence.seen_at <= gone, Presence.seen_at > gone - timedelta(seconds=within))
    for meeting_id in session.scalars(query.distinct()):
        changes.announce(session, "presence", meeting_id)


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


def present(session: Session, meeting_id: uuid.UUID, *, now: datetime) -> list[Attendee]:
    """Who is in the room now, by discipline."""
    return [one for one in attendees(session, meeting_id) if one.here(now)]


def quorum(board: Board, present: Sequence[Attendee]) -> Quorum:
    """Which role groups of the board nobody of these people fills."""
    missing = tuple(group.words for group in board.wanted if not _of_group(group, present))
    return Quorum(met=not missing, missing=missing)


def roll(board: Board, present: Sequence[Attendee]) -> Roll:
    """Who is there, by the board's role groups; a group of people named before is not named again."""
    groups: list[RoleGroup] = []
    named: set[uuid.UUID] = set()
    for wanted in board.wanted:
        people = _of_group(wanted, present)
        if not people or not named.issuperset(one.person_id for one in people):
            groups.append(RoleGroup(wanted.words, people))
        named.update(one.person_id for one in people)
    others = tuple(one for one in present if one.person_id not in named)
    return Roll(tuple(groups), others, quorum(board, present))


def _of_group(group: Wanted, present: Sequence[Attendee]) -> tuple[Attendee, ...]:
    return tuple(one for one in present if group.is_filled_by(one.discipline, one.hospital_code))


def etas(meeting: Meeting, agenda: Sequence[meetings.AgendaRow], *, now: datetime) -> dict[uuid.UUID, datetime]:
    """When each case was on, or is about to come: minutes as planned, counted from the case that is on now."""
    at, found = _next_start(meeting, agenda, now=now), {}
    for row in agenda:
        is_over = row.outcome is not None or row.round_id == meeting.current_round_id
        if is_over and row.started_at:
            found[row.round_id] = row.started_at
        elif row.outcome is None:
            found[row.round_id] = at
            at += timedelta(minutes=row.minutes)
    return found


def _next_start(meeting: Meeting, agenda: Sequence[meetings.AgendaRow], *, now: datetime) -> datetime:
    if meeting.state is not MeetingState.OPEN:
        return meeting.starts_at
    current = next((row for row in agenda if row.round_id == meeting.current_round_id), None)
    if current is None or meeting.current_since is None:
        return now
    return max(now, meeting.current_since + timedelta(minutes=current.minutes))


def open_meeting(session: Session, meeting: Meeting, *, now: datetime) -> None:
    """Start the meeting with the first case that has no outcome yet."""
    meeting.move(MeetingState.OPEN)
    meeting.opened_at = meeting.opened_at or now
    changes.announce(session, "presence", meeting.id)
    _show(session, meeting, _first_open_round(session, meeting), now=now)


def close_meeting(session: Session, meeting: Meeting, *, now: datetime) -> None:
    meeting.move(MeetingState.CLOSED)
    meeting.closed_at = now
    changes.announce(session, "presence", meeting.id)
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
    if left is not None and left is not chosen and left.outcome is None:
        left.ended_at = now
    meeting.current_round_id = chosen.id if chosen else None
    meeting.current_since = now
    if chosen is not None:
        chosen.started_at = chosen.started_at or now
        chosen.ended_at = chosen.ended_at if chosen.outcome else None
        conclusions.ensure(session, chosen.id)
    meetings.changed(session, meeting)


NEEDS_REASON = (RoundOutcome.DEFERRED, RoundOutcome.REDIRECTED, RoundOutcome.WITHDRAWN)
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
    RoundOutcome.REDIRECTED: "case.redirected",
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
    """How this discussion ended. Deferring, redirecting and withdrawing need a reason. Saying the same twice is once."""
    meeting = lock(session, round_)
    reason = reason.strip() if outcome in NEEDS_REASON else ""
    if outcome in NEEDS_REASON and not reason:
        raise IllegalMove(N_("Geef een reden op. Er is niets veranderd."))
    if round_.outcome is outcome and round_.outcome_reason == reason:
        return
    if round_.outcome is not outcome:
        case.move(_CASE_STATE[outcome], now=now, reason=reason)
    round_.outcome, round_.outcome_reason, round_.ended_at = outcome, reason, now
    timeline.happened(session, case, _EVENT[outcome], at=now, person_id=viewer.person_id, board=board.name, reason=reason)
    meetings.changed(session, meeting)
    referrals.announce(session, case)


def take_back_outcome(session: Session, round_: Round, case: Case, *, board: Board, viewer: Viewer, now: datetime) -> None:
    """It was given by mistake: the case is to be discussed in this meeting. Refused once it is signed or planned again."""
    meeting = lock(session, round_)
    newest = session.scalar(select(func.max(Round.number)).where(Round.case_id == case.id))
    if round_.outcome is None or newest != round_.number:
        raise Stale()
    if case.state in (CaseState.REDIRECTED, CaseState.WITHDRAWN):
        case.move(CaseState.INCOMPLETE if case.missing else CaseState.READY, now=now)
    if case.state is not CaseState.SCHEDULED:
        case.move(CaseState.SCHEDULED, now=now)
    round_.outcome, round_.outcome_reason, round_.ended_at = None, "", None
    when = meeting.starts_at.astimezone(meetings.AMSTERDAM).strftime("%d-%m-%Y %H:%M")
    timeline.happened(session, case, "case.scheduled", at=now, person_id=viewer.person_id, board=board.name, when=when)
    meetings.changed(session, meeting)
    referrals.announce(session, case)


def lock(session: Session, round_: Round) -> Meeting:
    """The meeting and the round as they stand now, held until the commit. Always after the case and before the notes."""
    query = select(Meeting).where(Meeting.id == round_.meeting_id).with_for_update().execution_options(populate_existing=True)
    meeting = session.execute(query).scalar_one()
    session.refresh(round_, with_for_update=True)
    return meeting
