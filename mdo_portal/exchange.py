"""The border with hospitals: what comes in and what goes out, as frozen values.

Both houses know this file and nothing else of each other. `integrations` turns bytes of a hospital into
these values and these values into bytes; `mdo_portal` never sees a segment or a resource, and `integrations`
never sees a table. Nothing here is computed from patient data: a value is carried as it was sent.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Any, Protocol


class Wire(StrEnum):
    """How a message travelled."""

    HL7V2 = "hl7v2"
    FHIR = "fhir"
    FORM = "form"
    PAPER = "paper"


class Unreadable(Exception):
    """The message cannot be understood. It is kept; a person sees `reason` and decides.

    `reason` is a code of `UNREADABLE_REASONS` (mdo_portal/domain/inbound.py gives the sentence for people),
    `where` names the place in the message (`PID-3`, `Bundle.entry[2]`), never a value of a patient.
    """

    def __init__(self, reason: str, where: str = "") -> None:
        super().__init__(f"{reason} {where}".strip())
        self.reason = reason
        self.where = where


class WrongProfile(Unreadable):
    """A profile, or what a link says otherwise, cannot be read: at which key, what is wrong, and what could stand there."""

    def __init__(self, key: str, problem: str, value: str = "", known: tuple[str, ...] = ()) -> None:
        super().__init__("wrong_profile", key)
        self.key, self.problem, self.value, self.known = key, problem, value, known

    def __str__(self) -> str:
        among = f"; there are: {', '.join(self.known)}" if self.known else ""
        return f"{self.key or 'profile'}: {self.problem.replace('_', ' ')} {self.value!r}{among}"


@dataclass(frozen=True)
class PersonName:
    """A person's name as sent. `family` is the whole surname as it should be shown."""

    family: str = ""
    own_prefix: str = ""
    own_family: str = ""
    partner_prefix: str = ""
    partner_family: str = ""
    initials: str = ""
    given: str = ""

    @property
    def shown(self) -> str:
        """`J.P. van Putten`: initials and surname as Dutch hospitals print them."""
        dotted = "".join(f"{letter}." for letter in self.initials if letter.isalpha())
        return " ".join(part for part in (dotted or self.given, self.family) if part)


@dataclass(frozen=True)
class PatientIdentity:
    """Who the patient is according to the sender. An empty string means: not sent."""

    local_number: str = ""  # the number the sending hospital uses
    local_authority: str = ""  # who gave that number, as sent (PID-3.4, Identifier.system)
    bsn: str = ""  # nine digits as sent; the eleven-test flags, it never refuses
    name: PersonName = field(default_factory=PersonName)
    birth_on: date | None = None
    sex: str = ""  # "M", "F", "X" (other) or "" (unknown / not sent)
    deceased: bool = False
    other_numbers: tuple[tuple[str, str], ...] = ()  # (authority, number), everything else that was sent
    alive: bool = False  # the sender says in so many words that the patient lives (PID-30 N): a mistaken death is taken back


@dataclass(frozen=True)
class Contact:
    """A professional or department named in the message."""

    name: str = ""
    number: str = ""  # AGB, UZI or local, as text: leading zeros matter
    authority: str = ""
    organisation: str = ""
    phone: str = ""
    role: str = ""


class Section(StrEnum):
    """Where a fact stands on the case page: the five columns of the handout, the patient's wish first."""

    WISH = "wish"
    CONDITION = "condition"
    COMORBIDITY = "comorbidity"
    MEDICATION = "medication"
    DIAGNOSIS = "diagnosis"
    COURSE = "course"
    TREATMENT = "treatment"
    MARKER = "marker"
    IMAGING = "imaging"
    PATHOLOGY = "pathology"
    FORM = "form"  # answer on a form that fits nowhere else
    OTHER = "other"


@dataclass(frozen=True)
class Fact:
    """One thing a hospital told us, unchanged, with the date it is about (None: not sent)."""

    section: Section
    text: str
    label: str = ""
    dated_on: date | None = None
    code: str = ""
    code_system: str = ""
    key: str = ""  # the sender's own name for this result: told again under it, it is the newer word on the same thing
    status: str = ""  # of RESULT_STATUSES; "" = final


RESULT_STATUSES = ("preliminary", "corrected", "withdrawn", "unobtainable")
"""What a sender says of a result or document beside its content (HL7 table 0085, 0123, 0271): as sent, never inferred."""


@dataclass(frozen=True)
class IncomingDocument:
    """A document inside a message. `content` is what was sent, also when it is not what it says it is.

    Empty `content` with a `reference`: the sender tells of a document without sending it (MDM^T01), or its status (T03, T11).
    """

    title: str
    media_type: str
    content: bytes
    dated_on: date | None = None
    kind: str = ""  # "referral letter", "pathology report", "radiology report", "form", "" (unknown)
    reference: str = ""  # the sender's own id of the document
    replaces: str = ""  # the sender's id of the document that this one takes the place of
    status: str = ""  # of RESULT_STATUSES; "" = final


@dataclass(frozen=True)
class IncomingReferral:
    """A hospital asks a board to discuss a patient. The same value whatever the wire."""

    patient: PatientIdentity
    number: str = ""  # the sender's own number of the referral: same number again = new version
    board_hint: str = ""  # what the sender calls the board or service asked for; a person or routing decides
    tumour_hint: str = ""
    question_board: str = ""
    question_radiology: str = ""
    question_pathology: str = ""
    urgency: str = ""  # as sent: "routine", "urgent", "asap", or the sender's words
    latest_useful_on: date | None = None
    referrer: Contact = field(default_factory=Contact)
    treating: Contact = field(default_factory=Contact)
    case_manager: Contact = field(default_factory=Contact)
    gp: Contact = field(default_factory=Contact)
    facts: tuple[Fact, ...] = ()
    documents: tuple[IncomingDocument, ...] = ()
    sent_at: datetime | None = None
    unmapped: tuple[str, ...] = ()  # names of what the profile did not place: "ZPI", "Coverage/x"; kept in the raw message
    quarantined: tuple[str, ...] = ()  # entries that could not be read, with the reason: "Condition/3: …code"
    cancelled: bool = False  # the sender takes the referral back (REF^I14, an order with ORC-1 CA)


@dataclass(frozen=True)
class PatientChange:
    """A hospital tells of a patient: changed particulars, an admission, a cancelled one (ADT, Patient update). Never makes a case."""

    patient: PatientIdentity
    event: str  # "A08", "A11", …
    sent_at: datetime | None = None
    unmapped: tuple[str, ...] = ()


@dataclass(frozen=True)
class MergedNumbers:
    """One patient of a merge: who it is from now on, and the numbers of before."""

    patient: PatientIdentity
    previous: tuple[tuple[str, str], ...]  # (authority, number); never a BSN
    previous_bsn: str = ""  # a BSN among the numbers of before


@dataclass(frozen=True)
class PatientMerge:
    """A hospital tells that numbers are one patient (ADT A18, A34, A36, A40, A47 …): of several patients in one message."""

    merged: tuple[MergedNumbers, ...]
    event: str
    sent_at: datetime | None = None
    unmapped: tuple[str, ...] = ()


@dataclass(frozen=True)
class PatientLink:
    """A hospital tells that two numbers concern one person without merging them (A24), or no longer (A37). Shown, never acted on."""

    patients: tuple[PatientIdentity, PatientIdentity]
    linked: bool  # False = unlinked
    event: str
    sent_at: datetime | None = None
    unmapped: tuple[str, ...] = ()


@dataclass(frozen=True)
class IncomingResult:
    """Results and documents about a patient (ORU, MDM). They join a case that is there, and never make one."""

    patient: PatientIdentity
    event: str  # "R01", "T02", …
    referral_number: str = ""  # the order or referral it answers, when it says so
    facts: tuple[Fact, ...] = ()
    documents: tuple[IncomingDocument, ...] = ()
    withdrawn: tuple[str, ...] = ()  # orders taken back whole (OBR-25 X): every fact and document whose key starts so
    sent_at: datetime | None = None
    unmapped: tuple[str, ...] = ()
    quarantined: tuple[str, ...] = ()


APPOINTMENT_STATES = ("booked", "cancelled", "deleted", "no_show", "blocked")
"""What became of an appointment, by the event that told it (SIU): as sent."""


@dataclass(frozen=True)
class IncomingAppointment:
    """An appointment of a patient at the hospital (SIU): new, moved, changed, cancelled. Of the hospital's own agenda, not ours."""

    patient: PatientIdentity
    number: str  # the hospital's own number of it; "" = none was sent
    state: str  # of APPOINTMENT_STATES
    event: str  # "S12", …
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    service: str = ""
    place: str = ""
    with_whom: str = ""
    reason: str = ""
    sent_at: datetime | None = None
    unmapped: tuple[str, ...] = ()


@dataclass(frozen=True)
class IncomingAnswer:
    """A hospital adds to a referral it sent before: the answer to a question of ours, or documents that belong to it."""

    referral_number: str = ""  # the sender's own number of the referral
    question: str = ""  # our id of the question it answers; "" = it was not asked
    patient: PatientIdentity = field(default_factory=PatientIdentity)  # as far as it was sent
    text: str = ""  # the answer in words
    facts: tuple[Fact, ...] = ()
    documents: tuple[IncomingDocument, ...] = ()
    sent_at: datetime | None = None
    unmapped: tuple[str, ...] = ()
    quarantined: tuple[str, ...] = ()


@dataclass(frozen=True)
class IncomingNotice:
    """A hospital tells that data lie ready at its own server (TA Notified Pull): what to fetch, never the data themselves.

    Every address in it is a path below the hospital's registered endpoint; the pull judges each of them again.
    """

    number: str  # the sender's number of the notice (Task.identifier, else Task.id)
    group: str = ""  # what belongs together: the same group again is a newer snapshot
    cancelled: bool = False
    workflow_task: str = ""  # `Task/7`, "" = the notice itself lists what to fetch
    authorization_base: str = field(default="", repr=False)  # given back to the hospital with the token request
    bsn: str = field(default="", repr=False)
    fetches: tuple[str, ...] = ()  # `Condition?category=…`, `ReferralRequest/5`
    until: datetime | None = None  # after this the hospital gives nothing any more
    sent_at: datetime | None = None
    unmapped: tuple[str, ...] = ()


Incoming = (
    IncomingReferral
    | PatientChange
    | PatientMerge
    | PatientLink
    | IncomingResult
    | IncomingAppointment
    | IncomingAnswer
    | IncomingNotice
)


@dataclass(frozen=True)
class MessageHeader:
    """What is read before anything is parsed: enough to keep, to answer and to know a double."""

    kind: str = ""  # "ORU^R01", "REF^I12", "Bundle"
    control_id: str = ""
    sending_application: str = ""
    sending_facility: str = ""
    receiving_application: str = ""
    receiving_facility: str = ""
    version: str = ""
    patient_numbers: tuple[tuple[str, str], ...] = ()  # (authority, number) of PID-3, for order and relevance
    wants_accept: bool = False  # HL7 v2 enhanced mode
    body: tuple[int, int] = (0, 0)  # where the message stands in its bytes; (0, 0): all of it
    application_ack: str = ""  # MSH-16: AL, ER or SU; "" = no application acknowledgement is wanted
    parts: int = 0  # entries of a Bundle: a transaction is answered one by one


@dataclass(frozen=True)
class Caller:
    """Who is at the other end of a line, as far as the line itself shows it."""

    address: str = ""  # host and port, for the log
    is_local: bool = True  # on this machine
    certificate: str = ""  # SHA-256 of the client certificate, 64 hex digits; "" = the line is not encrypted
    names: tuple[str, ...] = ()  # its common name and DNS names, lower case
    expires_at: datetime | None = None

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


@dataclass(frozen=True)
class Answer:
    """Reception's answer; the wire turns it into ACK or HTTP."""

    verdict: Verdict
    control_id: str
    reason: str = ""  # code, for the hospital's log
    text: str = ""  # sentence in English for the hospital's engineer, no patient data
    at: datetime | None = None  # when it was first said: a double hears the same again
    reference: str = ""  # our own number of the answer, the same for a double; "" = the wire makes one up
    later: bool = False  # the application acknowledgement goes out by itself, once the message was understood


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


class NotPulled(Exception):
    """The pull did not come to an end. `again`: worth another try later; else a person must look. The code names no value."""

    def __init__(self, code: str, *, again: bool) -> None:
        super().__init__(code)
        self.code = code
        self.again = again


class Reader(Protocol):
    """Turns the raw bytes of one wire into border values, through a profile."""

    def header(self, raw: bytes) -> MessageHeader:
        """Read the header without a parser. Raises Unreadable when there is none."""
        ...

    def charset(self, raw: bytes, profile: str, charset: str = "") -> str:
        """The character set that reads it and who said so, `iso8859-15 (MSH-18)`; "" when none fits."""
        ...

    def read(self, raw: bytes, profile: str, charset: str = "") -> Incoming:
        """Understand the message. Raises Unreadable with reason and place."""
        ...


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


Profile = Mapping[str, Any]
"""One TOML of integrations/profiles, as read: data, no expressions."""


def profile_of_link(name: str, otherwise: str) -> str:
    """How the profile of one link is asked for: its name and, below it, the TOML of what this hospital puts elsewhere."""
    return f"{name}\n{otherwise}" if name and otherwise.strip() else name


@dataclass(frozen=True)
class FieldRead:
    """One thing a message says, as it was read and where it stood. On a screen only: `value` is a patient's."""

    name: str  # field of the border: "patient.bsn", "question_board", "referrer.phone", "fact", "document", …
    value: str
    place: str = ""  # "PID-5-1", "OBX(3)-5", "ServiceRequest/2.note[0].text"; "" = no single place
    section: str = ""  # of a fact: the column; of a document: its kind
    label: str = ""  # what the sender calls it
    looked: tuple[str, ...] = ()  # where the profile looks for it


@dataclass(frozen=True)
class LeftOver:
    """Something in a message that found no place in the case; it stays in the message."""

    place: str
    why: str = ""  # "unmapped", or in the reader's words why it was quarantined


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


class Explainer(Protocol):
    """Says how a message of one wire is read. Never raises for what a message holds."""

    def explain(self, raw: bytes, profile: str, charset: str = "") -> Explanation: ...


@dataclass(frozen=True)
class Vouched:
    """Whom a hospital's identity provider vouched for, and how."""

    issuer: str  #: iss
    subject: str  #: sub; with iss the only name under which a person is known
    strong: bool  #: two factors, by what the hospital says its acr and amr values mean
    authenticated_at: datetime  #: auth_time
    acr: str = ""
    amr: tuple[str, ...] = ()
    provider_session: str = ""  #: the provider's session (sid); empty = it names none
    uras: frozenset[str] = frozenset()  #: employers the provider named (URA); empty = none
    role_codes: tuple[str, ...] = ()  #: role codes (Dezi), for the access log


@dataclass(frozen=True)
class Ended:
    """Whose session at the provider ended: the session of that sid, or all of that subject."""

    issuer: str
    subject: str
    provider_session: str
    token_id: str  #: jti: good for one use
