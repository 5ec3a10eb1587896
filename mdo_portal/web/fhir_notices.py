"""/fhir/Subscription/notice/…: a subscription that we made at a hospital's server tells that something is new."""

from __future__ import annotations

from flask import Blueprint, Response, request
from werkzeug.exceptions import RequestEntityTooLarge

from mdo_portal import wiring_profiles
from mdo_portal.exchange import Answer, Notice, Verdict
from mdo_portal.services.inbox import hearing
from mdo_portal.web import bodies, limits
from mdo_portal.web.context import transaction
from mdo_portal.web.fhir import bearer, say, uuid_of
from mdo_portal.web.guard import machine

blueprint = Blueprint("fhir_notices", __name__, url_prefix="/fhir")
LONGEST = 64_000
"""Of a notice; in a longer one stands what nobody asked for, and it is heard all the same."""


@blueprint.post("/Subscription/notice/<link_id>", strict_slashes=False)
@machine("a hospital's server shows the secret of the subscription that was made there")
def notice(link_id: str) -> Response:
    """Heard. Something happened: its server is asked at once what; a handshake or a heartbeat is only written down.

    Nothing of the body is believed but which of these it is. The secret opens nothing else.
    """
    token, of = bearer(), uuid_of(link_id)
    with transaction() as db:
        known = bool(token) and of is not None and hearing.hears(db, of, token)
    try:
        limits.ask_link(request.headers.get("Authorization", ""), known=known)
    except limits.TooMany:
        return say(429, Answer(Verdict.NOT_NOW, "", reason="busy", text="too many requests; send again later"))
    if not known or of is None:
        return say(401, Answer(Verdict.NOT_HERE, "", reason="login", text="no subscription with this secret"))
    told = _told()
    with transaction() as db:
        hearing.heard(db, of, token, told)
    return Response(status=204)


def _told() -> Notice:
    """What it is for; of one that comes broken, or is far too long, that something happened."""
    try:
        raw = bodies.begun(request, most=LONGEST)
    except (bodies.Broken, RequestEntityTooLarge):
        return Notice(wakes=True)
    return wiring_profiles.fhir_notice(raw)
