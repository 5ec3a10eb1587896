"""Reports that add to another: the findings that stand remain, and both have parts of one name."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from integrations.hl7v2.message.items import Item, ordered_as
from integrations.hl7v2.text.values import label


def is_addendum(name: str) -> bool:
    """Whether a part or an order is called an addendum."""
    return _ADDED.search(name) is not None


_ADDED = re.compile(
    r"(?<!with )(?<!met )(?<!mit )(?<!and )(?<!en )(?<!und )(?<!incl )(?<!incl\. )(?<!inclusief )(?<!plus )(?<!\+ )(?<!& )"
    r"\b(?:addend(?:um|a)|nachtrag|aanvulling|nagekomen (?:verslag|uitslag|bericht|bevinding(?:en)?)|"
    r"aanvullend(?:e)? (?:verslag|rapport|uitslag|bericht|bevinding(?:en)?|conclusie))\b",
    re.IGNORECASE,
)
"""A part that is an addendum, and no report with one in it."""


def added(values: Sequence[Item], orders: Mapping[int, Item]) -> dict[int, str]:
    """OBX position -> the words of its order where that is an addendum and the value does not say so: a report and its addendum have parts
    of one name, which come in two messages too.
    """
    addenda = {order: words for order, one in orders.items() if is_addendum(words := ordered_as(one.segment))}
    under = (item for item in values if id(item.order) in addenda) if addenda else ()
    return {one.position: addenda[id(one.order)] for one in under if (name := label(one.segment)) and not is_addendum(name)}
