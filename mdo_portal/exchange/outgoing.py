"""What a decision is on its way out: everything that any wire needs of it, frozen."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from mdo_portal.exchange.people import Contact, PatientIdentity


class DecisionForm(StrEnum):
    """What a signed decision is to the one before it: MDM T02, T10, T06, T11 (knowledge: HL7 v2.5.1 chapter 9)."""

    FIRST = "first"
    CORRECTION = "correction"  # supersedes the earlier one
    ADDENDUM = "addendum"  # the earlier one stands; this is added
    WITHDRAWAL = "withdrawal"  # the earlier one no longer holds
    OUTCOME = "outcome"  # no advice: how the discussion ended without one, and why; another one takes its place
    RECALL = "recall"  # such a message no longer holds

    @property
    def has_advice(self) -> bool:
        """Whether it is an advice or about one; else it is a message that there is none."""
        return self not in (DecisionForm.OUTCOME, DecisionForm.RECALL)


@dataclass(frozen=True)
class OutgoingAdvice:
    """One recommendation, as it was entered; its place in the row is the order of preference. Empty: not said."""

    text: str = ""  # in the board's words
    kind: str = ""  # code of the portal: `surgery`, `imaging`, …
    kind_words: str = ""  # the same, as the letter says it
    intent: str = ""  # code of the portal: `curative`, …
    intent_words: str = ""
    condition: str = ""  # when it holds; empty = always
    place: str = ""  # hospital of treatment, in words
    responsible: str = ""  # who sees to it, in words
    due_on: date | None = None


@dataclass(frozen=True)
class OutgoingDecision:
    """A signed decision for one recipient: everything a letter in an EPD needs, frozen."""

    delivery_id: str  # uuid; also the control id on the wire, so that a double is recognisable
    decision_id: str
    version: int  # 1 = first, > 1 = correction
    replaces_delivery_id: str  # the earlier version's document at this recipient, or ""
    document_number: str  # unique document number (TXA-12, DocumentReference.masterIdentifier)
    replaces_document_number: str
    referral_number: str  # the sender's number of the referral
    patient: PatientIdentity
    board_name: str
    meeting_at: datetime
    signed_at: datetime
    signed_by: Contact
    recipient_name: str
    recipient_code: str
    sections: tuple[tuple[str, str], ...]  # (heading, text) exactly as in the letter
    letter_title: str
    letter_pdf: bytes
    network_name: str = ""
    form: DecisionForm = DecisionForm.FIRST
    advice: tuple[OutgoingAdvice, ...] = ()
    participants: tuple[Contact, ...] = ()  # who was there; `role` is the discipline
    outcome: str = ""  # of the round, code of the portal: `discussed`, `deferred`, …
    diagnosis: str = ""  # as the board states it
    round_id: str = ""  # uuid of the discussion: the same for every version of its decision
    request_task: str = ""  # `Task/…` on the recipient's server that came with the referral, or ""
    is_trial: bool = False  # sent to see whether it arrives, about nobody: every format says so

    @property
    def letter_sha256(self) -> str:
        return hashlib.sha256(self.letter_pdf).hexdigest()

    @property
    def form_there(self) -> DecisionForm:
        """What it is to this recipient. Who never had the earlier letter gets a first one, whatever it is to the board."""
        if not self.replaces_document_number:
            return DecisionForm.FIRST
        return _LATER.get(self.form, self.form)


#: what a recipient who has the earlier letter calls it; a message without advice is written as any other letter
_LATER = {
    DecisionForm.FIRST: DecisionForm.CORRECTION,
    DecisionForm.OUTCOME: DecisionForm.CORRECTION,
    DecisionForm.RECALL: DecisionForm.WITHDRAWAL,
}
