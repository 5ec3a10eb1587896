"""What is asked of the list of what is followed, as it stands in the address: ids and days, no words."""

from __future__ import annotations

import uuid
from datetime import date, datetime

from flask import request

from mdo_portal.services.follow_up.follow_up_list import Filter, Passed
from mdo_portal.web.worklist_asked import as_uuid


def asked_filter() -> Filter:
    args = request.args
    everything, passed = args.get("all") == "1", _passed(args.get("after", ""))
    return Filter(as_uuid(args.get("board", "")), as_uuid(args.get("hospital", "")), everything, passed)


def place_of(passed: Passed | None) -> str:
    """Where the next page goes on, for an address; empty when there is none."""
    if passed is None:
        return ""
    closed = passed.closed_at.isoformat() if passed.closed_at else ""
    return f"{closed}~{passed.due_on or ''}~{passed.item_id}"


def _passed(text: str) -> Passed | None:
    closed, _, rest = text.partition("~")
    due, _, item_id = rest.partition("~")
    try:
        at = datetime.fromisoformat(closed) if closed else None
        if at is not None and at.tzinfo is None:
            return None
        return Passed(at, date.fromisoformat(due) if due else None, uuid.UUID(item_id))
    except ValueError:
        return None
