"""Giving and ending a role in one line, for whoever tests when it counts."""

from __future__ import annotations

import uuid
from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from mdo_portal.domain.audit import AuditEntry
from mdo_portal.domain.granting import Place
from mdo_portal.domain.people import Role
from mdo_portal.domain.viewer import Viewer
from mdo_portal.services.people import viewers
from mdo_portal.services.rights import memberships, roles
from mdo_portal.services.rights.term import Term
from tests.make import NOW
from tests.people import Region, person_id

ALWAYS = Term()


def uro(region: Region) -> Place:
    return Place(region.boards["URO-P"], True)


def house(region: Region, code: str) -> Place:
    return Place(region.hospitals[code], False)


def given(session: Session, viewer: Viewer, place: Place, name: str, role: Role, term: Term = ALWAYS) -> uuid.UUID:
    return roles.give(session, viewer, place, person_id(name), role, term, now=NOW)


def ended(session: Session, viewer: Viewer, place: Place, name: str, role: Role) -> None:
    kind = memberships.kind_of(place)
    held = select(kind.id).where(
        memberships.at(place), kind.person_id == person_id(name), kind.role == role, kind.ended_at.is_(None)
    )
    row, found = roles.row_for(session, viewer, session.scalars(held).one(), is_board=place.is_board)
    roles.end(session, viewer, row, found, now=NOW)


def board_roles(session: Session, region: Region, name: str, *, days: int = 0) -> set[Role]:
    """What this person is on Uro-prostaat, so many days from now."""
    now = NOW + timedelta(days=days)
    viewer = viewers.viewer_of(session, person_id(name), region.hospitals["DELT"], now=now)
    return set(viewer.board_roles.get(region.boards["URO-P"], ()))


def last_line(session: Session) -> AuditEntry:
    return session.scalars(select(AuditEntry).order_by(AuditEntry.seq.desc()).limit(1)).one()
