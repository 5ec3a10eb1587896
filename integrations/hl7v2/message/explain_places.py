"""Where a value stood in a message, in a person's words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence, Set
from dataclasses import fields, is_dataclass
from datetime import date, datetime
from typing import Any

from integrations.hl7v2.message.items import Item
from integrations.hl7v2.text.segment import LargeSegment


class Stood:
    """Where values stood in one message. Its fields become text once: a result has hundreds of values and as many segments."""

    def __init__(self, items: Iterable[Item]) -> None:
        self._items = [(item, _NEVER.join(fields), fields) for item in items if (fields := _fields(item))]

    def place(self, value: str, names: Iterable[str]) -> str:
        """The first component with exactly this value, in these segments (all when there are none), or the first field that holds it."""
        wanted = set(names)
        found = (_within(item, fields, value) for item, whole, fields in self._items if value in whole and _is_one(item, wanted))
        return next(filter(None, found), "")


_NEVER = "\0"
"""Between fields: no value has it (tidy.storable)."""


def _is_one(item: Item, wanted: Set[str]) -> bool:
    return not wanted or item.segment.name in wanted


def _fields(item: Item) -> list[str]:
    """The fields as people read them, the first at 0; none of a document, and of what is no segment."""
    segment = item.segment
    if len(segment.name) != 3 or isinstance(segment, LargeSegment):
        return []
    return [segment.field(n) for n in range(1, min(len(segment.split()), 51))]


def _within(item: Item, fields: Sequence[str], value: str) -> str:
    for n, text in enumerate(fields, start=1):
        if value not in text:
            continue
        for r, repetition in enumerate(item.segment.repetitions(n, 32)):
            for c in range(1, 13):
                for s in range(1, 6):
                    if repetition.component(c, s).strip() == value:
                        again = f"({r})" if r else ""
                        return f"{item.place}-{n}{again}-{c}" + (f"-{s}" if s > 1 else "")
        return f"{item.place}-{n}"
    return ""


def place_of(item: Item) -> str:
    return f"{item.place}-5" if item.segment.name == "OBX" else item.place


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
