"""A mail to a colleague about all that waits for them: whose turn it is, and that each thing is told once.

What is told are NamedTuples whose fields are columns of the table of what was mailed, beside `person_id` and `mailed_at`.
"""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import datetime, time
from typing import Any, Generic, NamedTuple, Protocol, TypeVar

from sqlalchemy import delete, tuple_
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from mdo_portal.domain.feast_days import is_working_day
from mdo_portal.zone import AMSTERDAM

FROM, UNTIL = time(7), time(18)
"""In Amsterdam, on working days: a mail at night helps nobody."""


class _Thing(Protocol):
    def _asdict(self) -> dict[str, Any]: ...


Thing = TypeVar("Thing", bound=_Thing)
Who = TypeVar("Who", bound=tuple[uuid.UUID, str])
"""A colleague, and where their mail goes."""


class Told(NamedTuple, Generic[Thing]):
    """One mail to write: to whom, and all it stands for."""

    person_id: uuid.UUID
    email: str
    things: tuple[Thing, ...]

    @property
    def key(self) -> str:
        """The same for the same mail; it goes out with it, so neither case, meeting, line nor day can be read from it."""
        return key_of(self.person_id, (" ".join(map(_said, one._asdict().values())) for one in self.things))


def _said(value: object) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)


def key_of(person_id: uuid.UUID, said: Iterable[str]) -> str:
    """The same for the same mail to this person; what it stands for cannot be read from it."""
    return f"{person_id}.{hashlib.sha256(' '.join(said).encode()).hexdigest()[:16]}"


def is_time_to_mail(now: datetime) -> bool:
    """Working hours of a working day, in Amsterdam."""
    local = now.astimezone(AMSTERDAM)
    return is_working_day(local.date()) and FROM <= local.time() < UNTIL


def next_told(
    waiting: Mapping[Who, Sequence[Thing]],
    is_first: Callable[[uuid.UUID, Thing], bool],
    *,
    beside: Collection[uuid.UUID],
) -> Told[Thing] | None:
    """The next colleague for whom something waits that `is_first` wrote down as mailed; None when everybody knows.

    `beside`: who is left alone for now.
    """
    for who in sorted(waiting):
        person_id, email = who
        if person_id not in beside and (won := tuple(one for one in waiting[who] if is_first(person_id, one))):
            return Told(person_id, email, won)
    return None


def once(session: Session, table: Any, *, now: datetime) -> Callable[[uuid.UUID, _Thing], bool]:
    """Writes down in `table` that somebody is mailed about something: of two workers one does, and nobody twice."""

    def is_first(person_id: uuid.UUID, thing: _Thing) -> bool:
        row = insert(table).values(person_id=person_id, mailed_at=now, **thing._asdict())
        return session.execute(row.on_conflict_do_nothing().returning(table.person_id)).first() is not None

    return is_first


def put_back(session: Session, table: Any, told: Told[Any]) -> None:
    """The mail server did not take it: this person was not told."""
    columns = tuple_(*(getattr(table, name) for name in told.things[0]._asdict()))
    session.execute(delete(table).where(table.person_id == told.person_id, columns.in_(told.things)))
