"""What the reader gives, in a form that two readings can be held against each other in."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import asdict
from typing import Any

from integrations.fhir.reader import FhirReader
from mdo_portal.exchange import Unreadable

_PLACE = re.compile(r"(?:[A-Za-z]+/\d+\.)*\b([A-Z][A-Za-z]+)(?:/\d+)?(?:#([A-Za-z]+)/\d+)?")
"""`Bundle/1.Condition/3`, `Task/0#Patient/1`: where a resource stands is not what it says."""


def outcome(raw: bytes, profile: str) -> dict[str, Any]:
    """All that a message means by its reader, as plain values; or why it cannot be read."""
    try:
        read = FhirReader().read(raw, profile)
    except Unreadable as trouble:
        return {"unreadable": trouble.reason}
    found: dict[str, Any] = {"kind": type(read).__name__} | asdict(read)
    for name in ("unmapped", "quarantined"):
        if name in found:
            found[name] = sorted(_placeless(one) for one in found[name])
    return found


def _placeless(named: str) -> str:
    place, colon, why = named.partition(": ")
    return _PLACE.sub(lambda one: one[2] or one[1], place) + colon + why


def without(found: dict[str, Any], *names: str) -> dict[str, Any]:
    """The same without what a rewriting may change: `code`, `key` of a fact, `reference` of a document, or a field of the message."""
    kept = {name: value for name, value in found.items() if name not in names}
    for many in ("facts", "taken_back", "documents"):
        if many in kept:
            kept[many] = [{name: value for name, value in one.items() if name not in names} for one in kept[many]]
    return kept


def composed(value: Any) -> Any:
    """The same with letters and their accents as one."""
    if isinstance(value, str):
        return unicodedata.normalize("NFC", value)
    if isinstance(value, dict):
        return {name: composed(one) for name, one in value.items()}
    return type(value)(map(composed, value)) if isinstance(value, list | tuple) else value


def in_any_order(found: dict[str, Any]) -> dict[str, Any]:
    """The same, whatever the order in which the resources stood."""
    kept = dict(found)
    for many in ("facts", "taken_back", "documents", "documents_taken_back"):
        if many in kept:
            kept[many] = sorted(map(repr, kept[many]))
    return kept
