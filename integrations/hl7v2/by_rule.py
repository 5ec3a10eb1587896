"""A segment beside the results as the rule of a profile reads it: which field is the text, the code, the day."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mdo_portal.exchange import Fact, Section

from .items import Item
from .people import professional_name
from .places import Reading
from .segment import Segment
from .statuses import DELETED, GONE
from .telephone import telephone
from .values import coded, day, material, partial


def by_rule(segment: Segment, rule: Mapping[str, Any]) -> Fact:
    """The fact in a segment, one without text where it has none; withdrawn when the segment says that it is deleted."""
    text = _person(segment, rule) or next(filter(None, (_at(segment, place) for place in rule["text"])), "")
    beside = (coded(one) for field in rule.get("beside", ()) for one in segment.repetitions(int(field.partition("-")[0])))
    whole = "; ".join(filter(None, (text, *beside, material(segment, int(rule.get("material", 0))))))
    kind = str(rule.get("kinds", {}).get(_at(segment, rule["kind"]).strip().upper(), "")) if "kind" in rule else ""
    when = _at(segment, rule["date"]) if "date" in rule else ""
    return Fact(
        section=Section(rule["section"]),
        text=with_beside(with_beside(whole, kind), partial(when)) if text else "",
        label=rule["label"],
        dated_on=day(when),
        code=_at(segment, rule["code"]),
        code_system=_at(segment, rule["system"]),
        status=GONE if _is_deleted(segment, rule) else "",
    )


def _person(segment: Segment, rule: Mapping[str, Any]) -> str:
    """Name and telephone of somebody whom a segment is about (CTD)."""
    if "person" not in rule:
        return ""
    names = (professional_name(one, 1) for one in segment.repetitions(int(rule["person"])))
    return ", ".join(filter(None, (next(names, ""), telephone(segment, int(rule["phone"])))))


def is_deleted(reading: Reading, item: Item) -> bool:
    """Whether a diagnosis or procedure says of itself that it is to be taken out."""
    return _is_deleted(item.segment, reading.profile["facts"].get(item.segment.name, {}))


def _is_deleted(segment: Segment, rule: Mapping[str, Any]) -> bool:
    return "action" in rule and _at(segment, rule["action"]).strip().upper() == DELETED


def with_beside(text: str, part: str) -> str:
    """With what is said beside it: a year or month where no day was sent, or that an order is done."""
    return f"{text} ({part})" if text and part else text


def _at(segment: Segment, place: str) -> str:
    n, c, s = ([int(part) for part in place.split("-")] + [0, 1])[:3]
    return segment.component(n, c, s) if c else segment.field(n)
