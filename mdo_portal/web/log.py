"""The access log of the own hospital, newest first: for the privacy officer. Reading it is logged too."""

from __future__ import annotations

from flask import Blueprint, render_template

from mdo_portal.domain.policy import Act
from mdo_portal.services import audit
from mdo_portal.web.context import now, transaction, viewer
from mdo_portal.web.guard import may

blueprint = Blueprint("log", __name__)


@blueprint.get("/log")
@may(Act.LOG_READ)
def page() -> str:
    with transaction() as db:
        rows = audit.of_hospital(db, viewer().hospital_id)
        audit.record(db, viewer(), Act.LOG_READ, now=now(), object_type="log", hits=len(rows))
    return render_template("log/page.html", rows=rows)
