"""Invitations, and what may be taken away: the beginning and the end of what a person signs in with."""

from __future__ import annotations

import hashlib
import secrets
import uuid
from datetime import datetime, timedelta

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from mdo_portal.domain.credentials import Authenticator, Invitation, Passkey, RecoveryCode
from mdo_portal.domain.people import Membership, Person, Role
from mdo_portal.domain.viewer import Viewer
from mdo_portal.errors import N_, IllegalMove, NotAllowed, PortalError
from mdo_portal.services.common.terms import not_over
from mdo_portal.services.people import attempts, passkeys, passwords, people, second_factors, sessions, viewers
from mdo_portal.services.rights import colleagues

INVITED_FOR = timedelta(days=7)


class NotInvited(PortalError):
    """Unknown, used, replaced or too old: the answer is the same."""

    status = 404
    sentence = N_(
        "Deze uitnodiging is niet (meer) geldig. Vraag wie u uitnodigde om een nieuwe; een link is zeven dagen en één keer te gebruiken."
    )


class LastFactor(IllegalMove):
    """Without it the person could not sign in any more."""

    status = 409
    sentence = N_(
        "Dit is uw enige tweede stap. Voeg eerst een andere toe of zet de app op een andere telefoon; er is niets veranderd."
    )


class OpensMore(NotAllowed):
    """By the word of one hospital's provider nobody gets or takes what opens another hospital, or the network (docs/decisions/0093)."""

    sentence = N_(
        "U bent nu aangemeld via uw ziekenhuis, en uw account opent meer: u werkt ook voor een ander ziekenhuis, of beheert het netwerk. "
        "Waarmee u zich hier zelf aanmeldt, wijzigt u nadat u zich daarmee hebt aangemeld. Er is niets veranderd; kunt u dat niet, vraag "
        "dan de beheerder van het netwerk om een uitnodiging."
    )


def opens_more(session: Session, viewer: Viewer, *, now: datetime) -> bool:
    """Whether this person's own password or key opens more than the hospital they are here for, now or later: not a role that ran out."""
    held = select(Membership.id).where(Membership.person_id == viewer.person_id, not_over(Membership, now))
    more = (Membership.hospital_id != viewer.hospital_id) | (Membership.role == Role.ADMINISTRATOR)
    return session.execute(held.where(more).limit(1)).first() is not None


def invite(session: Session, person_id: uuid.UUID, *, made_by: uuid.UUID | None, now: datetime) -> str:
    """The token of a new link, to show once; older links of this person are no longer good.

    Accepting it sets a new password and takes away every second factor and session the person had: it is also the way back
    for who lost everything. Whoever may invite somebody may therefore become them: the caller logs it.
    """
    token = secrets.token_urlsafe(32)
    session.execute(update(Invitation).where(Invitation.person_id == person_id, Invitation.used_at.is_(None)).values(used_at=now))
    session.add(
        Invitation(person_id=person_id, token_hash=_hash(token), made_by=made_by, made_at=now, expires_at=now + INVITED_FOR)
    )
    return token


def newest_invitation(session: Session, person_id: uuid.UUID) -> Invitation | None:
    """The last link that was made for this person, used or not."""
    query = select(Invitation).where(Invitation.person_id == person_id).order_by(Invitation.made_at.desc(), Invitation.id.desc())
    return session.scalars(query.limit(1)).first()


def invited(session: Session, token: str, *, now: datetime) -> Person:
    """For whom this link is; looking uses nothing up (mail filters open links). Raises NotInvited.

    PostgreSQL is shown the token for this transaction: without it nobody sets that person's password there (docs/decisions/0076).
    """
    query = (
        select(Person, Invitation)
        .join(Invitation, Invitation.person_id == Person.id)
        .where(
            Invitation.token_hash == _hash(token),
            Invitation.used_at.is_(None),
            Invitation.expires_at > now,
            Person.disabled_at.is_(None),
        )
    )
    found = session.execute(query).one_or_none()
    if found is None or not stands(session, found[1], now=now):
        raise NotInvited()
    session.execute(select(func.set_config("mdo.invitation", token, True)))
    return found[0]


def stands(session: Session, invitation: Invitation, *, now: datetime) -> bool:
    """Whether who made this link could make it today: it was shown to them, and opens what the person may do by now.

    A secretary's link for a newcomer is not the way to what a hospital gave that newcomer since; nor is that of who left.
    """
    if invitation.made_by is None:  # on the command line
        return True
    if session.get_one(Person, invitation.made_by).disabled_at is not None:
        return False
    works_for = [hospital_id for hospital_id, _ in people.hospitals_of(session, invitation.made_by, now=now)]
    makers = (viewers.viewer_of(session, invitation.made_by, hospital_id, now=now) for hospital_id in works_for)
    return any(colleagues.may_invite(session, maker, invitation.person_id, now=now) for maker in makers)


def accept(session: Session, token: str, password: str, *, now: datetime) -> Person:
    """Use the link: this password from now on, and nothing else of before. Raises NotInvited, or Unfit with the link still good."""
    person = invited(session, token, now=now)
    mine = (Invitation.token_hash == _hash(token)) & Invitation.used_at.is_(None)
    if session.scalar(update(Invitation).where(mine).values(used_at=now).returning(Invitation.id)) is None:
        raise NotInvited()
    passwords.set_new(session, person.id, password)
    for table in (Passkey, RecoveryCode, Authenticator):
        session.execute(delete(table).where(table.person_id == person.id))
    person.totp_sealed, person.failures, person.wait_until = b"", 0, None
    attempts.forget_devices(session, person.id)
    sessions.end_all_sessions(session, person.id, now=now)
    return person


def use_up(session: Session, person_id: uuid.UUID, *, now: datetime) -> None:
    """The invitation did its work another way: the hospital's own provider vouched for this person, or they chose another password."""
    session.execute(update(Invitation).where(Invitation.person_id == person_id, Invitation.used_at.is_(None)).values(used_at=now))


def remove_app(session: Session, person_id: uuid.UUID) -> None:
    """Raises LastFactor."""
    _not_the_last(session, person_id)
    second_factors.remove_app(session, person_id)


def remove_passkey(session: Session, person_id: uuid.UUID, passkey_id: uuid.UUID) -> str:
    """Its label. Raises LastFactor."""
    _not_the_last(session, person_id)
    return passkeys.remove(session, person_id, passkey_id)


def _not_the_last(session: Session, person_id: uuid.UUID) -> None:
    """Whoever signs in through the hospital only may do without one of ours."""
    session.get_one(Person, person_id, with_for_update=True)  # two removals at once wait for each other
    factors = second_factors.factors_of(session, person_id)
    if factors.password and factors.strong <= 1:
        raise LastFactor()


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
