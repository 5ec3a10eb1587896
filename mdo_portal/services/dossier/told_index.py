"""Rows of a case, found by what they are called: a laboratory tells thousands in one message, and each would look at every row there is."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date
from typing import Any, TypeVar

from mdo_portal.domain.case import CaseFact
from mdo_portal.domain.fact_labels import names
from mdo_portal.exchange import Fact, Section

Name = TypeVar("Name")
Label = tuple[Section, str, date | None]


def grouped(rows: Iterable[CaseFact], name: Callable[[CaseFact], Name]) -> dict[Name, list[CaseFact]]:
    """The rows by their name, in their order."""
    found: defaultdict[Name, list[CaseFact]] = defaultdict(list)
    for one in rows:
        found[name(one)].append(one)
    return found


def label_of(one: CaseFact | Fact) -> Label:
    """What is told of one thing on one day is told under this."""
    return one.section, one.label, one.dated_on


class Index:
    """The facts of a case as they stood when a message came: all of them, and those that held."""

    def __init__(self, known: Sequence[CaseFact], present: Sequence[CaseFact]) -> None:
        self._known, self._present = (grouped(rows, lambda one: one.source_key) for rows in (known, present))
        self._labelled = grouped(present, label_of)

    def ever(self, key: str) -> Sequence[CaseFact]:
        """All that was told under this name of the sender's."""
        return self._known.get(key, ())

    def under(self, key: str) -> Sequence[CaseFact]:
        """Of that, what held."""
        return self._present.get(key, ())

    def labelled(self, fact: Fact) -> Sequence[CaseFact]:
        """What held under the same label, of the same day; of what has no label nothing."""
        return self._labelled.get(label_of(fact), ()) if fact.label else ()

    def name(self, row: CaseFact, key: str) -> None:
        """A row that held and had no name is known under this one from now on."""
        row.source_key = key
        self._known[key].append(row)
        self._present[key].append(row)


class Standing:
    """What stands on a case, found by what it is about: thousands that are told again are not each held against thousands."""

    def __init__(self, rows: Sequence[CaseFact]) -> None:
        self._rows, self._about = rows, defaultdict[Any, list[int]](list)
        for at, row in enumerate(rows):
            for about in _about(row):
                self._about[about].append(at)

    def alike(self, fact: Fact) -> list[CaseFact]:
        """Those of its section, label and day that may be the same thing, or that say the same; in their order."""
        found = {at for about in _about(fact) for at in self._about.get(about, ())}
        return [self._rows[at] for at in sorted(found)]


def _about(one: CaseFact | Fact) -> Iterator[tuple[Any, ...]]:
    place = label_of(one)
    yield (*place, "says", one.text)
    for name in names(one.label, one.code, one.text) if one.label else ():
        yield (*place, *name)
