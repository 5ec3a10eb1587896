"""Which order, or which material, a value is of: said where several orders of a message tell a value of one name.

"Conclusie" of the left breast and "Conclusie" of the right one stand in one column of the case page, without their orders.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from itertools import groupby

from integrations.hl7v2.message.items import Item, ordered_as
from integrations.hl7v2.text.packed import value_type
from integrations.hl7v2.text.segment import Segment
from integrations.hl7v2.text.specimen_source import material
from integrations.hl7v2.text.stamps import stamp
from integrations.hl7v2.text.status_codes import said
from integrations.hl7v2.text.values import coded, label

_ORDER_MATERIAL = 15


def apart(items: Sequence[Item], values: Sequence[Item], orders: Mapping[int, Item]) -> dict[int, str]:
    """OBX position -> the words that tell it from a value of the same name under another order; none where no words do.

    The same panel on two days is told apart by its days.
    """
    found, told = _of_specimens(items), defaultdict[str, list[Item]](list)
    for item in values if len(orders) > 1 else ():
        if item.order is not None:
            told[item.segment.component(3) or label(item.segment)].append(item)
    shared = [many for many in told.values() if len({id(one.order) for one in many}) > 1]
    materials = _materials(items) if shared else {}
    of_order: dict[int, str] = {}  # orders of which every value says whose it is
    for many in shared:
        under = {id(one.order): one.order for one in many if one.order is not None}
        words = _different([ordered_as(one) for one in under.values()]) or _different([materials.get(name, "") for name in under])
        if not words and (
            words := _different([_parent(one) for one in under.values()]) or _by_hour_or_number(list(under.values()))
        ):
            of_order |= dict(zip(under, words, strict=True))
        of_each = dict(zip(under, words, strict=True)) if words else {}
        found |= {one.position: of_each[id(one.order)] for one in many if of_each.get(id(one.order))}
    alone = (item for many in told.values() for item in many if of_order.get(id(item.order)))
    return {one.position: of_order[id(one.order)] for one in alone} | found


def _parent(order: Segment) -> str:
    """Of which result of another order this one tells more (OBR-26): the micro-organism whose resistance it is."""
    return order.component(26, 3, 0) or order.component(26, 2)


def _by_hour_or_number(orders: list[Segment]) -> list[str]:
    """Of orders of one day: their hours, else their numbers; none where the days tell them apart, or nothing does."""
    moments = [order.component(7) for order in orders]
    if len({one[:_DAY] for one in moments}) > 1:
        return []
    return _different([stamp(one) for one in moments]) or _different([one.component(3) or one.component(2) for one in orders])


_DAY = len("20260302")


def _of_specimens(items: Sequence[Item]) -> dict[int, str]:
    """What stands under a specimen is of that, where there are several: under no order (OUL^R22) all of it, behind an order what is said
    of each (no number of OBX-4 tells it apart).
    """
    if sum(item.segment.name == "SPM" for item in items) < 2:
        return {}
    under: defaultdict[int, list[tuple[str, list[Item]]]] = defaultdict(list)
    for item in items:
        own = under[id(item.order)]
        if item.segment.name == "SPM":
            own.append((_specimen(item.segment), []))
        elif item.segment.name == "OBX" and own:
            own[-1][1].append(item)
    found: dict[int, str] = {}
    for order, many in under.items():
        said = [{_told_of(one) for one in values} for _, values in many]
        of_each = set.intersection(*said) if said else set()
        for specimen, values in many:
            is_of = (one for one in values if order == id(None) or (len(many) > 1 and _told_of(one) in of_each))
            found |= {one.position: specimen for one in is_of if specimen}
    return found


def _told_of(item: Item) -> tuple[str, str]:
    return item.segment.component(3, 1, 0) or label(item.segment), item.segment.field(4)


def numbered(values: Sequence[Item], to_answers: Mapping[int, str]) -> dict[int, str]:
    """OBX position -> OBX-4, where that tells one value from another of the same name under an order: `A` and `B` of two specimens.

    Then every value under that number says it: what is told of one of two tumours alone is of that one. Of words numbered 1, 2, 3
    it is the number of a line, unless the same names come back under the next.
    `to_answers`: what points with it at the answer of a checklist, and the words of that.
    """
    told: defaultdict[tuple[int, str], dict[int, str]] = defaultdict(dict)
    of_things = frozenset(_of_things(values))
    for item in values:
        sub, name = _sub_id(item.segment), _told_of(item)[0]
        is_line = sub.isdigit() and value_type(item.segment) in _WORDS and (id(item.order), name) not in of_things
        if sub and item.position not in to_answers and not is_line:
            told[id(item.order), name][item.position] = sub
    tells = {(order, _root(sub)) for (order, _), many in told.items() if len(set(many.values())) > 1 for sub in many.values()}
    said = {position: sub for (order, _), many in told.items() for position, sub in many.items() if (order, _root(sub)) in tells}
    return said | {position: words for position, words in to_answers.items() if words}


def _of_things(values: Sequence[Item]) -> Iterator[tuple[int, str]]:
    """(order, name) of what is told of one thing after another: `Gen` and `Variant` under 1, then both under 2."""
    before: tuple[int, frozenset[str]] = (0, frozenset())
    for (order, sub), alike in groupby(values, key=lambda one: (id(one.order), _sub_id(one.segment))):
        names = frozenset(_told_of(one)[0] for one in alike) if sub.isdigit() else frozenset[str]()
        again = names & before[1] if before[0] == order else ()
        if len(again) > 1:
            yield from ((order, name) for name in again)
        before = order, names


def _sub_id(segment: Segment) -> str:
    """OBX-4 as people read it: in v2.8.2 it is made of components (`1^1^2`)."""
    sub = segment.field(4).strip()
    if sub.isalnum():
        return sub
    return ".".join(filter(None, segment.repetitions(4, 1)[0].components(4))) if sub and segment.component(4, 2) else sub


def _root(sub: str) -> str:
    """`1.2` is the second thing that is said of `1`."""
    return sub.partition(".")[0]


_WORDS = ("TX", "FT", "ST", "ED")


def _different(words: list[str]) -> list[str]:
    """The words when no two are the same; else none: half a difference is none."""
    return words if len(set(words)) == len(words) else []


def _materials(items: Sequence[Item]) -> dict[int, str]:
    """Of each order what was looked at: OBR-15, else the specimens (SPM) behind it, or before it where those come first (OUL^R22)."""
    found: defaultdict[int, list[str]] = defaultdict(list)
    kinds = [item.segment.name for item in items]
    comes_first = "SPM" in kinds and kinds.index("SPM") < kinds.index("OBR")
    before = ""
    for item in items:
        segment = item.segment
        if segment.name == "OBR":
            found[id(segment)] += filter(None, (material(segment, _ORDER_MATERIAL), before))
        elif segment.name == "SPM" and comes_first:
            before = _specimen(segment)
        elif segment.name == "SPM" and item.order is not None:
            found[id(item.order)].append(_specimen(segment))
    return {order: "; ".join(words) for order, words in found.items()}


def _specimen(segment: Segment) -> str:
    """What it is, where it was taken and on which side (SPM-4, 8, 9)."""
    return ", ".join(filter(None, (coded(one) for n in (4, 8, 9) for one in segment.repetitions(n))))


def combined(orders: Iterable[Item], filled: Container[int], *, is_document: bool) -> dict[int, str]:
    """Of an order (by `id`) that holds the report of others too (their ORC-1 is CN, combined result): what all of them are called.

    So is the last of several before a document, which is of all of them (MDM_T02). `filled`: the orders that have something under them.
    """
    found: dict[int, str] = {}
    others: list[str] = []
    for order in orders:
        name = ordered_as(order.segment)
        is_elsewhere = is_document or said(order.common, 1) == "CN"
        if is_elsewhere and id(order.segment) not in filled:
            others.append(name)
        elif others:
            found[id(order.segment)] = "; ".join(dict.fromkeys((*others, name)))
            others = []
    return found
