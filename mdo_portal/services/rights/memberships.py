"""People with their roles, of a hospital and of a board: who is what, since when, given by whom."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Select, bindparam, select
from sqlalchemy.orm import Session, aliased

from mdo_portal.domain.board import Board, BoardHospital
from mdo_portal.domain.granting import Place, as_administrator
from mdo_portal.domain.hospital import Hospital
from mdo_portal.domain.people import BoardMembership, HeldRole, Membership, Person
from mdo_portal.domain.policy import Act, Relation
from mdo_portal.domain.viewer import Viewer
from mdo_portal.errors import NotAllowed, NotFound
from mdo_portal.services.common.terms import in_force
from mdo_portal.services.people import mailboxes, open_sessions
from mdo_portal.services.people.people_rows import PersonPage, PersonRow, PlaceRow, RoleRow
from mdo_portal.zone import day_of

Kind = type[HeldRole]


def kind_of(place: Place) -> Kind:
    return BoardMembership if place.is_board else Membership


def at(place: Place) -> ColumnElement[bool]:
    """The roles at this place, as a condition on `kind_of(place)`."""
    return BoardMembership.board_id == place.id if place.is_board else Membership.hospital_id == place.id


def places(session: Session, viewer: Viewer, act: Act) -> list[PlaceRow]:
    """The hospitals and boards for which this viewer may do `act`, hospitals first."""
    found = [(Place(one.id, False), one.name, one.code) for one in session.scalars(select(Hospital).order_by(Hospital.name))]
    found += [(Place(one.id, True), one.name, one.code) for one in session.scalars(select(Board).order_by(Board.name))]
    shown = [one for one in found if one[0].may(viewer, act)]
    return [PlaceRow(place, name, code, place.may(viewer, Act.PEOPLE_MANAGE)) for place, name, code in shown]


def place_for(session: Session, viewer: Viewer, act: Act, place: Place) -> PlaceRow:
    """The place, if this viewer may do `act` there. NotFound when they may not even see its people, else NotAllowed."""
    found = session.get(Board, place.id) if place.is_board else session.get(Hospital, place.id)
    if found is None or not (place.may(viewer, Act.PEOPLE_READ) or place.may(viewer, act)):
        raise NotFound()
    if not place.may(viewer, act):
        raise NotAllowed()
    return PlaceRow(place, found.name, found.code, place.may(viewer, Act.PEOPLE_MANAGE))


def at_place(session: Session, place: Place, *, now: datetime) -> list[PersonRow]:
    """Everybody with a role here that counts, is to come, or ran out without being ended."""
    kind = kind_of(place)
    ids = set(session.scalars(select(kind.person_id).where(at(place), kind.ended_at.is_(None))))
    roles = [one for one in roles_of(session, list(ids), now=now) if one.place == place and one.state != "ended"]
    return _rows(session, ids, roles, now=now)


def _rows(session: Session, ids: set[uuid.UUID], roles: list[RoleRow], *, now: datetime) -> list[PersonRow]:
    found = list(session.scalars(select(Person).where(Person.id.in_(ids)).order_by(Person.name)))
    seen, works = open_sessions.presences(session, list(ids), now=now), hospitals_by_person(session, list(ids), now=now)
    refusing = mailboxes.refusing(session, ids)
    return [
        _row(
            one,
            seen.get(one.id),
            works.get(one.id, []),
            [role for role in roles if role.person_id == one.id],
            refused_at=refusing.get(one.id),
        )
        for one in found
    ]


def _row(
    person: Person, seen: open_sessions.Presence | None, works: list[str], roles: list[RoleRow], *, refused_at: datetime | None
) -> PersonRow:
    return PersonRow(
        id=person.id,
        name=person.name,
        email=person.email,
        discipline=person.discipline,
        is_disabled=person.disabled_at is not None,
        hospitals=", ".join(works),
        last_seen_at=seen.last_seen_at if seen else None,
        has_factor=bool(person.totp_sealed) or bool(seen and seen.last_strong),
        mail_refused_at=refused_at,
        roles=roles,
    )


def hospitals_by_person(session: Session, ids: Sequence[uuid.UUID], *, now: datetime) -> dict[uuid.UUID, list[str]]:
    """Names of the hospitals for which each of these people has a role now."""
    query = select(Membership.person_id, Hospital.name).join(Hospital, Hospital.id == Membership.hospital_id).distinct()
    found: dict[uuid.UUID, list[str]] = {}
    for person_id, name in session.execute(query.where(Membership.person_id.in_(ids), in_force(Membership, now))):
        found.setdefault(person_id, []).append(name)
    return {person_id: sorted(names) for person_id, names in found.items()}


def roles_of(session: Session, ids: Sequence[uuid.UUID], *, now: datetime) -> list[RoleRow]:
    """Every role these people have or had, hospitals first, newest first; who may see which is the caller's."""
    return [*_roles(session, ids, is_board=False, now=now), *_roles(session, ids, is_board=True, now=now)]


@cache
def _held_by(*, is_board: bool) -> Select[*tuple[Any, ...]]:
    """Open: `people`."""
    kind: Kind = BoardMembership if is_board else Membership
    place: type[Board] | type[Hospital] = Board if is_board else Hospital
    place_id = BoardMembership.board_id if is_board else Membership.hospital_id
    giver = aliased(Person)
    return (
        select(kind, place.id, place.name, giver.name)
        .join(place, place.id == place_id)
        .outerjoin(giver, giver.id == kind.given_by)
        .where(kind.person_id.in_(bindparam("people", expanding=True)))
        .order_by(kind.ended_at.desc().nulls_first(), place.name, kind.role)
    )


def _roles(session: Session, ids: Sequence[uuid.UUID], *, is_board: bool, now: datetime) -> list[RoleRow]:
    found = session.execute(_held_by(is_board=is_board), {"people": ids})
    return [_role(row, Place(place_id, is_board), name, given_by or "", now) for row, place_id, name, given_by in found]


def _role(row: HeldRole, place: Place, name: str, given_by: str, now: datetime) -> RoleRow:
    return RoleRow(
        id=row.id, person_id=row.person_id, place=place, place_name=name, role=row.role, starts_on=row.starts_on,
        ends_on=row.ends_on, given_at=row.given_at, given_by=given_by, ended_at=row.ended_at, state=_state(row, now),
    )  # fmt: skip


def _state(row: HeldRole, now: datetime) -> str:
    today = day_of(now)
    if row.ended_at is not None:
        return "ended"
    if row.ends_on is not None and row.ends_on < today:
        return "over"
    return "coming" if row.starts_on is not None and row.starts_on > today else "now"


def person_for(session: Session, viewer: Viewer, act: Act, person_id: uuid.UUID, *, now: datetime) -> PersonPage:
    """Somebody with a role, now or once, where this viewer may do `act`: what they are elsewhere stays unsaid. Else NotFound."""
    person = session.get(Person, person_id)
    if person is None:
        raise NotFound()
    every = roles_of(session, [person_id], now=now)
    shown = _shown(session, viewer, act, every)
    if not shown and not as_administrator(viewer):
        raise NotFound()
    if not as_administrator(viewer) and not any(one.place.may(viewer, act) for one in shown) and act is not Act.RIGHTS_EXPLAIN:
        raise NotAllowed()
    presence = open_sessions.presences(session, [person_id], now=now).get(person_id)
    (row,) = _rows(session, {person_id}, shown, now=now)
    return PersonPage(row, presence.open_sessions if presence else 0, bool(person.password_hash), person.disabled_at)


def _shown(session: Session, viewer: Viewer, act: Act, every: list[RoleRow]) -> list[RoleRow]:
    """Of somebody's roles those at places the viewer may see; of somebody of the own hospital also all boards; an administrator sees all.

    Explaining looks further: a hospital asks about everybody on the boards in which it takes part, for they see its patients.
    """
    if as_administrator(viewer):
        return every
    seen = [one for one in every if one.place.may(viewer, Act.PEOPLE_READ) or one.place.may(viewer, act)]
    if any(not one.place.is_board and one.state == "now" for one in seen):
        return [one for one in every if one in seen or one.place.is_board]
    if act is Act.RIGHTS_EXPLAIN and asks_for_hospital(viewer):
        boards = set(_circle(session, Place(viewer.hospital_id, False))[1])
        return [one for one in every if one in seen or (one.place.is_board and one.place.id in boards)]
    return seen


def asks_for_hospital(viewer: Viewer) -> bool:
    """May explain rights by a role of the hospital itself; a role on a board says nothing about the hospital."""
    return Relation.OWN_HOSPITAL in replace(viewer, board_roles={}).relations(Act.RIGHTS_EXPLAIN, hospital_id=viewer.hospital_id)


def explainable(session: Session, viewer: Viewer, *, now: datetime) -> list[PersonRow]:
    """Everybody about whom this viewer may ask what they can see, by name."""
    asked = [one.place for one in places(session, viewer, Act.RIGHTS_EXPLAIN)]
    if asks_for_hospital(viewer):
        asked += [Place(board_id, True) for board_id in _circle(session, Place(viewer.hospital_id, False))[1]]
    found = {one.id: one for place in dict.fromkeys(asked) for one in at_place(session, place, now=now)}
    return sorted(found.values(), key=lambda one: one.name)


def colleague_by_email(session: Session, place: Place, email: str) -> Person | None:
    """Somebody with that address who already takes part: at this place, or in its boards and hospitals. Others stay unknown."""
    person = session.execute(select(Person).where(Person.email == email)).scalar_one_or_none()
    if person is None:
        return None
    circle = _circle(session, place)
    of_hospital = select(Membership.person_id).where(Membership.hospital_id.in_(circle[0]), Membership.person_id == person.id)
    on_board = select(BoardMembership.person_id).where(
        BoardMembership.board_id.in_(circle[1]), BoardMembership.person_id == person.id
    )
    return person if session.execute(of_hospital.union(on_board)).first() is not None else None


def _circle(session: Session, place: Place) -> tuple[list[uuid.UUID], list[uuid.UUID]]:
    """(hospitals, boards) whose people know each other: a board with its hospitals, or a hospital with its boards."""
    if place.is_board:
        hospitals = session.scalars(select(BoardHospital.hospital_id).where(BoardHospital.board_id == place.id))
        return list(hospitals), [place.id]
    return [place.id], list(session.scalars(select(BoardHospital.board_id).where(BoardHospital.hospital_id == place.id)))


def hospitals_in(session: Session, board_id: uuid.UUID) -> list[tuple[uuid.UUID, str]]:
    """The hospitals that take part in a board, to choose from for somebody new."""
    query = select(Hospital.id, Hospital.name).join(BoardHospital, BoardHospital.hospital_id == Hospital.id)
    return [(row[0], row[1]) for row in session.execute(query.where(BoardHospital.board_id == board_id).order_by(Hospital.name))]
