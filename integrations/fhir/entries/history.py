"""Versions: of what stands in a message more than once the newest holds."""

from __future__ import annotations

from datetime import datetime

from integrations.fhir.text.location import address
from integrations.fhir.text.moments import moment
from integrations.fhir.text.values import Node, asked_of, node, text
from mdo_portal.exchange import Version


def newest(tree: Node) -> tuple[Node, tuple[str, ...]]:
    """Of a Bundle what each address says now, and the places of what it said before.

    Of a history (what a subscription tells, too) the newest stands first (R4 http.html#history), unless the versions themselves say
    otherwise: some list them as they were made. A DELETE is a version like any other. In any other two versions may stand under one
    address (R4 bdl-7): there the versions must say it.
    """
    is_history = text(tree.get("type")) == "history"
    listed = tree.get("entry")
    entries = list(listed) if isinstance(listed, list) else []
    urls = {one["fullUrl"] for one in entries if type(one) is dict and type(one.get("fullUrl")) is str}
    if not is_history and len(urls) == len(entries):  # as of nearly all: nothing is there twice
        return tree, ()
    held: dict[str, int] = {}
    older: list[int] = []
    for number, item in enumerate(map(node, entries)):
        name = _in_history(item) if is_history else _claimed(item)
        first = held.setdefault(name, number) if name else number
        if first == number:
            continue
        is_later = is_newer(item, node(entries[first]))
        if is_later or is_history or is_newer(node(entries[first]), item):
            older.append(first if is_later else number)
        held[name] = number if is_later else first
    if not older:
        return tree, ()
    for number in older:
        entries[number] = {}
    return tree | {"entry": entries}, tuple(f"entry/{number} older" for number in sorted(older))


def _in_history(item: Node) -> str:
    return address("", text(item.get("fullUrl"))) or _short(item) or address("", asked_of(item)[1])


def _claimed(item: Node) -> str:
    """The address of what an entry brings along."""
    return text(item.get("fullUrl")) or _short(item) if item.get("resource") else ""


def _short(item: Node) -> str:
    own = node(item.get("resource"))
    return f"{text(own.get('resourceType'))}/{text(own.get('id'))}" if text(own.get("id")) else ""


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
