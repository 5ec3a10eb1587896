"""Patient, professionals and the board as resources, with Dutch names as nl-core writes them."""

from __future__ import annotations

from integrations.simulator.fhir.elements import AGB, BSN, Node, Sheaf, coded, v2_table
from mdo_portal.exchange import Contact, IncomingReferral, PatientIdentity, PersonName

MRN = {
    "DELT": "urn:oid:1.2.840.114350.1.13.999.3.7.5.737384.14",
    "MERW": "urn:oid:2.16.840.1.113883.2.4.3.999.103.1",
}
"""Roots of the patient numbers of the invented hospitals; other hospitals have none."""

_HUMAN_NAME = "http://hl7.org/fhir/StructureDefinition/humanname-"
_QUALIFIER = "http://hl7.org/fhir/StructureDefinition/iso21090-EN-qualifier"
_ROLE = "http://nictiz.nl/fhir/StructureDefinition/practitionerrole-reference"
_SEX = {"M": "male", "F": "female", "X": "other"}


def patient(sheaf: Sheaf, one: PatientIdentity, *, gp: Node) -> Node:
    """The patient with both numbers, as a reference."""
    own = {"system": MRN.get(one.local_authority, ""), "value": one.local_number, "assigner": {"display": one.local_authority}}
    mrn = {"use": "usual", "type": v2_table("0203", "MR", is_r4=sheaf.is_r4)} | own
    return sheaf.add(
        {
            "resourceType": "Patient",
            "identifier": [mrn, {"use": "official", "system": BSN, "value": one.bsn}],
            "name": [_name(one.name)],
            "gender": _SEX.get(one.sex, "unknown"),
            "birthDate": one.birth_on.isoformat() if one.birth_on else "",
            "generalPractitioner": [gp],
        }
    )


def _name(name: PersonName) -> Node:
    parts = {
        "own-prefix": name.own_prefix,
        "own-name": name.own_family,
        "partner-prefix": name.partner_prefix,
        "partner-name": name.partner_family,
    }
    initials = "".join(f"{letter}." for letter in name.initials)
    return {
        "use": "official",
        "family": name.family,
        "_family": {"extension": [{"url": _HUMAN_NAME + key, "valueString": part} for key, part in parts.items() if part]},
        "given": [initials, name.given] if name.given else [initials],
        "_given": [{"extension": [{"url": _QUALIFIER, "valueCode": code}]} for code in ("IN", "CL")[: 1 + bool(name.given)]],
    }


def professional(sheaf: Sheaf, one: Contact) -> Node:
    """A reference to somebody in a role; empty for nobody. STU3 points at the person and names the role in an extension."""
    if one == Contact():
        return {}
    number = {"system": AGB if one.authority == "AGB" else one.authority, "value": one.number} if one.number else {}
    family = one.name.rsplit(". ", 1)[-1]
    person = sheaf.add({"resourceType": "Practitioner", "identifier": [number], "name": [{"text": one.name, "family": family}]})
    role = sheaf.add(
        {
            "resourceType": "PractitionerRole",
            "practitioner": person,
            "organization": {"display": one.organisation},
            "specialty": [coded(one.role)] if one.role else [],
            "telecom": [{"system": "phone", "value": one.phone}] if one.phone else [],
        }
    )
    return role if sheaf.is_r4 else person | {"extension": [{"url": _ROLE, "valueReference": role}]}


def team(sheaf: Sheaf, referral: IncomingReferral, subject: Node) -> None:
    """Who treats the patient and who manages the case: a CareTeam with the roles in words."""
    people = (("Hoofdbehandelaar", referral.treating), ("Casemanager", referral.case_manager))
    members = [(words, professional(sheaf, one)) for words, one in people if one != Contact()]
    if members:
        # R4 has many roles for a member, STU3 one.
        taking = [{"role": [coded(words)] if sheaf.is_r4 else coded(words), "member": member} for words, member in members]
        sheaf.add({"resourceType": "CareTeam", "status": "active", "subject": subject, "participant": taking})


def board(sheaf: Sheaf, name: str) -> Node:
    """The tumour board as the service that is asked."""
    return sheaf.add({"resourceType": "HealthcareService", "active": True, "name": name})
