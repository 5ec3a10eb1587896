"""What reports say: who looked at a patient, and how a hospital's message is read."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from mdo_portal.letters.letter_data import LetterPatient, LetterText


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
class WhoLooked(LetterText):
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
    places: tuple[str, ...] = ()  # of a missing one: where something stands that is no date
    looked: tuple[str, ...] = ()  # where the profile looks
    found: bool = True
    weight: str = ""  # of a missing one, and of one that means nothing here: "must", "should", "nice"
    means: str = ""  # of one that was found and means nothing here: what it is not
    why: str = ""


@dataclass(frozen=True)
class ConformanceReport(LetterText):
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
    reason: str  # a sentence: why it is refused or cannot be read; "" when it becomes a case
    place: str
    answer_code: str
    sender_known: bool
    lines: tuple[ConformanceLine, ...]
    leftovers: tuple[str, ...]
    is_refused: bool = False  # the sender hears that it is not taken
    becomes: str = ""  # a sentence: what becomes of a message like this; "" when it is refused or cannot be read
