"""A member puts down what they found, before the meeting."""

from __future__ import annotations

import uuid

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from mdo_portal.domain.policy import Act
from mdo_portal.services.meetings import preparations
from mdo_portal.web.case_page import load
from mdo_portal.web.context import now, transaction, viewer
from mdo_portal.web.guard import may

blueprint = Blueprint("preparations", __name__, url_prefix="/cases/<uuid:case_id>/preparation")


@blueprint.post("")
@may(Act.CASE_PREPARE)
def write(case_id: uuid.UUID) -> ResponseReturnValue:
    text = request.form.get("text", "").replace("\r\n", "\n")
    with transaction() as db:
        case = load(db, Act.CASE_PREPARE, case_id, lock=True).case
        preparations.write(db, case, text, seen=request.form.get("seen", ""), viewer=viewer(), now=now())
    kept, gone = gettext("Uw voorbereiding is bewaard en staat in de vergadering."), gettext("Uw voorbereiding is weggehaald.")
    flash(kept if text.strip() else gone, "success")
    return redirect(url_for("cases.page", case_id=case_id, _anchor="preparation"), 303)
