"""Which of several numbers of one thing counts, and whether it still does."""

from __future__ import annotations

from collections.abc import Iterable

from integrations.fhir.text.values import Node, codings, node, text
from integrations.times import is_an_end


def is_past(item: Node) -> bool:
    """Whether a number is of before: it says so, or has an end."""
    return item.get("use") == "old" or bool(ended_on(item))


def ended_on(item: Node) -> str:
    """Until when something holds that has an end; "" for what has none."""
    said = text(node(item.get("period")).get("end"))
    return said if is_an_end(said) else ""


_RANKS = {"PLAC": -1, "FILL": 1}
"""Identifier.type (HL7 v2 table 0203): the number of who asks before that of who carries out."""


def best_first(identifiers: Iterable[Node]) -> list[Node]:
    """Identifiers in the order in which one of them is taken: as sent, but who asks first, who carries out later, what is for a time after
    that, what is old last.
    """

    def rank(one: Node) -> int:
        if is_past(one) or one.get("use") == "temp":
            return 3 if is_past(one) else 2
        return next((_RANKS[code] for _, code in codings(one.get("type")) if code in _RANKS), 0)

    return sorted(identifiers, key=rank)
