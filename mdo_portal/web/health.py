"""For machines that watch us: alive, ready, and the figures."""

from __future__ import annotations

from flask import Blueprint, Response, jsonify, request
from flask.typing import ResponseReturnValue
from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, generate_latest
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from mdo_portal.errors import NotFound
from mdo_portal.settings import is_loopback
from mdo_portal.web.context import transaction
from mdo_portal.web.guard import public

blueprint = Blueprint("health", __name__)


@blueprint.get("/health/live")
@public("says only that this process runs")
def live() -> ResponseReturnValue:
    return jsonify(status="ok")


@blueprint.get("/health/ready")
@public("says only whether the database answers")
def ready() -> ResponseReturnValue:
    try:
        with transaction() as db:
            db.execute(text("SELECT 1"))
    except SQLAlchemyError:
        return jsonify(status="no database"), 503
    return jsonify(status="ok")


@blueprint.get("/metrics")
@public("counts only, and only to this machine")
def metrics() -> ResponseReturnValue:
    if not is_loopback(request.remote_addr or ""):
        raise NotFound()
    return Response(generate_latest(REGISTRY), content_type=CONTENT_TYPE_LATEST)
