"""To which referral that was sent before something says that it belongs: by its number, or by the address of the request."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from integrations.fhir.entries.addresses import Addresses
from integrations.fhir.entries.bundle import Entry
from integrations.fhir.entries.history import version_of
from integrations.fhir.entries.task import referral_of
from integrations.fhir.meaning.request import ALL_KINDS, KINDS, number_of
from integrations.fhir.text.location import address
from integrations.fhir.text.values import Node, node, nodes, text, unique
from mdo_portal.exchange import Unreadable, Version


def address_of(request: Entry, *, is_alone: bool) -> str:
    """Where it stands at its sender. Sent by itself it says so by its id, where a server says beside that which version it is: an id alone
    is one that many a program gives to every message.
    """
    by_itself = is_alone and not request.full_url and not request.container and version_of(request.resource) != Version()
    return request.known_as or (address(request.kind, f"{request.kind}/{request.id}") if by_itself else "")


def referral_of_tasks(tasks: list[Entry]) -> tuple[str, str]:
    """The number and the address of the referral that they are about. Raises Unreadable("split") when that is not one."""
    numbers = {referral_of(one.resource): one.place for one in reversed(tasks) if referral_of(one.resource)}
    addresses = {at: one.place for one in reversed(tasks) for at in addresses_in(one.resource)}
    for named in (numbers, addresses):
        if len(named) > 1:
            raise Unreadable("split", ", ".join(sorted(set(named.values()))))
    return next(iter(numbers), ""), next(iter(addresses), "")


def address_of_request(entries: Iterable[Entry]) -> str:
    """The address on the sender's server of the request that they say they rest on; two of them are none.

    `urn:uuid:…` is none: that is a name within the message that it came in.
    """
    found = unique(at for entry in entries for at in addresses_in(entry.resource))
    return found[0] if len(found) == 1 else ""


def addresses_in(own: Node) -> Iterator[str]:
    """Where the requests stand at its sender that this resource says it rests on."""
    return _addresses(_points(own))


def _points(own: Node) -> Iterator[Node]:
    related = nodes(node(own.get("context")).get("related"))
    yield from (*nodes(own.get("focus")), *nodes(own.get("basedOn")), *related, *(node(one.get("ref")) for one in related))
    if own.get("resourceType") == "QuestionnaireResponse":  # some name there what a form was filled in for
        yield from (*nodes(own.get("parent")), *nodes(own.get("partOf")))


def _addresses(points: Iterable[Node]) -> Iterator[str]:
    told = (text(one.get("reference")) for one in points)
    yield from (at for one in told for kind in ALL_KINDS if (at := address(kind, one)))


def named_referral(entries: tuple[Entry, ...]) -> str:
    """The number of the referral that documents and forms say they belong to; two different numbers are none."""
    named = [
        text(node(one.get("identifier")).get("value"))
        for entry in entries
        for one in [*nodes(entry.resource.get("basedOn")), *nodes(node(entry.resource.get("context")).get("related"))]
    ]
    named += [
        text(node(node(one.get("ref")).get("identifier")).get("value"))
        for entry in entries
        for one in nodes(node(entry.resource.get("context")).get("related"))
    ]
    inside = [Addresses([entry]).all(entry.resource.get("basedOn") or [], entry) for entry in entries]
    named += [number_of(one.resource) for found in inside for one in found if one.container and one.kind in KINDS.values()]
    numbers = unique(named)
    return numbers[0] if len(numbers) == 1 else ""
