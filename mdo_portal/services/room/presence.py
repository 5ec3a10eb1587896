"""Who is in the room, and who has been: at a screen of their own, or watching along with somebody's (companions.py)."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Interval, Select, and_, bindparam, case, exists, func, literal, or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session, aliased

from mdo_portal.domain.board import LASTS, Meeting, Presence
from mdo_portal.domain.hospital import Hospital
from mdo_portal.domain.identifiers import new_id
from mdo_portal.domain.people import BOARD_ROLES, BoardMembership, Person, Role
from mdo_portal.domain.policy import Act
from mdo_portal.domain.viewer import Viewer
from mdo_portal.services.common import changes
from mdo_portal.services.common.terms import counted_between

GONE_AFTER = timedelta(seconds=40)
"""Not heard of for so long: no longer in the room. Screens are heard of every quarter of a minute."""
DISCUSSING = tuple(role for role in BOARD_ROLES if role is not Role.OBSERVER)
STILL_TOGETHER = timedelta(minutes=10)
"""Who comes back to their screen within this, is believed to come back with who watched along; later everybody is asked again."""
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
    #: out of the room in between: (from, until)
    away: Sequence[tuple[datetime, datetime]] = ()
    #: only watches at this board: is there, and fills no place of the quorum
    observes: bool = False
    #: at whose screen this person is; empty = at their own
    at_screen_of: str = ""

    def here(self, now: datetime) -> bool:
        return self.seen_at > now - GONE_AFTER

    def was_here(self, start: datetime, end: datetime) -> bool:
        """Whether this person was in the room at any moment of that time, as far as first and last sight tell."""
        was_out = any(left <= start and end < back for left, back in self.away)
        return self.first_seen_at <= end and self.seen_at + GONE_AFTER >= start and not was_out

    def had_left(self, begun: datetime, at: datetime) -> bool:
        """Whether this person had been in the room since the meeting had begun, and was not there at that moment."""
        out = self.seen_at + GONE_AFTER < at or any(left <= at < back for left, back in self.away)
        return self.first_seen_at < at and out and self.was_here(begun, at)


def enter(session: Session, meeting_id: uuid.UUID, viewer: Viewer, *, now: datetime) -> None:
    """This person is in the room (again, or still). Who comes back after a while has been away, and that is kept."""
    row = {"id": new_id(), "meeting_id": meeting_id, "person_id": viewer.person_id, "hospital_id": viewer.hospital_id}
    statement = insert(Presence).values(row | {"first_seen_at": now, "seen_at": now, "away": []})
    again = back(now) | {"hospital_id": viewer.hospital_id, "screen_of": None}
    session.execute(statement.on_conflict_do_update(index_elements=["meeting_id", "person_id"], set_=again))
    _come_along(session, meeting_id, viewer, now=now)
    changes.announce(session, "presence", meeting_id)


def _come_along(session: Session, meeting_id: uuid.UUID, viewer: Viewer, *, now: datetime) -> None:
    """Who watched along with this person comes back with them; after too long nobody knows who is still beside them.

    Whoever only watches by now says nothing of others, and PostgreSQL would take nothing: those stay as was said of them.
    """
    said_here = Meeting.board_id.in_(viewer.boards_for(Act.ROOM_SHARE))
    room = select(Meeting.id).where(Meeting.id == meeting_id, said_here)
    along = update(Presence).where(Presence.meeting_id.in_(room), Presence.screen_of == viewer.person_id)
    session.execute(along.where(Presence.seen_at <= now - STILL_TOGETHER).values(screen_of=None))
    session.execute(along.where(Presence.seen_at > now - STILL_TOGETHER).values(back(now)))


def back(now: datetime) -> dict[str, Any]:
    """What changes in the row of somebody who is (still, or again) in the room: having been away is kept, having never been is not."""
    left = Presence.seen_at + literal(GONE_AFTER, Interval())
    this = func.jsonb_build_array(func.jsonb_build_array(left, literal(now, Presence.seen_at.type)))
    away = case(
        (Presence.mistaken, func.jsonb_build_array()), (left < now, Presence.away.op("||")(this)), else_=Presence.away
    )  # fmt: skip
    first = case((Presence.mistaken, literal(now, Presence.seen_at.type)), else_=Presence.first_seen_at)
    return {"seen_at": now, "away": away, "first_seen_at": first, "mistaken": False}


def leave(session: Session, meeting_id: uuid.UUID, person_id: uuid.UUID, *, now: datetime) -> None:
    """The last screen of this person on one web process went away. Gone in a moment, unless they come back or are elsewhere.

    Who watches along with them goes too; who does so with somebody else, or has another screen, is not gone by it.
    """
    believed = now - GONE_AFTER + COMING_BACK
    session.execute(update(Presence).where(_at(meeting_id, person_id), Presence.seen_at > believed).values(seen_at=believed))


def still_here(session: Session, pairs: Sequence[tuple[uuid.UUID, uuid.UUID]], *, now: datetime) -> None:
    """Heartbeat of one web process: these (meeting, person) pairs still have a screen open."""
    for meeting_id, person_id in pairs:
        session.execute(update(Presence).where(_at(meeting_id, person_id)).values(seen_at=now))


def _at(meeting_id: uuid.UUID, person_id: uuid.UUID) -> ColumnElement[bool]:
    """Who is in this room at a screen of this person: they themselves, and who watches along."""
    return and_(Presence.meeting_id == meeting_id, or_(Presence.person_id == person_id, Presence.screen_of == person_id))


def announce_departures(session: Session, *, now: datetime, within: float) -> None:
    """Tell the rooms from which somebody has gone in the last `within` seconds."""
    gone = now - GONE_AFTER
    query = select(Presence.meeting_id).where(Presence.seen_at <= gone, Presence.seen_at > gone - timedelta(seconds=within))
    for meeting_id in session.scalars(query.distinct()):
        changes.announce(session, "presence", meeting_id)


def attendees(session: Session, meeting_id: uuid.UUID) -> list[Attendee]:
    """Everybody who has been in the room, by discipline."""
    return [_attendee(row) for row in session.execute(ATTENDEES, {"meeting": meeting_id})]


def by_meeting(session: Session, *within: ColumnElement[bool]) -> Mapping[uuid.UUID, list[Attendee]]:
    """The same of many meetings at once, in one statement."""
    found: defaultdict[uuid.UUID, list[Attendee]] = defaultdict(list)
    query = _attendees(*within).add_columns(Presence.meeting_id).join(Meeting, Meeting.id == Presence.meeting_id)
    for *row, meeting_id in session.execute(query):
        found[meeting_id].append(_attendee(row))
    return found


def _attendee(row: Iterable[Any]) -> Attendee:
    *found, away, observes, host = row
    return Attendee._make((*found, times(away), observes, host))


def came(meeting: Meeting, attendees: Sequence[Attendee]) -> list[Attendee]:
    """Who of these was there while the meeting went on. Who only looked in days before or after it, to read up, did not come."""
    if meeting.opened_at is None:
        return []
    return [one for one in attendees if one.was_here(meeting.opened_at, over_at(meeting))]


def over_at(meeting: Meeting) -> datetime:
    """When it was closed; of one that is open, until when somebody may be believed to come to it."""
    return meeting.ended_at or meeting.moved_at + LASTS


def _held(*roles: Role) -> ColumnElement[bool]:
    """Whether this person, at the board of this meeting, had one of these roles while there; also if it ended since."""
    held = select(BoardMembership.id).join(Meeting, Meeting.board_id == BoardMembership.board_id)
    mine = (Meeting.id == Presence.meeting_id, BoardMembership.person_id == Presence.person_id)
    counted = counted_between(BoardMembership, Presence.first_seen_at, Presence.seen_at)
    return exists(held.where(*mine, BoardMembership.role.in_(roles), counted).correlate(Presence))


OBSERVES = _held(Role.OBSERVER) & ~_held(*DISCUSSING)
"""In a statement over presences: only watched at this board while there, and fills no place of the quorum."""


def _attendees(*where: ColumnElement[bool]) -> Select[Any]:
    host = aliased(Person)
    return (
        select(
            Person.id, Person.name, Person.discipline, Hospital.name, Hospital.code, Presence.seen_at, Presence.first_seen_at,
            Presence.away, OBSERVES, func.coalesce(host.name, ""),
        )
        .select_from(Presence)
        .join(Person, Person.id == Presence.person_id)
        .outerjoin(host, host.id == Presence.screen_of)
        .join(Hospital, Hospital.id == Presence.hospital_id)
        .where(*where, ~Presence.mistaken)
        .order_by(Person.discipline, Person.name)
    )  # fmt: skip


ATTENDEES = _attendees(Presence.meeting_id == bindparam("meeting"))
"""Asked for every signature and every look into a room. Open: `meeting`."""


def times(away: Sequence[Sequence[str]]) -> list[tuple[datetime, datetime]]:
    """Absences as kept in a row, as times."""
    return [(datetime.fromisoformat(left), datetime.fromisoformat(back)) for left, back in away]


def present(session: Session, meeting_id: uuid.UUID, *, now: datetime) -> list[Attendee]:
    """Who is in the room now, by discipline."""
    return [one for one in attendees(session, meeting_id) if one.here(now)]
