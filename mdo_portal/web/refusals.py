"""Attempts that were refused stand in the access log too: written after the refusal, in a transaction of their own."""

from __future__ import annotations

import structlog
from flask import current_app, request
from flask_login import current_user

from mdo_portal.domain.policy import Act
from mdo_portal.errors import NotAllowed, NotFound, PortalError, whereabouts
from mdo_portal.services.access_log import audit
from mdo_portal.web.context import SignedInUser, now, transaction

log = structlog.get_logger(__name__)
#: what an id in an address is called -> the object as the log knows it
OBJECTS = {
    "case_id": "case",
    "document_id": "document",
    "round_id": "round",
    "delivery_id": "letter",
    "meeting_id": "meeting",
    "message_id": "message",
    "person_id": "person",
}


def note(error: PortalError) -> None:
    """A line for a signed-in person who asked for what is not theirs, or for what is not there: both alike, also in time."""
    act = getattr(current_app.view_functions.get(request.endpoint or ""), "act", None)
    user = current_user._get_current_object() if current_user else None
    if not isinstance(error, NotFound | NotAllowed) or not isinstance(act, Act) or not isinstance(user, SignedInUser):
        return
    kind, named = _object()
    try:
        with transaction() as db:
            audit.refused(db, user.signed.viewer, act, now=now(), object_type=kind, object_id=named)
    except Exception as failed:
        # The edge: nothing was shown, and the refusal itself must still reach the reader.
        log.error("refusal.not_logged", endpoint=request.endpoint, **whereabouts(failed))


def _object() -> tuple[str, object]:
    """What the address named, the most particular first."""
    named = request.view_args or {}
    for name, kind in OBJECTS.items():
        if named.get(name):
            return kind, named[name]
    asked = request.args.get("case", "")
    return ("case", asked) if len(asked) == len("00000000-0000-0000-0000-000000000000") else ("", "")
