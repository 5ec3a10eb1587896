"""Links and their inbox: for the link manager of a hospital, and the administrator."""

from __future__ import annotations

import uuid

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from mdo_portal.domain.inbound import InboundState
from mdo_portal.domain.policy import Act
from mdo_portal.services import audit, inbox
from mdo_portal.web.context import now, transaction, viewer
from mdo_portal.web.guard import may

blueprint = Blueprint("inbox", __name__)


@blueprint.get("/links")
@may(Act.LINK_READ)
def links() -> str:
    with transaction() as db:
        cards = inbox.link_cards(db, viewer(), now=now())
        counts = inbox.counts(db, viewer())
    return render_template("inbox/links.html", cards=cards, counts=counts)


@blueprint.get("/inbox")
@may(Act.INBOX_READ)
def page() -> str:
    return render_template("inbox/page.html", **_rows())


@blueprint.get("/inbox/rows")
@may(Act.INBOX_READ)
def rows() -> str:
    return render_template("inbox/_rows.html", **_rows())


def _rows() -> dict[str, object]:
    asked = request.args.get("state", "")
    state = InboundState(asked) if asked in InboundState._value2member_map_ else None
    with transaction() as db:
        found = inbox.rows(db, viewer(), state=state)
        audit.record(db, viewer(), Act.INBOX_READ, now=now(), object_type="inbox", hits=0)
        counts = inbox.counts(db, viewer())
    return {"rows": found, "counts": counts, "state": state}


@blueprint.post("/inbox/<uuid:message_id>/<any(replay, ignore):what>")
@may(Act.INBOX_REPLAY)
def act_on(message_id: uuid.UUID, what: str) -> ResponseReturnValue:
    with transaction() as db:
        message = inbox.message_for(db, viewer(), Act.INBOX_REPLAY, message_id)
        if what == "replay":
            inbox.replay(db, message)
        else:
            inbox.ignore(db, message, now=now())
        audit.record(db, viewer(), Act.INBOX_REPLAY, now=now(), object_type="message", object_id=message_id, detail=what)
    flash(gettext("Het bericht wordt opnieuw gelezen.") if what == "replay" else gettext("Het bericht is terzijde gelegd."))
    return redirect(url_for("inbox.page"))
