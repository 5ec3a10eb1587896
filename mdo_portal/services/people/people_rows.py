"""People and their roles, as rows for a page."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import NamedTuple

from mdo_portal.domain.granting import Place
from mdo_portal.domain.people import Role


@dataclass(frozen=True)
class RoleRow:
    """One role somebody has, had, or will have."""

    id: uuid.UUID
    person_id: uuid.UUID
    place: Place
    place_name: str
    role: Role
    starts_on: date | None
    ends_on: date | None
    given_at: datetime | None
    given_by: str
    ended_at: datetime | None
    state: str  #: now, coming, over (its last day passed) or ended


@dataclass(frozen=True)
class PersonRow:
    """Somebody on the list of a place, with the roles there."""

    id: uuid.UUID
    name: str
    email: str
    discipline: str
    is_disabled: bool
    hospitals: str
    last_seen_at: datetime | None
    has_factor: bool
    #: when their mailbox last took no mail; None = nothing of the kind is known
    mail_refused_at: datetime | None = None
    roles: list[RoleRow] = field(default_factory=list)


def vacant(place: Place, people: Iterable[PersonRow]) -> list[Role]:
    """Needed roles that nobody of these has now: who is blocked, or has yet to begin, does nothing."""
    held = {role.role for one in people if not one.is_disabled for role in one.roles if role.state == "now"}
    return [role for role in place.needed if role not in held]


class PlaceRow(NamedTuple):
    """A board or hospital whose people the viewer may see."""

    place: Place
    name: str
    code: str
    may_manage: bool


class PersonPage(NamedTuple):
    """One person as this viewer may see them."""

    row: PersonRow
    open_sessions: int
    has_password: bool
    disabled_at: datetime | None
