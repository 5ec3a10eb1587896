"""What stands around a request and is about it: the event of the message, and the record of who wrote it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from integrations.fhir.entries.addresses import Addresses
from integrations.fhir.entries.bundle import Entry
from integrations.fhir.entries.professionals import contact
from integrations.fhir.entries.reading import Reading
from integrations.fhir.text.profile import Profile
from integrations.fhir.text.values import codings, concept, node, nodes, text
from mdo_portal.exchange import Contact


def over_by_event(where: Addresses, profile: Profile) -> list[str]:
    """`MessageHeader/0 event/held`: the event of the message, or why it was sent, says that it is over, and the request does not."""
    ends = profile.words("request", "ends")
    return [
        f"{one.place} event/held"
        for one in where.entries
        if one.kind == "MessageHeader" and any(end in _event(one) for end in ends)
    ]


def _event(header: Entry) -> str:
    own = header.resource
    coded = [own.get(name) for name in ("eventCoding", "event", "reason")]
    words = [text(own.get("eventUri")), *map(concept, coded), *(code for _, code in codings(coded))]
    return " ".join(words).casefold()


def authors(request: Entry, reading: Reading) -> Iterator[tuple[str, Contact]]:
    """(place, who) of each professional who wrote the request by a Provenance of it; a name alone may be that of a machine."""
    for entry in reading.where.of_kind("Provenance"):
        if not any(there.place == request.place for there in reading.where.all(entry.resource.get("target") or [], entry)):
            continue
        for agent in nodes(entry.resource.get("agent")):
            wrote = "author" in {code for name in ("type", "role") for _, code in codings(agent.get(name))}
            pointer = node(agent.get("who") or agent.get("whoReference"))
            if wrote and reading.where.kind_of(pointer, entry) in ("Practitioner", "PractitionerRole"):
                who = contact(pointer, entry, reading)
                house = node(agent.get("onBehalfOf") or agent.get("onBehalfOfReference"))
                at = contact(house, entry, reading).name if house and not who.organisation else ""
                yield entry.place, replace(who, organisation=who.organisation or at)


def called(binary: Entry, reading: Reading) -> str:
    """What a request that points at a file calls it."""
    pointing = ((one, source) for source in reading.where.entries for one in nodes(source.resource.get("supportingInfo")))
    named = (text(one.get("display")) for one, source in pointing if reading.where.resolve(one, source) == binary)
    return next(filter(None, named), "")
