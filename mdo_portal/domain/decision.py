"""A decision: what a signature freezes. Never edited; a correction, an addendum or a withdrawal is a new decision about it."""

from __future__ import annotations

import hashlib
import json
import uuid
from collections.abc import Mapping
from collections.abc import Sequence as ListOf
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol, TypeVar

from sqlalchemy import ForeignKey, Index, Sequence, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from mdo_portal.database import Base
from mdo_portal.domain.identifiers import new_id
from mdo_portal.errors import N_, IllegalMove
from mdo_portal.exchange import DecisionForm

LETTER_PURPOSE = "letter.pdf"
DOCUMENT_NUMBERS = Sequence("document_numbers", metadata=Base.metadata)


class Decision(Base):
    __tablename__ = "decisions"
    __table_args__ = (UniqueConstraint("round_id", "version"),)

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    round_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("rounds.id"))
    case_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("cases.id"), index=True)
    #: the owner hospital (tenant)
    hospital_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("hospitals.id"))
    #: 1 for the first; whatever is signed after it in this round, in whichever form, has the next number
    version: Mapped[int]
    #: what it is to the one before it
    form: Mapped[DecisionForm] = mapped_column(default=DecisionForm.FIRST)
    #: the decision it is about: which it corrects, adds to or withdraws. Only a correction and a withdrawal end that one (REPLACES)
    supersedes_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("decisions.id"), index=True)
    #: why it was corrected, added to or withdrawn
    correction_reason: Mapped[str] = mapped_column(default="")
    #: number printed on the letter: MDO-2026-000123-1
    document_number: Mapped[str] = mapped_column(unique=True)
    #: everything the letter says, as signed: sections, outcome, participants, quorum, question, names
    content: Mapped[dict[str, Any]]
    #: SHA-256 of `content` in canonical JSON
    content_hash: Mapped[str]
    #: the chair who signed
    signed_by: Mapped[uuid.UUID] = mapped_column(ForeignKey("people.id"))
    #: moment of signing
    signed_at: Mapped[datetime]


_ANY = frozenset({DecisionForm.CORRECTION, DecisionForm.ADDENDUM, DecisionForm.WITHDRAWAL})
#: what may be signed in a round after what was signed last in it; None = nothing yet
FORM_MOVES: Mapping[DecisionForm | None, frozenset[DecisionForm]] = {
    None: frozenset({DecisionForm.FIRST}),
    DecisionForm.FIRST: _ANY,
    DecisionForm.CORRECTION: _ANY,
    DecisionForm.ADDENDUM: _ANY,
    DecisionForm.WITHDRAWAL: frozenset(),  # what the board decides next is decided in another round
}
#: after one of these, what was signed before in the round no longer holds
REPLACES = (DecisionForm.CORRECTION, DecisionForm.WITHDRAWAL)
WHOLE = (DecisionForm.FIRST, DecisionForm.CORRECTION)
"""Forms that hold a whole advice, and not something about one."""


class Signed(Protocol):
    """A decision, or a row of one: where it stands in its round, and what it is to the one before."""

    @property
    def version(self) -> int: ...
    @property
    def form(self) -> DecisionForm: ...


One = TypeVar("One", bound=Signed)


def main(signed: ListOf[One]) -> One | None:
    """The newest whole advice of a round, whether it still holds or was withdrawn. `signed`: all of the round, in order of version."""
    return next((one for one in reversed(signed) if one.form in WHOLE), None)


def standing(signed: ListOf[One]) -> ListOf[One]:
    """What holds now of what was signed in a round: the newest whole advice and what was added to it; nothing once it is withdrawn."""
    whole = main(signed)
    if whole is None or signed[-1].form is DecisionForm.WITHDRAWAL:
        return []
    return [one for one in signed if one.version >= whole.version]


def hash_of(content: dict[str, Any]) -> str:
    """SHA-256 of the frozen content as canonical JSON (sorted keys, no spaces, UTF-8)."""
    text = json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


class DeliveryState(StrEnum):
    WAITING = "waiting"
    SENT = "sent"  #: left; the other side has not said it has it
    RECEIVED = "received"  #: the other side said so, with our own number
    REFUSED = "refused"  #: the other side said no; a person must look
    DEAD = "dead"  #: given up after many tries; a person must look


DELIVERY_MOVES: dict[DeliveryState, frozenset[DeliveryState]] = {
    DeliveryState.WAITING: frozenset(
        {DeliveryState.SENT, DeliveryState.RECEIVED, DeliveryState.REFUSED, DeliveryState.DEAD, DeliveryState.WAITING}
    ),
    DeliveryState.SENT: frozenset({DeliveryState.RECEIVED, DeliveryState.REFUSED, DeliveryState.WAITING, DeliveryState.DEAD}),
    DeliveryState.REFUSED: frozenset({DeliveryState.WAITING, DeliveryState.RECEIVED}),
    DeliveryState.DEAD: frozenset({DeliveryState.WAITING, DeliveryState.RECEIVED}),
    DeliveryState.RECEIVED: frozenset(),
}


class Delivery(Base):
    """One letter to one recipient over one channel: a row of the outbox."""

    __tablename__ = "deliveries"
    __table_args__ = (
        UniqueConstraint("decision_id", "hospital_id"),
        Index("ix_deliveries_due", "next_attempt_at", postgresql_where="state IN ('waiting','sent')"),
        Index("ix_deliveries_hospital_id", "hospital_id", "created_at"),
    )

    #: also the control id on the wire, so that the receiver can recognise a double
    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    decision_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("decisions.id"))
    case_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("cases.id"), index=True)
    #: the recipient
    hospital_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("hospitals.id"))
    #: number printed on the letter: who looks after post needs no more of the decision
    document_number: Mapped[str] = mapped_column(default="")
    #: version of the decision
    version: Mapped[int] = mapped_column(default=1)
    #: how it travels: a value of Channel
    channel: Mapped[str]
    state: Mapped[DeliveryState] = mapped_column(default=DeliveryState.WAITING)
    #: the rendered letter, sealed; empty until a worker rendered it, and again when its term has passed (domain/retention.py)
    letter_sealed: Mapped[bytes] = mapped_column(default=b"", deferred=True)
    #: of the rendered letter; empty until it was rendered
    letter_sha256: Mapped[str] = mapped_column(default="")
    #: when it was signed
    created_at: Mapped[datetime]
    #: how often a worker took it
    attempts: Mapped[int] = mapped_column(default=0)
    #: not before; empty = nothing to do for the worker
    next_attempt_at: Mapped[datetime | None]
    #: a worker holds it until then; after a crash the lease runs out and it is sent again
    leased_until: Mapped[datetime | None]
    #: when it first left
    sent_at: Mapped[datetime | None]
    #: when the receiver said it has it
    received_at: Mapped[datetime | None]
    #: code of the last receipt: AA, AE, 201, timeout
    receipt_code: Mapped[str] = mapped_column(default="")
    #: the receiver's reference of what it stored
    receipt_reference: Mapped[str] = mapped_column(default="")
    #: the receiver's words
    receipt_text: Mapped[str] = mapped_column(default="")
    #: who confirmed by hand, for a recipient without a link
    confirmed_by: Mapped[uuid.UUID | None]

    def move(self, state: DeliveryState) -> None:
        """Change state by the table of allowed moves. Raises IllegalMove."""
        if state not in DELIVERY_MOVES[self.state]:
            raise IllegalMove(N_("Deze brief kan nu niet naar die status. Er is niets veranderd."))
        self.state = state
