"""Who is told by mail that the certificates of a line end: in time, once for each step, and never what line it is.

Told are the link managers of its hospital, else the administrators: those who see it at the top of *Koppelingen*. Told is what presses
there (line_endings.Ending.presses); a line whose next certificate is bound disturbs nobody.
"""

from __future__ import annotations

import uuid
from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import delete, tuple_
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from mdo_portal.domain.link import LineReminded
from mdo_portal.services.follow_up import reminders
from mdo_portal.services.links import line_endings
from mdo_portal.services.people import keepers
from mdo_portal.services.people.keepers import Keeper

STEPS = (0, 1, 3, 7, 14)
"""Days before the end; 0 = it ended. Of steps that went by unseen only the nearest is told."""


class Step(NamedTuple):
    """One line at one step towards its end."""

    link_id: uuid.UUID
    ends_at: datetime
    days: int


class Told(NamedTuple):
    """One mail to write: to whom, and all it stands for."""

    person_id: uuid.UUID
    email: str
    steps: tuple[Step, ...]

    @property
    def key(self) -> str:
        """The same for the same mail; it goes out with it, so neither line nor day can be read from it."""
        return reminders.key_of(self.person_id, (f"{one.link_id} {one.ends_at.isoformat()} {one.days}" for one in self.steps))


def claim(session: Session, *, now: datetime, beside: Collection[uuid.UUID] = ()) -> Told | None:
    """The next colleague to mail, written down as mailed; None outside working hours or when everybody knows.

    `beside`: who is left alone for now.
    """
    if not reminders.is_time_to_mail(now):
        return None
    for (person_id, email), steps in sorted(_to_tell(session, now=now).items()):
        if person_id in beside:
            continue
        if won := tuple(one for one in steps if _is_first(session, person_id, one, now=now)):
            return Told(person_id, email, won)
    return None


def put_back(session: Session, told: Told) -> None:
    """The mail server did not take it: this person was not told."""
    step = tuple_(LineReminded.link_id, LineReminded.ends_at, LineReminded.days)
    session.execute(delete(LineReminded).where(LineReminded.person_id == told.person_id, step.in_(told.steps)))


def _is_first(session: Session, person_id: uuid.UUID, step: Step, *, now: datetime) -> bool:
    """Of two workers one writes it down."""
    row = insert(LineReminded).values(person_id=person_id, **step._asdict(), mailed_at=now)
    return session.execute(row.on_conflict_do_nothing().returning(LineReminded.person_id)).first() is not None


def _to_tell(session: Session, *, now: datetime) -> Mapping[Keeper, list[Step]]:
    found: dict[Keeper, list[Step]] = {}
    for link, ending in line_endings.pressing_links(session, now=now):
        step = Step(link.id, ending.at, next(days for days in STEPS if ending.at <= now + timedelta(days=days)))
        for person in keepers.of_line(session, link.hospital_id, now=now):
            found.setdefault(person, []).append(step)
    return found
