"""The web form as a border value: the same `IncomingReferral` that an EPD would send, or sentences per field."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime

from mdo_portal.domain.fact_labels import PROPOSED
from mdo_portal.domain.identifiers import is_bsn_shaped, passes_eleven_test, typed_bsn, typed_number
from mdo_portal.domain.readiness import missing_items
from mdo_portal.errors import N_, Incomplete
from mdo_portal.exchange import Contact, Fact, IncomingDocument, IncomingReferral, PatientIdentity, PersonName, Section

#: the sections of the form that become facts, in the order of the page
SECTIONS: tuple[tuple[Section, str], ...] = (
    (Section.WISH, N_("Wens van de patiënt")),
    (Section.CONDITION, N_("Conditie (WHO/ECOG, kwetsbaarheid)")),
    (Section.COMORBIDITY, N_("Comorbiditeit")),
    (Section.MEDICATION, N_("Medicatie van belang")),
    (Section.DIAGNOSIS, N_("Diagnose en stadium zoals u het nu stelt")),
    (Section.COURSE, N_("Beloop")),
    (Section.TREATMENT, N_("Eerdere behandeling")),
    (Section.MARKER, N_("Markers en laboratorium")),
    (Section.IMAGING, N_("Beeldvorming (wat, waar, wanneer, uitslag)")),
    (Section.PATHOLOGY, N_("Pathologie (wat, waar, wanneer, uitslag)")),
    (Section.OTHER, N_("Overig, voorstel eigen team")),
)


def check(fields: Mapping[str, str]) -> dict[str, str]:
    """What must be mended before it can be sent in: only what makes a wrong patient or an unanswerable case."""
    wrong = {}
    if not fields.get("family", "").strip():
        wrong["family"] = N_("Vul de achternaam in.")
    if read_date(fields.get("birth_on", "")) is None:
        wrong["birth_on"] = N_("Vul de geboortedatum in als dd-mm-jjjj.")
    if not typed_number(fields.get("local_number", "")) and not fields.get("bsn", "").strip():
        wrong["local_number"] = N_("Vul het patiëntnummer of het BSN in.")
    bsn = typed_bsn(fields.get("bsn", ""))
    if bsn and not (is_bsn_shaped(bsn) and passes_eleven_test(bsn)):
        wrong["bsn"] = N_("Dit BSN klopt niet (negen cijfers, elfproef). Controleer het, of laat het leeg.")
    if not fields.get("question_board", "").strip():
        wrong["question_board"] = N_("Schrijf de vraag aan het MDO op.")
    if not fields.get("board_id", ""):
        wrong["board_id"] = N_("Kies een MDO.")
    if fields.get("due_on", "").strip() and read_date(fields["due_on"]) is None:
        wrong["due_on"] = N_("Vul de datum in als dd-mm-jjjj, of laat hem leeg.")
    return wrong


def missing(fields: Mapping[str, str]) -> list[str]:
    """Codes of what the discussion will miss, from the text alone: attached reports count once they are sent in."""
    return missing_items(
        question=_text(fields, "question_board"),
        referrer=_text(fields, "referrer_name"),
        sections={section for section, _ in SECTIONS if _text(fields, section.value)},
        document_kinds=(),
    )


def read_date(text: str) -> date | None:
    """`04-12-1958`, `4-12-1958` or `1958-12-04`; None for anything else."""
    parts = text.strip().replace("/", "-").replace(".", "-").split("-")
    if len(parts) != 3 or not all(part.isascii() and part.isdigit() for part in parts):
        return None
    try:
        numbers = [int(part) for part in parts]
        year, month, day = numbers if len(parts[0]) == 4 else reversed(numbers)
        found = date(year, month, day)
    except (ValueError, OverflowError):
        return None
    return found if found.year > 1890 else None


def referral(fields: Mapping[str, str], documents: tuple[IncomingDocument, ...], *, number: str) -> IncomingReferral:
    """The form as referral. Raises Incomplete with a sentence per field."""
    wrong = check(fields)
    if wrong:
        raise Incomplete(wrong)
    return IncomingReferral(
        patient=_patient(fields),
        number=number,
        question_board=_text(fields, "question_board"),
        question_radiology=_text(fields, "question_radiology"),
        question_pathology=_text(fields, "question_pathology"),
        urgency=_text(fields, "urgency"),
        latest_useful_on=read_date(fields.get("due_on", "")),
        referrer=Contact(name=_text(fields, "referrer_name"), phone=_text(fields, "referrer_phone")),
        treating=Contact(name=_text(fields, "treating_name")),
        case_manager=Contact(name=_text(fields, "case_manager_name")),
        gp=Contact(name=_text(fields, "gp_name")),
        facts=(*_proposed(fields), *(Fact(one, _text(fields, one.value)) for one, _ in SECTIONS if _text(fields, one.value))),
        documents=documents,
    )


def _proposed(fields: Mapping[str, str]) -> tuple[Fact, ...]:
    protocol = _text(fields, "protocol")
    return (Fact(Section.FORM, protocol, label=PROPOSED),) if protocol else ()


def _patient(fields: Mapping[str, str]) -> PatientIdentity:
    prefix, family = _text(fields, "prefix"), _text(fields, "family")
    return PatientIdentity(
        local_number=typed_number(fields.get("local_number", "")),
        bsn=typed_bsn(fields.get("bsn", "")),
        name=PersonName(
            family=f"{prefix} {family}".strip(),
            own_prefix=prefix,
            own_family=family,
            initials=_text(fields, "initials").replace(".", ""),
        ),
        birth_on=read_date(fields["birth_on"]),
        sex=fields.get("sex", "") if fields.get("sex") in ("M", "F", "X") else "",
    )


OF_IDENTITY = ("local_number", "bsn", "birth_on", "initials", "prefix", "family", "sex")


def of_identity(told: PatientIdentity) -> dict[str, str]:
    """The fields of the form that say who the patient is, as a hospital told it: what is sent in again says the same."""
    name = told.name
    is_own = bool(name.own_family) and name.family == f"{name.own_prefix} {name.own_family}".strip()
    values = (
        told.local_number, told.bsn, f"{told.birth_on:%d-%m-%Y}" if told.birth_on else "", name.initials,
        name.own_prefix if is_own else "", name.own_family if is_own else name.family, told.sex,
    )  # fmt: skip
    return dict(zip(OF_IDENTITY, values, strict=True))


def told_at(fields: Mapping[str, str]) -> datetime | None:
    """When the EPD told who it is; None when somebody typed it. The form carries it, so that it still says so when it comes back."""
    try:
        found = datetime.fromisoformat(fields.get("epd_at", ""))
    except ValueError:
        return None
    return found if found.tzinfo is not None else None


def _text(fields: Mapping[str, str], name: str) -> str:
    return fields.get(name, "").replace("\r\n", "\n").strip()
