"""The patient and the people of a letter, as FHIR."""

from __future__ import annotations

import re

from integrations.fhir.text.values import Node
from mdo_portal.exchange import Contact, PatientIdentity, PersonName, dotted

URI = "urn:ietf:rfc:3986"
BSN = "http://fhir.nl/fhir/NamingSystem/bsn"
_HUMAN_NAME = "http://hl7.org/fhir/StructureDefinition/humanname-"
_QUALIFIER = "http://hl7.org/fhir/StructureDefinition/iso21090-EN-qualifier"
_SEXES = {"M": "male", "F": "female", "X": "other"}


def identifier(system: str, value: str) -> Node:
    """An Identifier; a system that is no URI travels as the name of who assigned the number."""
    if not value:
        return {}
    if not re.match(r"[a-z][a-z0-9+.-]*:", system):
        return {"value": value, "assigner": {"display": system}}
    return {"system": "" if system == URI and not re.match(r"(urn|https?):", value) else system, "value": value}


def contained_patient(patient: PatientIdentity) -> Node:
    """The patient with every number we have, so that the receiver can match it on its own."""
    numbers = [identifier(BSN, patient.bsn), identifier(patient.local_authority, patient.local_number)]
    return {
        "resourceType": "Patient",
        "id": "patient",
        "identifier": numbers,
        "name": [_name(patient.name)],
        "gender": _SEXES.get(patient.sex, "unknown"),
        "birthDate": patient.birth_on.isoformat() if patient.birth_on else "",
    }


def _name(name: PersonName) -> Node:
    parts = {
        "own-prefix": name.own_prefix,
        "own-name": name.own_family,
        "partner-prefix": name.partner_prefix,
        "partner-name": name.partner_family,
    }
    extensions = [{"url": _HUMAN_NAME + key, "valueString": value} for key, value in parts.items() if value]
    named: Node = {"use": "official", "family": name.family, "_family": {"extension": extensions}, "given": _given(name)}
    return named | ({"_given": _marks(name)} if name.initials else {})


def _given(name: PersonName) -> list[str]:
    return [dotted(name.initials), name.given]


def _marks(name: PersonName) -> list[Node | None]:
    """nl-core: the first of the given names is initials (IN); null stands beside a name without mark."""
    return [{"extension": [{"url": _QUALIFIER, "valueCode": "IN"}]}, *([None] if name.given else [])]


def subject(patient: PatientIdentity) -> Node:
    """The contained patient, and the number by which a receiver that ignores contained resources can find its own."""
    own = identifier(BSN, patient.bsn) or identifier(patient.local_authority, patient.local_number)
    return {"reference": "#patient", "identifier": own}


def person(contact: Contact) -> Node:
    return {"identifier": identifier(contact.authority, contact.number), "display": contact.name or contact.organisation}
