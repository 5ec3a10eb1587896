"""Who said not to come to a meeting, as rows for a page."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import Date, and_, case, cast, func, select
from sqlalchemy.orm import Session, aliased

from mdo_portal.domain.absence import Absence
from mdo_portal.domain.board import Meeting
from mdo_portal.domain.people import Person
from mdo_portal.services.terms import AMSTERDAM


class Absent(NamedTuple):
    """Somebody of the board who said not to come."""

    person_id: uuid.UUID
    name: str
    discipline: str
    #: the colleague who takes the place; None = nobody, or somebody without an account
    substitute_id: uuid.UUID | None
    #: who takes the place; empty = nobody was named
    substitute: str
    #: who noted it, when that was somebody else
    noted_by: str
    #: who was to take the place said not to come either
    substitute_is_away: bool = False


def of_meetings(session: Session, meeting_ids: Sequence[uuid.UUID]) -> dict[uuid.UUID, list[Absent]]:
    """For every one of these meetings for which somebody said so: who, by name."""
    other, noted = aliased(Person), aliased(Person)
    day = cast(func.timezone(AMSTERDAM.key, Meeting.starts_at), Date)
    query = (
        select(
            Meeting.id, Person.id, Person.name, Person.discipline, Absence.substitute_id,
            func.coalesce(other.name, Absence.words), case((Absence.told_by == Absence.person_id, ""), else_=noted.name),
        )
        .join(Absence, and_(Absence.board_id == Meeting.board_id, Absence.day == day))
        .join(Person, Person.id == Absence.person_id)
        .join(noted, noted.id == Absence.told_by)
        .outerjoin(other, other.id == Absence.substitute_id)
        .where(Meeting.id.in_(meeting_ids))
        .order_by(Person.name)
    )  # fmt: skip
    found: dict[uuid.UUID, list[Absent]] = defaultdict(list)
    for meeting_id, *row in session.execute(query):
        found[meeting_id].append(Absent(*row))
    return {meeting_id: _with_substitutes(rows) for meeting_id, rows in found.items()}


def of_meeting(session: Session, meeting_id: uuid.UUID) -> list[Absent]:
    return of_meetings(session, [meeting_id]).get(meeting_id, [])


def _with_substitutes(rows: list[Absent]) -> list[Absent]:
    away = {one.person_id for one in rows}
    return [one._replace(substitute_is_away=one.substitute_id in away) for one in rows]
