"""The referrals of a hospital without a link, as somebody would type them into the portal's web form."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from integrations.simulator.region import CaseSeed, referral, region
from mdo_portal.exchange import Fact, IncomingReferral, Section

_UPLOADS = {"referral letter": "letter", "pathology report": "pathology_report", "radiology report": "radiology_report"}
_HEADINGS = {
    "local_number": "Patiëntnummer",
    "bsn": "BSN",
    "initials": "Voorletters",
    "prefix": "Tussenvoegsel",
    "family": "Achternaam",
    "birth_on": "Geboortedatum",
    "sex": "Geslacht",
    "question_board": "Vraag aan het MDO",
    "question_radiology": "Vraag aan de radioloog",
    "question_pathology": "Vraag aan de patholoog",
    "urgency": "Urgentie",
    "due_on": "Uiterlijk te bespreken",
    "referrer_name": "Aanmelder",
    "referrer_phone": "Telefoon",
    "treating_name": "Hoofdbehandelaar",
    "case_manager_name": "Casemanager",
    "gp_name": "Huisarts",
    "wish": "Wens van de patiënt",
    "condition": "Conditie",
    "comorbidity": "Comorbiditeit",
    "medication": "Medicatie",
    "diagnosis": "Diagnose en stadium",
    "course": "Beloop",
    "treatment": "Eerdere behandeling",
    "marker": "Markers en laboratorium",
    "imaging": "Beeldvorming",
    "pathology": "Pathologie",
    "other": "Overig, voorstel eigen team",
}
"""The names of the fields of the portal's form, with what stands above them on paper."""


@dataclass(frozen=True)
class Upload:
    """A PDF to choose in a file field of the form."""

    field: str
    title: str
    file_name: str
    address: str


@dataclass(frozen=True)
class PaperCase:
    """One case to be registered. `fields` has only what there is, under the names of the form; `board` is the board's code."""

    code: str
    board: str
    board_name: str
    fields: dict[str, str]
    documents: tuple[Upload, ...]

    @property
    def copyable(self) -> str:
        """All of it as text for somebody who types it over."""
        lines = [f"MDO: {self.board_name}"]
        lines += [f"{heading}: {self.fields[name]}" for name, heading in _HEADINGS.items() if name in self.fields]
        return "\n".join(lines)


def paper_case(case: CaseSeed, *, today: date) -> PaperCase:
    sent = referral(case, today=today)
    return PaperCase(
        code=case.code,
        board=case.board,
        board_name=region().board(case.board).name,
        fields={name: text for name, text in _fields(sent).items() if text},
        documents=tuple(
            Upload(_UPLOADS[one.kind], one.title, f"{case.code}-{n}.pdf", f"/cases/{case.code}/documents/{n}.pdf")
            for n, one in enumerate(sent.documents, start=1)
        ),
    )


def _fields(sent: IncomingReferral) -> dict[str, str]:
    return _patient(sent) | _request(sent) | _sections(sent.facts)


def _patient(sent: IncomingReferral) -> dict[str, str]:
    patient, name = sent.patient, sent.patient.name
    is_own = name.family == f"{name.own_prefix} {name.own_family}".strip()
    return {
        "local_number": patient.local_number,
        "bsn": patient.bsn,
        "initials": "".join(f"{letter}." for letter in name.initials),
        "prefix": name.own_prefix if is_own else "",
        "family": name.own_family if is_own else name.family,
        "birth_on": f"{patient.birth_on:%d-%m-%Y}" if patient.birth_on else "",
        "sex": patient.sex,
    }


def _request(sent: IncomingReferral) -> dict[str, str]:
    return {
        "question_board": sent.question_board,
        "question_radiology": sent.question_radiology,
        "question_pathology": sent.question_pathology,
        "urgency": sent.urgency,
        "due_on": f"{sent.latest_useful_on:%d-%m-%Y}" if sent.latest_useful_on else "",
        "referrer_name": sent.referrer.name,
        "referrer_phone": sent.referrer.phone,
        "treating_name": sent.treating.name,
        "case_manager_name": sent.case_manager.name,
        "gp_name": sent.gp.name,
    }


def _sections(facts: tuple[Fact, ...]) -> dict[str, str]:
    """A line per fact; what the form has no field for stands under "Overig"."""
    found: dict[str, list[str]] = {}
    for one in facts:
        section = Section.OTHER if one.section is Section.FORM else one.section
        found.setdefault(section.value, []).append(_line(one))
    return {section: "\n".join(lines) for section, lines in found.items()}


def _line(fact: Fact) -> str:
    about = " ".join(part for part in (fact.label, f"({fact.dated_on:%d-%m-%Y})" if fact.dated_on else "") if part)
    return f"{about}: {fact.text}" if about else fact.text
