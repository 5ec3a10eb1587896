"""That a letter came is taken back by who was mistaken; and that a copy which goes no more is not there, is said."""

from __future__ import annotations

import uuid

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from mdo_portal.domain.policy import Act
from mdo_portal.services.letters import handing_over, taking_back
from mdo_portal.web.context import now, transaction, viewer
from mdo_portal.web.entering import own_path
from mdo_portal.web.guard import may
from mdo_portal.web.post import letter_for

blueprint = Blueprint("post_taken_back", __name__, url_prefix="/deliveries/<uuid:delivery_id>")


@blueprint.post("/taken-back")
@may(Act.POST_TAKE_BACK)
def taken_back(delivery_id: uuid.UUID) -> ResponseReturnValue:
    with transaction() as db:
        delivery = letter_for(db, Act.POST_TAKE_BACK, delivery_id, lock=True)
        taking_back.take_back(db, delivery, request.form.get("reason", ""), viewer=viewer(), now=now())
    flash(
        gettext(
            "Genoteerd: de brief is toch niet ontvangen. Hij is weer wat hij was; bij de casus staat dat het is teruggenomen."
        )
    )
    return _back()


@blueprint.post("/not-there")
@may(Act.POST_TAKE_BACK)
def not_there(delivery_id: uuid.UUID) -> ResponseReturnValue:
    with transaction() as db:
        handing_over.not_there(db, letter_for(db, Act.POST_TAKE_BACK, delivery_id, lock=True), viewer=viewer(), now=now())
    flash(gettext("Genoteerd: de ontvanger heeft de brief niet. Hij gaat niet meer weg."))
    return _back()


def _back() -> ResponseReturnValue:
    return redirect(own_path(request.form.get("next", "")) or url_for("post.page"))
