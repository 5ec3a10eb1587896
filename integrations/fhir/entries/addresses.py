"""How the entries of one message point at each other: an address, a number, or what is contained. Nothing here ever leaves the message."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any

from integrations.fhir.entries.bundle import Entry
from integrations.fhir.text.location import sought, tail
from integrations.fhir.text.values import Node, codings, node, nodes, text

_ABSOLUTE = re.compile(r"[A-Za-z][A-Za-z0-9+.\-]*:")


class Addresses:
    """Resolves references inside one message as FHIR says (R4 bundle.html#references), and no further: `Patient/1` of one server is
    somebody else than `Patient/1` of another.

    Absolute (`https://…`, `urn:uuid:…`): the entry with that fullUrl. Relative: on the server of the one who points; where one of the two
    lives on no server (a fullUrl that is a urn, or none), by type and id. `#id`: contained. `Kind?identifier=…`: by kind and number. The
    version behind an address is not looked at. Where both live on no server, and nothing has that id: the number that one has (a program
    that makes ids of numbers: `Patient/1EKG4`).
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
            if not entry.home:
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
        address = text(reference.get("reference") if isinstance(reference, dict) else reference)
        if address.startswith("#"):
            return self._contained(address[1:], source)
        home = source.home
        if (home, address) not in self._resolved:  # all of a message is of one patient
            self._resolved[home, address] = self._found(_plain(address), home)
        return self._resolved[home, address]

    def kind_of(self, reference: Any, source: Entry) -> str:
        """The kind of what a Reference points at: of what stands there, else as it says itself (which may be a whole address), else by its
        address. Where either of the two says a patient it is one: what may be another's is never taken for the patient's.
        """
        if (found := self.resolve(reference, source)) is not None:
            return found.kind
        own = node(reference)
        said = text(own.get("type")).rpartition("/")[2]
        there = tail(text(own.get("reference")).split("/_history/")[0]).partition("/")[0]
        return there if there == "Patient" else said or there

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
        if "/" not in plain:
            return self._by_id.get(plain)
        known = self._homeless if home else self._short
        return known.get(plain) if home or plain in known else self._by_bare_number.get(plain)

    @cached_property
    def _by_bare_number(self) -> dict[str, Entry | None]:
        """`Patient/1EKG4`: by kind and number, of what lives on no server; a short one, or a visit's, may be an id by chance."""
        found: dict[str, Entry | None] = {}
        for entry in self.entries:
            for one in nodes(entry.resource.get("identifier")) if not entry.home else ():
                value = text(one.get("value"))
                if (
                    len(value) >= _LONG_ENOUGH
                    and "/" not in value
                    and not _NO_NAME & {code for _, code in codings(one.get("type"))}
                ):
                    _put(found, f"{entry.kind}/{value}", entry)
        return found

    @cached_property
    def _by_id(self) -> dict[str, Entry | None]:
        """Some point with an id alone: at the one entry that has it, of whichever kind."""
        found: dict[str, Entry | None] = {}
        for entry in self.entries:
            if entry.id:
                _put(found, entry.id, entry)
        return found

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


_LONG_ENOUGH = 4
_NO_NAME = frozenset({"VN", "AN"})  # Identifier.type (HL7 v2 table 0203): of a visit, of an account


def _plain(address: str) -> str:
    """Without the version behind it, the strokes that some write around it, nor the kind before a UUID (`Observation/urn:uuid:…`)."""
    plain = address.split("/_history/")[0].strip("/")
    return plain[plain.index("/urn:") + 1 :] if "/urn:" in plain else plain


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
    known = names.setdefault(name, entry)
    if known is entry:  # nearly always
        return True
    is_same = known is not None and known.resource == entry.resource
    names[name] = known if is_same else None
    return is_same
