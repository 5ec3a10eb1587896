"""The conclusion: one shared text per round and section, as Yjs updates in the order they were stored."""

from __future__ import annotations

import uuid
from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from mdo_portal.database import Base
from mdo_portal.domain.identifiers import new_id


class NoteSection(StrEnum):
    """What the conclusion consists of, in the order of the letter."""

    DIAGNOSIS = "diagnosis"  #: diagnosis and stage as the board states them
    CONSIDERATIONS = "considerations"
    ADVICE = "advice"


class Note(Base):
    """One section of the conclusion of one round."""

    __tablename__ = "notes"
    __table_args__ = (UniqueConstraint("round_id", "section"),)

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    round_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("rounds.id"))
    section: Mapped[NoteSection]
    #: number of the last stored update; the row is locked while one is added
    revision: Mapped[int] = mapped_column(default=0)
    #: bytes of all updates together
    size: Mapped[int] = mapped_column(default=0)
    #: how many letters of each page are in them (a Yjs state vector); null = typed before this was kept, or nothing was
    vector: Mapped[bytes | None]
    #: of how many pieces they consist, as far as counted: what it costs to put them together
    pieces: Mapped[int] = mapped_column(default=0, server_default="0")
    #: frozen by a signature: no update is accepted any more
    frozen_at: Mapped[datetime | None]


class NoteUpdate(Base):
    """One acknowledged change. What a person saw as saved is a row here."""

    __tablename__ = "note_updates"

    note_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("notes.id"), primary_key=True)
    #: 1, 2, 3 … within the note: the order in which the server took them
    revision: Mapped[int] = mapped_column(primary_key=True)
    #: a Yjs update, as the browser sent it
    body: Mapped[bytes]
    #: who typed it
    person_id: Mapped[uuid.UUID | None]
    #: when it was stored
    at: Mapped[datetime]
