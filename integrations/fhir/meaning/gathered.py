"""What was found in one message so far, on its way to what the message says."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from typing import TypedDict

from integrations.fhir.meaning.sieve import Sifted
from integrations.fhir.resources.documents import Carried
from integrations.fhir.resources.fields import Placed
from integrations.fhir.text.values import unique
from mdo_portal.exchange import Contact, Fact, IncomingDocument


class Rest(TypedDict):
    """What every message says beside its facts, under the names that all kinds of message have for it."""

    documents: tuple[IncomingDocument, ...]
    taken_back: tuple[Fact, ...]
    unmapped: tuple[str, ...]
    quarantined: tuple[str, ...]


@dataclass
class Gathered(Placed):
    """What was found so far."""

    documents: list[IncomingDocument] = field(default_factory=list)
    #: (place on the case, who, how he is told where another has that place)
    seated: list[tuple[str, Contact, Fact]] = field(default_factory=list)
    quarantined: list[str] = field(default_factory=list)
    unmapped: list[str] = field(default_factory=list)
    binaries: set[str] = field(default_factory=set)
    #: places of the devices that were told of by themselves
    used: set[str] = field(default_factory=set)
    taken_back: list[Fact] = field(default_factory=list)
    gone: list[str] = field(default_factory=list)

    @classmethod
    def after(cls, sifted: Sifted) -> Gathered:
        """Nothing but what the sieve already says."""
        apart = [f"{place}: {reason}" for place, reason in sifted.refused.items()]
        return cls(quarantined=apart, unmapped=list(sifted.stripped))

    @property
    def rest(self) -> Rest:
        over = tuple(dict.fromkeys(self.taken_back))
        return Rest(
            documents=tuple(self.documents), taken_back=over, unmapped=tuple(self.unmapped), quarantined=tuple(self.quarantined)
        )

    @property
    def documents_gone(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(self.gone))

    @property
    def so_far(self) -> tuple[int, int, int]:
        """How much of all that tells a fact was found."""
        return len(self.facts), len(self.beside), len(self.seated)

    def turn(self, since: tuple[int, int, int], told: Callable[[Fact], Fact]) -> None:
        """Let all that was found since then be told so, whatever place it has or may come to have."""
        facts, beside, seated = since
        self.facts[facts:] = [told(one) for one in self.facts[facts:]]
        self.beside[beside:] = [(name, told(one)) for name, one in self.beside[beside:]]
        self.seated[seated:] = [(place, who, told(one)) for place, who, one in self.seated[seated:]]

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
