"""What somebody may do: the viewer of the policy, re-read from the database for every request and event."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import date, datetime
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Date, ScalarSelect, Select, Text, bindparam, cast, func, literal, select
from sqlalchemy.dialects.postgresql import ARRAY, UUID, array
from sqlalchemy.orm import Session, aliased

from mdo_portal.database import UtcTime
from mdo_portal.domain.hospital import Hospital
from mdo_portal.domain.identity import Identity
from mdo_portal.domain.people import BoardMembership, Membership, Person, Role, SignedInSession
from mdo_portal.domain.viewer import Viewer
from mdo_portal.services.common.terms import in_force_on
from mdo_portal.services.people import grants
from mdo_portal.services.people.grants import Id
from mdo_portal.zone import day_of


class Moment(NamedTuple):
    """A moment and its day, as values or as parameters of a statement that is made once."""

    now: ColumnElement[datetime]
    today: ColumnElement[date]


def held(person_id: Id, hospital_id: Id, moment: Moment) -> tuple[ScalarSelect[Any], ...]:
    """Three columns beside any statement about a person: roles for that hospital, boards with roles, cases by grant. See `viewer`."""
    here = (Membership.person_id == person_id, Membership.hospital_id == hospital_id)
    roles = select(func.array_agg(cast(Membership.role, Text))).where(*here, in_force_on(Membership, moment.today))
    boards = select(func.jsonb_agg(func.jsonb_build_array(BoardMembership.board_id, cast(BoardMembership.role, Text)))).where(
        BoardMembership.person_id == person_id, in_force_on(BoardMembership, moment.today)
    )
    return roles.scalar_subquery(), boards.scalar_subquery(), grants.of_reader(person_id, hospital_id, moment.now)


def viewer(person: Person, hospital_id: uuid.UUID, found: Sequence[Any]) -> Viewer:
    """What this person may do for that hospital, from the columns of `held`."""
    roles, boards, granted = found
    board_roles: dict[uuid.UUID, set[Role]] = {}
    for board_id, role in boards or ():
        board_roles.setdefault(uuid.UUID(board_id), set()).add(Role(role))
    return Viewer(
        person_id=person.id,
        name=person.name,
        hospital_id=hospital_id,
        hospital_roles=frozenset(map(Role, roles or ())),
        board_roles={board_id: frozenset(of_board) for board_id, of_board in board_roles.items()},
        grants=grants.by_case(granted),
        language=person.language,
    )


def viewer_of(session: Session, person_id: uuid.UUID, hospital_id: uuid.UUID, *, now: datetime) -> Viewer:
    """What this person may do when they work for that hospital, without a session: for explaining."""
    asked = cast(literal(hospital_id), UUID(as_uuid=True))
    moment = Moment(literal(now, UtcTime()), literal(day_of(now)))
    person, *found = session.execute(select(Person, *held(Person.id, asked, moment)).where(Person.id == person_id)).one()
    return viewer(person, hospital_id, found)


def kept_sessions(hashes: Any) -> type[SignedInSession]:
    """The sessions with these hashes of keys, as PostgreSQL shows them to who holds the keys."""
    columns = SignedInSession.__table__.columns
    return aliased(SignedInSession, func.access.sessions_of(cast(hashes, ARRAY(Text))).table_valued(*columns).alias("kept"))


@cache
def of_session() -> Select[Any]:
    """A live session, whose it is, what the provider calls them, and all that they may do: one statement, made once.

    Every request and every event asks it.
    """
    kept = kept_sessions(array([bindparam("key_hash", type_=Text)]))
    moment = Moment(bindparam("now", type_=UtcTime()), bindparam("today", type_=Date))
    own = (Identity.person_id == kept.person_id, Identity.issuer == kept.issuer, Identity.hospital_id == kept.hospital_id)
    subject = select(Identity.subject).where(kept.issuer != "", *own).limit(1).scalar_subquery()
    who: Select[Any] = (
        select(kept, Person, Hospital.name, subject, *held(kept.person_id, kept.hospital_id, moment))
        .join(Person, Person.id == kept.person_id)
        .join(Hospital, Hospital.id == kept.hospital_id)
        .where(
            Person.disabled_at.is_(None),
            kept.ended_at.is_(None),
            kept.seen_at > bindparam("idle", type_=UtcTime()),
            kept.started_at > bindparam("absolute", type_=UtcTime()),
        )
    )
    return who
