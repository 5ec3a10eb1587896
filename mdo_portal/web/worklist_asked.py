"""What is asked of the work list: from the address, or from the form that carries the words."""

from __future__ import annotations

import uuid
from datetime import date, datetime
from typing import Any

from flask import request

from mdo_portal.domain.case import CaseState
from mdo_portal.services.cases.worklist_rows import Filter


def asked_filter() -> Filter:
    args = request.values
    state, is_over = args.get("state", ""), args.get("over") == "1"
    after = args.get("after", "")
    return Filter(
        board_id=as_uuid(args.get("board", "")),
        unrouted=args.get("board") == "none",
        hospital_id=as_uuid(args.get("hospital", "")),
        state=CaseState(state) if state in CaseState._value2member_map_ else None,
        waiting=state == "waiting",
        incomplete=args.get("incomplete") == "1",
        unseen=args.get("unseen") == "1",
        folded=args.get("folded") == "1",
        over=is_over,
        words=args.get("words", "").strip()[:100],
        after=None if is_over else _after(after),
        before=_before(after) if is_over else None,
    )


def kept() -> dict[str, Any]:
    """The choices that may stand in an address: all but the words."""
    return {
        name: value
        for name in ("board", "hospital", "state", "incomplete", "unseen", "folded", "over")
        if (value := request.values.get(name, ""))
    }


def as_uuid(text: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(text)
    except ValueError:
        return None


def passed() -> int:
    """How many lines stood on the pages before this one, as they were counted when somebody went on."""
    _, _, count = _place(request.values.get("after", ""))
    return int(count) if count.isascii() and count.isdigit() and len(count) < 7 else 0


def _place(text: str) -> tuple[str, str, str]:
    """Of the last line of the page before: its day or moment, its id, and how many stood there up to it."""
    on, _, rest = text.partition("~")
    case_id, _, count = rest.partition("~")
    return on, case_id, count


def _after(text: str) -> tuple[date, uuid.UUID] | None:
    on, case_id, _ = _place(text)
    try:
        return date.fromisoformat(on), uuid.UUID(case_id)
    except ValueError:
        return None


def _before(text: str) -> tuple[datetime, uuid.UUID] | None:
    at, case_id, _ = _place(text)
    try:
        moment = datetime.fromisoformat(at)
        return (moment, uuid.UUID(case_id)) if moment.tzinfo else None
    except ValueError:
        return None
