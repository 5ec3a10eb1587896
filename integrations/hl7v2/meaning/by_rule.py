"""A segment beside the results as the rule of a profile reads it: which field is the text, the code, the day."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from integrations.hl7v2.message.items import DRUGS, Item
from integrations.hl7v2.message.names import professional_name
from integrations.hl7v2.message.reading import Reading
from integrations.hl7v2.message.statuses import DELETED
from integrations.hl7v2.message.timing import quantity_timing
from integrations.hl7v2.text.segment import Segment
from integrations.hl7v2.text.specimen_source import material
from integrations.hl7v2.text.status_codes import GONE
from integrations.hl7v2.text.telephone import telephone
from integrations.hl7v2.text.values import coded, day, partial
from integrations.hl7v2.text.words import tells
from mdo_portal.exchange import Fact, Section

_WORD = re.compile(r"[^\W\d_]{4}")
_SET_ID = re.compile(r"\d{1,2}")


def by_rule(segment: Segment, rule: Mapping[str, Any]) -> Fact:
    """The fact in a segment, one without text where it has none; withdrawn when the segment says that it is deleted."""
    text = _person(segment, rule) or next(filter(None, (_at(segment, place).strip() for place in rule["text"])), "")
    text = _with_written(text, _at(segment, rule["written"])) if text and "written" in rule else text
    in_words = rule.get("codes", {})
    beside = [in_words.get(said.upper(), said) for place in rule.get("beside", ()) for said in _beside(segment, place)]
    if segment.name in DRUGS and (not text or _SET_ID.fullmatch(text)):  # a field too far: what is named there is the drug
        text = next(filter(_WORD.search, beside), text)
    when = quantity_timing(segment, int(rule["timing"])) if "timing" in rule else ""
    whole = "; ".join(dict.fromkeys(filter(str.strip, (text, *beside, material(segment, int(rule.get("material", 0))), when))))
    kind = str(rule.get("kinds", {}).get(_at(segment, rule["kind"]).strip().upper(), "")) if "kind" in rule else ""
    dated = _at(segment, rule["date"]) if "date" in rule else ""
    return Fact(
        section=Section(rule["section"]),
        text=with_beside(with_beside(whole, kind), partial(dated)) if text else "",
        label=rule["label"],
        dated_on=day(dated),
        code=_at(segment, rule["code"]),
        code_system=_at(segment, rule["system"]),
        status=GONE if _is_deleted(segment, rule) else "",
    )


def _beside(segment: Segment, place: str) -> Iterator[str]:
    """Each repetition of a field in words, or what stands in the component that is named (`17-1`)."""
    n, _, c = place.partition("-")
    for one in segment.repetitions(int(n)):
        yield one.component(int(c), 0) if c else coded(one)


def _with_written(text: str, written: str) -> str:
    """The words of a code with what was written beside them, where that says more: the side often stands there alone."""
    written = written.strip()
    if not written or tells(text, written):
        return text
    return written if tells(written, text) else f"{text}; {written}"


def _person(segment: Segment, rule: Mapping[str, Any]) -> str:
    """Name and telephone of somebody whom a segment is about (CTD, NK1), and who that is to the patient."""
    if "person" not in rule:
        return ""
    names = (professional_name(one, 1) for one in segment.repetitions(int(rule["person"])))
    relations = (coded(one) for one in segment.repetitions(int(rule["relation"]))) if "relation" in rule else iter(())
    relation = next(relations, "")
    phones = (telephone(segment, int(field)) for field in rule["phone"])
    name = with_beside(next(names, ""), rule.get("kinds", {}).get(relation.upper(), relation))
    return ", ".join(filter(None, (name, next(filter(None, phones), ""))))


def is_deleted(reading: Reading, item: Item) -> bool:
    """Whether a diagnosis or procedure says of itself that it is to be taken out."""
    return _is_deleted(item.segment, reading.profile["facts"].get(item.segment.name, {}))


def _is_deleted(segment: Segment, rule: Mapping[str, Any]) -> bool:
    return "action" in rule and _at(segment, rule["action"]).strip().upper() in DELETED


def with_beside(text: str, part: str) -> str:
    """With what is said beside it: a year or month where no day was sent, or that an order is done."""
    return f"{text} ({part})" if text and part else text


NOTED = (*DRUGS, "RXC", "SPM")
"""What a note stands behind by the structure of its message, so that it is of that. Behind another it is often of the whole order."""


def with_own_notes(placed: Fact, notes: Sequence[Fact]) -> tuple[Fact, list[Fact]]:
    """(what a segment says with the notes behind it, those that have a name of their own)."""
    own = (one.text for one in notes if not one.label)
    return replace(placed, text="\n".join((placed.text, *own))), [one for one in notes if one.label]


def _at(segment: Segment, place: str) -> str:
    n, c, s = ([int(part) for part in place.split("-")] + [0, 1])[:3]
    return segment.component(n, c, s) if c else segment.field(n)
