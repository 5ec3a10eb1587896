"""What says of itself of nobody and hangs on what is another patient's: a value of which only his report speaks, the file of his letter."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Set
from typing import Any

from integrations.fhir.entries.addresses import Addresses
from integrations.fhir.entries.bundle import Entry
from integrations.fhir.meaning.sieve import HELPERS
from integrations.fhir.meaning.whose import is_anothers, subject
from integrations.fhir.text.profile import Profile
from integrations.fhir.text.values import text

_LOOSE = frozenset(
    {
        "Binary", "Communication", "Composition", "DiagnosticReport", "DocumentReference", "Encounter", "ImagingStudy", "List", "Media",
        "Observation", "QuestionnaireResponse", "Specimen",
    }
)  # fmt: skip
"""Kinds that need not say about whom they are."""


def of_others(patient: Entry, where: Addresses, profile: Profile) -> frozenset[str]:
    """The places of what is not this patient's: by what it says itself, or by what it hangs on."""
    known = {one.place for one in where.entries if one.kind not in HELPERS and is_anothers(one, patient, where, profile)}
    return with_hanging(known, where)


def with_hanging(others: Set[str], where: Addresses) -> frozenset[str]:
    """These places, and those of what says of nobody and hangs on nothing but them. One that is the patient's keeps it here."""
    if not others:
        return frozenset()
    loose = {one.place for one in where.entries if one.kind in _LOOSE and not subject(one.resource)}
    beside = _beside(where) if loose else {}
    found, waiting = set(others), list(others)
    while waiting:
        near = beside.get(waiting.pop(), set()) & loose
        more = {one for one in near - found if not beside[one] - loose - found}
        found |= more
        waiting += more
    return frozenset(found)


def _beside(where: Addresses) -> dict[str, set[str]]:
    """place → the places of what it points at and of what points at it, of all that may say about whom it is."""
    found: defaultdict[str, set[str]] = defaultdict(set)
    for one in where.entries:
        for said in _pointers(one.resource) if _may_say(one) else ():
            there = where.resolve(said, one)
            if there is not None and there.place != one.place and _may_say(there):
                found[one.place].add(there.place)
                found[there.place].add(one.place)
    return found


def _may_say(one: Entry) -> bool:
    return one.kind in _LOOSE or (one.kind not in HELPERS and bool(subject(one.resource)))


def _pointers(value: Any) -> Iterator[str]:
    """Every address in it, those of files too. The gate has bounded the depth."""
    if isinstance(value, list):
        for one in value:
            yield from _pointers(one)
    elif isinstance(value, dict):
        yield from (said for name in ("reference", "url") if type(value.get(name)) is str and (said := text(value[name])))
        for one in value.values():
            yield from _pointers(one) if type(one) in (dict, list) else ()
