"""The one gate through which foreign JSON enters: strict, bounded, and without a second opinion about its meaning."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from decimal import Decimal
from itertools import accumulate
from typing import Any

from mdo_portal.exchange import Unreadable

MAX_DEPTH = 100
MAX_PIECES = 200_000
"""Values in one message before it is answered: a hundred times the largest real one we know of. Counted before any is read, by the signs
of which one stands before each value but the first (`{`, `[`, `,`); those inside texts are counted too: prose has few.
"""
MAX_OPENED = 2_000
"""With fewer brackets than this no reader gets too deep, and the depth is counted afterwards."""
# Possessive, and the closing quote is optional: one pass, also over a string that never ends (no quadratic rescans).
_STRING = re.compile(r'"[^"\\]*+(?:\\.[^"\\]*+)*+"?', re.DOTALL)
_NO_MARK = re.compile(r"[^\[\]{}]+")
_STEPS = {ord("["): 1, ord("{"): 1, ord("]"): -1, ord("}"): -1}
_KEY = re.compile(r'"[ \t\n\r]*:')
_SPACED_KEY = re.compile(r'"[ \t\n\r]+:')
_SUSPECT = re.compile(r"\\u(?:[dD][89a-fA-F]|0000)")
_UNKEEPABLE = re.compile("[\0\ud800-\udfff]")
_SEVERAL = "Extra data"
"""What Python calls a second value behind the first: an export in NDJSON, a resource on each line."""


class _Twice(ValueError):
    """A key stands twice in one object: two readers could see two different messages."""


def load(raw: bytes, *, most: int = 0) -> dict[str, Any]:
    """One JSON object. Raises Unreadable("no_header") when it is none, "broken" when readers could disagree about it,
    "too_many_entries" when it holds more than `most` values (0: no bound, for whoever has time and a bound of another kind).

    Broken are: deeper than MAX_DEPTH, a key twice, NaN or Infinity, half surrogates and NUL (no database keeps them).
    Decimals stay as sent (`1.10`), which a float would lose.
    """
    opened = raw.count(b"{") + raw.count(b"[")
    if most and opened + raw.count(b",") > most:
        raise Unreadable("too_many_entries", f"more than {most} values")
    try:
        tree = _parse(raw.decode("utf-8-sig"), opened)
    except UnicodeDecodeError:
        raise Unreadable("no_header", "not UTF-8") from None
    if not isinstance(tree, dict):
        raise Unreadable("no_header", "not a JSON object")
    return tree


def dump(tree: dict[str, Any]) -> bytes:
    """What `load` gave, as bytes again: decimals as they were sent. NUL marks them on the way: no text that passed the gate holds one."""
    written = json.dumps(tree, ensure_ascii=False, separators=(",", ":"), default=lambda number: f"\0{number}\0")
    return re.sub(r'"\\u0000([^"\\]+)\\u0000"', r"\1", written).encode()


def _parse(text: str, opened: int) -> Any:
    if opened > MAX_OPENED and _depth(text) > MAX_DEPTH:
        raise Unreadable("broken", f"nested deeper than {MAX_DEPTH}")
    try:
        tree = json.loads(text, parse_constant=_no_constant, parse_float=Decimal)
        if _keys(tree) != _marks_of_keys(text):  # a key stands twice, or a text holds what looks like one: then it is read slowly
            json.loads(text, object_pairs_hook=_once, parse_float=Decimal)
    except json.JSONDecodeError as error:
        is_another = error.msg == _SEVERAL and text[error.pos] == "{"
        several = "several JSON values; send one Bundle" if is_another else ""
        raise Unreadable("no_header", several or f"not JSON at character {error.pos}") from None
    except _Twice:
        raise Unreadable("broken", "a key stands twice in one object") from None
    except RecursionError:
        raise Unreadable("broken", f"nested deeper than {MAX_DEPTH}") from None
    except (ValueError, ArithmeticError):
        raise Unreadable("broken", "a number that is none") from None
    if "\\" in text and "\\u" in text and _SUSPECT.search(text) and any(map(_unkeepable, _strings(tree))):
        raise Unreadable("broken", "characters that do not exist")
    return tree


def _marks_of_keys(text: str) -> int:
    """How often a quote is followed by a colon: behind every key, and in few texts."""
    is_spaced = _SPACED_KEY.search(text)
    return len(_KEY.findall(text)) if is_spaced else text.count('":')  # nobody spaces them; counting is ten times as fast


def _keys(tree: Any) -> int:
    """How many keys all objects have together, level by level. Raises Unreadable("broken") when there are too many levels.

    A quarter of the time of a hook that Python calls for every object (fhir-in, tests/bench).
    """
    found, level = 0, [tree]
    for _ in range(MAX_DEPTH):
        below: list[Any] = []
        for one in level:
            if type(one) is dict:
                found += len(one)
                below += one.values()
            elif type(one) is list:
                below += one
        level = below
    if all(type(one) is not dict and type(one) is not list for one in level):
        return found
    raise Unreadable("broken", f"nested deeper than {MAX_DEPTH}")


def _depth(text: str) -> int:
    """How deep the brackets go, before anything recursive looks at them. Right as far as they match; further no parser goes."""
    marks = _NO_MARK.sub("", _STRING.sub("", text)).encode()
    return max(accumulate(map(_STEPS.__getitem__, marks)), default=0)


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise _Twice
    return found


def _no_constant(word: str) -> Any:
    raise ValueError(word)


def _strings(tree: Any) -> Iterator[str]:
    waiting = [tree]
    while waiting:
        value = waiting.pop()
        if isinstance(value, str):
            yield value
        elif isinstance(value, dict):
            waiting.extend((*value.keys(), *value.values()))
        elif isinstance(value, list):
            waiting.extend(value)


def _unkeepable(value: str) -> bool:
    return _UNKEEPABLE.search(value) is not None
