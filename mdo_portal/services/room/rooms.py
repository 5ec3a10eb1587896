"""The room: which case is on, and what comes next."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Sequence
from datetime import datetime, time, timedelta

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from mdo_portal.database import HELD
from mdo_portal.domain.board import Meeting, MeetingState
from mdo_portal.domain.case import Case
from mdo_portal.domain.decision import NO_ADVICE, Decision
from mdo_portal.domain.round import Round
from mdo_portal.errors import N_, IllegalMove, NotFound, Stale
from mdo_portal.services.common import changes
from mdo_portal.services.meetings import left_open, meeting_rows, meetings
from mdo_portal.services.room import conclusions


def etas(meeting: Meeting, agenda: Sequence[meeting_rows.AgendaRow], *, now: datetime) -> dict[uuid.UUID, datetime]:
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


def _next_start(meeting: Meeting, agenda: Sequence[meeting_rows.AgendaRow], *, now: datetime) -> datetime:
    if meeting.state is not MeetingState.OPEN:
        return meeting.starts_at
    current = next((row for row in agenda if row.round_id == meeting.current_round_id), None)
    if current is None or meeting.current_since is None:
        return now
    return max(now, meeting.current_since + timedelta(minutes=current.minutes))


def any_under_way(session: Session, meeting_ids: Collection[uuid.UUID]) -> bool:
    """Whether one of these meetings is open at this moment. Asks nothing when there are none."""
    if not meeting_ids:
        return False
    return bool(session.scalar(select(exists().where(Meeting.id.in_(meeting_ids), Meeting.state == MeetingState.OPEN))))


def open_meeting(session: Session, meeting: Meeting, *, now: datetime) -> None:
    """Start the meeting with the first case that has no outcome yet."""
    meeting.move(MeetingState.OPEN)
    meeting.opened_at = meeting.opened_at or now
    changes.announce(session, "presence", meeting.id)
    _show(session, meeting, _first_open_round(session, meeting), now=now)


def not_yet(session: Session, meeting: Meeting) -> None:
    """It was opened by mistake, next week's say: it is to come again. What was typed stays. Raises IllegalMove once a discussion ended."""
    on_agenda = select(Round).where(Round.meeting_id == meeting.id).order_by(Round.id).with_for_update(**HELD)
    rounds = session.scalars(on_agenda.execution_options(populate_existing=True)).all()
    if any(_was_held(one) for one in rounds):
        raise IllegalMove(N_("Er is al een casus besproken. Sluit de vergadering als die voorbij is. Er is niets veranderd."))
    meeting.move(MeetingState.PLANNED, only_from=MeetingState.OPEN)
    for one in rounds:
        one.started_at = one.ended_at = None
    meeting.opened_at = meeting.closed_at = meeting.current_round_id = meeting.current_since = None
    changes.announce(session, "presence", meeting.id)
    meetings.changed(session, meeting)


def _was_held(round_: Round) -> bool:
    """Something came of it in the room: one that was taken off before, withdrawn say, was never shown."""
    return round_.outcome is not None and (round_.started_at is not None or round_.outcome.is_signable)


def close_meeting(session: Session, meeting: Meeting, *, now: datetime, said: time | None = None) -> None:
    """It is over. `said`: until when it went on, asked of a meeting that was left open. Raises IllegalMove when that is not said."""
    at = left_open.over_at(meeting, said, now=now) if meeting.is_left_open(now) else now
    ended_at = meeting.ended_at or at
    meeting.move(MeetingState.CLOSED)
    meeting.closed_at = ended_at
    changes.announce(session, "presence", meeting.id)
    _show(session, meeting, None, now=at)


def show(session: Session, meeting: Meeting, round_id: uuid.UUID, *, now: datetime) -> None:
    """Everyone's screen goes to this case."""
    if meeting.state is not MeetingState.OPEN:
        raise IllegalMove(N_("De vergadering is niet open. Open de vergadering eerst."))
    left_open.refuse(meeting, now=now)
    chosen = session.get(Round, round_id)
    if chosen is None or chosen.meeting_id != meeting.id:
        raise NotFound()
    _show(session, meeting, chosen, now=now)


def step(session: Session, meeting: Meeting, by: int, *, now: datetime, seen: str | None = None) -> None:
    """To the next (+1) or previous (-1) case on the agenda; not when somebody did it just now. Behind the last comes what was passed over.

    `seen`: the round that was on when the reader pressed (its id as text, "" = none); None = not said. When none is on, because that
    one was taken off the agenda, the next is the first that was not discussed.
    """
    if seen not in (None, str(meeting.current_round_id or "")):
        return
    on_agenda = select(Round.id, Round.outcome).join(Case, Case.id == Round.case_id)
    on_agenda = on_agenda.where(Round.meeting_id == meeting.id, ~Case.objected).order_by(Round.position, Round.id)
    rounds = session.execute(on_agenda).all()
    order = [one.id for one in rounds]
    if meeting.current_round_id in order:
        to = order.index(meeting.current_round_id) + by
        if to == len(order):
            passed_over = (at for at, one in enumerate(rounds[:-1]) if one.outcome is None)
            to = next(passed_over, len(rounds))
    elif by > 0:
        to = next((at for at, one in enumerate(rounds) if one.outcome is None), len(rounds))
    else:
        to = len(rounds) - 1
    if 0 <= to < len(order):
        show(session, meeting, order[to], now=now)


def _first_open_round(session: Session, meeting: Meeting) -> Round | None:
    query = select(Round).where(Round.meeting_id == meeting.id, Round.outcome.is_(None)).order_by(Round.position, Round.id)
    return session.scalars(query).first()


def _show(session: Session, meeting: Meeting, chosen: Round | None, *, now: datetime) -> None:
    left = session.get(Round, meeting.current_round_id) if meeting.current_round_id else None
    if left is not None and left is not chosen and _is_over_now(session, left):
        left.ended_at = now
    meeting.current_round_id = chosen.id if chosen else None
    meeting.current_since = now
    if chosen is not None:
        chosen.started_at = chosen.started_at or now
        chosen.ended_at = chosen.ended_at if chosen.outcome else None
        conclusions.ensure(session, chosen.id)
    meetings.changed(session, meeting)


def _is_over_now(session: Session, left: Round) -> bool:
    """What has an outcome was over when that was given; but for what was ended, a hamerstuk say, before it was shown, unless signed so."""
    if left.outcome is None:
        return True
    was_early = left.started_at is not None and left.ended_at is not None and left.ended_at < left.started_at
    return was_early and not session.scalar(select(exists().where(Decision.round_id == left.id, Decision.form.not_in(NO_ADVICE))))


def is_on(meeting: Meeting, round_: Round) -> bool:
    """Whether it is being discussed at this moment."""
    return meeting.state is MeetingState.OPEN and meeting.current_round_id == round_.id


def lock(session: Session, round_: Round) -> Meeting:
    """The meeting and the round as they stand now, held until the commit. Always after the case and before the notes."""
    query = (
        select(Meeting).where(Meeting.id == round_.meeting_id).with_for_update(**HELD).execution_options(populate_existing=True)
    )
    meeting = session.execute(query).scalar_one()
    hold(session, round_)
    return meeting


def hold(session: Session, round_: Round) -> None:
    """The round as it stands now, held until the commit. Stale when it was taken off the agenda while we waited for it."""
    query = select(Round).where(Round.id == round_.id).with_for_update(**HELD).execution_options(populate_existing=True)
    if session.execute(query).scalar_one_or_none() is None:
        raise Stale()
