"""What a Bundle says around its resources: what is to be deleted, what was not sent along, and what stands there and is no resource."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Any

from integrations.fhir.entries.bundle import WRITES
from integrations.fhir.entries.cautions import tags
from integrations.fhir.entries.envelope import flaw_of
from integrations.fhir.meaning.request import ALL_KINDS
from integrations.fhir.text.location import address, sought
from integrations.fhir.text.values import Node, asked_of, listed, method_of, node, nodes, text, unique
from mdo_portal.exchange import Fact, IncomingAnswer, IncomingReferral, IncomingResult, Replaced, Section, Unreadable

_Told = IncomingReferral | IncomingAnswer | IncomingResult
_Bundles = Sequence[tuple[str, Node]]
"""Those of a message, with their places."""
_Items = Sequence[tuple[str, str, Any]]
"""What stands in them, each with its place and what is to be done with it."""


def deleted_request(bundles: Iterable[Node]) -> tuple[str, str, str]:
    """(address, number, who gave that out) of the one request that these delete, by the one or the other; empty for none. Raises
    Unreadable("split") for several.
    """
    deleted = [url for own in bundles for url in deleted_urls(own)]
    found = unique(map(deleted_address, deleted))
    numbers = unique(deleted_number(one) for one in deleted)
    if len(found) + len(numbers) > 1:
        raise Unreadable("split", "DELETE")
    issuer = next((sought(one)[1] for one in deleted if deleted_number(one)), "")
    return next(iter(found), ""), next(iter(numbers), ""), issuer


def deleted_urls(bundle: Node) -> Iterator[str]:
    """What a Bundle asks to delete."""
    return (asked_of(item)[1] for item in listed(bundle) if method_of(item) == "DELETE")


def deleted_address(url: str) -> str:
    """`ServiceRequest/7` of a request; "" for anything else."""
    return next((at for kind in ALL_KINDS if (at := address(kind, url))), "")


def deleted_number(url: str) -> str:
    """The number of the request in `ServiceRequest?identifier=system|number`; "" for any other address."""
    kind, _, value = sought(url)
    return value if kind in ALL_KINDS else ""


def with_deletions(read: _Told, items: _Items) -> _Told:
    """What was read; what it deletes is taken back: what was told under that address, and other requests by that or by their number.

    Another search that says what to delete (`Observation?…`) is only named: nobody here can run it.
    """
    deleted = [node(one) for _, method, one in items if method == "DELETE"]
    if not deleted:
        return read
    gone = unique(map(_address, deleted))
    papers = tuple(one for one in gone if one.partition("/")[0] in _PAPERS)
    read = replace(read, taken_back=(*read.taken_back, *(Fact(Section.OTHER, "", key=one) for one in gone)))
    if isinstance(read, IncomingResult):
        return replace(read, withdrawn=(*read.withdrawn, *papers))
    read = replace(read, documents_taken_back=(*read.documents_taken_back, *papers))
    return read if isinstance(read, IncomingAnswer) else replace(read, replaced=(*read.replaced, *_others(read, deleted, gone)))


_PAPERS = ("DocumentReference", "DiagnosticReport", "Binary")


def _others(read: IncomingReferral, deleted: list[Node], gone: list[str]) -> Iterator[Replaced]:
    """The other requests that are deleted beside the one that it is about, by their address or their number."""
    yield from (Replaced(known_as=one) for one in gone if one.partition("/")[0] in ALL_KINDS and one != read.known_as)
    numbers = unique(deleted_number(asked_of(one)[1]) for one in deleted)
    yield from (Replaced(number=one) for one in numbers if one != read.number)


def items_in(bundles: _Bundles) -> _Items:
    return [(f"{at}entry/{number}", asked_of(one)[0], one) for at, own in bundles for number, one in enumerate(listed(own))]


def left_around(tree: Node, bundles: _Bundles, items: _Items, older: Iterable[str]) -> Iterator[str]:
    """The places of what is said around the resources and is done or shown nowhere; `older`: of what a history said before."""
    yield from (f"{place} {method}" for place, method, _ in items if method in _UNSENT)
    yield from (place for place, method, one in items if _is_no_resource(one, method))
    yield from (f"{at}Bundle.type" for at, own in bundles if own.get("resourceType") == "Bundle" and not text(own.get("type")))
    yield from older
    yield from (f"{at}Bundle {one}" for at, own in bundles for one in tags(own))
    yield from (f"{at}Bundle.link next" for at, own in bundles if _has_more(own))
    yield from (f"{at}Bundle.total" for at, own in bundles if _is_more_than_sent(own))
    yield from _passed_values(tree)


_UNSENT = ("DELETE", "PATCH", "GET", "HEAD")
"""Only the place is named: the address may hold the number of a patient."""
_KNOWN = frozenset((*WRITES, *_UNSENT))


def _address(item: Node) -> str:
    return address("", asked_of(item)[1]) or address("", text(item.get("fullUrl")))


def _is_no_resource(item: Any, method: str) -> bool:
    """Whether something stands there that is none, or is to be done what nobody knows: never passed over in silence."""
    if item in (None, {}):
        return False
    return flaw_of(item) is not None or method not in _KNOWN


def _is_more_than_sent(bundle: Node) -> bool:
    """Whether a search found more than stands here, and no next page is named."""
    total = bundle.get("total")
    if text(bundle.get("type")) != "searchset" or _has_more(bundle) or type(total) is not int:
        return False
    return total > len(listed(bundle))


def _passed_values(tree: Node) -> Iterator[str]:
    """`Parameters/2`: what is passed beside the resources, in words or in a value. The gate has bounded the depth."""
    for number, one in enumerate(nodes(tree.get("parameter"))):
        if any(name.startswith("value") and name not in _FOR_MACHINES for name in one):
            yield f"Parameters/{number}"
        yield from (f"Parameters/{number}.{place}" for place in _passed_values({"parameter": one.get("part")}))


_FOR_MACHINES = {"valueBoolean", "valueUrl", "valueUri", "valueCode", "valueReference", "valueId", "valueInstant"}
"""Of `$process-message` (`async`, `response-url`) and of what a subscription tells."""


def _has_more(bundle: Node) -> bool:
    """Whether it is one page of several."""
    return any(text(one.get("relation")) == "next" for one in nodes(bundle.get("link")))
