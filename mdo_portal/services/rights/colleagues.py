"""A person as a whole: added, invited, blocked and let in again."""

from __future__ import annotations

import re
import uuid
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from mdo_portal.domain import granting
from mdo_portal.domain.board import BoardHospital
from mdo_portal.domain.credentials import Invitation
from mdo_portal.domain.granting import Place
from mdo_portal.domain.people import TAKES_PART, BoardMembership, HeldRole, Membership, Person, Role
from mdo_portal.domain.policy import Act
from mdo_portal.domain.viewer import Viewer
from mdo_portal.errors import N_, IllegalMove, Incomplete, NotAllowed, NotFound
from mdo_portal.services.access_log import audit
from mdo_portal.services.common.terms import in_force, not_over
from mdo_portal.services.people import people, sessions
from mdo_portal.services.rights.memberships import colleague_by_email
from mdo_portal.services.rights.roles import changed, check_not_last, give, locked
from mdo_portal.services.rights.term import Term

TAKEN = N_("Met dit adres kan hier niemand worden toegevoegd. Er is niets veranderd; vraag de beheerder van het netwerk om hulp.")
NOT_ONLY_YOURS = N_(
    "Deze persoon werkt ook elders. Blokkeren kan alleen de beheerder van het netwerk; u kunt wel de rollen bij uw ziekenhuis beëindigen."
)
TAKEN_ELSEWHERE = N_("Dit adres kan niet worden gebruikt. Er is niets veranderd; vraag de beheerder van het netwerk om hulp.")
CORRECTED = {"name": "name corrected", "email": "address corrected", "discipline": "specialism corrected"}
"""What may be corrected, and how the log names it: neither the old nor the new word stands there."""
NOT_YOURS_TO_TIE = N_(
    "Deze collega werkt ook elders, of beheert het netwerk: dan zegt niet één ziekenhuis wie dat is. Er is niets veranderd; de beheerder "
    "van het netwerk kan deze koppeling maken."
)
NOT_YOURSELF_INVITED = N_("Uzelf uitnodigen kan niet. Er is niets veranderd.")
NOT_YOURSELF = N_("Uzelf blokkeren kan niet. Er is niets veranderd.")


ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9.-]{1,130}")
"""To which mail can go, and that somebody can type to sign in: no letter that only looks like another, nothing unseen."""


@dataclass(frozen=True)
class NewPerson:
    """What a form tells about somebody new."""

    name: str
    email: str
    discipline: str = ""
    hospital_id: uuid.UUID | None = None  #: in whose name somebody new on a board takes part

    def check(self, but: str = "") -> None:
        """Raises Incomplete. `but`: what came of it, when something is wrong."""
        wrong = {} if self.name else {"name": N_("Vul een naam in, zoals die op het scherm moet staan.")}
        if not ADDRESS.fullmatch(self.email):
            wrong["email"] = N_("Vul een e-mailadres in.")
        if wrong:
            raise Incomplete(wrong, but or N_("Naam en e-mailadres zijn nodig. Er is niemand toegevoegd."))


def add_person(
    session: Session, viewer: Viewer, place: Place, new: NewPerson, role: Role, term: Term, *, now: datetime
) -> Person:
    """Somebody new with a first role here. Somebody who is known to this circle must be chosen, not made: IllegalMove by their caller."""
    new.check()
    if session.scalar(select(func.count()).select_from(Person).where(Person.email == new.email)):
        raise IllegalMove(TAKEN)
    person = Person(name=new.name, email=new.email, discipline=new.discipline)
    session.add(person)
    session.flush()
    audit.record(session, viewer, Act.PEOPLE_MANAGE, now=now, object_type="person", object_id=person.id, detail="added")
    if place.is_board and new.hospital_id is not None:
        in_its_name = [(new.hospital_id, TAKES_PART)]
        granting.check_opens_no_hospital(viewer, place, role, held=in_its_name, on_boards=[])
    give(session, viewer, place, person.id, role, term, now=now)
    if place.is_board:
        _in_the_name_of(session, viewer, place, person, new.hospital_id, now=now)
    return person


def particulars(session: Session, person_id: uuid.UUID) -> dict[str, str]:
    """What `correct` writes over, as it stands now: held until the transaction ends."""
    person = locked(session, person_id)
    return {field: getattr(person, field) for field in CORRECTED}


def correct(session: Session, viewer: Viewer, person_id: uuid.UUID, told: NewPerson, *, now: datetime) -> bool:
    """Another name, address or specialism of somebody who stays the same person. What was signed keeps the name it was signed with.

    Whether an invitation ended by it: its link may lie in the mailbox of whom the wrong address is, and opens the account. For who may
    hand that out: with the address one signs in. Raises NotAllowed, NotFound, Incomplete.
    """
    person = locked(session, person_id)
    check_invitation(session, viewer, person_id, now=now)
    told.check(N_("Naam en e-mailadres zijn nodig. Er is niets veranderd."))
    if session.scalar(select(func.count()).select_from(Person).where(Person.email == told.email, Person.id != person_id)):
        raise Incomplete({"email": TAKEN_ELSEWHERE})
    has_moved = person.email != told.email
    for field, detail in CORRECTED.items():
        if getattr(person, field) != getattr(told, field):
            setattr(person, field, getattr(told, field))
            audit.record(session, viewer, Act.PEOPLE_MANAGE, now=now, object_type="person", object_id=person_id, detail=detail)
    return has_moved and _end_invitations(session, person_id, now=now)


def _end_invitations(session: Session, person_id: uuid.UUID, *, now: datetime) -> bool:
    """Whether one was still good."""
    still_good = (Invitation.person_id == person_id, Invitation.used_at.is_(None), Invitation.expires_at > now)
    return bool(session.scalars(update(Invitation).where(*still_good).values(used_at=now).returning(Invitation.id)).all())


def _in_the_name_of(
    session: Session, viewer: Viewer, place: Place, person: Person, hospital_id: uuid.UUID | None, *, now: datetime
) -> None:
    """Somebody new on a board works for one of its hospitals, or could not sign in; that opens nothing of the hospital itself."""
    takes_part = select(BoardHospital.id).where(BoardHospital.board_id == place.id, BoardHospital.hospital_id == hospital_id)
    if hospital_id is None or session.execute(takes_part).first() is None:
        raise Incomplete({"hospital_id": N_("Kies het ziekenhuis waar deze persoon werkt.")})
    session.add(
        Membership(person_id=person.id, hospital_id=hospital_id, role=TAKES_PART, given_at=now, given_by=viewer.person_id)
    )
    session.flush()
    changed(session, viewer, Place(hospital_id, False), person.id, before="", after=TAKES_PART.value, now=now)


def known(session: Session, viewer: Viewer, place: Place, email: str) -> Person | None:
    """Somebody with that address whom this viewer may know of; an administrator knows everybody."""
    if granting.as_administrator(viewer):
        return session.execute(select(Person).where(Person.email == email)).scalar_one_or_none()
    return colleague_by_email(session, place, email)


def is_known(session: Session, viewer: Viewer, place: Place, person_id: uuid.UUID) -> bool:
    """The same for an id: a role is given only to somebody whom this viewer may know of."""
    person = session.get(Person, person_id)
    return person is not None and known(session, viewer, place, person.email) is not None


def disable(session: Session, viewer: Viewer, person_id: uuid.UUID, *, now: datetime) -> None:
    """May not sign in any more, and is signed out everywhere. Roles stay as they are."""
    person = locked(session, person_id)
    check_whole_person(session, viewer, person_id, now=now)
    if person_id == viewer.person_id:
        raise IllegalMove(NOT_YOURSELF)
    for kind in (Membership, BoardMembership):
        held: list[HeldRole] = list(session.scalars(select(kind).where(kind.person_id == person_id, in_force(kind, now))))
        for row in held:
            check_not_last(session, row, Place(row.place_id, kind is BoardMembership), until=None, now=now)
    person.disabled_at = now
    sessions.end_all_sessions(session, person_id, now=now)
    _whole(session, viewer, person_id, "enabled -> disabled", now=now)


def enable(session: Session, viewer: Viewer, person_id: uuid.UUID, *, now: datetime) -> None:
    """May sign in again. Nobody lifts their own block: whoever is blocked is not signed in."""
    person = locked(session, person_id)
    check_whole_person(session, viewer, person_id, now=now)
    person.disabled_at = None
    _whole(session, viewer, person_id, "disabled -> enabled", now=now)


def check_whole_person(session: Session, viewer: Viewer, person_id: uuid.UUID, *, now: datetime) -> None:
    """Acts on the person, not on one role: an administrator, or the link manager of the only hospital they work for.

    Raises NotFound for somebody who does not work there, NotAllowed for who works elsewhere too, now or to come, or administers the
    network. A role that ran out elsewhere opens nothing any more and keeps nobody; here it says whose colleague this was.
    """
    if granting.as_administrator(viewer):
        return
    held = select(Membership.hospital_id, Membership.role, not_over(Membership, now)).where(Membership.person_id == person_id)
    works = list(session.execute(held.where(Membership.ended_at.is_(None))))
    mine = {where for where, _, _ in works if Place(where, False).may(viewer, Act.PEOPLE_MANAGE)}
    if not mine:
        raise NotFound() if not _is_on_a_board_of(session, viewer, person_id) else NotAllowed()
    if any(counts and (where not in mine or role is Role.ADMINISTRATOR) for where, role, counts in works):
        raise NotAllowed(NOT_ONLY_YOURS)


def check_tie(session: Session, viewer: Viewer, person_id: uuid.UUID, *, now: datetime) -> None:
    """Whoever says under which name a provider knows somebody can let anybody in as them, on every board too: as with an invitation.

    Raises NotAllowed. That somebody does not work there is said by who makes the tie (identities.link).
    """
    try:
        check_whole_person(session, viewer, person_id, now=now)
    except NotFound:
        return
    except NotAllowed:
        raise NotAllowed(NOT_YOURS_TO_TIE) from None


def may_whole_person(session: Session, viewer: Viewer, person_id: uuid.UUID, *, now: datetime) -> bool:
    """For showing or hiding the button."""
    try:
        check_whole_person(session, viewer, person_id, now=now)
    except (NotFound, NotAllowed):
        return False
    return person_id != viewer.person_id


def may_invite(session: Session, viewer: Viewer, person_id: uuid.UUID, *, now: datetime) -> bool:
    """For showing or hiding the button."""
    try:
        check_invitation(session, viewer, person_id, now=now)
    except (NotFound, NotAllowed):
        return False
    return viewer.may_at_all(Act.PEOPLE_MANAGE)


def check_invitation(session: Session, viewer: Viewer, person_id: uuid.UUID, *, now: datetime) -> None:
    """Whoever holds an invitation holds the account, with every role it has. Raises NotAllowed or NotFound.

    So a secretary invites only somebody without an account who is nothing beyond her own boards; the rest is for the link manager
    of the only hospital they work for, and the administrator.
    """
    if person_id == viewer.person_id:
        raise NotAllowed(NOT_YOURSELF_INVITED)
    if people.has_account(session, person_id, now=now) or _is_more(session, viewer, person_id, now=now):
        check_whole_person(session, viewer, person_id, now=now)


def _is_more(session: Session, viewer: Viewer, person_id: uuid.UUID, *, now: datetime) -> bool:
    """Has a role, now or to come, at a place that this viewer does not manage; taking part in a hospital's name is none.

    Or has none where they do any more: whose last role here was ended is no longer theirs to hand out. PostgreSQL says so too.
    """
    kinds: tuple[type[HeldRole], ...] = (Membership, BoardMembership)
    held = [
        (one, counts)
        for kind in kinds
        for one, counts in session.execute(
            select(kind, not_over(kind, now)).where(kind.person_id == person_id, kind.ended_at.is_(None))
        )
    ]
    elsewhere = [
        (one, counts)
        for one, counts in held
        if not Place(one.place_id, isinstance(one, BoardMembership)).may(viewer, Act.PEOPLE_MANAGE)
    ]
    is_real = (counts and (isinstance(one, BoardMembership) or one.role is not TAKES_PART) for one, counts in elsewhere)
    return len(elsewhere) == len(held) or any(is_real)


def _is_on_a_board_of(session: Session, viewer: Viewer, person_id: uuid.UUID) -> bool:
    boards = viewer.boards_for(Act.PEOPLE_READ)
    query = select(BoardMembership.id).where(BoardMembership.person_id == person_id, BoardMembership.board_id.in_(boards))
    return session.execute(query.limit(1)).first() is not None


def _whole(session: Session, viewer: Viewer, person_id: uuid.UUID, detail: str, *, now: datetime) -> None:
    audit.record(session, viewer, Act.PEOPLE_MANAGE, now=now, object_type="person", object_id=person_id, detail=detail)
    sessions.rights_changed(session, person_id)
