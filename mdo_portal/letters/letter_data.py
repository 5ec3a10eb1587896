"""The shapes of what letters say: one frozen dataclass per kind of `letters.render`, and their JSON.

`as_json()` is plain data (dates ISO, times with the offset of Amsterdam): it can be frozen in a row and rendered later.
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields, is_dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any, ClassVar

from mdo_portal.letters.letter_template import ADVICE, LetterWords, Piece, Section, arranged, key_of
from mdo_portal.zone import AMSTERDAM


class LetterForm(StrEnum):
    """First advice, or what it does to an earlier one (MDM T02, T10, T06, T11)."""

    FIRST = "first"
    REVISION = "revision"
    ADDENDUM = "addendum"
    WITHDRAWAL = "withdrawal"


class LetterText:
    """Common to all kinds."""

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


@dataclass(frozen=True, kw_only=True)
class Stamp:
    """What one letter says beside the frozen content: to whom it goes, and how it was signed."""

    recipient: Recipient
    bsn: str
    document_number: str
    signed_at: datetime | None  # None: a preview
    text_hash: str
    reason: str  # of the change; empty for a first letter
    logo: bytes = b""


@dataclass(frozen=True)
class DecisionLetter(LetterText):
    """Kind `decision`. `signed_at=None` prints a preview that says it is not final."""

    kind: ClassVar[str] = "decision"
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
    words: LetterWords = field(default_factory=LetterWords)  # of the template that was frozen
    order: tuple[Section, ...] = ()  # of the template; empty = as they come, the advice last
    rest: ClassVar[bool] = True  # what the order does not know is printed as well

    @property
    def sections(self) -> tuple[tuple[str, str], ...]:
        """The free text that stands before the advice, under the headings of the letter, empty ones left out."""
        return self._around()[0]

    @property
    def after(self) -> tuple[tuple[str, str], ...]:
        """The free text that stands behind the advice."""
        return self._around()[2]

    @property
    def advice_heading(self) -> str:
        return self._around()[1]

    def all_sections(self) -> tuple[tuple[str, str], ...]:
        """The sections with the advice as text: what `exchange.OutgoingDecision.sections` carries beside the PDF."""
        advice = "\n".join(f"{number}. {item.as_text()}" for number, item in enumerate(self.advice, start=1))
        dissent = f"Geen consensus. {self.dissent}" if self.dissent else ""
        text = "\n".join(part for part in (advice, dissent) if part)
        return (*self.sections, *([(self.advice_heading, text)] if text else []), *self.after)

    def as_json(self) -> dict[str, Any]:
        """Plain data for `letters.render`, the sections included."""
        before, heading, after = self._around()
        shown = {"sections": [list(pair) for pair in before], "advice_heading": heading, "after": [list(pair) for pair in after]}
        return {**super().as_json(), **shown}

    def _around(self) -> tuple[tuple[tuple[str, str], ...], str, tuple[tuple[str, str], ...]]:
        """What stands before the advice, the heading of the advice, what stands behind it."""
        pieces = arranged(self._pieces(), self.order, rest=self.rest)
        at = next(index for index, (key, _, _) in enumerate(pieces) if key == ADVICE)
        said = [(heading, text) for _, heading, text in pieces]
        return tuple(said[:at]), said[at][0], tuple(said[at + 1 :])

    def _pieces(self) -> list[Piece]:
        named = (
            ("question", "Vraag aan het MDO", self.question),
            ("wish", "Wens van de patiënt", self.wish),
            ("diagnosis", "Diagnose volgens het MDO", self.diagnosis),
            ("considerations", "Overwegingen", self.considerations),
            *((key_of(heading), heading, text) for heading, text in self.more),
        )
        return [*(piece for piece in named if piece[2].strip()), (ADVICE, "Advies", "")]


_MONTHS = [
    "januari",
    "februari",
    "maart",
    "april",
    "mei",
    "juni",
    "juli",
    "augustus",
    "september",
    "oktober",
    "november",
    "december",
]


def in_words(day: date) -> str:
    """`4 december 2025`: as the letters print a day."""
    return f"{day.day} {_MONTHS[day.month - 1]} {day.year}"


def _plain(value: Any) -> Any:
    if is_dataclass(value):
        return {each.name: _plain(getattr(value, each.name)) for each in fields(value)}
    if isinstance(value, tuple) and value and isinstance(value[0], int):  # the bytes of a picture
        return list(value)
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
