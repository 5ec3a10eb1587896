"""People as segments: the patient (PID) and the professionals (XCN fields and PRD segments)."""

from __future__ import annotations

import re

from integrations.hl7v2.text.builder import Value
from mdo_portal.exchange import Contact, PatientIdentity

Fields = dict[int, Value]
_SHOWN = re.compile(r"((?:(?:prof|dr|drs|mr|ir|dhr|mw)\.\s+)*)((?:[A-Z][a-z]?\.)*)\s*(.*)")
_ROLES = {
    "RP": "Referring Provider",
    "RT": "Referred to Provider",
    "CP": "Consulting Provider",
    "PP": "Primary Care Provider",
    "CM": "Case Manager",
}


def pid(patient: PatientIdentity) -> Fields:
    """PID as ZorgDomein writes it: BSN from NLMINBIZA with type NNNLD, the own number as PI, surname in its parts."""
    name = patient.name
    surname = (name.family, name.own_prefix, name.own_family, name.partner_prefix, name.partner_family)
    bsn = (patient.bsn, "", "", "NLMINBIZA", "NNNLD")
    own = (patient.local_number, "", "", patient.local_authority, "PI")
    return {
        1: "1",
        3: [bsn, own],
        5: (surname, name.initials[:1], name.initials[1:], "", "", "", "L"),
        7: f"{patient.birth_on:%Y%m%d}" if patient.birth_on else "",
        8: {"X": "O"}.get(patient.sex, patient.sex),
    }


def xcn(contact: Contact) -> tuple[str, ...]:
    """A professional in a field: number, surname, initials, title, and who gave the number."""
    title, initials, family = _parts(contact.name)
    return (contact.number, family, initials, "", "", title, "", "", _authority(contact))


def prd(role: str, contact: Contact) -> Fields:
    """A PRD segment; a board has no person, only the organisation in PRD-10."""
    title, initials, family = _parts(contact.name)
    return {
        1: (role, _ROLES[role], "HL70286"),
        2: (family, initials, "", "", title),
        5: (contact.phone, "WPN", "PH") if contact.phone else "",
        7: (contact.number, _authority(contact)) if contact.number else "",
        10: (contact.organisation,),
    }


def _authority(contact: Contact) -> str:
    return {"AGB": "VEKTIS"}.get(contact.authority, contact.authority)


def _parts(shown: str) -> tuple[str, str, str]:
    """`drs. M.A. van Loon` as (title, initials, surname)."""
    found = _SHOWN.fullmatch(shown)
    return (found[1].strip(), found[2], found[3]) if found else ("", "", shown)
