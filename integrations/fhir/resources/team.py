"""Who is in a CareTeam: those with a place on the case by the words of their role, and all others."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from integrations.fhir.entries.bundle import Entry
from integrations.fhir.entries.professionals import contact, person
from integrations.fhir.entries.reading import Reading
from integrations.fhir.entries.wording import Facts, fact, noted, status, until
from integrations.fhir.text.issuers import ended_on
from integrations.fhir.text.moments import local_day
from integrations.fhir.text.values import Node, concept, joined, node, nodes, text
from mdo_portal.exchange import Contact, Fact, Section


def teammates(entry: Entry, reading: Reading) -> tuple[Facts, bool]:
    """Who else is in a CareTeam, each with his role, the patient by no name; and whether that is all of them."""
    others = [one for one in nodes(entry.resource.get("participant")) if not _place(one, entry, reading)]
    named = [(one, person(node(one.get("member")), entry, reading, known=_role(one))) for one in others]
    over = status(reading, entry.resource.get("status"))
    words = (
        joined(joined(_role(one), name, by=": "), until(local_day(ended_on(one)), reading), over, by=" ")
        for one, name in named
        if name
    )
    said = fact(Section.OTHER, joined(*words), label=reading.profile.label("team"))
    return (*said, *noted(Section.OTHER, entry, reading, "")), all(name for _, name in named)


def _place(member: Node, entry: Entry, reading: Reading) -> str:
    """`case_manager` and the like; "" for any other role, for who left, and in a team that is over."""
    is_over = bool(ended_on(member)) or text(entry.resource.get("status")) in ("inactive", "suspended")
    return "" if is_over else reading.profile.role(_role(member))


def _role(member: Node) -> str:
    return joined(*(concept(item) for item in nodes(member.get("role"))), by=" ")


def seated(entry: Entry, reading: Reading) -> Iterator[tuple[str, Contact, Fact]]:
    """(place, who, how he is told where another has that place): those with one on the case, by the words of their role."""
    for one in nodes(entry.resource.get("participant")):
        if place := _place(one, entry, reading):
            who = contact(one.get("member"), entry, reading)
            house = who.organisation or contact(one.get("onBehalfOf"), entry, reading).name
            words = joined(_role(one), person(node(one.get("member")), entry, reading, known=_role(one)), by=": ")
            told = Fact(Section.OTHER, words, reading.profile.label("team"), key=entry.known_as)
            yield place, replace(who, role=_role(one), organisation=house), told
