"""Who asks in the matrix: somebody for every role and relation, reading by each kind of grant, and with no role at all."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from mdo_portal.domain.grant import GrantKind
from mdo_portal.domain.hospital import Hospital
from mdo_portal.domain.people import BOARD_ROLES, HOSPITAL_ROLES, TAKES_PART, BoardMembership, Membership, Person, Proof, Role
from mdo_portal.domain.viewer import Viewer
from tests.people import person_id
from tests.web.matrix_things import Things, grant

ONE_FACTOR = Proof("password")


@dataclass(frozen=True)
class Somebody:
    """A viewer as we made them, with the cookie of their session."""

    name: str
    viewer: Viewer
    cookie: str
    strong: bool = True


def whom() -> Iterator[tuple[str, str, tuple[Role, ...], dict[str, Role], GrantKind | None]]:
    """(name, hospital, roles there, role per board, grant)"""
    for role in (*HOSPITAL_ROLES, Role.SECRETARY):
        for house in ("ZEED", "KREE"):
            yield f"{role.value} of {house}", house, (role,), {}, None
    for role in BOARD_ROLES:
        for board in ("URO-P", "GI"):
            yield f"{role.value} on {board}", "DELT", (TAKES_PART,), {board: role}, None
    yield "no role", "ZEED", (TAKES_PART,), {}, None
    yield "second reader", "ODUL", (Role.SPECIALIST,), {}, GrantKind.SECOND_READER
    yield "emergency", "ODUL", (Role.CASE_MANAGER,), {}, GrantKind.EMERGENCY
    yield "treating", "TREA", (Role.SPECIALIST,), {}, GrantKind.TREATING_HOSPITAL
    yield "second reader without a role", "ODUL", (TAKES_PART,), {}, GrantKind.SECOND_READER
    yield "one factor chair", "ZEED", (Role.SPECIALIST,), {"URO-P": Role.CHAIR}, None


def person_of(
    session: Session, name: str, house: Hospital, roles: tuple[Role, ...], boards: dict[uuid.UUID, Role], *, now: datetime
) -> Viewer:
    person = Person(id=person_id(f"matrix-{name}"), name=f"matrix {name}", email=f"{name.replace(' ', '.')}@matrix.example")
    session.add(person)
    session.flush()
    session.add_all(Membership(person_id=person.id, hospital_id=house.id, role=role, given_at=now) for role in roles)
    session.add_all(BoardMembership(person_id=person.id, board_id=one, role=role, given_at=now) for one, role in boards.items())
    session.flush()
    held = {one: frozenset({role}) for one, role in boards.items()}
    return Viewer(person.id, person.name, house.id, frozenset(roles), held)


def reading(session: Session, viewer: Viewer, ours: Things, kind: GrantKind, *, now: datetime) -> Viewer:
    whole = kind is GrantKind.TREATING_HOSPITAL
    session.add(grant(ours, kind, now=now, person=None if whole else viewer.person_id, to=viewer.hospital_id if whole else None))
    session.flush()
    held = {ours.ids["case_id"]: frozenset({kind})}
    return Viewer(viewer.person_id, viewer.name, viewer.hospital_id, viewer.hospital_roles, {}, held)
