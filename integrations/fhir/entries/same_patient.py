"""Whether what was fetched is about the patient who was announced: numbers, BSN and birth date, side by side."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import combinations

from integrations.fhir.entries.people import identifiers
from integrations.fhir.text.issuers import BSN
from integrations.fhir.text.moments import day
from integrations.fhir.text.values import Node
from mdo_portal.exchange import IncomingNotice

_BSN = "bsn"


@dataclass(frozen=True)
class _Told:
    """What one source says of who it is: the numbers by who gave them out."""

    numbers: dict[str, set[str]]
    birth_on: date | None

    def differs(self, other: _Told) -> bool:
        """Two numbers of one issuer of which none agrees, or two birth dates. Numbers of different issuers say nothing of each other."""
        both = self.numbers.keys() & other.numbers.keys()
        if any(self.numbers[name].isdisjoint(other.numbers[name]) for name in both):
            return True
        return bool(self.birth_on and other.birth_on and self.birth_on != other.birth_on)

    def names(self, other: _Told) -> bool:
        return any(not self.numbers[name].isdisjoint(other.numbers[name]) for name in self.numbers.keys() & other.numbers.keys())


def is_another(notice: IncomingNotice, patients: Sequence[Node]) -> bool:
    """True when one of the patients contradicts the notice or another of them, or is not shown to be the one announced.

    Shown by a number of the notice, or by one it shares with a patient who is shown by that.
    """
    announced = _told([*notice.numbers, *([(BSN[0], notice.bsn)] if notice.bsn else [])], notice.birth_on)
    found = [_told(identifiers(one), day(one.get("birthDate"))) for one in patients]
    if any(announced.differs(one) for one in found) or any(one.differs(other) for one, other in combinations(found, 2)):
        return True
    shown = [one for one in found if announced.names(one)]
    return bool(announced.numbers) and not (shown and all(any(one.names(sure) for sure in shown) for one in found))


def _told(pairs: Sequence[tuple[str, str]], birth_on: date | None) -> _Told:
    numbers: dict[str, set[str]] = {}
    for system, value in pairs:
        if system:
            numbers.setdefault(_BSN if system in BSN else system, set()).add(value)
    return _Told(numbers, birth_on)
