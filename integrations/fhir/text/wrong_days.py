"""Days that nobody can read (`onbekend`, `00-00-2019`) somewhere inside a resource: what they stand beside is told all the same.

A drug, an allergy or a form was put apart whole over the day on which somebody wrote it down. A day on which something began or was noted
is left out; one that is what a value or an answer says, or until when something held, is the words that were sent, where FHIR has a place
for those. Of what has another end that nobody can read nobody knows whether it is over: that stays apart.
"""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from typing import Any

from integrations.fhir.text.judge import Step, wrong_places
from integrations.fhir.text.values import Node, text

_DAYS = frozenset(
    {
        "start", "dateTime", "date", "created", "authoredOn", "dateAsserted", "recordedOn", "recordedDate", "assertedDate", "onset",
        "lastOccurrence", "collectedDateTime", "receivedTime", "statusDate", "startDate", "dueDate", "whenHandedOver", "whenPrepared",
        "sent", "received", "started", "creation", "time", "lastModified", "createdDateTime", "occurrenceDateTime",
    }
)  # fmt: skip
_ARE_THEIR_DAY = frozenset({"Appointment"})
"""Kinds that say nothing without it."""


_IN_WORDS = {
    "valueDate": "valueString", "valueDateTime": "valueString", "valueTime": "valueString", "abatementDateTime": "abatementString",
}  # fmt: skip
_IN_WORDS_OF = {"Immunization": {"occurrenceDateTime": "occurrenceString"}}
"""It must say when."""


def without_wrong_days(resource: Node, version: str) -> tuple[Node, frozenset[str]]:
    """(the resource without them, their places: `collection.collectedDateTime`); the same where there are none."""
    kind = text(resource.get("resourceType"))
    if kind in _ARE_THEIR_DAY:
        return resource, frozenset()
    words = _IN_WORDS | _IN_WORDS_OF.get(kind, {})
    found = [one for one in wrong_places(resource, version) if (one[-1] in words or _is_noted(one)) and _are_words(one, resource)]
    made = deepcopy(resource) if found else resource  # once: a form may have thousands of them
    for steps in found:
        _take_out(made, steps, words)
    left = (steps for steps in found if steps[-1] not in words)
    return made, frozenset(".".join(one for one in steps if isinstance(one, str)) for steps in left)


def _is_noted(steps: tuple[Step, ...]) -> bool:
    """Whether it is the day on which something began or was noted, and no part of a value."""
    return steps[-1] in _DAYS and not any(str(one).startswith("value") for one in steps)


def _are_words(steps: tuple[Step, ...], resource: Node) -> bool:
    """Whether words stand there."""
    there: Any = resource
    for one in steps:
        is_there = isinstance(there, list) if isinstance(one, int) else isinstance(there, dict) and one in there
        if not is_there:
            return False
        there = there[one]
    return isinstance(there, str)


def _take_out(value: Any, steps: tuple[Step, ...], words: Mapping[str, str]) -> None:
    """Without what stands there, nor the objects that were nothing but that; or with it as words under another name."""
    way = [value]
    for one in steps[:-1]:
        way.append(way[-1][one])
    last = str(steps[-1])
    said = way[-1].pop(last)
    if last in words:
        way[-1][words[last]] = said
    for inside, around, step in zip(reversed(way[1:]), reversed(way[:-1]), reversed(steps[:-1]), strict=True):
        if inside or isinstance(around, list):
            return
        del around[step]
