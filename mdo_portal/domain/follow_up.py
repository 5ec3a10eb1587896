"""What became of a recommendation: open until somebody says carried out, partly or not, and why. Nothing is concluded from messages."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from mdo_portal.database import Base
from mdo_portal.domain.identifiers import new_id
from mdo_portal.errors import N_, IllegalMove

MOST_DAYS = 90


class FollowState(StrEnum):
    OPEN = "open"
    CARRIED_OUT = "carried_out"
    PARTLY = "partly"
    NOT_DONE = "not_done"
    SUPERSEDED = "superseded"  #: was open when its decision was corrected or withdrawn


class NotDone(StrEnum):
    """Why not, or only partly (Kinnear 2017 and MII oncology, knowledge/field.md (e) Outcome)."""

    WISH = "wish"  #: the patient's wish
    DETERIORATION = "deterioration"
    COMORBIDITY = "comorbidity"
    NEW_INFORMATION = "new_information"
    CLINICIAN = "clinician"  #: the treating clinician decided otherwise
    LOGISTICS = "logistics"
    LOST = "lost"  #: lost from sight


ANSWERS = (FollowState.CARRIED_OUT, FollowState.PARTLY, FollowState.NOT_DONE)
"""What a person can say of an item."""

FOLLOW_MOVES: Mapping[FollowState, frozenset[FollowState]] = {
    FollowState.OPEN: frozenset({*ANSWERS, FollowState.SUPERSEDED}),
    **{answer: frozenset({*ANSWERS, FollowState.OPEN}) - {answer} for answer in ANSWERS},  # said by mistake
    FollowState.SUPERSEDED: frozenset(),
}


class Press(StrEnum):
    """How an open item stands to its due date."""

    LATE = "late"
    SOON = "soon"
    ON_TIME = "on_time"
    NO_DATE = "no_date"


class Evidence(StrEnum):
    """What of the hospital's own messages a person pointed at when closing an item."""

    APPOINTMENT = "appointment"
    DOCUMENT = "document"
    RESULT = "result"  #: a fact a message told
    VISIT = "visit"  #: an admission, transfer or outpatient visit


class FollowUp(Base):
    """One recommendation of a signed decision, and what became of it.

    Its words are those of the frozen decision; who sees to it and by when may be handed over since (domain/handover.py).
    A correction or withdrawal supersedes it, also when it was closed already: what people said stays, and no figure counts it any more.
    """

    __tablename__ = "follow_ups"
    __table_args__ = (
        UniqueConstraint("decision_id", "position"),
        CheckConstraint("(state = 'open') = (closed_at IS NULL)", name="closed_when"),
        CheckConstraint("state = 'open' OR closed_by IS NOT NULL", name="closed_by_whom"),
        CheckConstraint("(state IN ('partly', 'not_done')) = (reason <> '')", name="reason"),
        CheckConstraint("superseded_by_id IS NULL OR state <> 'open'", name="superseded_is_closed"),
        CheckConstraint("state <> 'superseded' OR superseded_by_id IS NOT NULL", name="superseded_by_what"),
        CheckConstraint("(evidence_kind = '') = (evidence_id IS NULL)", name="evidence"),
        Index("ix_follow_ups_case_id", "case_id"),
        Index("ix_follow_ups_board_id", "board_id", "signed_at"),
        Index("ix_follow_ups_due", "due_on", "id", postgresql_where="state = 'open'"),
        Index("ix_follow_ups_superseded_by_id", "superseded_by_id"),
        Index(
            "ix_follow_ups_closed_at",
            text("closed_at DESC"),
            postgresql_where="closed_at IS NOT NULL AND superseded_by_id IS NULL",
        ),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    decision_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("decisions.id"))
    round_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("rounds.id"), index=True)
    case_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("cases.id"))
    #: hospital of the case (tenant)
    hospital_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("hospitals.id"), index=True)
    #: hospital that has to do it: named by the board when it is one of the network, else that of the case
    owner_hospital_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("hospitals.id"), index=True)
    #: the board that recommended it
    board_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("boards.id"))
    #: its place in the decision: 1 for the first choice
    position: Mapped[int]
    #: a value of AdviceKind; empty = not chosen
    kind: Mapped[str] = mapped_column(default="")
    #: what was recommended, in the board's words
    text: Mapped[str] = mapped_column(default="")
    #: a value of Intent; empty = not said
    intent: Mapped[str] = mapped_column(default="")
    #: when it holds; empty = always
    condition: Mapped[str] = mapped_column(default="")
    #: hospital of treatment, in the board's words
    place: Mapped[str] = mapped_column(default="")
    #: who sees to it, in words
    responsible: Mapped[str] = mapped_column(default="")
    #: the colleague it was handed to; empty = handed to nobody that the portal knows
    responsible_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("people.id"))
    #: to be done by; empty = the board named no day
    due_on: Mapped[date | None]
    #: when it was first recommended: of an unchanged item of a corrected decision, the first signature
    signed_at: Mapped[datetime]
    state: Mapped[FollowState] = mapped_column(default=FollowState.OPEN)
    #: a value of NotDone when partly or not done
    reason: Mapped[str] = mapped_column(default="")
    #: the same in words, or what was done
    words: Mapped[str] = mapped_column(default="")
    #: the day it was done, as entered; empty = not said
    done_on: Mapped[date | None]
    #: when somebody said so
    closed_at: Mapped[datetime | None]
    #: who; of a superseded item the signer of what superseded it
    closed_by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("people.id"))
    #: which kind of message of the hospital that person pointed at: a value of Evidence; empty = none
    evidence_kind: Mapped[str] = mapped_column(default="")
    #: the row that message made
    evidence_id: Mapped[uuid.UUID | None]
    #: the message itself
    message_id: Mapped[uuid.UUID | None]
    #: the decision that superseded it
    superseded_by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("decisions.id"))
    #: the same recommendation in the decision of before, from which the answer was taken over
    carried_from_id: Mapped[uuid.UUID | None]
    #: when the board heard what became of it; empty = not yet
    told_at: Mapped[datetime | None]
    #: goes up with every change: two people in one item are noticed
    revision: Mapped[int] = mapped_column(default=1)

    @property
    def is_open(self) -> bool:
        return self.state is FollowState.OPEN

    @property
    def same_as(self) -> tuple[str, ...]:
        """Two items with the same of this are one recommendation."""
        return (self.kind, self.text, self.intent, self.condition, self.place)

    def move(self, state: FollowState) -> None:
        """Change state by the table of allowed moves. Raises IllegalMove."""
        if self.superseded_by_id is not None or state not in FOLLOW_MOVES[self.state]:
            raise IllegalMove(N_("Deze aanbeveling kan nu niet naar die status. Er is niets veranderd."))
        self.state = state
        self.revision += 1


def press_of(due_on: date | None, *, today: date, days: int) -> Press:
    """How an open item stands to its due date, `days` being the board's own warning."""
    if due_on is None:
        return Press.NO_DATE
    if due_on < today:
        return Press.LATE
    return Press.SOON if due_on <= today + timedelta(days=days) else Press.ON_TIME
