"""After a link was mended: what was read before is read again, from the pages where it was mended."""

from __future__ import annotations

import uuid

from flask import Blueprint, flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import ngettext

from mdo_portal.domain.inbound import InboundState
from mdo_portal.domain.policy import Act
from mdo_portal.services.inbox import offering, replaying
from mdo_portal.services.links import links
from mdo_portal.web.context import now, transaction, viewer
from mdo_portal.web.guard import may
from mdo_portal.web.inbox import log_each, numbers

blueprint = Blueprint("again", __name__, url_prefix="/links/<uuid:hospital_id>")


@blueprint.post("/replay")
@may(Act.INBOX_REPLAY)
def read_again(hospital_id: uuid.UUID) -> ResponseReturnValue:
    """Every referral of this hospital that was read before its link was mended, once more; each has its own line in the log."""
    with transaction() as db:
        hospital, _ = links.hospital_for(db, viewer(), Act.INBOX_REPLAY, hospital_id)
        found = offering.replay_told(db, hospital.id, now=now())
        replaying.number_anew(db, found, numbers)
        log_each(db, found, "all told before")
    if found:
        flash(ngettext("%(num)d aanmelding wordt opnieuw gelezen.", "%(num)d aanmeldingen worden opnieuw gelezen.", len(found)))
    return redirect(url_for("inbox.page", state=InboundState.UNDERSTOOD, hospital=hospital_id), 303)
