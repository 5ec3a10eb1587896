"""Passkeys (WebAuthn): a device signs a random number of ours after asking for a finger, a face or a PIN: two factors in one."""

from __future__ import annotations

import json
import secrets
import uuid
from datetime import datetime, timedelta
from ipaddress import ip_address
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import webauthn
from sqlalchemy import delete, select
from sqlalchemy.orm import Session
from webauthn.helpers import base64url_to_bytes
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    CredentialDeviceType,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from mdo_portal.domain.credentials import Challenge, Passkey
from mdo_portal.domain.people import Person
from mdo_portal.errors import N_, PortalError

GOOD_FOR = timedelta(minutes=5)
MOST = 10


class Refused(PortalError):
    """The passkey, or what came instead of it, was not accepted; which of the reasons is not said."""

    status = 401
    sentence = N_("Deze passkey werd niet aanvaard. Er is niets veranderd; probeer het opnieuw of kies een andere manier.")


class Site(NamedTuple):
    """Who we are to a device: the name that passkeys are bound to, and the address of our pages."""

    rp_id: str
    origin: str
    name: str


def site_of(public_url: str, network: str) -> Site:
    parts = urlsplit(public_url)
    return Site(parts.hostname or "", f"{parts.scheme}://{parts.netloc}", f"MDO-portaal {network}".strip())


def is_possible(public_url: str) -> bool:
    """Browsers bind passkeys to a name; an address of numbers has none."""
    try:
        ip_address(urlsplit(public_url).hostname or "127.0.0.1")
    except ValueError:
        return True
    return False


def of_person(session: Session, person_id: uuid.UUID) -> list[Passkey]:
    return list(session.scalars(select(Passkey).where(Passkey.person_id == person_id).order_by(Passkey.created_at)))


def creation(session: Session, person_id: uuid.UUID, *, site: Site, now: datetime) -> tuple[uuid.UUID, dict[str, Any]]:
    """(id of the challenge, what the browser is asked) to add a passkey."""
    person = session.get_one(Person, person_id)
    challenge_id, challenge = _challenge(session, "add", person_id, now=now)
    options = webauthn.generate_registration_options(
        rp_id=site.rp_id,
        rp_name=site.name,
        user_id=person_id.bytes,
        user_name=person.email,
        user_display_name=person.name,
        challenge=challenge,
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED, user_verification=UserVerificationRequirement.REQUIRED
        ),
        exclude_credentials=[PublicKeyCredentialDescriptor(id=one.credential_id) for one in of_person(session, person_id)],
    )
    return challenge_id, json.loads(webauthn.options_to_json(options))


def add(
    session: Session, person_id: uuid.UUID, challenge_id: uuid.UUID | None, answer: str, *, label: str, site: Site, now: datetime
) -> Passkey:
    """Keep the public half. Raises Refused."""
    challenge = _taken(session, challenge_id, "add", person_id, now=now)
    if len(of_person(session, person_id)) >= MOST:
        raise Refused(N_("U hebt al tien passkeys. Verwijder er eerst een; er is niets veranderd."))
    try:
        made = webauthn.verify_registration_response(
            credential=answer,
            expected_challenge=challenge,
            expected_rp_id=site.rp_id,
            expected_origin=site.origin,
            require_user_verification=True,
        )
        transports = [str(one) for one in json.loads(answer)["response"].get("transports") or []][:6]
    except (WebAuthnException, ValueError, KeyError, TypeError, AttributeError) as error:
        raise Refused() from error
    if _by_credential(session, made.credential_id) is not None:
        raise Refused()
    passkey = Passkey(
        person_id=person_id,
        credential_id=made.credential_id,
        public_key=made.credential_public_key,
        sign_count=made.sign_count,
        label=label.strip()[:60] or "passkey",
        transports=transports,
        may_be_backed_up=made.credential_device_type is CredentialDeviceType.MULTI_DEVICE,
        backed_up=made.credential_backed_up,
        created_at=now,
    )
    session.add(passkey)
    session.flush()
    return passkey


def request(
    session: Session, purpose: str, person_id: uuid.UUID | None, *, site: Site, now: datetime
) -> tuple[uuid.UUID, dict[str, Any]]:
    """(id of the challenge, what the browser is asked) to use a passkey; without a person: whichever the device offers."""
    challenge_id, challenge = _challenge(session, purpose, person_id, now=now)
    own = of_person(session, person_id) if person_id else []
    options = webauthn.generate_authentication_options(
        rp_id=site.rp_id,
        challenge=challenge,
        allow_credentials=[PublicKeyCredentialDescriptor(id=one.credential_id) for one in own],
        user_verification=UserVerificationRequirement.REQUIRED,
    )
    return challenge_id, json.loads(webauthn.options_to_json(options))


def use(
    session: Session,
    purpose: str,
    challenge_id: uuid.UUID | None,
    answer: str,
    *,
    person_id: uuid.UUID | None,
    site: Site,
    now: datetime,
) -> Person:
    """Whose passkey signed our number just now. Raises Refused, also for a counter that went back (a copied key)."""
    challenge = _taken(session, challenge_id, purpose, person_id, now=now)
    try:
        parsed = json.loads(answer)
        passkey = _by_credential(session, base64url_to_bytes(parsed["rawId"]))
        if passkey is None or (person_id is not None and passkey.person_id != person_id):
            raise Refused()
        handle = parsed["response"].get("userHandle")
        if handle and base64url_to_bytes(handle) != passkey.person_id.bytes:
            raise Refused()
        used = webauthn.verify_authentication_response(
            credential=parsed,
            expected_challenge=challenge,
            expected_rp_id=site.rp_id,
            expected_origin=site.origin,
            credential_public_key=passkey.public_key,
            credential_current_sign_count=passkey.sign_count,
            require_user_verification=True,
        )
    except (WebAuthnException, ValueError, KeyError, TypeError, AttributeError) as error:
        raise Refused() from error
    passkey.sign_count, passkey.backed_up, passkey.last_used_at = used.new_sign_count, used.credential_backed_up, now
    person = session.get_one(Person, passkey.person_id)
    if person.disabled_at:
        raise Refused()
    return person


def remove(session: Session, person_id: uuid.UUID, passkey_id: uuid.UUID) -> str:
    """Forget one of the person's passkeys; returns its label, empty when there was none."""
    gone = delete(Passkey).where(Passkey.id == passkey_id, Passkey.person_id == person_id).returning(Passkey.label)
    return session.scalar(gone) or ""


def _by_credential(session: Session, credential_id: bytes) -> Passkey | None:
    """Locked: its counter is about to change."""
    return session.scalars(select(Passkey).where(Passkey.credential_id == credential_id).with_for_update()).one_or_none()


def _challenge(session: Session, purpose: str, person_id: uuid.UUID | None, *, now: datetime) -> tuple[uuid.UUID, bytes]:
    session.execute(delete(Challenge).where(Challenge.made_at < now - GOOD_FOR))
    made = Challenge(challenge=secrets.token_bytes(32), purpose=purpose, person_id=person_id, made_at=now)
    session.add(made)
    session.flush()
    return made.id, made.challenge


def _taken(
    session: Session, challenge_id: uuid.UUID | None, purpose: str, person_id: uuid.UUID | None, *, now: datetime
) -> bytes:
    """The number, taken out so that it is good once. The caller commits also when the rest is refused."""
    taken = session.execute(
        delete(Challenge)
        .where(Challenge.id == challenge_id, Challenge.purpose == purpose, Challenge.made_at >= now - GOOD_FOR)
        .returning(Challenge.challenge, Challenge.person_id)
    ).one_or_none()
    if taken is None or taken.person_id != person_id:
        raise Refused()
    return bytes(taken.challenge)
