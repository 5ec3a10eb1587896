"""People: what they are where."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import Session

from mdo_portal.domain.board import Board, BoardHospital
from mdo_portal.domain.credentials import Passkey
from mdo_portal.domain.hospital import Hospital
from mdo_portal.domain.identity import Identity
from mdo_portal.domain.people import Membership, Person, Role
from mdo_portal.errors import N_, PortalError
from mdo_portal.services.common.terms import in_force
from mdo_portal.services.people import open_sessions


class Persona(NamedTuple):
    """Somebody to sign in as, in the demo."""

    person_id: uuid.UUID
    name: str
    discipline: str
    persona: str
    hospital: str
    hospital_id: uuid.UUID


def personas(session: Session) -> list[Persona]:
    """The demo's people, in the order in which the story uses them."""
    query = (
        select(Person.id, Person.name, Person.discipline, Person.persona, Hospital.name, Hospital.id)
        .join(Membership, Membership.person_id == Person.id)
        .join(Hospital, Hospital.id == Membership.hospital_id)
        .where(Person.persona != "", Membership.ended_at.is_(None))
        .ext(distinct_on(Person.id))
        .order_by(Person.id)
    )
    return [Persona._make(row) for row in session.execute(query)]


class NoRoleNow(PortalError):
    """Somebody proved who they are, and works nowhere today: not said to who gave a password alone, whoever that is."""

    status = 403
    sentence = N_("U hebt hier nu geen rol: die is afgelopen of begint nog. Er is niets mis met uw wachtwoord of code.")


def hospitals_of(session: Session, person_id: uuid.UUID, *, now: datetime) -> list[tuple[uuid.UUID, str]]:
    """For which hospitals this person may sign in."""
    query = (
        select(Hospital.id, Hospital.name)
        .join(Membership, Membership.hospital_id == Hospital.id)
        .where(Membership.person_id == person_id, in_force(Membership, now))
        .distinct()
        .order_by(Hospital.name)
    )
    return [(row[0], row[1]) for row in session.execute(query)]


def roles_at(session: Session, person_id: uuid.UUID, hospital_id: uuid.UUID, *, now: datetime) -> list[Role]:
    """What this person is for this hospital."""
    here = (Membership.person_id == person_id, Membership.hospital_id == hospital_id)
    return sorted(session.scalars(select(Membership.role).where(*here, in_force(Membership, now))))


def has_account(session: Session, person_id: uuid.UUID, *, now: datetime) -> bool:
    """Whether this person can sign in with something here or under a name at a hospital's provider, or ever did."""
    ways = select(Passkey.person_id).union_all(select(Identity.person_id)).subquery()
    has_a_way = session.execute(select(ways.c.person_id).where(ways.c.person_id == person_id).limit(1)).first() is not None
    has_password = bool(session.get_one(Person, person_id).password_hash)
    return has_password or has_a_way or bool(open_sessions.presences(session, [person_id], now=now))


def language_of(session: Session, person_id: uuid.UUID) -> str:
    """In which language this person has the portal, and is mailed; "" for somebody who is not there."""
    return session.scalar(select(Person.language).where(Person.id == person_id)) or ""


def set_language(session: Session, person_id: uuid.UUID, language: str) -> None:
    session.execute(update(Person).where(Person.id == person_id).values(language=language))


def set_mailed_of_questions(session: Session, person_id: uuid.UUID, *, wanted: bool) -> None:
    """Whether this person is mailed that a question about a case waits for them, or was answered."""
    session.get_one(Person, person_id).mailed_of_questions = wanted


def boards_of_hospital(session: Session, hospital_id: uuid.UUID) -> list[Board]:
    """The boards in which a hospital takes part: what the web form can choose from."""
    query = select(Board).join(BoardHospital, BoardHospital.board_id == Board.id).where(BoardHospital.hospital_id == hospital_id)
    return list(session.scalars(query.order_by(Board.name)))
