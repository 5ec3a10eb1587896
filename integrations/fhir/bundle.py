"""The entries of one message and how they point at each other. Nothing here ever leaves the message."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import islice
from typing import Any

from integrations.fhir.enclosed import is_bundle, may_open, taken_beside
from integrations.fhir.location import address, root, sought
from integrations.fhir.values import Node, listed, node, nodes, text
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
    known_as: str = ""  # `Observation/7`: its address on the sender's server. What is told again under it is the same thing

    @cached_property
    def kind(self) -> str:
        return text(self.resource.get("resourceType"))

    @cached_property
    def id(self) -> str:
        return text(self.resource.get("id"))

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
    taken = taken_beside(many)
    for number, item in enumerate(many):
        inner = node(node(item).get("resource"))
        if may_open(inner, taken):
            is_modified = _is_modified(item, ("resource",)) or bool(inner.get(MODIFIER))
            if _is_written(item):
                yield from (_inside(one, f"Bundle/{number}", is_modified=is_modified) for one in entries_of(inner, only))
        elif entry := _entry(number, node(item), only):
            yield entry


def bundles_in(tree: Node, at: str = "") -> Iterator[tuple[str, Node]]:
    """(place, Bundle) of the message itself, and of every Bundle of which the entries are read: in another, or among Parameters."""
    yield at, tree
    many = listed(tree)
    inside = [(number, one) for number, item in enumerate(many) if is_bundle(one := node(node(item).get("resource")))]
    taken = taken_beside(many) if inside else None
    for number, inner in inside:
        if may_open(inner, taken) and _is_written(many[number]):
            yield from bundles_in(inner, f"{at}Bundle/{number}.")
    for number, one in enumerate(nodes(tree.get("parameter"))):
        passed = node(one.get("resource"))
        kind = text(passed.get("resourceType"))
        if kind in ("Bundle", "Parameters"):
            yield from bundles_in(passed, f"{at}{kind}/{number}.")
        if one.get("part"):
            yield from bundles_in({"parameter": one["part"]}, f"{at}part/{number}.")


def _is_written(item: Any) -> bool:
    return text(node(node(item).get("request")).get("method")).upper() in WRITES


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
    method = text(node(item.get("request")).get("method"))
    if method.upper() not in WRITES:
        return None
    full_url, is_modified = text(item.get("fullUrl")), _is_modified(item, ("resource",))
    known_as = address(kind, full_url) or (address(kind, text(node(item.get("request")).get("url"))) if method == "PUT" else "")
    return Entry(f"{kind[:64]}/{number}", item["resource"], full_url, is_modified=is_modified, known_as=known_as)


_ABSOLUTE = re.compile(r"[A-Za-z][A-Za-z0-9+.\-]*:")


class Addresses:
    """Resolves references inside one message as FHIR says (R4 bundle.html#references), and no further: `Patient/1` of one server is
    somebody else than `Patient/1` of another.

    Absolute (`https://…`, `urn:uuid:…`): the entry with that fullUrl. Relative: on the server of the one who points; where one of the two
    lives on no server (a fullUrl that is a urn, or none), by type and id. `#id`: contained. `Kind?identifier=…`: by kind and number. The
    version behind an address is not looked at.
    An address that two different entries claim resolves to nothing: better no fact than the wrong one.
    """

    def __init__(self, entries: Iterable[Entry]) -> None:
        self.entries = tuple(entries)
        self.kinds = Counter(entry.kind for entry in self.every())
        self.claimed_twice: list[Entry] = []
        self._known: dict[str, Entry | None] = {}
        self._homeless: dict[str, Entry | None] = {}  # `Type/id` of what lives on no server
        self._short: dict[str, Entry | None] = {}  # `Type/id` of all
        self._resolved: dict[tuple[str, str], Entry | None] = {}  # by the server of who points, and the address
        for entry in self.entries:
            self._claim(entry)

    def _claim(self, entry: Entry) -> None:
        short = f"{entry.kind}/{entry.id}" if entry.id else ""
        url = _alike(entry.full_url.rstrip("/"))
        is_alone = _put(self._known, url, entry) if url else True
        if short:
            is_alone_in_short = _put(self._short, short, entry)
            if not root(url):
                is_alone_in_short = _put(self._homeless, short, entry) and is_alone_in_short
            is_alone = is_alone and (bool(url) or is_alone_in_short)
        if not is_alone:
            self.claimed_twice.append(entry)

    def of_kind(self, kind: str) -> Sequence[Entry]:
        """The entries of this kind, in order."""
        return self._of_kinds.get(kind, ())

    @cached_property
    def _of_kinds(self) -> Mapping[str, Sequence[Entry]]:
        found: defaultdict[str, list[Entry]] = defaultdict(list)
        for entry in self.entries:
            found[entry.kind].append(entry)
        return found

    def resolve(self, reference: Any, source: Entry) -> Entry | None:
        """The entry a Reference (or its text) points at; None when it is not in this message."""
        address = text(reference) or text(node(reference).get("reference"))
        if address.startswith("#"):
            return self._contained(address[1:], source)
        home = source.home
        if (home, address) not in self._resolved:  # all of a message is of one patient
            self._resolved[home, address] = self._found(_plain(address), home)
        return self._resolved[home, address]

    def _found(self, plain: str, home: str) -> Entry | None:
        """What stands at an address that somebody on this server points at."""
        if "?" in plain:
            return self._sought.get(sought(plain))
        if _ABSOLUTE.match(plain):
            return self._known.get(_alike(plain))
        beside = f"{home}/{plain}"
        if beside in self._known:
            return self._known[beside]
        bare = _alike(f"urn:uuid:{plain}")
        if bare in self._known:
            return self._known[bare]
        return (self._homeless if home else self._short).get(plain)

    @cached_property
    def _sought(self) -> dict[tuple[str, str, str], Entry | None]:
        found: dict[tuple[str, str, str], Entry | None] = {}
        for entry in self.entries:
            for one in nodes(entry.resource.get("identifier")):
                _put(found, (entry.kind, *_number(one)), entry)
        return found

    def numbered(self, reference: Any) -> Entry | None:
        """Who has the number that a Reference gives; None when nobody in this message has, or two have."""
        number = _number(logical(reference))
        return self._by_number.get(number) if number[0] else None

    @cached_property
    def _by_number(self) -> dict[tuple[str, str], Entry | None]:
        found: dict[tuple[str, str], Entry | None] = {}
        roles: dict[tuple[str, str], Entry | None] = {}  # some give these the number of who has them: then he is meant
        for entry in self.entries:
            for one in nodes(entry.resource.get("identifier")) if entry.kind in _PEOPLE else ():
                _put(roles if entry.kind == "PractitionerRole" else found, _number(one), entry)
        return roles | found

    def every(self) -> Iterator[Entry]:
        """The entries, each with what is contained in it behind it."""
        for entry in self.entries:
            yield entry
            if entry.resource.get("contained"):
                yield from self.contained(entry)

    @cached_property
    def specimens(self) -> tuple[Entry, ...]:
        return tuple(entry for entry in self.every() if entry.kind == "Specimen") if self.kinds["Specimen"] else ()

    def contained(self, source: Entry) -> list[Entry]:
        """The resources inside one resource. FHIR nests them one deep, and so do we: no loop can arise."""
        home = source.container or source.resource
        if not (inside := nodes(home.get("contained"))):
            return []
        place = source.place.split("#")[0]
        return [Entry(f"{place}#{text(item.get('resourceType'))[:64]}/{n}", item, "", home) for n, item in enumerate(inside)]

    def _contained(self, name: str, source: Entry) -> Entry | None:
        found = [entry for entry in self.contained(source) if name and entry.id == name]
        return found[0] if len(found) == 1 else None

    def all(self, references: Any, source: Entry) -> list[Entry]:
        """What can be resolved of a list of references, in order."""
        many = references if isinstance(references, list) else [references]
        found = (self.resolve(item, source) for item in many)
        return [entry for entry in found if entry is not None]


def _plain(address: str) -> str:
    """Without the version behind it, nor the stroke that some write there."""
    return address.split("/_history/")[0].rstrip("/")


def _alike(url: str) -> str:
    """A UUID is the same in capitals and in small letters."""
    return url.lower() if url[:9].lower() == "urn:uuid:" else url


_PEOPLE = {"Practitioner", "PractitionerRole", "Organization", "HealthcareService"}


def logical(reference: Any) -> Node:
    """The number that a Reference gives of what it points at: its identifier, or that of a conditional reference; {} without."""
    own = node(reference)
    _, system, value = sought(text(own.get("reference")))
    return next(iter(nodes(own.get("identifier"))), {}) or ({"system": system, "value": value} if value else {})


def _number(identifier: Node) -> tuple[str, str]:
    """(system, value): a number counts only beside who gave it out."""
    value = text(identifier.get("value"))
    return (text(identifier.get("system")) if value else "", value)


def _put(names: dict[Any, Entry | None], name: Any, entry: Entry) -> bool:
    """Write down whose name this is; nobody's when another entry has it already, and then False."""
    known = names.get(name, entry)
    is_same = known is not None and known.resource == entry.resource
    names[name] = known if is_same else None
    return is_same
