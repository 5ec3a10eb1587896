"""The chain over the access log: what a seal is, and which words of a line it covers. ADR 0019."""

from __future__ import annotations

import hashlib
import json
import uuid
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Final

from sqlalchemy import BigInteger, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from mdo_portal.database import Base

NO_HOSPITAL: Final = uuid.UUID(int=0)
"""The chain of lines that are about no hospital's data."""
FORM: Final = 2
"""The newest form. A column more in the log is a form more here: old seals keep the words they were made of."""
DATED: Final = 2
"""From this form on a seal covers the moment of sealing, and the hash of the words: it can be checked when its line is gone."""
CUT: Final = "retention.cut"
"""The act of a line that says how far the beginning of its chain went, because the log's term was over."""
_FIRST_WORDS: Final = (
    "seq", "event_id", "at", "event_code", "act", "action_code", "outcome", "person_id", "alternate_id", "person_name",
    "acting_hospital_id", "roles", "is_requestor", "sign_in_method", "responsible_person_id", "purpose", "relation", "policy",
    "basis", "emergency", "reason", "hospital_id", "patient_id", "case_id", "object_type", "object_id", "object_id_type",
    "object_class", "object_role", "life_cycle", "sensitivity", "hits", "categories", "network_type", "client_address",
    "source_site", "source_id", "source_type", "trace_id", "detail",
)  # fmt: skip
FIELDS: Final[Mapping[int, tuple[str, ...]]] = {1: _FIRST_WORDS, 2: _FIRST_WORDS}


class AuditSeal(Base):
    """One link of a hospital's chain: it covers one line, and the link before it.

    Tenant: hospital_id. Written and read by the worker and `mdo-portal audit verify`; no web transaction needs it.
    """

    __tablename__ = "audit_seals"
    __table_args__ = (UniqueConstraint("seq"),)

    #: whose chain; NO_HOSPITAL for lines about no hospital's data
    hospital_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    #: place in that chain, from 1 without gaps
    number: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    #: the line it covers. No foreign key: a line that is gone must be found missing, not be kept from going
    seq: Mapped[int] = mapped_column(BigInteger)
    #: which FIELDS were covered
    form: Mapped[int]
    #: hash of the link before; empty for the first
    prev_hash: Mapped[bytes]
    #: SHA-256 over the link before, this place and the words of the line; since DATED over the moment and the hash of the words
    hash: Mapped[bytes]
    #: SHA-256 of the words of the line; empty in forms before DATED. Says nothing of a line that is gone: a line has random numbers in it
    words_hash: Mapped[bytes | None]
    #: when it was sealed; since DATED covered by the hash
    sealed_at: Mapped[datetime]


class AuditWaiting(Base):
    """A line that is committed and not yet sealed: a trigger puts it here, so that a late commit is never passed over.

    No patient data. Written by the trigger (as its owner) and emptied by the worker; no web transaction touches it.
    """

    __tablename__ = "audit_waiting"

    #: the line
    seq: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)


def words_of(line: Mapping[str, object], form: int = FORM) -> bytes:
    """The line as bytes: the same for the same line, another for any other."""
    plain = [[name, _plain(line[name])] for name in FIELDS[form]]
    return json.dumps(plain, ensure_ascii=False, separators=(",", ":")).encode()


def _plain(value: object) -> object:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="microseconds")
    if isinstance(value, uuid.UUID):
        return str(value)
    return value


def link(before: bytes, hospital_id: uuid.UUID, number: int, words: bytes) -> bytes:
    """The hash of a link of the first form. What stands in front of the words has a fixed length: nothing can move between them."""
    return hashlib.sha256(b"mdo-portal audit 1\0" + _place(before, hospital_id, number) + words).digest()


def dated_link(before: bytes, hospital_id: uuid.UUID, number: int, sealed_at: datetime, words_hash: bytes) -> bytes:
    """The hash of a link since DATED: with the moment of sealing, and needing the hash of the words only."""
    moment = sealed_at.astimezone(UTC).isoformat(timespec="microseconds").encode()
    return hashlib.sha256(b"mdo-portal audit 2\0" + _place(before, hospital_id, number) + moment + words_hash).digest()


def hash_of(words: bytes) -> bytes:
    return hashlib.sha256(words).digest()


def _place(before: bytes, hospital_id: uuid.UUID, number: int) -> bytes:
    return before.rjust(32, b"\0") + hospital_id.bytes + number.to_bytes(8, "big")


def says(seal: bytes, *, years: int, lines: int) -> str:
    """What the detail of a CUT line says: the hash of the last seal whose line went, the term in years, and how many lines went."""
    return f"{seal.hex()} {years} {lines}"


def said(detail: str) -> tuple[bytes, int]:
    """Seal and years, read back. Raises ValueError."""
    seal, years, _ = detail.split(" ")
    return bytes.fromhex(seal), int(years)
