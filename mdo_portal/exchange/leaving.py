"""A case as it leaves for another system, whole and frozen: what was told, each discussion, each decision and what became of it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from mdo_portal.exchange.incoming import Fact
from mdo_portal.exchange.outgoing import DecisionForm
from mdo_portal.exchange.people import Contact, PatientIdentity


@dataclass(frozen=True)
class LeavingFile:
    """A document with its bytes. Its title is the sender's; in a file's name stands only its id."""

    id: str  # uuid
    title: str
    media_type: str
    content: bytes = field(repr=False)
    at: datetime  # when it came, or was made
    from_hospital: str = ""
    status: str = ""  # of RESULT_STATUSES, as its hospital said it last; "" = final
    is_replaced: bool = False  # a newer version took its place

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.content).hexdigest()


@dataclass(frozen=True)
class LeavingItem:
    """One recommendation, and what a person said became of it."""

    position: int
    text: str  # kind, intent and words as the letter says them
    condition: str = ""
    place: str = ""
    responsible: str = ""
    due_on: date | None = None
    state: str = "open"  # open, carried_out, partly, not_done or superseded
    reason: str = ""  # why partly or not, in words
    done_on: date | None = None


@dataclass(frozen=True)
class LeavingDecision:
    """One signed decision, frozen as it was signed; `stands` is False when a later one replaced or withdrew it."""

    id: str
    document_number: str
    form: DecisionForm
    version: int
    earlier_id: str  # the decision that this one corrects, adds to or withdraws, or ""
    signed_at: datetime
    signed_by: Contact
    text_hash: str
    sections: tuple[tuple[str, str], ...]  # (heading, text) as in the letter
    items: tuple[LeavingItem, ...]
    participants: tuple[Contact, ...]
    letter: LeavingFile | None  # None: not rendered yet, or our copy is past its term
    stands: bool = True


@dataclass(frozen=True)
class LeavingRound:
    """One discussion of the case: planned, held or not, and how it ended."""

    id: str
    number: int
    board: str
    meeting_at: datetime
    planned_at: datetime
    started_at: datetime | None
    ended_at: datetime | None
    outcome: str  # discussed, listed, deferred, redirected, withdrawn, or "" (not held yet)
    outcome_reason: str
    decisions: tuple[LeavingDecision, ...] = ()  # oldest first


class NoteKind(StrEnum):
    PREPARED = "prepared"  #: what a member of the board found before the discussion; not the advice
    ASKED = "asked"  #: what the board asked who referred
    ANSWERED = "answered"  #: the answer


@dataclass(frozen=True)
class LeavingNote:
    """Words of a person about the case that stand in no letter."""

    kind: NoteKind
    at: datetime
    by: Contact
    text: str
    until: datetime | None = None  # when a later text took its place, or it was taken away


@dataclass(frozen=True)
class LeavingCase:
    """Everything of one case."""

    id: str
    hospital_name: str
    hospital_ura: str
    patient: PatientIdentity
    referral_number: str
    referrer: Contact
    board: str
    received_at: datetime
    state: str
    questions: tuple[tuple[str, str], ...]  # (to whom, question)
    facts: tuple[tuple[str, Fact], ...]  # (hospital that told it, fact)
    documents: tuple[LeavingFile, ...]
    rounds: tuple[LeavingRound, ...]
    notes: tuple[LeavingNote, ...] = ()  # oldest first
