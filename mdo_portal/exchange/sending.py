"""What goes out, to where, and what the other side said."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from mdo_portal.exchange.incoming import IncomingNotice
from mdo_portal.exchange.outgoing import OutgoingDecision
from mdo_portal.exchange.people import PatientIdentity
from mdo_portal.exchange.receipt import Receipt
from mdo_portal.exchange.receiving import Answer


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

    question_id: str  # uuid of version 7 (new_id): our number, by which the answer is recognised and a double is harmless
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

    number: str  # `ServiceRequest/7 2026-03-02T10:00:00+00:00 3`: the resource, when it changed, and its version
    changed_at: datetime
    fetches: tuple[str, ...]  # the referral and what it points at


class NotPulled(Exception):
    """The pull did not come to an end. `again`: worth another try later; else a person must look. The code names no value.

    `wait_seconds`: how long the other side asks not to be asked again; 0 = it does not say.
    """

    def __init__(self, code: str, *, again: bool, wait_seconds: float = 0.0) -> None:
        super().__init__(code)
        self.code = code
        self.again = again
        self.wait_seconds = wait_seconds


class Sender(Protocol):
    """Sends one decision to one recipient and waits for the receipt. No transaction is open meanwhile."""

    def send(self, decision: OutgoingDecision, address: Address) -> Receipt: ...


class Asker(Protocol):
    """Sends one question to one hospital and waits for the receipt. No transaction is open meanwhile."""

    def ask(self, question: Question, address: Address) -> Receipt: ...


class Acknowledger(Protocol):
    """Says to a hospital what became of a message that it sent before. No transaction is open meanwhile."""

    def acknowledge(self, raw: bytes, answer: Answer, address: Address, *, profile: str = "") -> Receipt:
        """`raw`: the message, or its header alone; `profile`: the one that reads it. The same answer is the same bytes."""
        ...


class Waits(StrEnum):
    """What a colleague is mailed about: the words of the mail, and the page it leads to."""

    FOLLOW_UP = "follow_up"  #: a recommendation that is late, or nearly so
    LINE = "line"  #: the certificates of a hospital's line end, or ended
    MEETING = "meeting"  #: a meeting of one's board moved, was added or is called off
    GLASS = "glass"  #: somebody broke the glass at a patient of one's hospital
    QUESTION = "question"  #: a question about a case waits, or was answered
    STANDSTILL = "standstill"  #: the traffic with a hospital stands still
    RUNS = "runs"  #: what stood still in it runs again


NOT_THIS_MAILBOX = "mail recipient"
"""Code of a receipt: the mail server takes mail, and none for this address."""


class Reminder(Protocol):
    """Mails one colleague that something waits in the portal, and nothing more. No transaction is open meanwhile."""

    def remind(self, to: str, key: str, waits: Waits, language: str) -> Receipt:
        """`key`: the same for the same mail. `language`: of the person (nl, en).

        UNKNOWN: the mail server took it; LATER: it did not; REFUSED: this can be no address.
        """
        ...


class Puller(Protocol):
    """Fetches what a notice names, from the hospital's registered endpoint only. No transaction is open meanwhile."""

    def pull(self, notice: IncomingNotice, address: Address, *, at: datetime) -> Pulled:
        """Raises NotPulled."""
        ...

    def finish(self, notice: IncomingNotice, address: Address) -> None:
        """Tell the hospital that it was fetched: only after what was fetched is in safe storage."""
        ...


class Prober(Protocol):
    """Asks a hospital's server who it is: does its address answer, is its certificate good, do we get a token? Nobody's data."""

    def probe(self, address: Address) -> str:
        """The version of FHIR that it says to speak (`4.0.1`), "" when it does not say. Raises NotPulled."""
        ...


class KeyFetcher(Protocol):
    """Fetches the public keys by which a hospital's system proves who it is, from the one address that was agreed."""

    def keys(self, url: str, address: Address) -> str:
        """JWKS with usable public keys only, written the same way each time. Raises NotPulled with a code of KEY_REASONS."""
        ...


class Poller(Protocol):
    """Asks a hospital's server what is new, by a registered search. No transaction is open meanwhile."""

    def look(self, query: str, address: Address, *, since: datetime) -> list[Offered]:
        """Oldest first. Raises NotPulled."""
        ...

    def fetch(self, offered: Offered, address: Address) -> Pulled:
        """Raises NotPulled."""
        ...
