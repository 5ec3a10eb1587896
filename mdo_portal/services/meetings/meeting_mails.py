"""Who is told by mail that a meeting of their board is held at another moment, beside the series, or not at all.

Told is everybody with a role on the board, once for each change, in working hours. What somebody knows is what they were last told; of a
meeting of the series, else, that it is held at its own moment. The mail says neither which board nor when: that stands in the portal.
"""

from __future__ import annotations

import uuid
from collections.abc import Collection, Mapping
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from mdo_portal.domain.board import Meeting, MeetingState
from mdo_portal.domain.meeting_mail import MeetingMailed
from mdo_portal.domain.people import BoardMembership, Person
from mdo_portal.services.common import mails
from mdo_portal.services.common.mails import Told
from mdo_portal.services.common.terms import in_force, may_come_in

_TOLD_OF = (MeetingState.PLANNED, MeetingState.REGISTRATION_CLOSED, MeetingState.CALLED_OFF)


class Change(NamedTuple):
    """How one meeting stands now."""

    meeting_id: uuid.UUID
    starts_at: datetime
    is_called_off: bool


def claim(session: Session, *, now: datetime, beside: Collection[uuid.UUID] = ()) -> Told[Change] | None:
    """The next colleague to mail, written down as mailed; None outside working hours or when everybody knows.

    `beside`: who is left alone for now.
    """
    if not mails.is_time_to_mail(now) or not session.scalar(select(func.pg_try_advisory_xact_lock(_LOCK))):
        return None
    told = mails.next_told(_to_tell(session, now=now), lambda *_: True, beside=beside)
    if told is not None:
        _write_down(session, told, now=now)
    return told


_LOCK = func.hashtext("meeting_mails")
"""One worker at a time looks who must be told: a change that comes back is told again, so no key can tell two workers apart."""


def put_back(session: Session, told: Told[Change]) -> None:
    """The mail server did not take it: this person knows what was known before."""
    mails.put_back(session, MeetingMailed, told)


def _write_down(session: Session, told: Told[Change], *, now: datetime) -> None:
    rows = insert(MeetingMailed).values([{"person_id": told.person_id, "mailed_at": now, **one._asdict()} for one in told.things])
    session.execute(rows.on_conflict_do_update(constraint="pk_meeting_mails", set_={"mailed_at": now}))


def _to_tell(session: Session, *, now: datetime) -> Mapping[tuple[uuid.UUID, str], list[Change]]:
    known = _known(session, now=now)
    found: dict[tuple[uuid.UUID, str], list[Change]] = {}
    query = (
        select(Person.id, Person.email, Meeting.id, Meeting.starts_at, Meeting.series_at, Meeting.state)
        .select_from(Meeting)
        .join(BoardMembership, BoardMembership.board_id == Meeting.board_id)
        .join(Person, Person.id == BoardMembership.person_id)
        .where(Meeting.starts_at > now, Meeting.state.in_(_TOLD_OF), in_force(BoardMembership, now), may_come_in(now))
        .distinct()
        .order_by(Meeting.starts_at, Meeting.id)
    )
    for person_id, email, meeting_id, starts_at, series_at, state in session.execute(query):
        is_called_off = state is MeetingState.CALLED_OFF
        if known.get((person_id, meeting_id), (series_at, False)) != (starts_at, is_called_off):
            found.setdefault((person_id, email), []).append(Change(meeting_id, starts_at, is_called_off))
    return found


def _known(session: Session, *, now: datetime) -> dict[tuple[uuid.UUID, uuid.UUID], tuple[datetime, bool]]:
    """What each was last told of each meeting to come."""
    query = select(MeetingMailed).join(Meeting, Meeting.id == MeetingMailed.meeting_id).where(Meeting.starts_at > now)
    rows = session.scalars(query.order_by(MeetingMailed.mailed_at))
    return {(one.person_id, one.meeting_id): (one.starts_at, one.is_called_off) for one in rows}
