"""Values that belong to another value, several of those in a message: to which of them. Sensitivities of two bacteria look alike."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from typing import Any

from integrations.fhir.entries.addresses import Addresses
from integrations.fhir.entries.bundle import Entry
from integrations.fhir.text.values import concept, joined, nodes, text

_LONGEST = 80
"""Longer words are what somebody wrote of a whole culture: no name of what was found in it."""
_STEPS = 8
Above = dict[str, tuple[Entry, list[Entry]]]


def wholes(where: Addresses, panels: Mapping[str, tuple[str, str]]) -> dict[str, str]:
    """place → the words of the value that it belongs to; a value that is called as another is has its number among those, or by what its
    parts tell it from the others (`panels`): a drug is of the variant in BRAF.

    Told where a message holds several values of one name with others under them (two bacteria in a culture), or one name under
    several of them; a circle of references ends.
    """
    above = _above(where)
    belongs = {place: whole for place in above if (whole := _whole(above, place)) is not None}
    found = {whole.place: whole for whole in belongs.values()}
    many = Counter(_name(one) for one in found.values())
    under: defaultdict[str, set[str]] = defaultdict(set)
    for place, whole in belongs.items():
        under[_name(above[place][0])].add(whole.place)
    words, numbers = _words(list(found.values()), panels)
    told = {
        place: words[whole.place]
        for place, whole in belongs.items()
        if many[_name(whole)] > 1 or len(under[_name(above[place][0])]) > 1
    }
    return _by_panel(above) | numbers | told


def _by_panel(above: Above) -> dict[str, str]:
    """Of a name that stands under panels of several names, and those say nothing themselves: the panel."""
    panels = {place: _name(many[0]) for place, (_, many) in above.items() if len(many) == 1 and not _said(many[0])}
    under: defaultdict[str, set[str]] = defaultdict(set)
    for place, panel in panels.items():
        under[_name(above[place][0])].add(panel)
    return {place: panel for place, panel in panels.items() if panel and len(under[_name(above[place][0])]) > 1}


def _above(where: Addresses) -> Above:
    """place → (the value, the values that it is a member of or was derived from)."""
    values = [one for one in where.every() if one.kind == "Observation"]
    if all(_POINTING.isdisjoint(one.resource) for one in values):
        return {}
    found: Above = {}
    for one in values:
        for pointed, is_below in _pointed(one):
            other = where.resolve(pointed, one)
            if other is not None and other.kind == "Observation" and other.place != one.place:
                below, above = (other, one) if is_below else (one, other)
                many = found.setdefault(below.place, (below, []))[1]
                many.extend([above] if above not in many else [])  # some say it on both sides
    return found


_POINTING = {"hasMember", "derivedFrom", "related"}


def _pointed(one: Entry) -> Iterator[tuple[Any, bool]]:
    """(Reference, whether what it points at is a part of this one); `related` is STU3."""
    own = one.resource
    yield from ((each, True) for each in nodes(own.get("hasMember")))
    yield from ((each, False) for each in nodes(own.get("derivedFrom")))
    kinds = {"has-member": True, "derived-from": False}
    yield from (
        (each.get("target"), kinds[text(each.get("type"))])
        for each in nodes(own.get("related"))
        if text(each.get("type")) in kinds
    )


def _whole(above: Above, place: str) -> Entry | None:
    """The nearest value above it that has words of its own; None without one, and where there are two."""
    for _ in range(_STEPS):
        if place not in above:
            return None
        candidates = {one.place: one for one in above[place][1]}
        speaking = [one for one in candidates.values() if _said(one)]
        if speaking or len(candidates) != 1:
            return speaking[0] if len(speaking) == 1 else None
        place = next(iter(candidates))
    return None


def _name(one: Entry) -> str:
    return concept(one.resource.get("code"))


def _said(one: Entry) -> str:
    """What was found, in words; a number or a yes is nothing by which people call it."""
    own = one.resource
    words = concept(own.get("valueCodeableConcept")) or text(own.get("valueString"))
    return words if len(words) <= _LONGEST and "\n" not in words else ""


def _words(found: list[Entry], panels: Mapping[str, tuple[str, str]]) -> tuple[dict[str, str], dict[str, str]]:
    """(place → its words, place → its number): its name with it where another name says the same; where all is the same what its parts
    tell, else its number.
    """
    names: defaultdict[str, set[str]] = defaultdict(set)
    for one in found:
        names[_said(one)].add(_name(one))
    times, passed = (Counter((_name(one), _said(one)) for one in found), Counter[tuple[str, str]]())
    words: dict[str, str] = {}
    numbers: dict[str, str] = {}
    for one in found:
        name, said = _name(one), _said(one)
        passed[name, said] += 1
        if times[name, said] > 1:
            teller, part = panels.get(one.place, ("", ""))
            if teller and part:  # which stands at all that is part of it, too
                words[one.place] = teller
                continue
            numbers[one.place] = str(passed[name, said])
        shown = joined(name, said, by=": ") if len(names[said]) > 1 else said
        words[one.place] = joined(shown, numbers.get(one.place, ""), by=" ")
    return words, numbers
