"""Where somebody's cursor stands, as y-protocols says it (awareness): taken apart, and said again in the name of who sent it.

What arrives is the sender's word: a cursor could bear the chair's name, move somebody else's, or say places that stop other screens.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, NamedTuple

from mdo_portal.domain import yjs_numbers

_LARGEST = 2**53
_TEXT = "text"
"""The shared text of a note (frontend/room/sync.ts)."""


class NoCursor(ValueError):
    """The browser sent something else than our own page sends."""


class Cursor(NamedTuple):
    """Of one page. `anchor` and `head`: places in the text; both None = no cursor stands there."""

    client: int
    clock: int
    anchor: dict[str, Any] | None
    head: dict[str, Any] | None


def read(update: bytes) -> Cursor | None:
    """What one page says of itself; None when it says nothing. Raises NoCursor, also when it speaks of several."""
    rest = iter(update)
    if (count := _number(rest)) == 0:
        return None
    client, clock, size = _number(rest), _number(rest), _number(rest)
    words = bytes(rest)
    if count != 1 or len(words) != size:
        raise NoCursor
    try:
        state = json.loads(words)
    except (ValueError, RecursionError):
        raise NoCursor from None
    if state is None:
        return Cursor(client, clock, None, None)
    if not isinstance(state, dict):
        raise NoCursor
    return Cursor(client, clock, _place(state.get("anchor")), _place(state.get("head")))


def said(cursor: Cursor, name: str) -> bytes:
    """The same for everybody else, under this name."""
    state = None if cursor.anchor is None else {"name": name, "anchor": cursor.anchor, "head": cursor.head}
    words = json.dumps(state, ensure_ascii=False).encode()
    return b"".join(yjs_numbers.written(one) for one in (1, cursor.client, cursor.clock, len(words))) + words


def _place(told: Any) -> dict[str, Any]:
    """A place in the text of the note and in nothing else, in whole numbers."""
    if not isinstance(told, dict) or told.get("tname", _TEXT) != _TEXT or told.get("type") is not None:
        raise NoCursor
    place: dict[str, Any] = {"tname": _TEXT, "assoc": -1 if told.get("assoc") == -1 else 0}
    if (item := told.get("item")) is not None:
        place["item"] = {part: _whole(item, part) for part in ("client", "clock")}
    return place


def _whole(item: Any, part: str) -> int:
    value = item.get(part) if isinstance(item, dict) else None
    if type(value) is not int or not 0 <= value < _LARGEST:
        raise NoCursor
    return value


def _number(rest: Iterator[int]) -> int:
    try:
        value = yjs_numbers.read(rest.__next__)
    except StopIteration:
        value = None
    if value is None:
        raise NoCursor
    return value
