"""What goes out, to where, and what the other side said."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from mdo_portal.exchange.incoming import IncomingNotice
from mdo_portal.exchange.people import Contact, PatientIdentity


class ReceiptKind(StrEnum):
    """What the other side said about something we sent."""

    ACCEPTED = "accepted"
    REFUSED = "refused"  # never again without a person
    LATER = "later"  # not now; try again
    UNKNOWN = "unknown"  # silence, junk, somebody else's id: sent is not received


@dataclass(frozen=True)
class Receipt:
    """The other side's word. Only ACCEPTED with our own id makes a delivery *received*."""

    kind: ReceiptKind
    code: str = ""  # "AA", "AE", "201", "timeout", …
    reference: str = ""  # MSA-2 / resource id that matched
    text: str = ""  # the receiver's words, for a person; never logged
    at: datetime | None = None


class DecisionForm(StrEnum):
    """What a signed decision is to the one before it: MDM T02, T10, T06, T11 (knowledge: HL7 v2.5.1 chapter 9)."""

    FIRST = "first"
    CORRECTION = "correction"  # supersedes the earlier one
    ADDENDUM = "addendum"  # the earlier one stands; this is added
    WITHDRAWAL = "withdrawal"  # the earlier one no longer holds


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

    @property
    def letter_sha256(self) -> str:
        return hashlib.sha256(self.letter_pdf).hexdigest()


@dataclass(frozen=True)
class Address:
    """Where and how one recipient is reached: a row of the link table plus its profile."""

    hospital_code: str
    profile: str
    host: str = ""
    port: int = 0
    tls: bool = False  # of host and port
    url: str = ""
    token: str = ""
    charset: str = "UTF-8"
    timeout_seconds: float = 30.0
    inside: tuple[str, ...] = ()  # networks (CIDR) that are no internet and yet are this recipient's
    certificate: str = field(default="", repr=False)  # our chain and key for this link, PEM
    trust: str = ""  # the roots of this link, PEM; empty = the public ones
    token_url: str = ""  # where a token is had for our signed assertion; empty = `token` is used
    client_id: str = ""  # who we are there
    scopes: str = ""
    folder: str = ""  # where files are laid; an administrator's word, never from a message or a letter
    hook_secret: str = field(default="", repr=False)  # what the HTTP hook's signature is made with
    mail_to: str = ""  # who is told that a letter stands ready; an address that was registered


@dataclass(frozen=True)
class Question:
    """The board asks the referring hospital for something: travels as a Task that awaits information."""

    question_id: str  # uuid: our number, by which the answer is recognised and a double is harmless
    referral_number: str
    patient: PatientIdentity
    text: str
    asked_at: datetime
    asked_by: str  # the board


@dataclass(frozen=True)
class Pulled:
    """What was fetched after a notice: one Bundle as it came, page by page and resource by resource, nothing left out."""

    bundle: bytes
    resources: int
    requests: int
    patient_numbers: tuple[
        tuple[str, str], ...
    ] = ()  # (authority, number): what was fetched takes its turn among the patient's messages


@dataclass(frozen=True)
class Offered:
    """A referral that stands ready at a hospital's server, found by asking: a version of it is offered once."""

    number: str  # `ServiceRequest/7 3`: the resource and its version
    changed_at: datetime
    fetches: tuple[str, ...]  # the referral and what it points at


class NotPulled(Exception):
    """The pull did not come to an end. `again`: worth another try later; else a person must look. The code names no value."""

    def __init__(self, code: str, *, again: bool) -> None:
        super().__init__(code)
        self.code = code
        self.again = again


class Sender(Protocol):
    """Sends one decision to one recipient and waits for the receipt. No transaction is open meanwhile."""

    def send(self, decision: OutgoingDecision, address: Address) -> Receipt: ...


class Asker(Protocol):
    """Sends one question to one hospital and waits for the receipt. No transaction is open meanwhile."""

    def ask(self, question: Question, address: Address) -> Receipt: ...


class Puller(Protocol):
    """Fetches what a notice names, from the hospital's registered endpoint only. No transaction is open meanwhile."""

    def pull(self, notice: IncomingNotice, address: Address, *, at: datetime) -> Pulled:
        """Raises NotPulled."""
        ...

    def finish(self, notice: IncomingNotice, address: Address) -> None:
        """Tell the hospital that it was fetched: only after what was fetched is in safe storage."""
        ...


class Poller(Protocol):
    """Asks a hospital's server what is new, by a registered search. No transaction is open meanwhile."""

    def look(self, query: str, address: Address, *, since: datetime) -> list[Offered]:
        """Oldest first. Raises NotPulled."""
        ...

    def fetch(self, offered: Offered, address: Address) -> Pulled:
        """Raises NotPulled."""
        ...
