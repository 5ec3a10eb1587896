"""Who calls, what reception answers, and who reads."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple, Protocol

from mdo_portal.exchange.incoming import Incoming


class Flaw(NamedTuple):
    """What is wrong with a message that is kept all the same: where, the wire's word for it, and a sentence in English without patient
    data.
    """

    place: str
    code: str
    text: str
    part: int = -1  # in which part (of MessageHeader.parts, from 0); -1 = none of them


class MessageHeader(NamedTuple):
    """What is read before anything is parsed: enough to keep, to answer and to know a double."""

    kind: str = ""  # "ORU^R01", "REF^I12", "Bundle"
    control_id: str = ""
    sending_application: str = ""
    sending_facility: str = ""
    receiving_application: str = ""
    receiving_facility: str = ""
    version: str = ""
    patient_numbers: tuple[tuple[str, str], ...] = ()  # (authority, number) of PID-3, for order and relevance
    has_more_patients: bool = False  # there may be more of them than were looked for: nobody may say that none is known here
    wants_accept: bool = False  # HL7 v2 enhanced mode
    body: tuple[int, int] = (0, 0)  # where the message stands in its bytes; (0, 0): all of it
    application_ack: str = ""  # MSH-16: AL, ER or SU; "" = no application acknowledgement is wanted
    parts: int = 0  # entries of a Bundle: a transaction is answered one by one
    referral_names: tuple[str, ...] = ()  # of the referral it makes or belongs to, where it need not say of whom that is
    flaws: tuple[Flaw, ...] = ()

    @property
    def names(self) -> set[str]:
        """Messages that share one of these are understood in order of arrival."""
        numbers = {number for _, number in self.patient_numbers}
        return numbers.union(self.referral_names) if self.referral_names else numbers


@dataclass(frozen=True)
class Caller:
    """Who is at the other end of a line, as far as the line itself shows it."""

    address: str = ""  # host and port, for the log
    is_local: bool = True  # on this machine
    certificate: str = ""  # SHA-256 of the client certificate, 64 hex digits; "" = the line is not encrypted
    names: tuple[str, ...] = ()  # its common name and DNS names, lower case
    expires_at: datetime | None = None

    @property
    def host(self) -> str:
        """The address without its port."""
        return self.address.rpartition(":")[0]

    @property
    def is_encrypted(self) -> bool:
        return bool(self.certificate)

    @property
    def common_name(self) -> str:
        return self.names[0] if self.names else ""


class Verdict(StrEnum):
    """What reception says to the sender about one message."""

    STORED = "stored"  # in safe storage; also for a double and for what we cannot understand yet
    REFUSED = "refused"  # the sender must repair it (kept all the same)
    NOT_HERE = "not_here"  # type, version or sender not accepted here
    NOT_NOW = "not_now"  # we could not store it: send again


class Answer(NamedTuple):
    """Reception's answer; the wire turns it into ACK or HTTP."""

    verdict: Verdict
    control_id: str
    reason: str = ""  # code, for the hospital's log
    text: str = ""  # sentence in English for the hospital's engineer, no patient data
    at: datetime | None = None  # when it was first said: a double hears the same again
    reference: str = ""  # our own number of the answer, the same for a double; "" = the wire makes one up
    repeats: tuple[str, ...] = ()  # segments of the message that the answer says again: an RRI to a referral (HL7 v2.5 11.3)
    later: bool = False  # the application acknowledgement goes out by itself, once the message was understood
    place: str = ""  # where it is wrong, when it is refused; or in words what is


class Reader(Protocol):
    """Turns the raw bytes of one wire into border values, through a profile."""

    def header(self, raw: bytes) -> MessageHeader:
        """Read the header without a parser. Raises Unreadable when there is none."""
        ...

    def numbers(self, raw: bytes, profile: str) -> tuple[tuple[str, str], ...]:
        """(authority, number) of the patient at the places where `profile` itself says they stand, beside those of the header.

        Read without a parser, and nothing for nearly every link. Never raises for what a message or a profile holds.
        """
        ...

    def repeats(self, kind: str, profile: str) -> tuple[str, ...]:
        """Segments that the answer to a message of this kind says again, because `profile` asks for it; none nearly always."""
        ...

    def charset(self, raw: bytes, profile: str, charset: str = "") -> str:
        """The character set that reads it and who said so, `iso8859-15 (MSH-18)`; "" when none fits."""
        ...

    def read(self, raw: bytes, profile: str, charset: str = "") -> Incoming:
        """Understand the message. Raises Unreadable with reason and place."""
        ...


@dataclass(frozen=True)
class FieldRead:
    """One thing a message says, as it was read and where it stood. On a screen only: `value` is a patient's."""

    name: str  # field of the border: "patient.bsn", "question_board", "referrer.phone", "fact", "document", …
    value: str
    place: str = ""  # "PID-5-1", "OBX(3)-5", "ServiceRequest/2.note[0].text"; "" = no single place
    section: str = ""  # of a fact: the column; of a document: its kind
    label: str = ""  # what the sender calls it
    looked: tuple[str, ...] = ()  # where the profile looks for it
    word: str = ""  # of a fact: the code or name by which a link may say in which column it stands; "" = that is fixed


@dataclass(frozen=True)
class LeftOver:
    """Something in a message that found no place in the case; it stays in the message. On a screen only: it holds values."""

    place: str
    why: str = ""  # "unmapped", or in the reader's words why it was quarantined
    parts: tuple[tuple[str, str], ...] = ()  # (place that a profile could name, what stands there)
    by_word: tuple[tuple[str, str], ...] = ()  # (one of those, how to name it where its line may stand anywhere among others)


@dataclass(frozen=True)
class Explanation:
    """How one message is read under one profile, field by field. Made for a person who joins a hospital; kept nowhere."""

    header: MessageHeader
    meaning: str = ""  # "referral", "patient", "merge", …; "" = it could not be read
    charset: str = ""  # the codec that was used
    charset_by: str = ""  # who said so: "link", "profile", "message", "guess", "standard"
    fields: tuple[FieldRead, ...] = ()
    leftovers: tuple[LeftOver, ...] = ()
    reason: str = ""  # code of UNREADABLE_REASONS when it cannot be read
    where: str = ""
    board_code: str = ""  # of a referral: IncomingReferral.board_code
    filled: tuple[tuple[str, str], ...] = ()  # (place that a profile could name, what stands there), read or not; only in HL7 v2


class Explainer(Protocol):
    """Says how a message of one wire is read. Never raises for what a message holds."""

    def explain(self, raw: bytes, profile: str, charset: str = "") -> Explanation: ...
