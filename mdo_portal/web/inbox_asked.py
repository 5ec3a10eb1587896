"""Which messages somebody asked for, from an address or a form, and as an address again."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

from flask import request

from mdo_portal.domain.identifiers import typed_number
from mdo_portal.domain.inbound import InboundState
from mdo_portal.domain.unreadable import UNREADABLE_REASONS
from mdo_portal.services.inbox.inbox_rows import WAITING, Asked
from mdo_portal.zone import AMSTERDAM, stood_so

MINUTE = "%Y-%m-%dT%H:%M"
"""As a browser writes a moment."""
MOST_TYPED = 200
"""Characters of a number that is looked for."""


def asked() -> Asked:
    """What the address asks for, or the form that a button was in."""
    state, reason = request.values.get("state", ""), request.values.get("reason", "")
    return Asked(
        WAITING if state == WAITING else InboundState(state) if state in InboundState._value2member_map_ else None,
        reason if reason in UNREADABLE_REASONS else "",
        _id("hospital"),
        _id("before"),
        until=_minute(request.values.get("until", "")),
        number=typed_number(request.form.get("number", ""))[:MOST_TYPED],
    )


def _id(name: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(request.values.get(name, ""))
    except ValueError:
        return None


def _minute(text: str) -> datetime | None:
    """A minute as Amsterdam means it, the second of two that are alike, as a browser writes one; None for anything else."""
    try:
        minute = datetime.strptime(text, MINUTE)  # noqa: DTZ007  a clock on a wall here, which may show it twice
    except ValueError:
        return None
    return stood_so(minute)[1] if 2000 <= minute.year <= 2100 else None


def minute_of(asked: Asked) -> str:
    return asked.until.astimezone(AMSTERDAM).strftime(MINUTE) if asked.until else ""


def kept(asked: Asked) -> dict[str, Any]:
    """The same choice in an address; not the number, which could be a BSN by mistake."""
    chosen = {"state": asked.state, "reason": asked.reason, "hospital": asked.hospital_id, "before": asked.before}
    return {name: str(value) for name, value in chosen.items() if value} | ({"until": minute_of(asked)} if asked.until else {})
