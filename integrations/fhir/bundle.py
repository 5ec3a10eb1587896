"""The entries of one message and how they point at each other. Nothing here ever leaves the message."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import Any

from integrations.fhir.values import Node, node, nodes, text
from mdo_portal.exchange import Unreadable

MAX_ENTRIES = 5000
WRITES = {"", "POST", "PUT"}


@dataclass(frozen=True)
class Entry:
    """One resource and its place in the message (`Condition/3` is the fourth entry)."""

    place: str
    resource: Node
    full_url: str = ""
    container: Node = field(default_factory=dict)  # the resource it is contained in

    @property
    def kind(self) -> str:
        return text(self.resource.get("resourceType"))

    @property
    def id(self) -> str:
        return text(self.resource.get("id"))


def entries_of(tree: Node) -> tuple[Entry, ...]:
    """The entries of a Bundle, the resources in Parameters, or the one resource itself. Raises Unreadable("too_many_entries").

    What has no resource (a DELETE, a search answer without body) is not an entry.
    """
    if tree.get("resourceType") == "Parameters":
        passed = tuple(islice(_passed(tree.get("parameter")), MAX_ENTRIES + 1))
        _bound(passed)
        return passed
    if tree.get("resourceType") != "Bundle":
        return (Entry(f"{text(tree.get('resourceType'))}/0", tree),)
    listed = tree.get("entry")
    many = listed if isinstance(listed, list) else []
    _bound(many)
    return tuple(entry for number, item in enumerate(many) if (entry := _entry(number, node(item))))


def _bound(many: Sequence[Any]) -> None:
    if len(many) > MAX_ENTRIES:
        raise Unreadable("too_many_entries", f"more than {MAX_ENTRIES}")


def _passed(parameters: Any) -> Iterator[Entry]:
    """The resources that are passed to an operation, those of a Bundle one by one. The gate has bounded the depth."""
    for number, one in enumerate(nodes(parameters)):
        passed = node(one.get("resource"))
        kind = text(passed.get("resourceType"))
        if kind in ("Bundle", "Parameters"):
            yield from (replace(entry, place=f"{kind}/{number}.{entry.place}") for entry in entries_of(passed))
        elif kind:
            yield Entry(f"{kind[:64]}/{number}", passed)
        yield from (replace(entry, place=f"part/{number}.{entry.place}") for entry in _passed(one.get("part")))


def _entry(number: int, item: Node) -> Entry | None:
    """None when it carries nothing."""
    kind, method = text(node(item.get("resource")).get("resourceType")), text(node(item.get("request")).get("method"))
    if not kind or method.upper() not in WRITES:
        return None
    return Entry(f"{kind[:64]}/{number}", item["resource"], text(item.get("fullUrl")))


class Addresses:
    """Resolves references inside one message: fullUrl, `Type/id`, absolute ending in it, `urn:uuid`, contained `#id`.

    An address that two different entries claim resolves to nothing: better no fact than the wrong one.
    """

    def __init__(self, entries: Iterable[Entry]) -> None:
        self.entries = tuple(entries)
        self.claimed_twice: list[Entry] = []
        self._known: dict[str, Entry | None] = {}
        for entry in self.entries:
            self._claim(entry)

    def _claim(self, entry: Entry) -> None:
        short = f"{entry.kind}/{entry.id}" if entry.id else ""
        for name in {entry.full_url, short} - {""}:
            known = self._known.get(name, entry)
            is_same = known is not None and known.resource == entry.resource
            self._known[name] = known if is_same else None
            if not is_same and name == (entry.full_url or short):
                self.claimed_twice.append(entry)

    def resolve(self, reference: Any, source: Entry) -> Entry | None:
        """The entry a Reference (or its text) points at; None when it is not in this message."""
        address = text(reference) or text(node(reference).get("reference"))
        if address.startswith("#"):
            return self._contained(address[1:], source)
        plain = address.split("/_history/")[0]
        beside = "/".join([*source.full_url.split("/")[:-2], plain])  # relative means: on the server of the one who points
        found = next((name for name in (beside, plain, tail(plain), f"urn:uuid:{plain}") if name in self._known), "")
        return self._known.get(found)

    def contained(self, source: Entry) -> list[Entry]:
        """The resources inside one resource. FHIR nests them one deep, and so do we: no loop can arise."""
        home = source.container or source.resource
        place = source.place.split("#")[0]
        inside = nodes(home.get("contained"))
        return [Entry(f"{place}#{text(item.get('resourceType'))[:64]}/{n}", item, "", home) for n, item in enumerate(inside)]

    def _contained(self, name: str, source: Entry) -> Entry | None:
        found = [entry for entry in self.contained(source) if name and entry.id == name]
        return found[0] if len(found) == 1 else None

    def all(self, references: Any, source: Entry) -> list[Entry]:
        """What can be resolved of a list of references, in order."""
        many = references if isinstance(references, list) else [references]
        found = (self.resolve(item, source) for item in many)
        return [entry for entry in found if entry is not None]


def tail(address: str) -> str:
    """`Type/id` at the end of an address."""
    return "/".join(address.rstrip("/").split("/")[-2:])
