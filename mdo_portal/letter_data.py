"""The shapes of what letters say: one frozen dataclass per kind of `letters.render`, and their JSON.

`as_json()` is plain data (dates ISO, times with the offset of Amsterdam): it can be frozen in a row and rendered later.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, is_dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

AMSTERDAM = ZoneInfo("Europe/Amsterdam")


class LetterForm(StrEnum):
    """First advice, or what it does to an earlier one (MDM T02, T10, T06, T11)."""

    FIRST = "first"
    REVISION = "revision"
    ADDENDUM = "addendum"
    WITHDRAWAL = "withdrawal"


class _Data:
    """Common to the four kinds."""

    def as_json(self) -> dict[str, Any]:
        """Plain data for `letters.render`. Raises ValueError on a time without a zone."""
        plain: dict[str, Any] = _plain(self)
        return plain


@dataclass(frozen=True)
class LetterPatient:
    """Who it is about, on every page. `bsn` is printed as given: the caller masks it or not."""

    name: str
    birth_on: date | None
    sex: str = ""  # "M", "F", "X" or "" (not sent)
    hospital: str = ""  # whose patient number it is
    number: str = ""
    bsn: str = ""


@dataclass(frozen=True)
class Recipient:
    """To whom, as on the envelope."""

    name: str
    lines: tuple[str, ...] = ()


@dataclass(frozen=True)
class Signer:
    name: str
    role: str = ""
    organisation: str = ""


@dataclass(frozen=True)
class Recommendation:
    """One item of the advice, in the order of preference."""

    text: str
    hospital: str = ""  # where it is to be carried out
    responsible: str = ""
    due_on: date | None = None
    condition: str = ""  # "PSMA-PET zonder metastasen"

    def as_text(self) -> str:
        """The item as one text, for an EPD that takes no PDF."""
        extra = (
            ("Voorwaarde", self.condition),
            ("Behandeling in", self.hospital),
            ("Verantwoordelijk", self.responsible),
            ("Uiterlijk", f"{self.due_on:%d-%m-%Y}" if self.due_on else ""),
        )
        return "\n".join([self.text, *(f"{label}: {value}" for label, value in extra if value)])


@dataclass(frozen=True)
class Participant:
    discipline: str
    name: str
    hospital: str = ""
    role: str = ""  # "voorzitter", "notulist", or ""


@dataclass(frozen=True)
class DecisionLetter(_Data):
    """Kind `decision`. `signed_at=None` prints a preview that says it is not final."""

    network: str
    board: str
    meeting_at: datetime
    recipient: Recipient
    patient: LetterPatient
    document_number: str
    signed_at: datetime | None
    signed_by: Signer
    outcome: str = "discussed"  # discussed, listed, deferred, redirected, withdrawn; other words are printed as given
    outcome_note: str = ""  # to which board or date, and why
    question: str = ""
    wish: str = ""
    diagnosis: str = ""  # as the board states it
    considerations: str = ""
    more: tuple[tuple[str, str], ...] = ()  # further (heading, text), between the considerations and the advice
    advice: tuple[Recommendation, ...] = ()
    dissent: str = ""  # filled: the board did not agree, and how
    participants: tuple[Participant, ...] = ()
    quorum_met: bool | None = None  # None: no quorum asked for
    quorum_missing: tuple[str, ...] = ()  # disciplines, or names where the board's rule names people
    text_hash: str = ""  # SHA-256 of the frozen text
    version: int = 1
    form: LetterForm = LetterForm.FIRST
    replaces_number: str = ""  # these four: the earlier letter, when form is not FIRST
    replaces_version: int = 0
    replaces_on: date | None = None
    change_reason: str = ""
    referral_number: str = ""  # the recipient's own reference
    copies: tuple[str, ...] = ()
    network_line: str = "Regionaal multidisciplinair overleg oncologie"

    @property
    def sections(self) -> tuple[tuple[str, str], ...]:
        """The free text under the headings of the letter, empty ones left out."""
        named = (
            ("Vraag aan het MDO", self.question),
            ("Wens van de patiënt", self.wish),
            ("Diagnose volgens het MDO", self.diagnosis),
            ("Overwegingen", self.considerations),
            *self.more,
        )
        return tuple((heading, text) for heading, text in named if text.strip())

    def all_sections(self) -> tuple[tuple[str, str], ...]:
        """The sections with the advice as text: what `exchange.OutgoingDecision.sections` carries beside the PDF."""
        advice = "\n".join(f"{number}. {item.as_text()}" for number, item in enumerate(self.advice, start=1))
        dissent = f"Geen consensus. {self.dissent}" if self.dissent else ""
        text = "\n".join(part for part in (advice, dissent) if part)
        return (*self.sections, ("Advies", text)) if text else self.sections

    def as_json(self) -> dict[str, Any]:
        """Plain data for `letters.render`, the sections included."""
        return {**super().as_json(), "sections": [list(pair) for pair in self.sections]}


@dataclass(frozen=True)
class AgendaItem:
    """One patient on the agenda: initials and year of birth only, because an agenda travels by mail."""

    initials: str
    birth_year: int | None
    hospital: str
    question: str
    minutes: int
    starts_at: datetime | None = None
    presenter: str = ""
    needs: tuple[str, ...] = ()  # disciplines
    mark: str = ""  # "spoed", "herbespreking", …
    number: str = ""  # the case number, by which who may see more finds it


@dataclass(frozen=True)
class AgendaBlock:
    """A run of items that belong together: a hospital, a presenter, a guest's half hour."""

    heading: str
    items: tuple[AgendaItem, ...]


@dataclass(frozen=True)
class QuorumLine:
    role: str
    names: tuple[str, ...] = ()  # empty: nobody yet
    note: str = ""  # "08:00–08:30", "afgemeld"


@dataclass(frozen=True)
class Agenda(_Data):
    """Kind `agenda`: the agenda of one meeting. `final=False` prints that it may still change."""

    network: str
    board: str
    number: str  # of the meeting; stands in the title
    meeting_at: datetime
    blocks: tuple[AgendaBlock, ...]
    listed: tuple[AgendaItem, ...] = ()  # hamerstukken
    place: str = ""
    chair: str = ""
    secretary: str = ""
    minutes_planned: int = 0
    minutes_available: int = 0
    quorum: tuple[QuorumLine, ...] = ()
    absent: tuple[str, ...] = ()
    remarks: str = ""
    final: bool = False


# The columns of the handout (SCREENS "Casus"): heading, then section of the fact and its own heading.
COLUMNS: tuple[tuple[str, tuple[tuple[str, str], ...]], ...] = (
    ("Patiënt", (("wish", "Wens"), ("condition", "Conditie"), ("comorbidity", "Comorbiditeit"), ("medication", "Medicatie"))),
    ("Diagnose en beloop", (("diagnosis", "Diagnose"), ("course", "Beloop"), ("form", "Formulier"), ("other", "Overig"))),
    ("Eerdere behandeling, markers", (("treatment", "Behandeling"), ("marker", "Markers"))),
    ("Beeldvorming", (("imaging", ""),)),
    ("Pathologie", (("pathology", ""),)),
)


@dataclass(frozen=True)
class HandoutFact:
    """One thing a hospital told us. `section` is a value of `exchange.Section`; `age` as the screen says it."""

    section: str
    text: str
    label: str = ""
    dated_on: date | None = None
    source: str = ""  # code of the hospital
    age: str = ""  # "41 dagen oud"
    old: bool = False  # printed grey


@dataclass(frozen=True)
class CaseHandout(_Data):
    """Kind `case`: one landscape page per case, smaller type before a second page."""

    network: str
    board: str
    number: str  # of the case; stands in the title
    patient: LetterPatient
    facts: tuple[HandoutFact, ...]
    meeting_at: datetime | None = None
    place_on_agenda: str = ""  # "7 · 08:40"
    question_board: str = ""
    question_radiology: str = ""
    question_pathology: str = ""
    urgency: str = ""
    latest_useful_on: date | None = None
    referrer: str = ""
    presenter: str = ""
    case_manager: str = ""
    missing: tuple[str, ...] = ()  # what the readiness rules still ask for
    earlier: tuple[str, ...] = ()  # earlier decisions in one line each

    def as_json(self) -> dict[str, Any]:
        """Plain data for `letters.render`, the facts in their five columns. A section unknown here stands under Overig."""
        plain = super().as_json()
        known = {section for _, groups in COLUMNS for section, _ in groups}
        by_section: dict[str, list[Any]] = {section: [] for section in known}
        for fact in plain.pop("facts"):
            by_section[fact["section"] if fact["section"] in known else "other"].append(fact)
        return {**plain, "columns": [_column(heading, groups, by_section) for heading, groups in COLUMNS]}


def _column(heading: str, groups: tuple[tuple[str, str], ...], facts: dict[str, list[Any]]) -> dict[str, Any]:
    filled = [{"heading": title, "facts": facts[section]} for section, title in groups if facts[section]]
    return {"heading": heading, "groups": filled}


@dataclass(frozen=True)
class ReceiptRow:
    """A printed letter that is handed over."""

    recipient: str
    document_number: str
    subject: str = ""  # initials and year
    printed_on: date | None = None


@dataclass(frozen=True)
class ReceiptList(_Data):
    """Kind `receipt-list`: who took which printed letter, signed by hand."""

    network: str
    number: str
    hospital: str
    rows: tuple[ReceiptRow, ...]
    made_by: str = ""
    remarks: str = ""
    extra_rows: int = 2  # empty rows for what is added by hand


@dataclass(frozen=True)
class LookLine:
    """What one person, or all of one role, did of one kind on one day."""

    first_at: datetime
    last_at: datetime
    times: int
    organisation: str
    role: str
    person: str  # empty: the overview leaves names out
    what: str  # the action, in words of a patient
    about: str  # which of the data
    ground: str  # protocol and basis
    emergency: str = ""  # why, when the glass was broken


@dataclass(frozen=True)
class WhoLooked(_Data):
    """Kind `who-looked`: who looked at or changed the data of one patient, for that patient."""

    network: str
    number: str  # of the overview; stands in the title
    hospital: str
    patient: LetterPatient
    since_on: date | None
    until_on: date | None
    lines: tuple[LookLine, ...]
    contact: str = ""  # where to ask


@dataclass(frozen=True)
class ConformanceLine:
    """One field of a referral: where it stood in the message that was tried, or why it is missed."""

    field: str
    section: str = ""  # of a fact: the column
    places: tuple[str, ...] = ()
    looked: tuple[str, ...] = ()  # where the profile looks
    found: bool = True
    weight: str = ""  # of a missing one: "must", "should", "nice"
    why: str = ""


@dataclass(frozen=True)
class ConformanceReport(_Data):
    """Kind `conformance`: how one message was read, for the vendor of the EPD. Fields and places; no value of the message."""

    network: str
    number: str
    hospital: str
    wire: str
    profile: str
    kind: str
    version: str
    charset: str
    charset_by: str
    size: int
    is_read: bool
    is_good: bool
    reason: str  # a sentence: why it cannot be read; "" when it can
    place: str
    answer_code: str
    sender_known: bool
    lines: tuple[ConformanceLine, ...]
    leftovers: tuple[str, ...]


def _plain(value: Any) -> Any:
    if is_dataclass(value):
        return {each.name: _plain(getattr(value, each.name)) for each in fields(value)}
    if isinstance(value, tuple):
        return [_plain(inner) for inner in value]
    if isinstance(value, datetime):
        return _local(value).isoformat(timespec="seconds")
    if isinstance(value, date):
        return value.isoformat()
    return str(value) if isinstance(value, StrEnum) else value


def _local(value: datetime) -> datetime:
    if value.tzinfo is None:
        raise ValueError("a time without a zone cannot be printed in a letter")
    return value.astimezone(AMSTERDAM)
