"""Signing in through a hospital's provider: whose button, who that is here, and who left."""

from __future__ import annotations

import uuid
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from mdo_portal.domain.hospital import Hospital
from mdo_portal.domain.identity import Identity, IdentityProvider, Registration, UsedLogoutToken, sentence_of
from mdo_portal.domain.people import Membership, Person
from mdo_portal.errors import NotFound, PortalError
from mdo_portal.exchange import Ended, Vouched
from mdo_portal.services.common.sealed import sealer
from mdo_portal.services.people import people, sessions

SECRET_PURPOSE = "provider.secret"
TOKENS_KEPT = timedelta(hours=1)


class NotAdmitted(PortalError):
    """The provider vouched, and still nobody is signed in; `code` is one of domain.identity.REFUSALS."""

    status = 403

    def __init__(self, code: str, *, person_id: uuid.UUID | None = None) -> None:
        super().__init__(sentence_of(code))
        self.code = code
        self.person_id = person_id


class Button(NamedTuple):
    """A provider on the sign-in page."""

    provider_id: uuid.UUID
    label: str
    hospital_name: str


@dataclass(frozen=True)
class ProviderRow:
    """A provider, its hospital and everything a token is measured by."""

    provider_id: uuid.UUID
    hospital_id: uuid.UUID
    hospital_name: str
    #: eight digits, or empty when the portal does not know it
    ura: str
    said: Registration


class Admitted(NamedTuple):
    """Whom we know the vouched-for as."""

    person_id: uuid.UUID
    name: str
    #: the link was made just now, from an invitation
    newly_linked: bool


def buttons(session: Session, hospital_ids: Collection[uuid.UUID] | None = None) -> list[Button]:
    """Every provider somebody can sign in with now (of these hospitals)."""
    query = select(IdentityProvider.id, IdentityProvider.label, Hospital.name).join(
        Hospital, Hospital.id == IdentityProvider.hospital_id
    )
    if hospital_ids is not None:
        query = query.where(Hospital.id.in_(hospital_ids))
    found = session.execute(query.where(IdentityProvider.enabled).order_by(Hospital.name, IdentityProvider.label))
    return [Button._make(row) for row in found]


def provider(session: Session, provider_id: uuid.UUID, *, only_enabled: bool = True) -> ProviderRow:
    """One provider, its secret opened. Raises NotFound."""
    query = select(IdentityProvider, Hospital).join(Hospital, Hospital.id == IdentityProvider.hospital_id)
    found = session.execute(query.where(IdentityProvider.id == provider_id)).one_or_none()
    if found is None or (only_enabled and not found[0].enabled):
        raise NotFound()
    return row_of(session, found[0], found[1])


def row_of(session: Session, one: IdentityProvider, hospital: Hospital) -> ProviderRow:
    """All that a token of it is measured by, and its secret, opened."""
    sealed = one.client_secret_sealed
    said = Registration(
        label=one.label,
        issuer=one.issuer,
        client_id=one.client_id,
        client_secret=sealer(session).open(sealed, purpose=SECRET_PURPOSE).decode() if sealed else "",
        scopes=one.scopes,
        required_acr=tuple(one.required_acr),
        required_amr=tuple(one.required_amr),
        strong_values=tuple(one.strong_values),
        max_age_seconds=one.max_age_seconds,
        algorithms=tuple(one.algorithms),
        extra_hosts=tuple(one.extra_hosts),
        reads_userinfo=one.reads_userinfo,
        enabled=one.enabled,
    )
    return ProviderRow(one.id, hospital.id, hospital.name, hospital.ura, said)


def admit(session: Session, row: ProviderRow, vouched: Vouched, *, invited: uuid.UUID | None, now: datetime) -> Admitted:
    """Who this is here, for the provider's own hospital. Raises NotAdmitted; creates nobody.

    `invited`: who somebody said to be by an invitation of ours; then the first sign-in makes the link.
    """
    if vouched.issuer != row.said.issuer:
        raise NotAdmitted("other_issuer")
    if vouched.uras and row.ura.zfill(8) not in vouched.uras:
        raise NotAdmitted("other_employer")
    known = _identity(session, row.hospital_id, vouched.issuer, vouched.subject)
    person_id = known.person_id if known else invited
    if person_id is None:
        raise NotAdmitted("unknown_person")
    if invited is not None and person_id != invited:
        raise NotAdmitted("linked_elsewhere", person_id=invited)
    person = _colleague(session, person_id, row.hospital_id)
    if row.hospital_id not in [one for one, _ in people.hospitals_of(session, person_id, now=now)]:
        raise NotAdmitted("no_role_now", person_id=person_id)
    identity = known or link(session, person_id, row.hospital_id, vouched.issuer, vouched.subject, now=now)
    identity.used_at = now
    return Admitted(person.id, person.name, newly_linked=known is None)


def link(
    session: Session,
    person_id: uuid.UUID,
    hospital_id: uuid.UUID,
    issuer: str,
    subject: str,
    *,
    now: datetime,
    linked_by_id: uuid.UUID | None = None,
) -> Identity:
    """From now on this (iss, sub) is this person, for this hospital. Raises NotAdmitted when it is somebody else already."""
    known = _identity(session, hospital_id, issuer, subject)
    if known is not None:
        if known.person_id != person_id:
            raise NotAdmitted("linked_elsewhere", person_id=person_id)
        return known
    _colleague(session, person_id, hospital_id)
    made = Identity(
        person_id=person_id, hospital_id=hospital_id, issuer=issuer, subject=subject, linked_at=now, linked_by_id=linked_by_id
    )
    session.add(made)
    session.flush()
    return made


def _identity(session: Session, hospital_id: uuid.UUID, issuer: str, subject: str) -> Identity | None:
    query = select(Identity).where(Identity.hospital_id == hospital_id, Identity.issuer == issuer, Identity.subject == subject)
    return session.scalars(query).one_or_none()


def _colleague(session: Session, person_id: uuid.UUID, hospital_id: uuid.UUID) -> Person:
    """Somebody who is something for this hospital, perhaps not today. Raises NotAdmitted."""
    query = select(Person).join(Membership, Membership.person_id == Person.id)
    query = query.where(Person.id == person_id, Person.disabled_at.is_(None))
    here = query.where(Membership.hospital_id == hospital_id, Membership.ended_at.is_(None)).limit(1)
    person = session.scalars(here).one_or_none()
    if person is None:
        raise NotAdmitted("not_here", person_id=person_id)
    return person


def provider_to_confirm(session: Session, person_id: uuid.UUID, hospital_id: uuid.UUID) -> Button | None:
    """With which provider of the hospital they work for this person can prove identity freshly; None = by our own means."""
    query = (
        select(IdentityProvider.id, IdentityProvider.label, Hospital.name)
        .join(Hospital, Hospital.id == IdentityProvider.hospital_id)
        .join(Identity, (Identity.hospital_id == Hospital.id) & (Identity.issuer == IdentityProvider.issuer))
        .where(Identity.person_id == person_id, IdentityProvider.hospital_id == hospital_id, IdentityProvider.enabled)
        .order_by(Identity.used_at.desc().nulls_last())
    )
    found = session.execute(query).first()
    return Button._make(found) if found else None


def log_out(session: Session, row: ProviderRow, ended: Ended, *, now: datetime) -> list[tuple[uuid.UUID, str]]:
    """End what the provider says has ended; who that was. Raises NotAdmitted for a token that was used before."""
    session.execute(delete(UsedLogoutToken).where(UsedLogoutToken.used_at < now - TOKENS_KEPT))
    used = insert(UsedLogoutToken).values(issuer=ended.issuer, token_id=ended.token_id, used_at=now)
    if session.scalar(used.on_conflict_do_nothing().returning(UsedLogoutToken.token_id)) is None:
        raise NotAdmitted("state")
    known = _identity(session, row.hospital_id, ended.issuer, ended.subject) if ended.subject else None
    if ended.subject and known is None:
        return []
    gone = sessions.end_provider_sessions(
        session, issuer=ended.issuer, hospital_id=row.hospital_id, provider_session=ended.provider_session,
        person_ids=[known.person_id] if known else [], now=now,
    )  # fmt: skip
    query = select(Person.id, Person.name).where(Person.id.in_(gone)).order_by(Person.id)
    return [(row_[0], row_[1]) for row_ in session.execute(query)]
