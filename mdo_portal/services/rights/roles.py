"""Giving, ending and prolonging roles: each with its rules and its line in the access log."""

from __future__ import annotations

import uuid
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from mdo_portal.domain import granting
from mdo_portal.domain.granting import Place
from mdo_portal.domain.people import BoardMembership, HeldRole, Membership, Person, Role
from mdo_portal.domain.policy import Act, Relation
from mdo_portal.domain.viewer import Viewer
from mdo_portal.errors import N_, IllegalMove, NotAllowed, NotFound
from mdo_portal.services.access_log import audit
from mdo_portal.services.common.terms import in_force
from mdo_portal.services.people import sessions
from mdo_portal.services.rights import coordinators
from mdo_portal.services.rights.memberships import at, kind_of
from mdo_portal.services.rights.term import Term
from mdo_portal.zone import day_of

HAS_IT = N_("Deze persoon heeft deze rol hier al. Er is niets veranderd; pas zo nodig de datums aan.")
NO_SUCH = N_("Deze rol is intussen al beëindigd. Er is niets veranderd; herlaad de pagina.")


def has_chair(session: Session, place: Place, *, now: datetime) -> bool:
    if not place.is_board:
        return False
    there = BoardMembership.board_id == place.id, BoardMembership.role == Role.CHAIR
    return session.execute(select(BoardMembership.id).where(*there, in_force(BoardMembership, now)).limit(1)).first() is not None


def give(
    session: Session, viewer: Viewer, place: Place, person_id: uuid.UUID, role: Role, term: Term, *, now: datetime
) -> uuid.UUID:
    """A new role, from the first day to the last. Raises NotAllowed, IllegalMove or Incomplete with the reason."""
    term.check(day_of(now))
    person = locked(session, person_id)
    granting.check_giving(viewer, place, role, person_id, has_chair=has_chair(session, place, now=now))
    _check_together(session, place, person_id, role)
    coordinators.check_opens_no_hospital(session, viewer, place, person_id, role, now=now)
    _make_room(session, place, person_id, role, now=now)
    own = {"person_id": person.id, "role": role, "starts_on": term.starts_on, "ends_on": term.ends_on}
    given = {"given_at": now, "given_by": viewer.person_id}
    made = (
        BoardMembership(board_id=place.id, **own, **given) if place.is_board else Membership(hospital_id=place.id, **own, **given)
    )
    session.add(made)
    session.flush()
    changed(session, viewer, place, person_id, before="", after=f"{role.value} {term.words}", now=now)
    return made.id


def locked(session: Session, person_id: uuid.UUID) -> Person:
    """Two changes of one person wait for each other."""
    person = session.get(Person, person_id, with_for_update=True)
    if person is None:
        raise NotFound()
    return person


def _check_together(session: Session, place: Place, person_id: uuid.UUID, role: Role) -> None:
    """Also roles that are still to come count: they may not surprise later."""
    own = select(Membership.hospital_id, Membership.role).where(Membership.person_id == person_id, Membership.ended_at.is_(None))
    at_hospitals = list(session.execute(own))
    on_boards = session.scalars(
        select(BoardMembership.role).where(BoardMembership.person_id == person_id, BoardMembership.ended_at.is_(None))
    )
    granting.check_together(
        role,
        there=[held for hospital_id, held in at_hospitals if hospital_id == place.id],
        on_boards=list(on_boards),
        administers=any(held is Role.ADMINISTRATOR for _, held in at_hospitals),
        is_board=place.is_board,
    )


def _make_room(session: Session, place: Place, person_id: uuid.UUID, role: Role, *, now: datetime) -> None:
    """The open row of the same role: one that ran out becomes history, one that counts or is to come refuses the new one."""
    kind = kind_of(place)
    query = select(kind).where(at(place), kind.person_id == person_id, kind.role == role, kind.ended_at.is_(None))
    held = session.execute(query).scalar_one_or_none()
    if held is None:
        return
    if held.ends_on is None or held.ends_on >= day_of(now):
        raise IllegalMove(HAS_IT)
    held.ended_at = now
    session.flush()


def row_for(session: Session, viewer: Viewer, membership_id: uuid.UUID, *, is_board: bool) -> tuple[HeldRole, Place]:
    """The role of somebody that this viewer may change; otherwise it does not exist."""
    kind: type[HeldRole] = BoardMembership if is_board else Membership
    row = session.get(kind, membership_id, with_for_update=True)
    if row is None:
        raise NotFound()
    place = Place(row.place_id, is_board)
    if not place.may(viewer, Act.PEOPLE_READ):
        raise NotFound()
    if not place.may(viewer, Act.PEOPLE_MANAGE):
        raise NotAllowed()
    return row, place


def end(session: Session, viewer: Viewer, row: HeldRole, place: Place, *, now: datetime) -> None:
    """No longer, from this moment. Raises IllegalMove for the last of its kind."""
    if row.ended_at is not None:
        raise IllegalMove(NO_SUCH)
    _check_right(viewer, row)
    check_not_last(session, row, place, until=None, now=now)
    row.ended_at, row.ended_by = now, viewer.person_id
    session.flush()
    _leave_hospital(session, row, now=now)
    changed(session, viewer, place, row.person_id, before=row.role.value, after="", now=now)


def _check_right(viewer: Viewer, row: HeldRole) -> None:
    """An administrator is ended by an administrator, not by the link manager of the hospital where they work."""
    if row.role is Role.ADMINISTRATOR and not granting.as_administrator(viewer):
        raise NotAllowed(granting.NOT_YOURS)


def _leave_hospital(session: Session, row: HeldRole, *, now: datetime) -> None:
    """Without any role left for a hospital there is nothing to be signed in for."""
    if isinstance(row, Membership):
        left = select(Membership.id).where(Membership.person_id == row.person_id, Membership.hospital_id == row.hospital_id)
        if session.execute(left.where(in_force(Membership, now)).limit(1)).first() is None:
            sessions.end_all_sessions(session, row.person_id, now=now, hospital_id=row.hospital_id)


def set_term(session: Session, viewer: Viewer, row: HeldRole, place: Place, term: Term, *, now: datetime) -> None:
    """Another first or last day for a role that is not ended. Nobody stretches their own, and what is stretched is as if given anew."""
    if row.ended_at is not None:
        raise IllegalMove(NO_SUCH)
    if row.person_id == viewer.person_id:
        raise NotAllowed(granting.YOURSELF)
    granting.check_giving(viewer, place, row.role, row.person_id, has_chair=has_chair(session, place, now=now))
    term.check(day_of(now))
    if until := term.gone_until(day_of(now)):
        check_not_last(session, row, place, until=until, now=now)
    if term.reaches_beyond(before := Term(row.starts_on, row.ends_on)):
        coordinators.check_opens_no_hospital(session, viewer, place, row.person_id, row.role, now=now)
    row.starts_on, row.ends_on = term.starts_on, term.ends_on
    session.flush()
    _leave_hospital(session, row, now=now)
    was, is_now = (f"{row.role.value} {one.words}" for one in (before, term))
    changed(session, viewer, place, row.person_id, before=was, after=is_now, now=now)


def check_not_last(session: Session, row: HeldRole, place: Place, *, until: date | None, now: datetime) -> None:
    """Somebody else must have the role now, and also after `until`. The rows are locked: two cannot leave at once."""
    if row.role not in granting.NEVER_NOBODY or (row.role is Role.SECRETARY and not place.is_board):
        return
    kind = kind_of(place)
    query = select(kind).join(Person, Person.id == kind.person_id).where(kind.role == row.role, Person.disabled_at.is_(None))
    if row.role is not Role.ADMINISTRATOR:
        query = query.where(at(place))
    held = session.scalars(query.where(in_force(kind, now)).with_for_update(of=kind)).all()
    if row.id not in {one.id for one in held}:
        return  # did not count (any more): nobody is missed
    day = until or day_of(now)
    if not any(one.person_id != row.person_id and (one.ends_on is None or one.ends_on > day) for one in held):
        raise IllegalMove(granting.LAST_ONE)


def changed(
    session: Session, viewer: Viewer, place: Place, person_id: uuid.UUID, *, before: str, after: str, now: datetime
) -> None:
    """The line in the access log, before and after, and the open sessions of that person."""
    kind = "board" if place.is_board else "hospital"
    by_what = place.relations(viewer, Act.PEOPLE_MANAGE) or place.relations(viewer, Act.RIGHTS_REVIEW)
    audit.record(
        session, viewer, Act.PEOPLE_MANAGE, now=now, relation=by_what[0] if by_what else Relation.ANYONE,
        object_type="person", object_id=person_id, detail=f"{kind} {place.id}: {before or '-'} -> {after or '-'}",
    )  # fmt: skip
    sessions.rights_changed(session, person_id)
