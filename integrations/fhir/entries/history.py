"""A history: what a subscription tells, version by version."""

from __future__ import annotations

from datetime import datetime

from integrations.fhir.text.location import address
from integrations.fhir.text.moments import moment
from integrations.fhir.text.values import Node, asked_of, node, text
from mdo_portal.exchange import Version


def newest(tree: Node) -> tuple[Node, tuple[str, ...]]:
    """Of a history (what a subscription tells, too) what each address says now, and the places of what it said before.

    The newest stands first (R4 http.html#history), unless the versions themselves say otherwise: some list them as they were made. A
    DELETE is a version like any other.
    """
    held: dict[str, int] = {}
    older: list[int] = []
    listed = tree.get("entry")
    entries = list(listed) if isinstance(listed, list) else []
    for number, item in enumerate(map(node, entries)):
        own = node(item.get("resource"))
        place = f"{text(own.get('resourceType'))}/{text(own.get('id'))}" if text(own.get("id")) else ""
        name = address("", text(item.get("fullUrl"))) or place or address("", asked_of(item)[1])
        if not name:
            continue
        first = held.setdefault(name, number)
        is_later = first != number and is_newer(item, node(entries[first]))
        older.extend([first] if is_later else [number] if first != number else [])
        held[name] = number if is_later else first
    for number in older:
        entries[number] = {}
    return tree | {"entry": entries}, tuple(f"entry/{number} older" for number in sorted(older))


def is_newer(one: Node, other: Node) -> bool:
    """Whether it says so itself: by the number of its version, else by when it was changed."""
    numbers, moments = [_version(each) for each in (one, other)], [_changed(each) for each in (one, other)]
    if None not in numbers:
        return numbers[0] > numbers[1]  # type: ignore[operator]
    return None not in moments and moments[0] > moments[1]  # type: ignore[operator]


def _version(item: Node) -> int | None:
    return version_of(node(item.get("resource"))).number


def _changed(item: Node) -> datetime | None:
    return moment(node(item.get("response")).get("lastModified")) or version_of(node(item.get("resource"))).changed_at


def version_of(own: Node) -> Version:
    """What its server says of it: a number, where it counts its versions, and when it was changed."""
    meta = node(own.get("meta"))
    number = text(meta.get("versionId"))
    return Version(int(number) if number.isdecimal() and len(number) < 19 else None, moment(meta.get("lastUpdated")))
