"""What comes in: one frozen value per kind of message."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from mdo_portal.exchange.people import Contact, PatientIdentity
from mdo_portal.exchange.receipt import IncomingReceipt


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


ORDERED = "Aangevraagd"
"""The label that profiles give to the name of an order: a Fact that says what was asked for, and no value."""

NOT_SENT = "Document niet meegestuurd"
"""Label of a document that is named and did not come along, as every profile says it."""


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
    status_only: bool = False  # the value is not told again, only its status (OBX-11 U): what was told stands


RESULT_STATUSES = ("preliminary", "corrected", "withdrawn", "unobtainable", "unfinished", "stopped")
"""What a sender says of a result, document or form beside its content (HL7 table 0085, 0123, 0271; QuestionnaireResponse.status): as sent,
never inferred.
"""


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
    replaces: str = ""  # the sender's id, or address, of the document that this one takes the place of
    status: str = ""  # of RESULT_STATUSES; "" = final
    known_as: str = ""  # `DocumentReference/7`: its address on the sender's server; told again under it, it is the same document
    author: str = ""  # who wrote it or stands for it, in words, as sent


@dataclass(frozen=True)
class Version:
    """Which version of a resource this is, as the server says on which it stands."""

    number: int | None = None
    changed_at: datetime | None = None


@dataclass(frozen=True)
class Replaced:
    """An earlier referral that is over, as the message says that asks for another in its place; by its number, its address or both."""

    number: str = ""
    known_as: str = ""
    reason: str = ""  # why, in the sender's words
    version: Version = Version()


@dataclass(frozen=True)
class IncomingReferral:
    """A hospital asks a board to discuss a patient. The same value whatever the wire."""

    patient: PatientIdentity
    number: str = ""  # the sender's own number of the referral: same number again = new version
    order_number: str = ""  # of its own order, where `number` is that of a group: two boards of a group are two referrals
    is_new_order: bool = False  # the sender says that this order was not there before
    number_issuer: str = ""  # who gave out that number, where the sender says it: the system of FHIR
    board_hint: str = ""  # what the sender calls the board or service asked for; a person or routing decides
    board_code: str = ""  # the code of the board that its link says these words mean; "" = it says nothing of them
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
    asked_at: datetime | None = None  # when the Tasks that ask for it, or the request, were changed last; without `sent_at`
    version: Version = Version()  # of the request
    unmapped: tuple[str, ...] = ()  # names of what the profile did not place: "ZPI", "Coverage/x"; kept in the raw message
    quarantined: tuple[str, ...] = ()  # entries that could not be read, with the reason: "Condition/3: …code"
    cancelled: bool = (
        False  # the sender takes the referral back (REF^I14, an order with ORC-1 CA, a Task or request that is cancelled)
    )
    cancel_reason: str = ""  # why, in the sender's words
    known_as: str = ""  # `ServiceRequest/7`: its address on the sender's server; told again under it, it is the same referral
    request_task: str = ""  # `Task/…` on the sender's own server that asks for it: its output may be the decision
    task_number: str = ""  # the sender's own number of that Task
    taken_back: tuple[Fact, ...] = ()  # what resources say that were sent in error: where it was told before, it is over
    replaces: str = ""  # the sender's number of the document in which it came before, where another took the place of that
    documents_taken_back: tuple[str, ...] = ()  # the sender's ids or addresses of documents that are over and did not come along
    replaced: tuple[Replaced, ...] = ()  # earlier referrals that the same message takes back
    only_if_new: bool = False  # asked for only where it is not here yet: what it says of the request itself changes nothing then


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
    previous: tuple[tuple[str, str], ...]  # (authority, number); never a BSN; none when a BSN is all that was sent
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
    referral_at: str = ""  # the same by its address on the sender's server: `ServiceRequest/7`
    facts: tuple[Fact, ...] = ()
    documents: tuple[IncomingDocument, ...] = ()
    withdrawn: tuple[str, ...] = ()  # orders taken back whole (OBR-25 X): every fact and document whose key starts so
    # keys told whole, with or without the sub-id: a line under one of them that was told before and does not come again is over
    whole: tuple[str, ...] = ()
    adds_to: tuple[str, ...] = ()  # orders or documents of before to which an addendum in it adds: it goes where those are
    taken_back: tuple[Fact, ...] = ()  # diagnoses and orders that the message says are no longer so: as in IncomingReferral
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
    other_numbers: tuple[
        str, ...
    ] = ()  # what else it is numbered: by who asked for it (SCH-1) beside who keeps the agenda (SCH-2)
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    service: str = ""
    place: str = ""
    with_whom: str = ""
    reason: str = ""
    note: str = ""  # what else was said of it: notes, other means, why it is off, a day without a time
    starts_on: date | None = None  # the day, where no time was sent
    sent_at: datetime | None = None
    unmapped: tuple[str, ...] = ()


@dataclass(frozen=True)
class IncomingAnswer:
    """A hospital adds to a referral it sent before: the answer to a question of ours, or documents that belong to it."""

    referral_number: str = ""  # the sender's own number of the referral
    referral_at: str = ""  # its address on the sender's server: `ServiceRequest/7`
    question: str = ""  # our id of the question it answers; "" = it was not asked
    patient: PatientIdentity = field(default_factory=PatientIdentity)  # as far as it was sent
    text: str = ""  # the answer in words
    facts: tuple[Fact, ...] = ()
    documents: tuple[IncomingDocument, ...] = ()
    sent_at: datetime | None = None
    unmapped: tuple[str, ...] = ()
    quarantined: tuple[str, ...] = ()
    taken_back: tuple[Fact, ...] = ()  # as in IncomingReferral
    documents_taken_back: tuple[str, ...] = ()
    others: tuple[tuple[str, str], ...] = ()  # (our id, the answer in words) of further questions that it answers
    is_under_way: bool = False  # the question is taken up, and nothing came of it yet
    asks: bool = False  # a Task of its own asks for the referral, by its number alone


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
    numbers: tuple[tuple[str, str], ...] = field(
        default=(), repr=False
    )  # (authority, number) of the patient, as far as told; no BSN
    birth_on: date | None = field(default=None, repr=False)
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
    | IncomingReceipt
)

ABOUT_NO_ONE = PatientMerge | PatientLink | IncomingNotice | IncomingReceipt
"""What is about two patients, or about none: it has no `patient`."""
