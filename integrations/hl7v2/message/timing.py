"""When a drug is to be taken, as the sender says it: nothing is worked out here."""

from __future__ import annotations

import re

from integrations.hl7v2.text.segment import Repetition, Segment
from integrations.hl7v2.text.stamps import stamp
from integrations.hl7v2.text.values import coded

_SPAN = re.compile(r"([SMHDWLX])(\d+)")
_UNITS = {"S": "s", "M": "min", "H": "h", "D": "d", "W": "wk", "L": "mo"}
"""TQ.3: a letter and a number; without it a course of five days reads as one without end. `X10` is ten times, INDEF no end."""


def timing(segment: Segment) -> str:
    """`om de 8 uur; 2026-03-01 – 2026-04-01` of a TQ1: how often, from when until when, and in the sender's own words."""
    often = ", ".join(filter(None, (one.component(1, 2) or coded(one) for one in segment.repetitions(3))))
    length = " ".join(filter(None, (segment.component(6), segment.component(6, 2))))
    lasts = (f"gedurende {length}" if length else "", _times(segment.component(14)))
    span = _span(segment.component(7), segment.component(8))
    return "; ".join(filter(None, (often, *lasts, span, *map(segment.field, (10, 11)))))


def quantity_timing(segment: Segment, n: int) -> str:
    """The same of a field in the form of before 2.5 (TQ: ORC-7, RXE-1), which holds several where the dose changes."""
    return "; ".join(filter(None, (part for one in segment.repetitions(n) for part in _parts(one))))


def of_order(common: Segment, own: Segment, n: int) -> str:
    """What its order (ORC-7) says of a drug, but for what the drug says itself (RXE-1): there the order speaks for another."""
    said = [_parts(one) for one in own.repetitions(n)] if n else []
    parts = (part for one in common.repetitions(7) for k, part in enumerate(_parts(one)) if not any(own[k] for own in said))
    return "; ".join(filter(None, parts))


def _parts(one: Repetition) -> tuple[str, str, str, str]:
    """How often, how long, from when until when, and in words."""
    return one.component(2), _lasts(one.component(3)), _span(one.component(4), one.component(5)), one.component(8, 0)


def _lasts(said: str) -> str:
    """`gedurende 5 d` of `D5`; what is said in other words as it came."""
    found = _SPAN.fullmatch(said.strip().upper())
    if found is None:
        return "" if said.strip().upper() == "INDEF" else said
    unit, many = found.groups()
    return _times(many) if unit == "X" else f"gedurende {many} {_UNITS[unit]}"


def _times(many: str) -> str:
    return f"{many} keer" if many else ""


def _span(start: str, end: str) -> str:
    begins, ends = stamp(start), stamp(end)
    return f"{begins or '…'} – {ends}" if ends else begins
