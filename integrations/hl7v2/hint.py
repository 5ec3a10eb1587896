"""Which board the sender means, by the place that names one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .places import Reading, found
from .words import is_report, names_board


def board_hint(reading: Reading) -> tuple[str, str]:
    """(words, place) of the first of the profile's places that says anything.

    Who it is sent to (`@provider RT`) and what a document is called are that; a field that may name anything gives way to one that
    names a board and no report of one.
    """
    rules = reading.profile["referral"]
    each = [found(reading, [place]) for place in rules["board_hint"]]
    said = [(words.strip(), place) for words, place in each if words.strip()]
    first = said[0] if said else ("", "")
    if first[1].startswith("@"):
        return first
    fields: dict[str, tuple[str, str]] = {}
    for words, place in said:
        fields.setdefault(_field(place), (words, place))  # of a code its words, which stand first in the list
    return next((one for one in fields.values() if _is_board(one[0], rules["recognised"])), first)


def _is_board(words: str, recognised: Mapping[str, Any]) -> bool:
    return names_board(words, recognised) and not is_report(words, recognised)


def _field(place: str) -> str:
    return "-".join(place.split("-")[:2])
