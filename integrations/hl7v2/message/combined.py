"""Several orders with one report."""

from __future__ import annotations

from collections.abc import Container, Sequence

from integrations.hl7v2.message.items import Item, ordered_as


def combined(items: Sequence[Item], filled: Container[int], *, is_document: bool) -> dict[int, str]:
    """Of an order (by `id`) that holds the report of others too (their ORC-1 is CN, combined result): what all of them are called.

    So is the last of several before a document, which is of all of them (MDM_T02). `filled`: the orders that have something under them.
    """
    found: dict[int, str] = {}
    others: list[str] = []
    for item in items:
        if item.segment.name == "OBR":
            name = ordered_as(item.segment)
            is_elsewhere = is_document or (item.common is not None and item.common.component(1).strip().upper() == "CN")
            if is_elsewhere and id(item.segment) not in filled:
                others.append(name)
            elif others:
                found[id(item.segment)] = "; ".join(dict.fromkeys((*others, name)))
                others = []
    return found
