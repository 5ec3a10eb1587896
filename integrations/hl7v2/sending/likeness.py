"""Which messages hl7apy's STRICT tables cannot tell apart: the same segments and separators, and at every place a value of the same kind.

Whatever hl7apy asks of a value is asked by one of its base types (base_datatypes.py, factories.py): text within a length, a whole
number within a length, a decimal, a date, a time. So every value is replaced by the hardest of its kind: a place that takes that one
takes every value of the kind. The other way round is not said: a message whose likeness is refused must be judged as it is.
"""

from __future__ import annotations

import re
from datetime import datetime

_START = "MSH|^~\\&|"
_STEERING = frozenset({"MSH-2", "MSH-9", "MSH-12", "OBX-2"})
"""Fields whose value says which table or type is used for others: never replaced."""
_NUMBER = re.compile(r"[0-9]+")
_MOMENT = re.compile(r"([0-9]{8}|[0-9]{14})([+-]0[0-9][0-5][0-9])?")
_FORMATS = {8: "%Y%m%d", 14: "%Y%m%d%H%M%S"}
_SHORT = 4
"""Digits that may be a number in a row (SI takes four), a year or an hour: few values, kept as they are."""
_WORDS = (20, 32)
"""Lengths of words that stand for all others that are not longer: IS takes 20, and a control id has 32."""


def likeness(text: str) -> str:
    """What stands for every message that hl7apy cannot tell from this one (lines end in CR). Empty where nothing can be said.

    When hl7apy takes the likeness it takes `text`.
    """
    if not text.startswith(_START):
        return ""
    return "\r".join(map(_line, text.split("\r")))


def _line(line: str) -> str:
    name, *fields = line.split("|")
    first = 2 if name == "MSH" else 1  # MSH-1 is the separator itself
    numbered = enumerate(fields, start=first)
    return "|".join([name, *(field if f"{name}-{number}" in _STEERING else _alike(field) for number, field in numbered)])


def _alike(field: str) -> str:
    parts = re.split(r"([~^&])", field)
    parts[::2] = map(hardest, parts[::2])
    return "".join(parts)


def hardest(value: str) -> str:
    """The value of the same kind that the fewest places take."""
    if not value.strip():
        return value
    if moment := _moment(value):
        return moment
    if _NUMBER.fullmatch(value):
        return value if len(value) <= _SHORT else "9" * len(value)
    return next(("w" * length for length in _WORDS if len(value) <= length), value)


def _moment(value: str) -> str:
    found = _MOMENT.fullmatch(value)
    if found is None:
        return ""
    digits, offset = found[1], found[2] or ""
    try:
        datetime.strptime(digits, _FORMATS[len(digits)])  # noqa: DTZ007  only whether there is such a moment
    except ValueError:
        return ""
    return "20201231235959"[: len(digits)] + (offset and "+0100")
