"""Where a value stood in a message, in a person's words."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from datetime import date, datetime
from typing import Any

from .items import Item
from .segment import LargeSegment


def within(item: Item, value: str) -> str:
    if len(item.segment.name) != 3 or isinstance(item.segment, LargeSegment):  # in a document nothing of this stands
        return ""
    for n in range(1, 51):
        if value not in item.segment.field(n):
            continue
        for r, repetition in enumerate(item.segment.repetitions(n, 32)):
            for c in range(1, 13):
                for s in range(1, 6):
                    if repetition.component(c, s).strip() == value:
                        again = f"({r})" if r else ""
                        return f"{_name(item)}-{n}{again}-{c}" + (f"-{s}" if s > 1 else "")
        return f"{_name(item)}-{n}"
    return ""


def _name(item: Item) -> str:
    """Occurrences count from 0 in a path, as in a profile; the first needs no number."""
    return f"{item.segment.name}({item.position - 1})" if item.position > 1 else item.segment.name


def place_of(item: Item) -> str:
    return f"{_name(item)}-5" if item.segment.name == "OBX" else _name(item)


def flat(value: Any, at: str = "") -> Iterator[tuple[str, str]]:
    if is_dataclass(value):
        for one in fields(value):
            if one.name == "previous":  # pairs of who gave the number, and the number
                yield from ((f"{at}.{one.name}".lstrip("."), number) for _, number in getattr(value, one.name))
            elif one.name not in ("patient", "patients", "unmapped", "quarantined", "content"):
                yield from flat(getattr(value, one.name), f"{at}.{one.name}".lstrip("."))
    elif isinstance(value, tuple):
        for inner in value:
            yield from flat(inner, at)
    elif value is not None and not isinstance(value, (bytes, bool)):
        yield at, shown(value)


def shown(value: object) -> str:
    if isinstance(value, datetime):
        return value.isoformat(timespec="minutes")
    return value.isoformat() if isinstance(value, date) else str(value or "")
