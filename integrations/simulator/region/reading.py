"""Reads the TOML files of the region into seeds; a mistake in the data stops here with a KeyError or ValueError."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from datetime import time
from pathlib import Path
from typing import Any

from integrations.simulator.region.seeds import (
    BoardSeed,
    CaseSeed,
    ConclusionSeed,
    DocumentSeed,
    FactSeed,
    HospitalSeed,
    LinkSeed,
    PersonSeed,
    QuorumGroup,
    Region,
)
from mdo_portal.exchange import Contact, PatientIdentity, PersonName, Section

Table = Mapping[str, Any]
FOLDER = Path(__file__).parent
KINDS = {"letter": "referral letter", "pathology": "pathology report", "radiology": "radiology report"}


def read_region() -> Region:
    """Read region.toml, contacts.toml and cases/*.toml."""
    table = _toml(FOLDER / "region.toml")
    hospitals = tuple(_hospital(row) for row in table["hospital"])
    persons = tuple(_person(row) for row in table["person"])
    names = {hospital.code: hospital.name for hospital in hospitals}
    contacts = _contacts(persons, _toml(FOLDER / "contacts.toml")["contact"], names)
    return Region(
        name=table["name"],
        place=table["place"],
        hospitals=hospitals,
        boards=tuple(_board(row) for row in table["board"]),
        persons=persons,
        cases=tuple(_cases(FOLDER / "cases", contacts)),
        codes=tuple((label, code, system) for label, (code, system) in table["codes"].items()),
    )


def read_earlier(region: Region) -> tuple[CaseSeed, ...]:
    """Patients of meetings that were held before the demo began: earlier/*.toml, written as cases/*.toml are."""
    names = {hospital.code: hospital.name for hospital in region.hospitals}
    contacts = _contacts(region.persons, _toml(FOLDER / "contacts.toml")["contact"], names)
    return tuple(_cases(FOLDER / "earlier", contacts))


def _toml(path: Path) -> Table:
    return tomllib.loads(path.read_text(encoding="utf-8"))


def _hospital(row: Table) -> HospitalSeed:
    links = tuple(LinkSeed(**link) for link in row.get("links", ()))
    return HospitalSeed(**{"page_port": 0, **row, "links": links})


def _board(row: Table) -> BoardSeed:
    quorum = tuple(QuorumGroup(group["name"], tuple(group["one_of"]), group.get("hospital", "")) for group in row["quorum"])
    return BoardSeed(
        **{**row, "hospitals": tuple(row["hospitals"]), "starts_at": time.fromisoformat(row["starts_at"]), "quorum": quorum}
    )


def _person(row: Table) -> PersonSeed:
    empty = {"title": "", "prefix": "", "agb": "", "persona": "", "phone": ""}
    boards = tuple((board, role) for board, role in row.get("boards", {}).items())
    return PersonSeed(**{**empty, **row, "roles": tuple(row["roles"]), "boards": boards})


def _contacts(persons: tuple[PersonSeed, ...], others: list[Table], hospitals: Mapping[str, str]) -> dict[str, Contact]:
    """Everybody a case can name by key: the persons of the region and those outside it (GPs, other specialists)."""
    known = {one.key: _contact(one.shown, one.agb, hospitals[one.hospital], one.phone, one.discipline) for one in persons}
    for row in others:
        organisation = hospitals.get(row["at"], row["at"])
        known[row["key"]] = _contact(row["name"], row.get("agb", ""), organisation, row["phone"], row["role"])
    return known


def _contact(name: str, agb: str, organisation: str, phone: str, role: str) -> Contact:
    return Contact(name=name, number=agb, authority="AGB" if agb else "", organisation=organisation, phone=phone, role=role)


def _cases(folder: Path, contacts: Mapping[str, Contact]) -> Iterator[CaseSeed]:
    for path in sorted(folder.glob("*.toml")):
        table = _toml(path)
        yield from (_case(row, table["board"], contacts) for row in table["case"])


def _case(row: Table, board: str, contacts: Mapping[str, Contact]) -> CaseSeed:
    nobody = Contact()
    return CaseSeed(
        code=row["code"],
        hospital=row["hospital"],
        board=board,
        tumour=row["tumour"],
        icd10=row["icd10"],
        number=row["number"],
        moment=row["moment"],
        urgency=row["urgency"],
        latest_useful_days=row.get("latest_useful"),
        patient=_patient(row["patient"], row["hospital"]),
        question_board=row["question"],
        question_radiology=row.get("question_radiology", ""),
        question_pathology=row.get("question_pathology", ""),
        plan=row.get("plan", ""),
        referrer=contacts[row["referrer"]],
        treating=contacts[row.get("treating", row["referrer"])],
        case_manager=contacts[row["case_manager"]] if "case_manager" in row else nobody,
        gp=contacts[row["gp"]] if "gp" in row else nobody,
        facts=tuple(_fact(fact) for fact in row["facts"]),
        documents=tuple(_document(one, row, number, contacts) for number, one in enumerate(row.get("document", ()), start=1)),
        conclusion=ConclusionSeed(**row["conclusion"]) if "conclusion" in row else None,
    )


def _patient(row: Table, hospital: str) -> PatientIdentity:
    name = {
        key: row.get(key, "") for key in ("own_prefix", "own_family", "partner_prefix", "partner_family", "initials", "given")
    }
    return PatientIdentity(
        local_number=row["number"],
        local_authority=hospital,
        bsn=row["bsn"],
        name=PersonName(family=_family(name), **name),
        birth_on=row["born"],
        sex=row["sex"],
    )


def _family(name: Mapping[str, str]) -> str:
    """The surname as Dutch hospitals print it: partner's name first, then the own name after a hyphen."""
    own = f"{name['own_prefix']} {name['own_family']}".strip()
    partner = f"{name['partner_prefix']} {name['partner_family']}".strip()
    return "-".join(part for part in (partner, own) if part)


def _fact(row: list[Any]) -> FactSeed:
    section, label, text, *when = row
    return FactSeed(Section(section), label, text, when[0] if when else None)


def _document(row: Table, case: Table, number: int, contacts: Mapping[str, Contact]) -> DocumentSeed:
    return DocumentSeed(
        kind=KINDS[row["kind"]],
        title=row["title"],
        text=row["text"].strip(),
        days_ago=row["days_ago"],
        hospital=row.get("at", case["hospital"]),
        author=contacts[row.get("author", case["referrer"])].name,
        reference=row.get("reference", f"{case['number']}-{number}"),
    )
