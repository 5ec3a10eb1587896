"""Which privacy officer is told by mail that somebody broke the glass at a patient of their hospital: once for each time.

What was done stands in the log at once; a mail says that there is something to judge, and not of whom.
"""

from __future__ import annotations

import uuid
from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from mdo_portal.domain.grant import CaseGrant, GlassMailed, GrantKind
from mdo_portal.services.follow_up import reminders
from mdo_portal.services.people import keepers
from mdo_portal.services.people.keepers import Keeper

LATELY = timedelta(days=7)
"""Of what is older nobody is told any more: by then it stands as late on the page."""


class Told(NamedTuple):
    """One mail to write: to whom, and all it stands for."""

    person_id: uuid.UUID
    email: str
    grants: tuple[uuid.UUID, ...]

    @property
    def key(self) -> str:
        """The same for the same mail; no case can be read from it."""
        return reminders.key_of(self.person_id, map(str, self.grants))


def claim(session: Session, *, now: datetime, beside: Collection[uuid.UUID] = ()) -> Told | None:
    """The next colleague to mail, written down as mailed; None outside working hours or when everybody knows.

    `beside`: who is left alone for now.
    """
    if not reminders.is_time_to_mail(now):
        return None
    for keeper, grants in sorted(_to_tell(session, now=now).items()):
        if keeper.person_id in beside:
            continue
        if won := tuple(one for one in grants if _is_first(session, keeper, one, now=now)):
            return Told(keeper.person_id, keeper.email, won)
    return None


def put_back(session: Session, told: Told) -> None:
    """The mail server did not take it: this person was not told."""
    session.execute(delete(GlassMailed).where(GlassMailed.person_id == told.person_id, GlassMailed.grant_id.in_(told.grants)))


def _is_first(session: Session, keeper: Keeper, grant_id: uuid.UUID, *, now: datetime) -> bool:
    """Of two workers one writes it down."""
    row = insert(GlassMailed).values(person_id=keeper.person_id, grant_id=grant_id, mailed_at=now)
    return session.execute(row.on_conflict_do_nothing().returning(GlassMailed.person_id)).first() is not None


def _to_tell(session: Session, *, now: datetime) -> Mapping[Keeper, list[uuid.UUID]]:
    found: dict[Keeper, list[uuid.UUID]] = {}
    broken = (CaseGrant.kind == GrantKind.EMERGENCY, CaseGrant.given_at > now - LATELY)
    for grant_id, hospital_id in session.execute(
        select(CaseGrant.id, CaseGrant.hospital_id).where(*broken).order_by(CaseGrant.given_at)
    ):
        for keeper in keepers.privacy_officers(session, hospital_id, now=now):
            found.setdefault(keeper, []).append(grant_id)
    return found
