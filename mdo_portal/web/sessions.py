"""How long the session still lasts: asked by the page that warns, and extended by its button."""

from __future__ import annotations

from flask import Blueprint, jsonify
from flask.wrappers import Response

from mdo_portal.domain.policy import Act
from mdo_portal.services.people.sessions import IDLE
from mdo_portal.web.context import now, signed, viewer
from mdo_portal.web.guard import csrf_token, may

blueprint = Blueprint("sessions", __name__)


@blueprint.get("/session")
@may(Act.PROFILE_READ)
def state() -> Response:
    """Asked with `X-Live: 1`, so that asking is no act of the person. The token: after signing in again in another window."""
    left = (signed().idle_until - now()).total_seconds()
    return _left(left)


@blueprint.post("/session/extend")
@may(Act.PROFILE_READ)
def extend() -> Response:
    """This request itself is the act that extends; the absolute end stays where it is."""
    return _left(IDLE.total_seconds())


def _left(idle_seconds: float) -> Response:
    ends = (signed().ends_at - now()).total_seconds()
    return jsonify({"idle": round(idle_seconds), "ends": round(ends), "person": viewer().works_as, "csrf": csrf_token()})
