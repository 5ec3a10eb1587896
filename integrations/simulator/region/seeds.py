"""What the invented region is made of: hospitals, boards, persons and cases, with offsets in days instead of dates."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import time

from mdo_portal.exchange import Contact, PatientIdentity, Section


@dataclass(frozen=True)
class LinkSeed:
    """One line between a simulated EPD and the portal. `direction` is seen from the hospital: "out" refers, "in" gets letters."""

    direction: str
    wire: str  # a value of exchange.Wire
    profile: str  # a name in integrations/profiles, "" for form and paper
    host: str = ""
    port: int = 0
    url: str = ""


@dataclass(frozen=True)
class HospitalSeed:
    code: str
    name: str
    city: str
    ura: str  # 8 digits, invented
    agb: str  # 8 digits as text: the leading zero matters
    phone: str
    epd: str
    colour: str  # "#rrggbb", used on its reports and its simulated EPD page
    letterhead: str  # "band", "rule", "side" or "plain": how its PDFs look
    page_port: int  # of its simulated EPD, 0 = none
    links: tuple[LinkSeed, ...]


@dataclass(frozen=True)
class QuorumGroup:
    """At least one person of one of these disciplines must be there; `hospital` says: and of that hospital."""

    name: str
    one_of: tuple[str, ...]
    hospital: str = ""


@dataclass(frozen=True)
class BoardSeed:
    code: str
    name: str
    tumour_group: str
    hospitals: tuple[str, ...]
    weekday: int  # ISO: 1 = Monday
    starts_at: time  # Europe/Amsterdam
    minutes: int
    closing_hours: int  # registration closes so many hours before the start
    minutes_per_case: int
    place: str
    video_url: str
    quorum: tuple[QuorumGroup, ...]


@dataclass(frozen=True)
class PersonSeed:
    key: str
    title: str
    initials: str
    prefix: str
    family: str
    discipline: str
    hospital: str
    roles: tuple[str, ...]  # in that hospital: specialist, secretary, case_manager, link_manager, privacy_officer, administrator
    boards: tuple[tuple[str, str], ...]  # (board code, role): chair, vice_chair, secretary, scribe, case_manager, member
    email: str
    phone: str
    agb: str  # 8 digits, "" for who has none
    persona: str  # one Dutch line for the demo's list of people to sign in as, "" for the others

    @property
    def shown(self) -> str:
        """`dr. M.A. van Loon`."""
        dotted = "".join(f"{letter}." for letter in self.initials)
        return " ".join(part for part in (self.title, dotted, self.prefix, self.family) if part)


@dataclass(frozen=True)
class FactSeed:
    section: Section
    label: str
    text: str
    days_ago: int | None  # None: the hospital sends no date


@dataclass(frozen=True)
class DocumentSeed:
    kind: str  # the words of exchange.IncomingDocument.kind
    title: str  # never a patient's name
    text: str  # lines "# Heading", paragraphs apart by an empty line, lists of "- "; placeholders: see referrals.py
    days_ago: int
    hospital: str
    author: str
    reference: str


@dataclass(frozen=True)
class ConclusionSeed:
    """What a board might type for this case: for the exercise room."""

    diagnosis: str
    considerations: str
    advice: str


@dataclass(frozen=True)
class CaseSeed:
    code: str
    hospital: str
    board: str
    tumour: str
    icd10: str
    number: str
    moment: str
    urgency: str
    latest_useful_days: int | None  # counted from arrival
    patient: PatientIdentity
    question_board: str
    question_radiology: str
    question_pathology: str
    plan: str
    referrer: Contact
    treating: Contact
    case_manager: Contact
    gp: Contact
    facts: tuple[FactSeed, ...]
    documents: tuple[DocumentSeed, ...]
    conclusion: ConclusionSeed | None


@dataclass(frozen=True)
class Region:
    name: str
    place: str
    hospitals: tuple[HospitalSeed, ...]
    boards: tuple[BoardSeed, ...]
    persons: tuple[PersonSeed, ...]
    cases: tuple[CaseSeed, ...]
    codes: tuple[tuple[str, str, str], ...]  # (label of a fact, code, code system): what a coded EPD would send with it

    def hospital(self, code: str) -> HospitalSeed:
        """The hospital with this code. Raises KeyError for a code outside the region."""
        return {hospital.code: hospital for hospital in self.hospitals}[code]

    def board(self, code: str) -> BoardSeed:
        """The board with this code. Raises KeyError for a code outside the region."""
        return {board.code: board for board in self.boards}[code]

    def case(self, code: str) -> CaseSeed:
        """The case with this code. Raises KeyError for a code outside the region."""
        return {case.code: case for case in self.cases}[code]
