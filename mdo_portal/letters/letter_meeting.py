"""What a meeting's papers say: the agenda, the handout of one case, the list of letters to sign for."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from mdo_portal.letters.letter_data import LetterPatient, LetterText


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
    ended: str = ""  # in a report: how its discussion ended


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
class Agenda(LetterText):
    """Kind `agenda`: the agenda of one meeting, and once it was held (`is_report`) who came and how each case ended.

    `final=False` prints that it may still change.
    """

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
    is_report: bool = False
    attended: tuple[str, ...] = ()


# The columns of the handout (SCREENS "Casus"): heading, then section of the fact and its own heading.
COLUMNS: tuple[tuple[str, tuple[tuple[str, str], ...]], ...] = (
    (
        "Patiënt",
        (
            ("wish", "Wens"),
            ("spoken", "Taal en tolk"),
            ("condition", "Conditie"),
            ("comorbidity", "Comorbiditeit"),
            ("medication", "Medicatie"),
        ),
    ),
    ("Diagnose en beloop", (("diagnosis", "Diagnose"), ("course", "Beloop"), ("form", "Formulier"), ("other", "Overig"))),
    ("Eerdere behandeling, markers", (("treatment", "Behandeling"), ("marker", "Markers"))),
    ("Beeldvorming", (("imaging", ""),)),
    ("Pathologie", (("pathology", ""),)),
)


@dataclass(frozen=True)
class HandoutFact:
    """One thing a hospital told us. `section` is a value of `exchange.Section`, or `spoken`; `age` as the screen says it."""

    section: str
    text: str
    label: str = ""
    dated_on: date | None = None
    source: str = ""  # code of the hospital
    age: str = ""  # "41 dagen oud"
    old: bool = False  # printed grey


@dataclass(frozen=True)
class CaseHandout(LetterText):
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
    others: tuple[str, ...] = ()  # other cases of the same person, with their advice
    documents: tuple[str, ...] = ()  # what came as a file, and is read in the portal
    beware: tuple[str, ...] = ()  # what stands beside the patient's name: deceased, a test

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
class ReceiptList(LetterText):
    """Kind `receipt-list`: who took which printed letter, signed by hand."""

    network: str
    number: str
    hospital: str
    rows: tuple[ReceiptRow, ...]
    made_by: str = ""
    remarks: str = ""
    extra_rows: int = 2  # empty rows for what is added by hand
