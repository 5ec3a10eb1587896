"""Facts that stand on a case, found by what they are about."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Any

from mdo_portal.domain.case import CaseFact
from mdo_portal.domain.fact_labels import names
from mdo_portal.exchange import Fact


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
    place = (one.section, one.label, one.dated_on)
    yield (*place, "says", one.text)
    for name in names(one.label, one.code, one.text) if one.label else ():
        yield (*place, *name)
