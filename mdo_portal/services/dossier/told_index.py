"""Rows of a case, found by what they are called: a laboratory tells thousands in one message, and each would look at every row there is."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from datetime import date
from typing import TypeVar

from mdo_portal.domain.case import CaseFact
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
