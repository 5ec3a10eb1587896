"""A status as a code in a field, or in the words of people who have no table for it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from integrations.hl7v2.text.segment import Segment

GONE = "withdrawn"
_PRELIMINARY, _CORRECTED, _UNOBTAINABLE = "preliminary", "corrected", "unobtainable"
_WORDS: dict[str, tuple[str, ...]] = {
    _PRELIMINARY: (
        "preliminary", "prelim", "provisional", "draft", "partial", "interim", "pending", "incomplete", "in progress", "unverified",
        "not verified", "unauthenticated", "unsigned", "dictated", "voorlopig", "voorlopige uitslag", "voorlopig verslag", "concept",
        "conceptverslag", "gedeeltelijk", "deeluitslag", "tussentijds", "in behandeling", "gedicteerd", "onvolledig",
        "ongeautoriseerd", "niet geautoriseerd", "nog niet geautoriseerd", "ongeverifieerd", "niet geverifieerd", "niet gefiatteerd",
        "niet ondertekend", "niet definitief", "nog niet definitief", "not final", "vorläufig", "provisoire",
    ),
    _CORRECTED: ("corrected", "correction", "revised", "gecorrigeerd", "correctie", "herzien", "korrigiert", "corrigé"),
    GONE: (
        "deleted", "withdrawn", "retracted", "entered in error", "cancel", "cancelled", "canceled", "invalid", "verwijderd",
        "ingetrokken", "vervallen", "geannuleerd", "annuleren", "ongeldig", "foutief", "gelöscht", "storniert", "annulé",
    ),
    _UNOBTAINABLE: ("not obtained", "unobtainable", "not done", "niet verricht", "niet uitgevoerd", "niet bepaald", "niet verkregen"),
}  # fmt: skip
_STATES = {word.upper(): state for state, words in _WORDS.items() for word in words}


def said(segment: Segment | None, field: int) -> str:
    """The code in a field, in capitals; "" without the segment."""
    return segment.component(field).strip().upper() if segment is not None else ""


def status_in(segment: Segment | None, field: int, codes: Mapping[str, Any]) -> str:
    """The status that a field says by one of these codes, or in words; "" for any other."""
    code = said(segment, field)
    if code in codes:
        return str(codes[code])
    if not code and segment is not None and segment.as_sent(field):  # `^Voorlopig`
        code = segment.component(field, 2).strip().upper()
    return state_of(code)


def state_of(code: str) -> str:
    """What somebody who has no code for it says in words (in capitals) of how sure it is; "" for a code."""
    if len(code) < _SHORTEST:
        return ""
    return _STATES.get(code) or _STATES.get(code.replace("-", " ").replace("_", " ").rstrip(" .!"), "")


_SHORTEST = len("draft")
