"""Who said not to come to a meeting, as rows for a page."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import Date, Select, and_, bindparam, case, cast, exists, func, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import Session, aliased

from mdo_portal.domain.absence import Absence
from mdo_portal.domain.board import Meeting
from mdo_portal.domain.people import BoardMembership, Person
from mdo_portal.services.common.terms import counted_between
from mdo_portal.zone import AMSTERDAM

DAY = cast(func.timezone(AMSTERDAM.key, Meeting.starts_at), Date)
"""The day of a meeting (Amsterdam), in a statement over meetings."""


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
    #: the days they said it of; one meeting's own day
    from_on: date
    until_on: date
    #: who was to take the place said not to come either
    substitute_is_away: bool = False

    @property
    def is_longer(self) -> bool:
        """Said of more days than that of the meeting."""
        return self.from_on < self.until_on


def _absent() -> Select[Any]:
    """Of the meetings that are asked about (open: `meetings`) who does not come, by name."""
    other, noted, said = aliased(Person), aliased(Person), _said_last().subquery("said")
    return (
        select(
            said.c.meeting_id, Person.id, Person.name, Person.discipline, said.c.substitute_id,
            func.coalesce(other.name, said.c.words), case((said.c.told_by == said.c.person_id, ""), else_=noted.name),
            said.c.from_on, said.c.until_on,
        )
        .join(Person, Person.id == said.c.person_id)
        .join(noted, noted.id == said.c.told_by)
        .outerjoin(other, other.id == said.c.substitute_id)
        .where(~said.c.comes)
        .order_by(Person.name)
    )  # fmt: skip


def _said_last() -> Select[Any]:
    """What every member of the board said last about the day of each of these meetings."""
    member = exists().where(
        BoardMembership.board_id == Absence.board_id,
        BoardMembership.person_id == Absence.person_id,
        counted_between(BoardMembership, Meeting.starts_at, Meeting.starts_at),
    )
    return (
        select(Meeting.id.label("meeting_id"), *Absence.__table__.c)
        .join(Absence, and_(Absence.board_id == Meeting.board_id, DAY.between(Absence.from_on, Absence.until_on)))
        .where(Meeting.id.in_(bindparam("meetings", expanding=True)), member)
        .ext(distinct_on(Meeting.id, Absence.person_id))
        .order_by(Meeting.id, Absence.person_id, Absence.told_at.desc(), Absence.id.desc())
    )


_ABSENT = _absent()


def of_meetings(session: Session, meeting_ids: Sequence[uuid.UUID]) -> dict[uuid.UUID, list[Absent]]:
    """For every one of these meetings for which somebody said so, and is of its board on that day: who, by name."""
    found: dict[uuid.UUID, list[Absent]] = defaultdict(list)
    for meeting_id, *row in session.execute(_ABSENT, {"meetings": meeting_ids}):
        found[meeting_id].append(Absent(*row))
    return {meeting_id: _with_substitutes(rows) for meeting_id, rows in found.items()}


def of_meeting(session: Session, meeting_id: uuid.UUID) -> list[Absent]:
    return of_meetings(session, [meeting_id]).get(meeting_id, [])


def _with_substitutes(rows: list[Absent]) -> list[Absent]:
    away = {one.person_id for one in rows}
    return [one._replace(substitute_is_away=one.substitute_id in away) for one in rows]
