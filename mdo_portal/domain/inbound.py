"""What hospitals sent us, kept as bytes: the inbox. A row here is the meaning of *acknowledged*."""

from __future__ import annotations

import uuid
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    ForeignKey,
    ForeignKeyConstraint,
    Identity,
    Index,
    LargeBinary,
    false,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.hybrid import hybrid_property
from sqlalchemy.orm import Mapped, mapped_column

from mdo_portal.database import Base
from mdo_portal.domain.identifiers import new_id
from mdo_portal.errors import IllegalMove
from mdo_portal.exchange import Wire

RAW_PURPOSE = "inbound.raw"
PATIENT_KEY = "inbound.patient"
"""Purpose of the blind indexes of the numbers that a message is about."""


class InboundState(StrEnum):
    KEPT = "kept"  #: stored, not yet understood
    UNDERSTOOD = "understood"
    UNREADABLE = "unreadable"  #: stands on a person's list with the reason
    IGNORED = "ignored"  #: a person decided it needs nothing


INBOUND_MOVES: dict[InboundState, frozenset[InboundState]] = {
    InboundState.KEPT: frozenset({InboundState.UNDERSTOOD, InboundState.UNREADABLE, InboundState.IGNORED}),
    InboundState.UNREADABLE: frozenset({InboundState.KEPT, InboundState.IGNORED}),
    # read once more into its case, after a setting was mended; asks again who it is about, when that answer was taken back
    InboundState.UNDERSTOOD: frozenset({InboundState.KEPT, InboundState.UNREADABLE}),
    # the second: somebody said that it is of nobody here, and took that back
    InboundState.IGNORED: frozenset({InboundState.KEPT, InboundState.UNREADABLE}),
}

OF_A_REFERRAL = ("referral", "update")
"""What such a message was to us: it can be read again into the case that it has (services/inbox/rereading.py)."""
WAITS_TOO_LONG = timedelta(minutes=5)
"""A kept message is read within seconds; one that waits longer needs somebody to look."""
UNREAD_TOO_LONG = timedelta(hours=24)
"""A message that could not be read may hold a referral: within a day somebody has to have looked."""
FEED = frozenset({"ADT", "BAR", "DFT", "OMP", "PGL", "PMU", "PPR", "RAS", "RDE", "RDS", "RGV", "SIU", "VXU"})
"""Messages that an EPD sends of all its patients, never a referral: about somebody without a case they are counted and not kept."""
ACK_OWED = ("AL", "ER", "SU")
"""What MSH-16 asked, of a message whose application acknowledgement is still to be said."""


class AckDone(StrEnum):
    """What became of an application acknowledgement that was owed."""

    SENT = "sent"  #: the hospital's receiver took it
    SILENT = "silent"  #: said some times, and never answered: some receivers answer no acknowledgement
    REFUSED = "refused"  #: the receiver does not want it
    LATE = "late"  #: nobody took it within the day


class InboundMessage(Base):
    __tablename__ = "inbound_messages"
    __table_args__ = (
        ForeignKeyConstraint(["link_id", "hospital_id"], ["links.id", "links.hospital_id"], match="FULL"),
        Index("uq_inbound_messages_double", "link_id", "control_id", "digest", unique=True, postgresql_nulls_not_distinct=True),
        Index("ix_inbound_messages_waiting", "seq", postgresql_where=text("state = 'kept'")),
        Index(
            "ix_inbound_messages_patient",
            "patient_keys",
            postgresql_using="gin",
            postgresql_where=text("settled_at IS NULL OR state = 'unreadable'"),
            postgresql_with={"fastupdate": "off"},
        ),
        Index("ix_inbound_messages_hospital_id", "hospital_id", "received_at"),
        Index("ix_inbound_messages_application_ack", "seq", postgresql_where=text("application_ack IN ('AL', 'ER', 'SU')")),
        Index(
            "ix_inbound_messages_application_ack_late",
            "hospital_id",
            "application_ack_at",
            postgresql_where=text("application_ack IN ('silent', 'refused', 'late')"),
        ),
        Index("ix_inbound_messages_unreadable", "hospital_id", "received_at", postgresql_where=text("state = 'unreadable'")),
        Index("ix_inbound_messages_ignored", "seq", postgresql_where=text("state = 'ignored'")),
        Index("ix_inbound_messages_counts_at", "hospital_id", "seq", postgresql_where=text("counts_at IS NOT NULL")),
        Index("ix_inbound_messages_case_id", "case_id", postgresql_where=text("case_id IS NOT NULL")),
        Index("ix_inbound_messages_ruling_id", "ruling_id", postgresql_where=text("ruling_id IS NOT NULL")),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    #: order of arrival
    seq: Mapped[int] = mapped_column(BigInteger, Identity(), unique=True)
    #: the link it came over; empty = unknown sender
    link_id: Mapped[uuid.UUID | None]
    #: the hospital of that link
    hospital_id: Mapped[uuid.UUID | None]
    wire: Mapped[Wire]
    #: `ORU^R01`, `Bundle.transaction`
    kind: Mapped[str] = mapped_column(default="")
    #: the sender's number of the message
    control_id: Mapped[str] = mapped_column(default="")
    #: SHA-256 of the bytes: same number and same bytes = a double; other bytes = a new message
    digest: Mapped[bytes]
    #: the bytes as they came, sealed; emptied when their term has passed (domain/retention.py)
    raw_sealed: Mapped[bytes]
    #: bytes as they came
    size: Mapped[int]
    #: blind index of each of the patient's numbers: messages that share one are understood in order
    patient_keys: Mapped[list[bytes]] = mapped_column(ARRAY(LargeBinary), default=list)
    state: Mapped[InboundState] = mapped_column(default=InboundState.KEPT)
    #: code of UNREADABLE_REASONS
    reason: Mapped[str] = mapped_column(default="")
    #: where in the message; no values
    place: Mapped[str] = mapped_column(default="")
    #: names of what the profile did not place or could not read
    leftovers: Mapped[list[str]] = mapped_column(default=list)
    #: when it was stored
    received_at: Mapped[datetime]
    #: as when it counts, where the clock said that it came before what its hospital had sent; empty = when it was stored
    counts_at: Mapped[datetime | None]
    #: when the same message last came again
    doubled_at: Mapped[datetime | None]
    #: how often it came again
    doubles: Mapped[int] = mapped_column(default=0)
    #: when it was understood, set aside or ignored
    settled_at: Mapped[datetime | None]
    #: when it was last offered to be read again; empty = never
    offered_at: Mapped[datetime | None]
    #: how often a worker began to understand it
    attempts: Mapped[int] = mapped_column(default=0)
    #: not before; empty = at once
    next_attempt_at: Mapped[datetime | None]
    #: the character set that reads it, and who said so: `iso8859-15 (MSH-18)`; empty = nobody could tell
    charset: Mapped[str] = mapped_column(default="")
    #: how it came: `tls`, `local` (this machine) or `plain` (unencrypted, accepted in writing); empty = not over MLLP
    line: Mapped[str] = mapped_column(default="")
    #: the application acknowledgement (MSH-16) that is to be said over the link's own channel: AL, ER, SU while it is owed; then what
    #: became of it (AckDone); empty = none was asked, or what was asked has nothing to say
    application_ack: Mapped[str] = mapped_column(default="")
    #: AA, AE or AR: settled at the first attempt, so that each further one says the same
    application_ack_code: Mapped[str] = mapped_column(default="", server_default="")
    #: how often it was said
    application_ack_attempts: Mapped[int] = mapped_column(default=0, server_default="0")
    #: not before: a worker has it under way, or the receiver asked for time; empty = at once
    application_ack_due: Mapped[datetime | None]
    #: when it was taken, or given up
    application_ack_at: Mapped[datetime | None]
    #: the case it made or changed
    case_id: Mapped[uuid.UUID | None]
    #: what it was to us: `referral`, `update`, or one of the border's MEANINGS; empty = not understood (yet), or before this was kept
    meaning: Mapped[str] = mapped_column(default="", server_default="")
    #: the board that case was of then: says what it concerned to who may not see the case; empty = none was chosen
    board_id: Mapped[uuid.UUID | None]
    #: the answer to *Who is this?* (identity_conflicts) by which its patient was found; empty = none was needed
    ruling_id: Mapped[uuid.UUID | None]
    #: the discussion of that case was past then
    was_past: Mapped[bool] = mapped_column(default=False, server_default=false())

    @property
    def came_at(self) -> datetime:
        """When it came among what its hospital sent: what it told has this moment."""
        return self.counts_at or self.received_at

    @hybrid_property
    def waits_since(self) -> datetime:
        """Since when it has been there to be read: an old message that is read again has not waited since it came."""
        return self.offered_at or self.received_at

    @waits_since.inplace.expression
    @classmethod
    def _waits_since(cls) -> ColumnElement[datetime]:
        return func.coalesce(cls.offered_at, cls.received_at)

    def move(self, state: InboundState) -> None:
        """Change state by the table of allowed moves. Raises IllegalMove."""
        if state not in INBOUND_MOVES[self.state]:
            raise IllegalMove()
        self.state = state


def offered_again(now: datetime) -> dict[str, Any]:
    """What is set in a message that is to be read once more, for the first time as far as a reader can tell."""
    first = {"reason": "", "place": "", "attempts": 0, "next_attempt_at": None, "settled_at": None}
    return {"state": InboundState.KEPT, "offered_at": now, **first}


class SamePatient(Base):
    """A number that its hospital said belongs to the same patient as another: their messages are understood in one order."""

    __tablename__ = "same_patients"

    hospital_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("hospitals.id"), primary_key=True)
    #: blind index of the number, as in inbound_messages.patient_keys
    key: Mapped[bytes] = mapped_column(primary_key=True)
    #: the key that stands for all numbers of this patient
    root: Mapped[bytes]
    #: when the hospital last said so
    told_at: Mapped[datetime]


class FeedCount(Base):
    """Feed messages about patients without a case: acknowledged, counted, not kept (data minimisation)."""

    __tablename__ = "feed_counts"

    link_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("links.id"), primary_key=True)
    #: day (UTC) of arrival
    day: Mapped[date] = mapped_column(primary_key=True)
    #: messages of that day
    ignored: Mapped[int] = mapped_column(BigInteger, default=0)
