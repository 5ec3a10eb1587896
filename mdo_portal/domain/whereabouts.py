"""Where this database stood when a worker last looked: one that was put back, copied or moved stands elsewhere."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from sqlalchemy.orm import Mapped, mapped_column

from mdo_portal.database import Base


class Place(NamedTuple):
    """What PostgreSQL itself says of a database, and cannot be the same after a restore, a copy or a failover."""

    #: of the cluster (pg_control_system)
    system: str
    #: of its history: another one after a recovery or the promotion of a standby
    timeline: str
    #: number of the database in the cluster: another one after a copy or a load from a dump
    database: str

    def is_before(self, other: Place) -> bool:
        """Whether this is the machine that was the first one before `other` took its place."""
        return self.system == other.system and self.timeline < other.timeline


class Whereabouts(Base):
    """One row. No patient data."""

    __tablename__ = "whereabouts"

    #: always 1
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    #: of Place
    system: Mapped[str]
    #: of Place
    timeline: Mapped[str]
    #: of Place
    database: Mapped[str]
    #: when a worker last found it there, to the hour
    seen_at: Mapped[datetime]

    @property
    def place(self) -> Place:
        return Place(self.system, self.timeline, self.database)
