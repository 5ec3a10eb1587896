"""Who watches along at somebody's screen: in a hospital's own meeting room six people sit before one beamer, and all are there.

Said by the person at whose screen they sit, for the quorum, the list of who took part and the letter. They are in the room as long
as that screen is (presence.py): nobody stays present because nobody remembered to cross them off.
"""

from __future__ import annotations

import uuid
from collections.abc import Collection
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from mdo_portal.domain.board import Meeting, Presence
from mdo_portal.domain.hospital import Hospital
from mdo_portal.domain.identifiers import new_id
from mdo_portal.domain.people import BoardMembership, Membership, Person, Role
from mdo_portal.domain.viewer import Viewer
from mdo_portal.errors import N_, IllegalMove, NotFound
from mdo_portal.services.common import changes
from mdo_portal.services.common.terms import in_force
from mdo_portal.services.meetings import meetings
from mdo_portal.services.room import presence

MISTAKEN = timedelta(minutes=2)
"""Who is crossed off again within this was ticked by mistake, and has not been there."""
OVER = N_("Deze vergadering is voorbij; wie er was, staat vast. Er is niets veranderd.")
NOT_HERE = N_("Uw eigen scherm is nu niet in de vergadering. Open de vergadering, wacht tot er ‘live’ staat en vink dan aan.")


class Choice(NamedTuple):
    """A member of the board, and whether they are there already."""

    person_id: uuid.UUID
    name: str
    discipline: str
    hospital: str
    hospital_id: uuid.UUID
    #: at the screen of who is asked
    is_mine: bool = False
    #: there already, and not at the screen of who is asked
    is_elsewhere: bool = False


def choices(session: Session, meeting: Meeting, viewer: Viewer, *, now: datetime) -> list[Choice]:
    """Who may watch along with this viewer: the members of the board, those of the viewer's own hospital first."""
    here = {one.person_id for one in presence.present(session, meeting.id, now=now)}
    mine = here & _at_screen_of(session, meeting.id, viewer.person_id)
    found = [
        one._replace(is_mine=one.person_id in mine, is_elsewhere=one.person_id in here - mine)
        for one in _members(session, meeting.board_id, viewer, now=now).values()
    ]
    return sorted(found, key=lambda one: (one.hospital_id != viewer.hospital_id, one.hospital, one.name))


def say(session: Session, meeting: Meeting, chosen: Collection[uuid.UUID], viewer: Viewer, *, now: datetime) -> None:
    """These and nobody else watch along with the viewer from now on. Who is in the room elsewhere stays where they are.

    Raises NotFound for who is no member, IllegalMove when the meeting is over or the viewer's own screen is not in it.
    """
    if meeting.state not in meetings.UNTIL_OVER:
        raise IllegalMove(OVER)
    members = _members(session, meeting.board_id, viewer, now=now)
    if not members.keys() >= set(chosen):
        raise NotFound()
    if viewer.person_id not in {one.person_id for one in presence.present(session, meeting.id, now=now)}:
        raise IllegalMove(NOT_HERE)
    _went(session, meeting.id, chosen, viewer, now=now)
    for person_id in chosen:
        _came(session, meeting.id, members[person_id], viewer, now=now)
    changes.announce(session, "presence", meeting.id)


def _came(session: Session, meeting_id: uuid.UUID, one: Choice, viewer: Viewer, *, now: datetime) -> None:
    said = {"screen_of": viewer.person_id, "noted_by": viewer.person_id}
    row = {"id": new_id(), "meeting_id": meeting_id, "person_id": one.person_id, "hospital_id": one.hospital_id, "away": []}
    statement = insert(Presence).values(row | said | {"first_seen_at": now, "seen_at": now})
    again = statement.on_conflict_do_update(
        index_elements=["meeting_id", "person_id"],
        set_=said | presence.back(now),
        where=Presence.seen_at <= now - presence.GONE_AFTER,
    )
    session.execute(again)


def _went(session: Session, meeting_id: uuid.UUID, stay: Collection[uuid.UUID], viewer: Viewer, *, now: datetime) -> None:
    """Who was at this screen and is so no more: has left, or was ticked by mistake a moment ago."""
    these = (Presence.meeting_id == meeting_id, Presence.screen_of == viewer.person_id, Presence.person_id.not_in(stay))
    gone = {"seen_at": now - presence.GONE_AFTER, "screen_of": None}
    session.execute(update(Presence).where(*these).values(gone | {"mistaken": Presence.first_seen_at > now - MISTAKEN}))


def _at_screen_of(session: Session, meeting_id: uuid.UUID, person_id: uuid.UUID) -> set[uuid.UUID]:
    theirs = (Presence.meeting_id == meeting_id, Presence.screen_of == person_id)
    return set(session.scalars(select(Presence.person_id).where(*theirs)))


def _members(session: Session, board_id: uuid.UUID, viewer: Viewer, *, now: datetime) -> dict[uuid.UUID, Choice]:
    """Who discusses at this board, but the viewer; who works for two hospitals is there for the viewer's, if that is one of them."""
    query = (
        select(Person.id, Person.name, Person.discipline, Hospital.name, Hospital.id)
        .join(Membership, Membership.person_id == Person.id)
        .join(Hospital, Hospital.id == Membership.hospital_id)
        .join(BoardMembership, BoardMembership.person_id == Person.id)
        .where(BoardMembership.board_id == board_id, in_force(BoardMembership, now), BoardMembership.role != Role.OBSERVER)
        .where(in_force(Membership, now), Person.disabled_at.is_(None), Person.id != viewer.person_id)
        .order_by(Hospital.id == viewer.hospital_id, Hospital.name.desc())  # the last of one person counts
    )
    return {row[0]: Choice(*row) for row in session.execute(query)}
