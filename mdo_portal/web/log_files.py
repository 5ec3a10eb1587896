"""Periods that were asked for in the log's forms."""

from __future__ import annotations

from datetime import datetime

from flask import request

from mdo_portal.errors import N_, PortalError
from mdo_portal.services.common.terms import end_of
from mdo_portal.zone import AMSTERDAM


def moment(name: str, *, end: bool = False) -> datetime | None:
    """A day or a moment from the form, as Amsterdam means it; with `end` a bare day counts whole. Raises PortalError."""
    typed = request.form.get(name, "").strip()
    if not typed:
        return None
    try:
        found = datetime.fromisoformat(typed)
    except ValueError as error:
        raise PortalError(N_("Deze datum is niet te lezen. Er is niets opgezocht; kies de datum opnieuw.")) from error
    return end_of(found.date()) if end and len(typed) == len("2026-03-02") else found.replace(tzinfo=AMSTERDAM)
