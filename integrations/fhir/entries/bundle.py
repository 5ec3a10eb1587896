"""The entries of one message, each with its place in it. How they point at each other: addresses.py."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import islice
from typing import Any

from integrations.fhir.text.location import address, root
from integrations.fhir.text.values import Node, asked_of, listed, method_of, node, nodes, text
from mdo_portal.exchange import Unreadable

MAX_ENTRIES = 5000
MODIFIER = "modifierExtension"
WRITES = {"", "POST", "PUT"}


@dataclass(frozen=True)
class Entry:
    """One resource and its place in the message (`Condition/3` is the fourth entry)."""

    place: str
    resource: Node
    full_url: str = ""
    container: Node = field(default_factory=dict)  # the resource it is contained in
    is_modified: bool = False  # something around it says what nobody here understands (modifierExtension)
    once: str = ""  # `identifier=system|number` (ifNoneExist): to be made only where nothing is there yet under that number
    known_as: str = ""  # `Observation/7`: its address on the sender's server. What is told again under it is the same thing
    kind: str = field(init=False, repr=False, compare=False)  # these two are asked of every entry, many times
    id: str = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        vars(self).update(kind=text(self.resource.get("resourceType")), id=text(self.resource.get("id")))

    @cached_property
    def home(self) -> str:
        """The server that it lives on; "" for one that lives on none."""
        return root(self.full_url.rstrip("/"))


def entries_of(tree: Node, only: Container[str] = ()) -> tuple[Entry, ...]:
    """The entries of a Bundle, the resources in Parameters, or the one resource itself. Raises Unreadable("too_many_entries").

    What has no resource (a DELETE, a search answer without body) is not an entry. `only`: of a Bundle no others than these kinds.
    """
    if tree.get("resourceType") == "Parameters":
        passed = tuple(islice(_once(_passed(tree.get("parameter"))), MAX_ENTRIES + 1))
        _bound(passed)
        return passed
    if tree.get("resourceType") != "Bundle":
        return (Entry(f"{text(tree.get('resourceType'))}/0", tree),)
    many = listed(tree)
    _bound(many)
    found = tuple(islice(_once(_listed(many, only)), MAX_ENTRIES + 1))
    _bound(found)
    return found


def _once(found: Iterable[Entry]) -> Iterator[Entry]:
    """Each entry once: what comes again under its own address word for word says no more (two searches that both include the patient)."""
    seen: dict[tuple[str, str], Entry] = {}
    for entry in found:
        name = entry.full_url or entry.id
        first = seen.setdefault((entry.kind, name), entry) if name else entry
        if first is entry or replace(entry, place=first.place) != first:
            yield entry


def _listed(many: Sequence[Any], only: Container[str]) -> Iterator[Entry]:
    """The entries one by one; of a Bundle among them that is opened those inside it. The gate has bounded the depth."""
    opened = _opened(many)
    for number, item in enumerate(many):
        if inner := opened.get(number):
            is_modified = _is_modified(item, ("resource",)) or bool(inner.get(MODIFIER))
            yield from (_inside(one, f"Bundle/{number}", is_modified=is_modified) for one in entries_of(inner, only))
        elif entry := _entry(number, node(item), only):
            yield entry


def bundles_in(tree: Node, at: str = "") -> Iterator[tuple[str, Node]]:
    """(place, Bundle) of the message itself, and of every Bundle of which the entries are read: in another, or among Parameters."""
    yield at, tree
    for number, inner in _opened(listed(tree)).items():
        yield from bundles_in(inner, f"{at}Bundle/{number}.")
    for number, one in enumerate(nodes(tree.get("parameter"))):
        passed = node(one.get("resource"))
        kind = text(passed.get("resourceType"))
        if kind in ("Bundle", "Parameters"):
            yield from bundles_in(passed, f"{at}{kind}/{number}.")
        if one.get("part"):
            yield from bundles_in({"parameter": one["part"]}, f"{at}part/{number}.")


def _bound(many: Sequence[Any]) -> None:
    if len(many) > MAX_ENTRIES:
        raise Unreadable("too_many_entries", f"more than {MAX_ENTRIES}")


def _passed(parameters: Any) -> Iterator[Entry]:
    """The resources that are passed to an operation, those of a Bundle one by one. The gate has bounded the depth."""
    for number, one in enumerate(nodes(parameters)):
        passed = node(one.get("resource"))
        kind = text(passed.get("resourceType"))
        is_modified = _is_modified(one, ("resource", "part"))
        if kind in ("Bundle", "Parameters"):
            yield from (_inside(entry, f"{kind}/{number}", is_modified=is_modified) for entry in entries_of(passed))
        elif kind:
            yield Entry(f"{kind[:64]}/{number}", passed, is_modified=is_modified)
        yield from (_inside(entry, f"part/{number}", is_modified=is_modified) for entry in _passed(one.get("part")))


def _inside(entry: Entry, outer: str, *, is_modified: bool) -> Entry:
    """The entry with its place in what is around it; what modifies that modifies the entry."""
    return replace(entry, place=f"{outer}.{entry.place}", is_modified=entry.is_modified or is_modified)


def _is_modified(item: Node, inside: tuple[str, ...]) -> bool:
    """Whether a modifierExtension stands on what is around a resource, or in it: not in the resource, which is judged by itself."""
    if item.get(MODIFIER):
        return True
    return any(type(one) is dict and one.get(MODIFIER) for name, one in item.items() if name not in inside)


def _entry(number: int, item: Node, only: Container[str] = ()) -> Entry | None:
    """None when it carries nothing, or nothing of these kinds."""
    kind = text(node(item.get("resource")).get("resourceType"))
    if not kind or (only and kind not in only):
        return None
    method, url = asked_of(item)
    if method not in WRITES:
        return None
    full_url, is_modified = text(item.get("fullUrl")), _is_modified(item, ("resource",))
    known_as = address(kind, full_url) or (address(kind, url) if method == "PUT" else "")
    once = text(node(item.get("request")).get("ifNoneExist"))
    return Entry(f"{kind[:64]}/{number}", item["resource"], full_url, is_modified=is_modified, once=once, known_as=known_as)


_ALONE = ("Patient", "Bundle", "Task", "ServiceRequest", "ReferralRequest", "ProcedureRequest")
"""What a document beside a patient may not bring along: somebody else, or what is asked of somebody else."""


_OPENED = ("document", "collection", "message", "transaction", "batch", "searchset")


def _opened(many: Sequence[Any]) -> dict[int, Node]:
    """number → the Bundle there that is part of what is sent, such as a document in a message: it is read with it. Mostly none is there."""
    held = [node(node(item).get("resource")) for item in many]
    inside = {number: one for number, one in enumerate(held) if text(one.get("resourceType")) == "Bundle"}
    taken = _taken_beside(held, many) if inside else {}
    return {number: one for number, one in inside.items() if method_of(many[number]) in WRITES and _may_open(one, taken)}


def _taken_beside(held: Sequence[Node], many: Sequence[Any]) -> Mapping[str, Node]:
    """address → resource of what stands beside a Bundle among these, where a patient does."""
    if all(text(one.get("resourceType")) != "Patient" for one in held):
        return {}
    return {name: one for one, item in zip(held, many, strict=True) for name in _names(one, text(node(item).get("fullUrl")))}


def _names(resource: Node, url: str) -> list[str]:
    return [*([url] if url else []), f"{text(resource.get('resourceType'))}/{text(resource.get('id'))}"]


def _may_open(inner: Node, taken: Mapping[str, Node]) -> bool:
    """Beside a patient only a document that is of nobody else: everybody in it, and every address, is the same outside. Two might claim
    one.
    """
    kind = text(inner.get("type"))
    if kind not in _OPENED or not taken:
        return kind in _OPENED
    held = [(node(node(item).get("resource")), text(node(item).get("fullUrl"))) for item in listed(inner)]
    known = [(one, [taken[name] for name in _names(one, url) if name in taken]) for one, url in held]
    is_own = all(same == one for one, found in known for same in found)
    return kind == "document" and is_own and all(found or text(one.get("resourceType")) not in _ALONE for one, found in known)
