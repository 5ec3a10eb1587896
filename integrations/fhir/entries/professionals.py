"""Who did, asked or said something: people in a role, services and organisations, each with a number and where they work."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from integrations.fhir.entries.addresses import logical
from integrations.fhir.entries.bundle import Entry
from integrations.fhir.entries.people import identifiers, is_bsn, person_name, place_in
from integrations.fhir.entries.reading import Reading
from integrations.fhir.text.issuers import is_past
from integrations.fhir.text.profile import Profile
from integrations.fhir.text.values import Node, concept, concepts, extension, joined, node, nodes, text, unique
from mdo_portal.exchange import Contact


def person(reference: Node, entry: Entry, reading: Reading, did: Iterable[str] = (), known: str = "") -> str:
    """`A. Krol (patholoog), Streeklab`: a name with what he did there and what he is, each once and not what is `known`, and his house."""
    if reading.where.kind_of(reference, entry) == "Patient":
        return reading.profile.label("patient")
    who = contact(reference, entry, reading)
    told = {one.casefold(): one for one in (who.role, *did) if one and one.casefold() not in known.casefold()}
    functions = joined(*unique(told.get(one.casefold(), "") for one in (*did, who.role)), by=", ")
    name = joined(who.name, f"({functions})" if functions and who.name else functions, by=" ")
    return joined(name, who.organisation if who.organisation != who.name else "", by=", ")


def done_by(entry: Entry, reading: Reading) -> str:
    """`door: A. Krol (operateur)`: who found or did it; the patient by no name, for a value measured at home."""
    return by_whom(nodes(entry.resource.get("performer")), entry, reading)


def by_whom(references: Any, entry: Entry, reading: Reading, label: str = "by") -> str:
    """`door: A. Krol`: the people and organisations that are pointed at, each once; what somebody did there stands a step higher."""
    names = names_of(references, entry, reading)
    return reading.profile.under(label, names)


def names_of(references: Any, entry: Entry, reading: Reading) -> str:
    """`A. Krol, B. Ooms (assistent)`."""
    people = nodes(references)
    return joined(*unique(_taking_part(one, entry, reading) for one in people), by=", ") if people else ""


def _taking_part(one: Node, entry: Entry, reading: Reading) -> str:
    pointer = node(one.get("actor") or one.get("individual"))
    did = [concept(each) for name in ("function", "role", "type") for each in nodes(one.get(name))]
    return person(pointer, entry, reading, did) if pointer else person(one, entry, reading)


def asked_by(entry: Entry, reading: Reading, label: str = "by") -> str:
    """`voorschrijver: Aalders (CAR)`: who asks for it; STU3 has that a step deeper."""
    asker = node(entry.resource.get("requester"))
    return by_whom(asker.get("agent") or asker, entry, reading, label) if asker else ""


def according(entry: Entry, reading: Reading, name: str = "asserter") -> str:
    """`volgens: de patiënt zelf`: who says so, where that is the patient or a relative and no professional."""
    one = node(entry.resource.get(name))
    if not one:
        return ""
    found = reading.where.resolve(one, entry)
    if reading.where.kind_of(one, entry) not in ("Patient", "RelatedPerson"):
        return ""
    who = concepts(found.resource.get("relationship")) if found else ""
    return f"{reading.profile.label('according')}: {who or person(one, entry, reading) or reading.profile.label('somebody')}"


_ROLE = "http://nictiz.nl/fhir/StructureDefinition/practitionerrole-reference"


def contact(reference: Any, source: Entry, reading: Reading) -> Contact:
    """The professional, role, service or organisation a Reference points at; its display when it is not in the message."""
    found = (
        reading.where.resolve(extension(reference, _ROLE), source)
        or reading.where.resolve(reference, source)
        or reading.where.numbered(reference)
    )
    if found is None:
        authority, number = _numbered(logical(reference), reading.profile)
        return Contact(name=text(node(reference).get("display")), number=number, authority=authority)
    if found.kind == "PractitionerRole":
        return in_role(found, reading)
    if found.kind in {"Organization", "HealthcareService"}:
        return _organisation(found.resource, reading.profile)
    if found.kind in _CALLED:
        return Contact(name=_called(found.resource))
    who = _practitioner(found.resource, reading.profile)
    if found.kind == "Patient":
        return Contact(who.name, phone=who.phone, role=reading.profile.label("patient"))
    related = found.resource.get("relationship") if found.kind == "RelatedPerson" else None
    return replace(who, role=" ".join(filter(None, map(concept, nodes(related))))) if related else who


_CALLED = {"CareTeam", "Device"}
"""Who may be pointed at and is no person: by no number of its own is it a professional."""


def _called(resource: Node) -> str:
    """What a team or a machine is called; of a machine without a name what it is."""
    names = [text(one.get("name")) for one in nodes(resource.get("deviceName"))]
    said = (text(resource.get("name")), *names, text(resource.get("model")), concept(resource.get("type")))
    return next(filter(None, said), "")


def in_role(role: Entry, reading: Reading) -> Contact:
    who = _in_person(role, reading)
    house = node(role.resource.get("organization"))
    home = reading.where.resolve(house, role) or reading.where.numbered(house)
    titles = [*nodes(role.resource.get("specialty")), *nodes(role.resource.get("code"))]
    return Contact(
        name=who.name,
        number=who.number or _number(role.resource, reading.profile)[1],
        authority=who.authority or _number(role.resource, reading.profile)[0],
        organisation=text(home.resource.get("name")) if home else text(house.get("display")),
        phone=_phone(role.resource) or who.phone,
        role=next((concept(title) for title in titles if concept(title)), ""),
    )


def _in_person(role: Entry, reading: Reading) -> Contact:
    """The practitioner of a role; never a role again, so that a circle of references ends here."""
    reference = node(role.resource.get("practitioner"))
    found = reading.where.resolve(reference, role) or reading.where.numbered(reference)
    if found and found.kind == "Practitioner":
        return _practitioner(found.resource, reading.profile)
    number = _numbered(logical(reference), reading.profile)
    return Contact(name=text(reference.get("display")), number=number[1], authority=number[0])


def _practitioner(resource: Node, profile: Profile) -> Contact:
    authority, number = _number(resource, profile)
    name = person_name(resource.get("name"))
    whole = next((text(item.get("text")) for item in nodes(resource.get("name"))), "")
    return Contact(whole or name.shown, number, authority, phone=_phone(resource))


def _organisation(resource: Node, profile: Profile) -> Contact:
    authority, number = _number(resource, profile)
    name = text(resource.get("name"))
    return Contact(name, number, authority, organisation=name, phone=_phone(resource))


def _number(resource: Node, profile: Profile) -> tuple[str, str]:
    """AGB before UZI before anything else: the order stands in the profile. A BSN never: it would stand in the clear."""
    found = identifiers({"identifier": [one for one in nodes(resource.get("identifier")) if not is_bsn(one, profile)]})
    liked = profile.words("identifiers", "professional")
    found.sort(key=lambda pair: place_in(liked, pair[0]))
    return found[0] if found else ("", "")


def _numbered(item: Node, profile: Profile) -> tuple[str, str]:
    return _number({"identifier": [item]}, profile)


def _phone(resource: Node) -> str:
    """The first telephone that is still theirs; else the first."""
    phones = [one for one in nodes(resource.get("telecom")) if one.get("system") == "phone"]
    phones.sort(key=is_past)
    return next((text(one.get("value")) for one in phones), "")
