"""Setting up a hospital's provider, and saying who of its people is who there: the link manager's work."""

from __future__ import annotations

import re
import uuid
from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple
from urllib.parse import urlsplit

from sqlalchemy import ColumnElement, select, true
from sqlalchemy.orm import Session

from mdo_portal.domain.hospital import Hospital
from mdo_portal.domain.identity import ALGORITHMS, MAX_AGE_SECONDS, Identity, IdentityProvider, Registration
from mdo_portal.domain.people import Membership, Person
from mdo_portal.domain.policy import Act
from mdo_portal.domain.viewer import Viewer
from mdo_portal.errors import N_, Incomplete, NotFound
from mdo_portal.services.common.sealed import sealer
from mdo_portal.services.people import identities, sessions
from mdo_portal.services.people.identities import SECRET_PURPOSE, ProviderRow

_HOST = re.compile(r"[a-z0-9.-]+(:\d{1,5})?")


class HospitalProviders(NamedTuple):
    """A hospital this viewer sets up, and its providers."""

    hospital_id: uuid.UUID
    name: str
    providers: list[IdentityProvider]


class LinkedPerson(NamedTuple):
    """Somebody of the hospital, and one of the names the provider knows them by; empty = none yet."""

    person_id: uuid.UUID
    name: str
    discipline: str
    identity_id: uuid.UUID | None
    subject: str | None
    used_at: datetime | None


def of_viewer(session: Session, viewer: Viewer) -> list[HospitalProviders]:
    """The hospitals whose sign-in this viewer may set up, with what stands there."""
    query = select(Hospital, IdentityProvider).outerjoin(IdentityProvider, IdentityProvider.hospital_id == Hospital.id)
    found: dict[uuid.UUID, HospitalProviders] = {}
    for hospital, one in session.execute(query.where(_own(viewer)).order_by(Hospital.name, IdentityProvider.label)):
        row = found.setdefault(hospital.id, HospitalProviders(hospital.id, hospital.name, []))
        row.providers.extend([one] if one else [])
    return list(found.values())


def _own(viewer: Viewer) -> ColumnElement[bool]:
    """The administrator sets up every hospital, a link manager the own one."""
    return true() if viewer.may(Act.PROVIDER_MANAGE) else Hospital.id == viewer.hospital_id


def provider_for(session: Session, viewer: Viewer, provider_id: uuid.UUID) -> ProviderRow:
    """The provider, if this viewer may set it up; otherwise it does not exist."""
    row = identities.provider(session, provider_id, only_enabled=False)
    if not viewer.may(Act.PROVIDER_MANAGE, hospital_id=row.hospital_id):
        raise NotFound()
    return row


def empty_for(session: Session, viewer: Viewer, provider_id: uuid.UUID, hospital_id: uuid.UUID) -> ProviderRow:
    """A provider that is not there yet, to fill in. NotFound for somebody else's hospital."""
    hospital = session.get(Hospital, hospital_id)
    taken = session.get(IdentityProvider, provider_id) is not None
    if hospital is None or taken or not viewer.may(Act.PROVIDER_MANAGE, hospital_id=hospital_id):
        raise NotFound()
    said = Registration(
        label=hospital.name, issuer="", client_id="", client_secret="", scopes="openid", required_acr=(), required_amr=(),
        strong_values=(), max_age_seconds=MAX_AGE_SECONDS, algorithms=("RS256",), extra_hosts=(), reads_userinfo=False, enabled=False,
    )  # fmt: skip
    return ProviderRow(provider_id, hospital_id, hospital.name, hospital.ura, said)


def registration(form: Mapping[str, str], *, loopback: bool) -> Registration:
    """The form as a registration. Raises Incomplete with a sentence per field."""
    said = Registration(
        label=form.get("label", "").strip(),
        issuer=form.get("issuer", "").strip(),
        client_id=form.get("client_id", "").strip(),
        client_secret=form.get("client_secret", "").strip(),
        scopes=" ".join(form.get("scopes", "").split()) or "openid",
        required_acr=_words(form.get("required_acr", "")),
        required_amr=_words(form.get("required_amr", "")),
        strong_values=_words(form.get("strong_values", "")),
        max_age_seconds=_minutes(form.get("max_age_minutes", "")) * 60,
        algorithms=_words(form.get("algorithms", "")),
        extra_hosts=_words(form.get("extra_hosts", "").lower()),
        reads_userinfo=form.get("reads_userinfo") == "1",
        enabled=form.get("enabled") == "1",
    )
    fields = _missing(said, loopback=loopback)
    if fields:
        raise Incomplete(fields)
    return said


def _missing(said: Registration, *, loopback: bool) -> dict[str, str]:
    checks = {
        "label": (0 < len(said.label) <= 60, N_("Vul de woorden op de knop in, hoogstens 60 tekens.")),
        "issuer": (_is_issuer(said.issuer, loopback=loopback), N_("Dit moet een https-adres zijn, zonder vraagteken of hekje.")),
        "client_id": (0 < len(said.client_id) <= 255, N_("Vul de client-id in die de aanmelddienst aan het portaal gaf.")),
        "scopes": ("openid" in said.scopes.split(), N_("`openid` moet erbij staan.")),
        "max_age_minutes": (300 <= said.max_age_seconds <= 86_400, N_("Kies tussen 5 en 1440 minuten.")),
        "algorithms": (
            bool(said.algorithms) and set(said.algorithms) <= set(ALGORITHMS),
            N_("Kies uit RS256, RS384, RS512, PS256, PS384, PS512, ES256, ES384 en ES512."),
        ),
        "extra_hosts": (
            all(_HOST.fullmatch(one) for one in said.extra_hosts),
            N_("Alleen namen van computers, zoals `keys.voorbeeld.nl`."),
        ),
    }
    return {name: sentence for name, (good, sentence) in checks.items() if not good}


def _is_issuer(text: str, *, loopback: bool) -> bool:
    try:
        parts = urlsplit(text)
    except ValueError:
        return False
    plain = text.isascii() and text.isprintable() and " " not in text and not (parts.query or parts.fragment or parts.username)
    return plain and bool(parts.hostname) and (parts.scheme == "https" or (loopback and parts.scheme == "http"))


def _words(text: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(text.replace(",", " ").split()))


def _minutes(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 6 else 0


def changed(session: Session, provider_id: uuid.UUID, *, lock: bool = False) -> str:
    """When it was saved last, the secret too; "" for one that is not there yet. `lock`: nobody else saves it until the transaction ends."""
    found = session.get(IdentityProvider, provider_id, with_for_update=lock)
    return found.changed_at.isoformat() if found is not None else ""


def save(session: Session, row: ProviderRow, said: Registration, *, viewer: Viewer, now: datetime) -> None:
    """Keep it; an empty secret leaves the one that is there, unless it is another provider now. NotFound for another's."""
    found = session.get(IdentityProvider, row.provider_id, with_for_update=True)
    if found is not None and found.hospital_id != row.hospital_id:
        raise NotFound()
    made = found or IdentityProvider(id=row.provider_id, hospital_id=row.hospital_id)
    if said.client_secret or said.issuer != row.said.issuer:
        made.client_secret_sealed = sealer(session).seal(said.client_secret.encode(), purpose=SECRET_PURPOSE)
    for name in ("label", "issuer", "client_id", "scopes", "max_age_seconds", "reads_userinfo", "enabled"):
        setattr(made, name, getattr(said, name))
    for name in ("required_acr", "required_amr", "strong_values", "algorithms", "extra_hosts"):
        setattr(made, name, list(getattr(said, name)))
    made.changed_at, made.changed_by_id = now, viewer.person_id
    session.add(made)
    session.flush()


def people_of(session: Session, row: ProviderRow) -> list[LinkedPerson]:
    """Everybody of the hospital, with under which name its provider knows them."""
    names = (Identity.person_id == Person.id) & (Identity.hospital_id == row.hospital_id) & (Identity.issuer == row.said.issuer)
    here = select(Membership.person_id).where(Membership.hospital_id == row.hospital_id, Membership.ended_at.is_(None))
    query = (
        select(Person.id, Person.name, Person.discipline, Identity.id, Identity.subject, Identity.used_at)
        .outerjoin(Identity, names)
        .where(Person.id.in_(here), Person.disabled_at.is_(None))
        .order_by(Person.name, Identity.subject)
    )
    return [LinkedPerson._make(one) for one in session.execute(query)]


def unlink(session: Session, row: ProviderRow, identity_id: uuid.UUID, *, now: datetime) -> uuid.UUID:
    """The provider's name means nobody any more, and what came in by it is out. Returns whose it was."""
    found = session.get(Identity, identity_id)
    if found is None or found.hospital_id != row.hospital_id or found.issuer != row.said.issuer:
        raise NotFound()
    session.delete(found)
    sessions.end_provider_sessions(
        session, issuer=found.issuer, hospital_id=found.hospital_id, provider_session="", person_ids=[found.person_id], now=now
    )
    return found.person_id


def no_longer_believed(session: Session, row: ProviderRow, *, now: datetime) -> list[uuid.UUID]:
    """Who came in by what this provider said, and is signed out now: it is off, or another, and no second one of the hospital says it.

    `row`: as it was before it was saved.
    """
    same = (IdentityProvider.hospital_id == row.hospital_id, IdentityProvider.issuer == row.said.issuer)
    if session.execute(select(IdentityProvider.id).where(*same, IdentityProvider.enabled).limit(1)).first() is not None:
        return []
    names = select(Identity.person_id).where(Identity.hospital_id == row.hospital_id, Identity.issuer == row.said.issuer)
    return sessions.end_provider_sessions(
        session, issuer=row.said.issuer, hospital_id=row.hospital_id, provider_session="",
        person_ids=list(session.scalars(names.distinct())), now=now,
    )  # fmt: skip
