"""Periods that were asked for in the log's forms."""

from __future__ import annotations

from datetime import datetime

from flask import request

from mdo_portal.errors import N_, PortalError
from mdo_portal.services.common.terms import end_of
from mdo_portal.zone import stood_so


def moment(name: str, *, end: bool = False) -> datetime | None:
    """A day or a moment from the form, as Amsterdam means it; with `end` a bare day counts whole. Raises PortalError.

    In the hour that comes twice a period begins at the first and ends at the last moment that is meant: what was read in between is in it.
    """
    typed = request.form.get(name, "").strip()
    if not typed:
        return None
    try:
        found = datetime.fromisoformat(typed)
    except ValueError as error:
        raise PortalError(N_("Deze datum is niet te lezen. Er is niets opgezocht; kies de datum opnieuw.")) from error
    if end and len(typed) == len("2026-03-02"):
        return end_of(found.date())
    return stood_so(found)[end]
