"""What was found in one message so far, on its way to what the message says."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from integrations.fhir.resources.documents import Carried
from integrations.fhir.text.values import unique
from mdo_portal.exchange import Contact, Fact, IncomingDocument


@dataclass
class Gathered:
    """What was found so far."""

    facts: list[Fact] = field(default_factory=list)
    documents: list[IncomingDocument] = field(default_factory=list)
    fields: dict[str, list[str]] = field(default_factory=dict)
    #: (name of a field, its words as a fact): told when the field holds others
    beside: list[tuple[str, Fact]] = field(default_factory=list)
    #: (place on the case, who, how he is told where another has that place)
    seated: list[tuple[str, Contact, Fact]] = field(default_factory=list)
    quarantined: list[str] = field(default_factory=list)
    unmapped: list[str] = field(default_factory=list)
    binaries: set[str] = field(default_factory=set)
    #: places of the devices that were told of by themselves
    used: set[str] = field(default_factory=set)
    taken_back: list[Fact] = field(default_factory=list)
    gone: list[str] = field(default_factory=list)

    def carry(self, carried: Carried) -> None:
        self.documents.extend(carried.documents)
        self.facts.extend(carried.facts)
        self.quarantined.extend(carried.problems)
        self.binaries.update(carried.binaries)
        self.gone.extend(carried.gone)

    def withdraw(self, carried: Carried) -> None:
        """Documents that were sent in error: here too they no longer count, and what they say is no fact."""
        self.documents.extend(replace(one, status="withdrawn") for one in carried.documents)
        self.binaries.update(carried.binaries)
        self.gone.extend(carried.gone)

    @property
    def people(self) -> dict[str, Contact]:
        """Who has a place on the case: of several the last."""
        return {place: who for place, who, _ in self.seated}

    @property
    def unseated(self) -> list[Fact]:
        """Those whose place another has, as they are told."""
        return [told for place, who, told in self.seated if self.people[place] != who]

    def told(self, *more: Fact) -> tuple[Fact, ...]:
        """All facts, each once, where nobody has a place on the case."""
        return distinct([*self.facts, *more, *(told for *_, told in self.seated)])

    def said(self, name: str, *before: str) -> str:
        return "\n".join(unique([*before, *self.fields.get(name, [])]))


def distinct(facts: Iterable[Fact]) -> tuple[Fact, ...]:
    """Each thing once. What several resources tell is not over when one of them goes, so it is known by none of their addresses."""
    every = tuple(dict.fromkeys(facts))
    found: dict[Fact, Fact] = {}
    for one in every:
        bare = replace(one, key="") if one.key else one
        found[bare] = bare if bare in found and found[bare].key != one.key else one
    return tuple(found.values())
