"""Who is in a CareTeam: those with a place on the case by the words of their role, and all others."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from integrations.fhir.beside import person
from integrations.fhir.bundle import Entry
from integrations.fhir.people import contact
from integrations.fhir.reading import Facts, Reading, fact
from integrations.fhir.values import Node, concept, joined, node, nodes
from mdo_portal.exchange import Section


def teammates(entry: Entry, reading: Reading) -> tuple[Facts, bool]:
    """Who else is in a CareTeam, each with his role, the patient by no name; and whether that is all of them."""
    people = nodes(entry.resource.get("participant"))
    others = [(_role(one), one) for one in people if not reading.profile.role(_role(one))]
    named = [(role, person(node(one.get("member")), entry, reading.where, reading.profile)) for role, one in others]
    said = fact(
        Section.OTHER, joined(*(joined(role, name, by=": ") for role, name in named if name)), label=reading.profile.label("team")
    )
    return said, all(name for _, name in named)


def _role(member: Node) -> str:
    return joined(*(concept(item) for item in nodes(member.get("role"))), by=" ")


def team_member(entry: Entry, reading: Reading) -> dict[str, Any]:
    """Treating specialist, case manager and GP named in a CareTeam, by the words of their role."""
    found = {}
    for one in nodes(entry.resource.get("participant")):
        if place := reading.profile.role(role := _role(one)):
            found[place] = replace(contact(one.get("member"), entry, reading.where, reading.profile), role=role)
    return found
