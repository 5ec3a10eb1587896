"""Under which number a sender knows what it tells under an order: told again, it takes the place of what it was."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from integrations.hl7v2.message.addenda import is_addendum
from integrations.hl7v2.message.items import Item, ordered_as
from integrations.hl7v2.text.segment import Segment
from integrations.hl7v2.text.values import label


def number_of_order(order: Item) -> str:
    """The number of the order at who carried it out, else at who asked; with what was asked, for one order may hold several. Where nobody
    gave it a number that of its group (ORC-4), with the moment below that: a group may hold the same twice, of two days.
    """
    by_filler, by_placer = _numbers(order)
    if by_filler or by_placer or order.common is None:
        return _asked_as(order.segment, by_filler or by_placer)
    return _asked_as(order.segment, order.common.component(4), order.segment.component(7))


def number_before(order: Item) -> str:
    """What an order was called while only who asked had a number for it: a first report often comes so, and this is more of it."""
    by_filler, by_placer = _numbers(order)
    return _asked_as(order.segment, by_placer) if by_filler else ""


def _numbers(order: Item) -> tuple[str, str]:
    """At who carries it out and at who asks: OBR-3 and OBR-2, else those of its ORC, for one of the two is enough (v2.5 4.5.1.2)."""
    own = order.segment.component(3), order.segment.component(2)
    if any(own) or order.common is None:
        return own
    return order.common.component(3), order.common.component(2)


def keys(values: Sequence[Item], orders: Mapping[int, Item], document: str | None) -> dict[int, str]:
    """The sender's own name of every OBX, by its position: order or document, code, sub-id; a second one of the same name is numbered.

    `document`: the name of the only one that all of them are of; "" where it has none, and so none of them.
    """
    owners = {name: number_of_order(one) for name, one in orders.items()} if document is None else {}
    counts: dict[str, int] = {}
    found: dict[int, str] = {}
    for item in values:
        owner = owners.get(id(item.order), "") if document is None else document
        name = "/".join((owner, code_of(item.segment), item.segment.field(4)))
        counts[name] = counts.get(name, 0) + 1
        found[item.position] = (name if counts[name] == 1 else f"{name}#{counts[name]}") if owner else ""
    return found


def code_of(segment: Segment) -> str:
    """OBX-3, with its suffix; some have one code for report and addendum, so that the addendum alone would replace the findings."""
    code = segment.component(3, 1, 0)
    is_added = "&" not in code and is_addendum(segment.component(3, 2))
    return f"{code}&ADT" if code and is_added else code or label(segment)


def added_to(values: Sequence[Item], orders: Mapping[int, Item]) -> list[str]:
    """Of every addendum in a message the report that it adds to, by the names that the order of that may have."""
    added = [one for one in orders.values() if is_addendum(ordered_as(one.segment))]
    parts = (item for item in values if is_addendum(label(item.segment)))
    added += [orders[id(item.order)] for item in parts if id(item.order) in orders]
    return list(dict.fromkeys(name for one in added for number in _numbers(one) if (name := _report(one.segment, number))))


def _asked_as(order: Segment, number: str, at: str = "") -> str:
    """An addendum under the code of its report (`PA^Addendum 1`) is known by its words: it stands beside that, and beside the next. Below
    the report: taken back whole, that takes it along.
    """
    report, words = _report(order, number), ordered_as(order)
    return "/".join(filter(None, (report, at, f"&{words.casefold()}" if is_addendum(words) else ""))) if report else ""


def _report(order: Segment, number: str) -> str:
    return "/".join((number, order.component(4) or order.component(4, 2))) if number else ""
