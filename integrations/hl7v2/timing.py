"""When a drug is to be taken, as the sender says it: nothing is worked out here."""

from __future__ import annotations

from .segment import Segment
from .stamps import stamp
from .values import coded


def timing(segment: Segment) -> str:
    """`om de 8 uur; 2026-03-01 – 2026-04-01` of a TQ1: how often, from when until when, and in the sender's own words."""
    often = ", ".join(filter(None, (one.component(1, 2) or coded(one) for one in segment.repetitions(3))))
    return "; ".join(filter(None, (often, _span(segment.component(7), segment.component(8)), *map(segment.field, (10, 11)))))


def quantity_timing(segment: Segment, n: int) -> str:
    """The same of a field in the form of before 2.5 (TQ: ORC-7, RXE-1), which holds several where the dose changes."""
    said = (
        "; ".join(filter(None, (one.component(2), _span(one.component(4), one.component(5)), one.component(8, 0))))
        for one in segment.repetitions(n)
    )
    return "; ".join(filter(None, said))


def _span(start: str, end: str) -> str:
    begins, ends = stamp(start), stamp(end)
    return f"{begins or '…'} – {ends}" if ends else begins
