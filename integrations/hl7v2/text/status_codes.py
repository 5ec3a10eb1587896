"""A status as a code in a field."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from integrations.hl7v2.text.segment import Segment

GONE = "withdrawn"


def said(segment: Segment | None, field: int) -> str:
    """The code in a field, in capitals; "" without the segment."""
    return segment.component(field).strip().upper() if segment is not None else ""


def status_in(segment: Segment | None, field: int, codes: Mapping[str, Any]) -> str:
    """The status that a field says by one of these codes; "" for any other."""
    return str(codes.get(said(segment, field), ""))
