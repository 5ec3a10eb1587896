"""The keys that seal, as they lie in the database: wrapped by a key of MDO_KEYRING, useless without it."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from mdo_portal.database import Base


class KeyPurpose(StrEnum):
    """What a key is for. One key does one thing."""

    SEAL = "seal"  #: seals values
    BLIND = "blind"  #: makes the blind indexes
    ROOT = "root"  #: of what is derived for other uses, such as the signature of database sessions


class DataKey(Base):
    """No patient data. Every process reads it at its start; only `mdo-portal db upgrade` and `mdo-portal keys` write it. No row is
    ever deleted: a value somewhere (also in a backup) may still be sealed with it."""

    __tablename__ = "data_keys"
    __table_args__ = (Index("uq_data_keys_purpose_current", "purpose", unique=True, postgresql_where="retired_at IS NULL"),)

    #: `d:20261125-3f9a`: stands before every value it sealed; a key of the ring can never have a name with a colon
    name: Mapped[str] = mapped_column(primary_key=True)
    purpose: Mapped[KeyPurpose]
    #: nonce, and the key encrypted by the key of the ring
    wrapped: Mapped[bytes]
    #: the name of the key of the ring that wrapped it
    kek: Mapped[str]
    #: when it was made
    made_at: Mapped[datetime]
    #: from then on it seals nothing new; what it sealed is still opened
    retired_at: Mapped[datetime | None]
