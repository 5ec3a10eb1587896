"""The second step: a code from an app (TOTP), or one of ten recovery codes on paper. Each is good once."""

from __future__ import annotations

import hashlib
import secrets
import uuid
from datetime import datetime, timedelta
from typing import NamedTuple

from pyotp import TOTP, random_base32
from sqlalchemy import delete, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from mdo_portal.domain.credentials import Authenticator, Passkey, RecoveryCode
from mdo_portal.domain.people import Person
from mdo_portal.services.common.sealed import sealer
from mdo_portal.services.people import attempts

TOTP_PURPOSE = "person.totp"
STEP_SECONDS = 30
PENDING_FOR = timedelta(minutes=30)
CODES = 10
LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"


class Factors(NamedTuple):
    """What a person can prove identity with."""

    password: bool
    app: bool
    passkeys: int
    recovery_codes: int

    @property
    def strong(self) -> int:
        """So many second factors; recovery codes only help out."""
        return int(self.app) + self.passkeys


class NewApp(NamedTuple):
    """What an app needs: shown once, as a picture and as text."""

    secret: str
    address: str


def factors_of(session: Session, person_id: uuid.UUID) -> Factors:
    """With what this colleague can prove who they are, here; what their hospital vouches for is not known here."""
    person = session.get_one(Person, person_id)
    passkeys = session.scalar(select(func.count()).select_from(Passkey).where(Passkey.person_id == person_id)) or 0
    unused = (
        select(func.count()).select_from(RecoveryCode).where(RecoveryCode.person_id == person_id, RecoveryCode.used_at.is_(None))
    )
    return Factors(bool(person.password_hash), bool(person.totp_sealed), passkeys, session.scalar(unused) or 0)


def begin_app(session: Session, person_id: uuid.UUID, *, network: str, now: datetime) -> NewApp:
    """A secret to scan; it counts from the first right code on. The same one again as long as it waits."""
    state = _state(session, person_id)
    if not state.pending_sealed or state.pending_at is None or now - state.pending_at > PENDING_FOR:
        state.pending_sealed = sealer(session).seal(random_base32().encode(), purpose=TOTP_PURPOSE)
        state.pending_at = now
    secret = sealer(session).open(state.pending_sealed, purpose=TOTP_PURPOSE).decode()
    person = session.get_one(Person, person_id)
    return NewApp(secret, TOTP(secret).provisioning_uri(name=person.email, issuer_name=f"MDO-portaal {network}".strip()))


def confirm_app(session: Session, person_id: uuid.UUID, code: str, *, now: datetime) -> bool:
    """The first code of the new app: from now on it is the second factor."""
    state = _state(session, person_id)
    if not state.pending_sealed or state.pending_at is None or now - state.pending_at > PENDING_FOR:
        return False
    step = _step_of(sealer(session).open(state.pending_sealed, purpose=TOTP_PURPOSE).decode(), code, now=now)
    if step is None:
        return False
    session.get_one(Person, person_id).totp_sealed = state.pending_sealed
    state.pending_sealed, state.pending_at, state.last_step, state.confirmed_at = b"", None, step, now
    return True


def remove_app(session: Session, person_id: uuid.UUID) -> None:
    session.get_one(Person, person_id).totp_sealed = b""
    session.execute(delete(Authenticator).where(Authenticator.person_id == person_id))


def use_code(session: Session, person_id: uuid.UUID, code: str, *, now: datetime) -> bool:
    """Whether this is the app's code of now, give or take half a minute, and was not used before."""
    person = session.get_one(Person, person_id)
    if not person.totp_sealed:
        return False
    state = _state(session, person_id)  # locked: the same code twice at once is right once
    step = _step_of(sealer(session).open(person.totp_sealed, purpose=TOTP_PURPOSE).decode(), code, now=now)
    if step is None or step <= state.last_step:
        return False
    state.last_step = step
    return True


def _step_of(secret: str, code: str, *, now: datetime) -> int | None:
    """The time step whose code this is."""
    typed, found = code.replace(" ", ""), None
    at = int(now.timestamp()) // STEP_SECONDS
    for step in (at - 1, at, at + 1):
        if len(typed) == 6 and typed.isascii() and secrets.compare_digest(TOTP(secret).at(step * STEP_SECONDS), typed):
            found = step
    return found


def _state(session: Session, person_id: uuid.UUID) -> Authenticator:
    """The person's row, locked."""
    session.execute(insert(Authenticator).values(person_id=person_id, pending_sealed=b"", last_step=0).on_conflict_do_nothing())
    return session.get_one(Authenticator, person_id, with_for_update=True, populate_existing=True)


def new_recovery_codes(session: Session, person_id: uuid.UUID, *, now: datetime) -> list[str]:
    """Ten new codes, to show once; the old ones are gone."""
    session.execute(delete(RecoveryCode).where(RecoveryCode.person_id == person_id))
    codes = ["-".join("".join(secrets.choice(LETTERS) for _ in range(4)) for _ in range(4)) for _ in range(CODES)]
    session.add_all(RecoveryCode(person_id=person_id, code_hash=_hash(code), made_at=now) for code in codes)
    return codes


def use_recovery_code(session: Session, person_id: uuid.UUID, code: str, *, now: datetime) -> bool:
    """Whether this is one of the person's codes that was not used: one statement, so that twice at once is right once."""
    mine = (RecoveryCode.person_id == person_id) & (RecoveryCode.code_hash == _hash(code)) & RecoveryCode.used_at.is_(None)
    return session.scalar(update(RecoveryCode).where(mine).values(used_at=now).returning(RecoveryCode.id)) is not None


def _hash(code: str) -> str:
    bare = "".join(letter for letter in code.upper() if letter in LETTERS)
    return hashlib.sha256(bare.encode()).hexdigest()


def second_step(session: Session, person_id: uuid.UUID, *, code: str, device: str, now: datetime) -> str | None:
    """`totp` or `recovery` when the code is right. Wrong ones wait: only who knows the password gets this far.

    `device`: the browser, when the person signed in there before, else "": others' wrong codes elsewhere are not held against her there.
    Codes are counted apart from passwords: a right one of these forgives no wrong ones of those, and wrong ones of a stranger keep
    nobody from signing.
    """
    if not attempts.may_try_code(session, person_id, device, now=now):
        return None
    method = _method_of(session, person_id, code, now=now)
    if method is not None:
        attempts.good_code(session, person_id, device)
    return method


def _method_of(session: Session, person_id: uuid.UUID, code: str, *, now: datetime) -> str | None:
    if use_code(session, person_id, code, now=now):
        return "totp"
    return "recovery" if use_recovery_code(session, person_id, code, now=now) else None
