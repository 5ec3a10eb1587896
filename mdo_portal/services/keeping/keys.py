"""The data keys: made once, re-wrapped when the ring changes, renewed; and what they sealed, sealed again by the newest."""

from __future__ import annotations

import secrets
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import structlog
from sqlalchemy import Table, and_, func, select, text, tuple_, update
from sqlalchemy.orm import Session

from mdo_portal.domain.credentials import Authenticator
from mdo_portal.domain.delivery import LETTER_PURPOSE, Delivery
from mdo_portal.domain.document import DOCUMENT_PURPOSE, CaseDocument
from mdo_portal.domain.draft import Draft
from mdo_portal.domain.identity import IdentityProvider
from mdo_portal.domain.identity_conflict import IDENTITIES_PURPOSE, IdentityConflict
from mdo_portal.domain.inbound import RAW_PURPOSE, InboundMessage
from mdo_portal.domain.keys import DataKey, KeyPurpose
from mdo_portal.domain.letters import PATIENT_LETTER_PURPOSE, PatientLetter
from mdo_portal.domain.link import Link
from mdo_portal.domain.patient import BSN_PURPOSE, Patient
from mdo_portal.domain.people import Person
from mdo_portal.domain.pull import NOTICE_PURPOSE, Pull
from mdo_portal.domain.recipient import RecipientChannel
from mdo_portal.domain.sealing import BY_PURPOSE, BY_ROW, CANNOT_OPEN, Keyring, WrappedKey, ring_secret, unwrap, wrap
from mdo_portal.domain.subscription import SECRET_PURPOSE, Subscription
from mdo_portal.services.common.sealed import row_of, sealer
from mdo_portal.services.links import hospitals, recipient_channels
from mdo_portal.services.people import identities, second_factors
from mdo_portal.services.referrals import drafts

log = structlog.get_logger(__name__)
#: how much of a sealed value is enough to tell it from every other: name, mark and nonce
HEAD_BYTES = 60


@dataclass(frozen=True)
class SealedColumn:
    """A column of sealed values: its purpose, and the columns that name the row (empty: bound to its purpose only)."""

    table: Table
    column: str
    purpose: str
    bound_by: tuple[str, ...] = ()


def _of(model: Any, column: str, purpose: str, *bound_by: str) -> SealedColumn:
    return SealedColumn(model.__table__, column, purpose, bound_by)


#: Every sealed column there is: a test compares it with the tables.
SEALED = [
    _of(Patient, "bsn_sealed", BSN_PURPOSE, "id"),
    _of(InboundMessage, "raw_sealed", RAW_PURPOSE),
    _of(CaseDocument, "content_sealed", DOCUMENT_PURPOSE, "id"),
    _of(IdentityConflict, "identities_sealed", IDENTITIES_PURPOSE, "id"),
    _of(Delivery, "letter_sealed", LETTER_PURPOSE, "id"),
    _of(PatientLetter, "content_sealed", PATIENT_LETTER_PURPOSE, "id"),
    _of(Draft, "fields_sealed", drafts.PURPOSE, "person_id", "hospital_id"),
    _of(Person, "totp_sealed", second_factors.TOTP_PURPOSE),
    _of(Authenticator, "pending_sealed", second_factors.TOTP_PURPOSE),
    _of(IdentityProvider, "client_secret_sealed", identities.SECRET_PURPOSE),
    _of(Link, "token_out_sealed", hospitals.TOKEN_PURPOSE),
    _of(Link, "certificate_out_sealed", hospitals.CERTIFICATE_PURPOSE),
    _of(RecipientChannel, "secret_sealed", recipient_channels.SECRET_PURPOSE, "hospital_id", "audience"),
    _of(Pull, "notice_sealed", NOTICE_PURPOSE),
    _of(Subscription, "secret_sealed", SECRET_PURPOSE, "link_id"),
]


def load(session: Session) -> list[WrappedKey]:
    """Every data key, newest first."""
    query = select(DataKey).order_by(DataKey.made_at.desc(), DataKey.name)
    return [WrappedKey(key.name, key.purpose, key.wrapped, key.kek, key.retired_at is not None) for key in session.scalars(query)]


def ensure(session: Session, keyring: Keyring, *, now: datetime) -> None:
    """Make the keys that are not there yet. Blind indexes keep the secret they were made with, so that 0.1's rows stay findable."""
    session.execute(text("SELECT pg_advisory_xact_lock(hashtext('data_keys'))"))
    there = set(session.scalars(select(DataKey.purpose).where(DataKey.retired_at.is_(None))))
    first = {KeyPurpose.SEAL: secrets.token_bytes(32)}
    first |= {purpose: ring_secret(keyring, purpose) for purpose in (KeyPurpose.BLIND, KeyPurpose.ROOT)}
    for purpose, key in first.items():
        if purpose not in there:
            _keep(session, keyring, purpose, key, now=now)


def _keep(session: Session, keyring: Keyring, purpose: KeyPurpose, key: bytes, *, now: datetime) -> str:
    name = f"{'d' if purpose is KeyPurpose.SEAL else purpose[0]}:{now:%Y%m%d}-{secrets.token_hex(3)}"
    made = wrap(keyring, name, purpose, key)
    session.add(DataKey(name=name, purpose=purpose, wrapped=made.wrapped, kek=made.kek, made_at=now))
    session.flush()
    return name


def rewrap(session: Session, keyring: Keyring) -> int:
    """Wrap every data key by the newest key of the ring. Returns how many were not. Touches no sealed value."""
    behind = session.scalars(select(DataKey).where(DataKey.kek != keyring[0][0]).with_for_update()).all()
    for row in behind:
        plain = unwrap(keyring, WrappedKey(row.name, row.purpose, row.wrapped, row.kek))
        made = wrap(keyring, row.name, row.purpose, plain)
        row.wrapped, row.kek = made.wrapped, made.kek
    return len(behind)


def renew(session: Session, keyring: Keyring, purpose: KeyPurpose, *, now: datetime) -> str:
    """A new key of this purpose; the one of before is retired. Returns its name."""
    session.execute(update(DataKey).where(DataKey.purpose == purpose, DataKey.retired_at.is_(None)).values(retired_at=now))
    return _keep(session, keyring, purpose, secrets.token_bytes(32), now=now)


def reseal(session: Session, place: SealedColumn, *, after: tuple[Any, ...] = (), most: int = 50) -> tuple[int, tuple[Any, ...]]:
    """Seal the next few values of a column again by the newest key. Returns how many, and where to go on (empty: at the end).

    A value that somebody replaced meanwhile is left alone: theirs was sealed a moment ago. So is one that opens no more; `counts` tells.
    """
    keys, table = sealer(session), place.table
    column, primary = table.c[place.column], list(table.primary_key.columns)
    head = f"{keys.newest}".encode() + (BY_ROW if place.bound_by else BY_PURPOSE)
    behind = and_(func.length(column) > 0, func.substring(column, 1, len(head)) != head)
    query = select(*primary, column, *(table.c[name] for name in place.bound_by)).where(behind).order_by(*primary).limit(most)
    rows = session.execute(query.where(tuple_(*primary) > after) if after else query).all()
    done = 0
    for row in rows:
        try:
            _reseal_one(session, place, row[: len(primary)], row[len(primary)], row[len(primary) + 1 :])
        except CANNOT_OPEN as error:
            log.error("keys.sealed", table=table.name, error=type(error).__name__)
        else:
            done += 1
    return done, tuple(rows[-1][: len(primary)]) if len(rows) == most else ()


def _reseal_one(session: Session, place: SealedColumn, key: Sequence[Any], sealed: bytes, bound: Sequence[Any]) -> None:
    keys, column = sealer(session), place.table.c[place.column]
    row = row_of(place.table.name, *bound) if place.bound_by else ""
    again = keys.seal(keys.open(sealed, purpose=place.purpose, row=row), purpose=place.purpose, row=row)
    same = func.substring(column, 1, HEAD_BYTES) == sealed[:HEAD_BYTES]
    here = and_(*(one == value for one, value in zip(place.table.primary_key.columns, key, strict=True)))
    session.execute(update(place.table).where(here, same).values({place.column: again}))


def counts(session: Session) -> dict[str, dict[str, int]]:
    """Per sealed column: how many values each key sealed."""
    return {f"{place.table.name}.{place.column}": _by_key(session, place) for place in SEALED}


def _by_key(session: Session, place: SealedColumn) -> dict[str, int]:
    column = place.table.c[place.column]
    head = func.substring(column, 1, HEAD_BYTES)
    rows = session.execute(select(head).where(func.length(column) > 0))
    return dict(Counter(bytes(row[0]).replace(BY_ROW, BY_PURPOSE).partition(BY_PURPOSE)[0].decode() for row in rows))


def others_connected(session: Session) -> int:
    """How many other connections to this database there are."""
    query = text(
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() "
        "AND backend_type = 'client backend'"
    )
    return int(session.scalar(query) or 0)
