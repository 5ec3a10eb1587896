"""Guessing has to wait, and nobody can be locked out by it.

Tries are counted per account *and* place: a stranger who tries a chair's address waits; the chair, on a browser in which she
signed in before, is counted apart and does not. An address that tries many accounts meets a ceiling, known browsers excepted.
Unknown accounts are counted as known ones: waiting tells nobody which accounts exist.
"""

from __future__ import annotations

import hashlib
import uuid
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import delete, literal, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from mdo_portal.domain.credentials import Attempts, KnownDevice
from mdo_portal.domain.people import Person
from mdo_portal.errors import N_, PortalError

FREE = 3
LONGEST = timedelta(minutes=1)
CEILING, CEILING_WINDOW = 60, timedelta(minutes=10)
KEPT = timedelta(days=1)
DEVICE_KNOWN = timedelta(days=180)


class Origin(NamedTuple):
    """Where a try comes from: the network address, and the device cookie when there is one."""

    address: str
    device: str = ""


class TooMany(PortalError):
    """Wait. The right password would get the same answer."""

    status = 429
    sentence = N_("Te veel pogingen. Wacht een minuut en probeer het opnieuw.")


def begin(session: Session, account: str, origin: Origin, *, now: datetime) -> None:
    """Count a try before it is judged, so that a hundred at once are counted too. Commit before judging. Raises TooMany."""
    known = is_known(session, account, origin.device, now=now)
    bucket = _bucket(account, origin, known=known)
    count, wait_until = _one_more(session, bucket, now=now)
    if wait_until:
        raise TooMany()
    if not known:
        _ceiling(session, origin.address, now=now)
    if count > FREE:
        _wait(session, bucket, now + min(LONGEST, timedelta(seconds=2 ** min(count, 6))))


def may_try_code(session: Session, person_id: uuid.UUID, device: str, *, now: datetime) -> bool:
    """Count a code that somebody types: apart in each browser in which this person signed in before, together in all others ("").

    False: it has to wait, also the right one. Strangers' wrong codes elsewhere do not count in a known browser; but who sits at a
    colleague's computer guesses no faster than anywhere.
    """
    bucket = _code_bucket(person_id, device)
    count, wait_until = _one_more(session, bucket, now=now)
    if wait_until:
        return False
    if count > FREE:
        _wait(session, bucket, now + min(LONGEST, timedelta(seconds=2 ** min(count, 6))))
    return True


def good_code(session: Session, person_id: uuid.UUID, device: str) -> None:
    """That code was right: its browser starts anew."""
    session.execute(delete(Attempts).where(Attempts.bucket == _code_bucket(person_id, device)))


def _code_bucket(person_id: uuid.UUID, device: str) -> str:
    return _hash(f"code {person_id} device {_hash(device)}")


def good(session: Session, account: str, origin: Origin, *, now: datetime) -> None:
    """That try was right: its place starts anew."""
    for known in (True, False):
        session.execute(delete(Attempts).where(Attempts.bucket == _bucket(account, origin, known=known)))
    own = Attempts.bucket == _hash(f"address {origin.address}")
    session.execute(update(Attempts).where(own, Attempts.failures > 0).values(failures=Attempts.failures - 1))
    session.execute(delete(Attempts).where(Attempts.last_at < now - KEPT))


def remember_device(session: Session, person_id: uuid.UUID, device: str, *, now: datetime) -> None:
    """Somebody signed in completely in this browser."""
    row = insert(KnownDevice).values(device_hash=_hash(device), person_id=person_id, seen_at=now)
    session.execute(row.on_conflict_do_update(index_elements=["device_hash", "person_id"], set_={"seen_at": now}))


def forget_devices(session: Session, person_id: uuid.UUID) -> None:
    session.execute(delete(KnownDevice).where(KnownDevice.person_id == person_id))


def is_known(session: Session, account: str, device: str, *, now: datetime) -> bool:
    """Whether the person of this account signed in in this browser before."""
    if not device:
        return False
    query = (
        select(literal(True))
        .select_from(KnownDevice)
        .join(Person, Person.id == KnownDevice.person_id)
        .where(KnownDevice.device_hash == _hash(device), Person.email == account, KnownDevice.seen_at > now - DEVICE_KNOWN)
    )
    return bool(session.scalar(query))


def _ceiling(session: Session, address: str, *, now: datetime) -> None:
    bucket = _hash(f"address {address}")
    session.execute(delete(Attempts).where(Attempts.bucket == bucket, Attempts.first_at < now - CEILING_WINDOW))
    count, _ = _one_more(session, bucket, now=now)
    if count > CEILING:
        raise TooMany()


def _one_more(session: Session, bucket: str, *, now: datetime) -> tuple[int, datetime | None]:
    """(tries, wait) with this one counted, atomically; a try during a wait is not counted and does not lengthen it."""
    waits = (Attempts.wait_until.is_not(None)) & (Attempts.wait_until > now)
    row = insert(Attempts).values(bucket=bucket, failures=1, first_at=now, last_at=now)
    counted = row.on_conflict_do_update(
        index_elements=["bucket"], set_={"failures": Attempts.failures + 1, "last_at": now}, where=~waits | waits.is_(None)
    ).returning(Attempts.failures)
    count = session.scalar(counted)
    if count is not None:
        return count, None
    return 0, session.scalar(select(Attempts.wait_until).where(Attempts.bucket == bucket))


def _wait(session: Session, bucket: str, until: datetime) -> None:
    session.get_one(Attempts, bucket, populate_existing=True).wait_until = until
    session.flush()


def _bucket(account: str, origin: Origin, *, known: bool) -> str:
    place = f"device {_hash(origin.device)}" if known else f"address {origin.address}"
    return _hash(f"{account} {place}")


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
