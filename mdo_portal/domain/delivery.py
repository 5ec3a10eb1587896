"""A delivery: one letter to one recipient over one channel, and what became of it."""

from __future__ import annotations

import uuid
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from mdo_portal.database import Base
from mdo_portal.domain.identifiers import new_id
from mdo_portal.errors import N_, IllegalMove

LETTER_PURPOSE = "letter.pdf"


class Audience(StrEnum):
    """For whom the letter is, at one hospital."""

    REFERRER = "referrer"  #: who referred, or treats: the hospital's own file
    GP = "gp"  #: the general practitioner, over the channel the hospital has for that


class DeliveryState(StrEnum):
    WAITING = "waiting"
    SENT = "sent"  #: left; the other side has not said it has it
    RECEIVED = "received"  #: the other side said so, with our own number
    REFUSED = "refused"  #: the other side said no; a person must look
    DEAD = "dead"  #: given up after many tries; a person must look
    CANCELLED = "cancelled"  #: need not leave: the patient objects, or what replaces it is there


OPEN = (DeliveryState.WAITING, DeliveryState.SENT)
"""A worker, or the receiver, still has to do something."""
DONE = (DeliveryState.RECEIVED, DeliveryState.CANCELLED)
"""Nobody has to do anything any more."""


class Hold(StrEnum):
    """Why nobody sends this letter until a person decides."""

    RESTORED = "restored"  #: the database is of an earlier moment: it may have arrived already


DELIVERY_MOVES: dict[DeliveryState, frozenset[DeliveryState]] = {
    DeliveryState.WAITING: frozenset(
        {
            DeliveryState.SENT,
            DeliveryState.RECEIVED,
            DeliveryState.REFUSED,
            DeliveryState.DEAD,
            DeliveryState.WAITING,
            DeliveryState.CANCELLED,
        }
    ),
    DeliveryState.SENT: frozenset(
        {
            DeliveryState.RECEIVED,
            DeliveryState.REFUSED,
            DeliveryState.WAITING,
            DeliveryState.DEAD,
            DeliveryState.CANCELLED,
        }
    ),
    DeliveryState.REFUSED: frozenset({DeliveryState.WAITING, DeliveryState.RECEIVED}),
    DeliveryState.DEAD: frozenset({DeliveryState.WAITING, DeliveryState.RECEIVED}),
    DeliveryState.RECEIVED: frozenset({DeliveryState.REFUSED}),  # only where a commit was all that was said
    DeliveryState.CANCELLED: frozenset({DeliveryState.WAITING, DeliveryState.RECEIVED}),
}
BACK_MOVES: dict[DeliveryState, frozenset[DeliveryState]] = {
    DeliveryState.RECEIVED: frozenset({*DeliveryState} - {DeliveryState.RECEIVED})
}
"""What a person may take back: that it was received, of which they were mistaken. To what it was, and to nothing else."""


class Delivery(Base):
    """One letter of one version of a decision to one recipient over one channel: a row of the outbox."""

    __tablename__ = "deliveries"
    __table_args__ = (
        UniqueConstraint("decision_id", "hospital_id", "audience", "recipient_name"),
        Index("ix_deliveries_due", "next_attempt_at", postgresql_where="state IN ('waiting','sent')"),
        Index("ix_deliveries_hospital_id", "hospital_id", "created_at"),
        Index("ix_deliveries_created_at", "created_at"),
        Index("ix_deliveries_sent_at", "hospital_id", "sent_at"),
        Index("ix_deliveries_on_paper", "sent_at", postgresql_where="channel = 'paper'"),
        Index("ix_deliveries_not_arrived", "created_at", "id", postgresql_where="state IN ('waiting','sent','refused','dead')"),
        Index(
            "ix_deliveries_queue", "hospital_id", "audience", "created_at", "id", postgresql_where="state IN ('waiting','sent')"
        ),
    )

    #: also the control id on the wire, so that the receiver can recognise a double
    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    decision_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("decisions.id"))
    case_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("cases.id"), index=True)
    #: the recipient's hospital; for a general practitioner the hospital over whose channel the letter goes
    hospital_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("hospitals.id"))
    #: for whom it is there
    audience: Mapped[Audience] = mapped_column(default=Audience.REFERRER)
    #: name of a recipient that is not the hospital itself, as it was when signed; empty = the hospital
    recipient_name: Mapped[str] = mapped_column(default="")
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
    #: how often it was put to the receiver: finding nobody there does not count
    attempts: Mapped[int] = mapped_column(default=0)
    #: not before; empty = nothing to do for the worker
    next_attempt_at: Mapped[datetime | None]
    #: a worker holds it until then; after a crash the lease runs out and it is sent again
    leased_until: Mapped[datetime | None]
    #: when it first left; where it was refused and left again since, when it first did that; just after the no where only a repeat was
    #: refused, for what left before may be there
    sent_at: Mapped[datetime | None]
    #: the earlier letter that it named when it was put to the recipient, itself when it named none: a repeat names the same. Empty =
    #: nothing of it is in their system; of one that was put on paper too
    named_id: Mapped[uuid.UUID | None]
    #: when the receiver last said no; stays when it said yes since
    refused_at: Mapped[datetime | None]
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
    #: what it was before a person confirmed it by hand (services/letters/taking_back.py); empty = nobody did, it was taken back, or their
    #: system said so as well since
    before_by_hand: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    #: the channel over which it left and got no answer, where it went over another one since; empty = there is none
    left_over: Mapped[str] = mapped_column(default="")
    #: since when nobody sends it until a person decides; empty = it may go
    held_at: Mapped[datetime | None]
    #: why it is held: a value of Hold
    hold_reason: Mapped[str] = mapped_column(default="")

    def move(self, state: DeliveryState) -> None:
        """Change state by the table of allowed moves. Raises IllegalMove."""
        if state not in DELIVERY_MOVES[self.state]:
            raise IllegalMove(N_("Deze brief kan nu niet naar die status. Er is niets veranderd."))
        self.state = state

    def move_back(self, state: DeliveryState) -> None:
        """To what it was before a person confirmed it by hand. Raises IllegalMove."""
        if self.before_by_hand is None or state not in BACK_MOVES.get(self.state, frozenset()):
            raise IllegalMove(N_("Van deze brief is geen ontvangst vastgelegd die u kunt terugnemen. Er is niets veranderd."))
        self.state = state
