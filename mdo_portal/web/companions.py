"""Who watches along at one's screen in the room: the list to tick, and what was ticked."""

from __future__ import annotations

import json
import uuid

from flask import Blueprint, Response, render_template, request
from flask_babel import gettext, ngettext

from mdo_portal.domain.policy import Act
from mdo_portal.services.access_log import audit
from mdo_portal.services.common import access
from mdo_portal.services.room import companions
from mdo_portal.web import as_read
from mdo_portal.web.context import now, transaction, viewer
from mdo_portal.web.guard import may

blueprint = Blueprint("companions", __name__)
ADDRESS = "/meetings/<uuid:meeting_id>/room/companions"


@blueprint.get(ADDRESS)
@may(Act.ROOM_SHARE)
def ask(meeting_id: uuid.UUID) -> str:
    with transaction() as db:
        meeting, _ = access.meeting_for(db, viewer(), Act.ROOM_SHARE, meeting_id)
        found = companions.choices(db, meeting, viewer(), now=now())
    return render_template("rooms/_companions.html", meeting=meeting, choices=found, own_hospital=viewer().hospital_id)


@blueprint.post(ADDRESS)
@may(Act.ROOM_SHARE)
def say(meeting_id: uuid.UUID) -> Response:
    """The presence below says it to everybody in the room, who asked included."""
    chosen = set(as_read.ids(request.form.getlist("along")))
    with transaction() as db:
        meeting, _ = access.meeting_for(db, viewer(), Act.ROOM_SHARE, meeting_id)
        companions.say(db, meeting, chosen, viewer(), now=now())
        audit.record(db, viewer(), Act.ROOM_SHARE, now=now(), object_type="meeting", object_id=meeting.id)
    count = len(chosen)
    some = ngettext("%(num)d collega kijkt met u mee.", "%(num)d collega's kijken met u mee.", count)
    said = some if count else gettext("Er kijkt niemand met u mee.")
    toast = {"kind": "success", "text": said, "undo": ""}
    return Response(status=204, headers={"HX-Trigger": json.dumps({"closeDialog": True, "toast": toast})})
