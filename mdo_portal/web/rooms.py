"""The room: the meeting while it goes on. The shared text itself travels over `live`."""

from __future__ import annotations

import json
import re
import uuid
from datetime import time

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from mdo_portal.domain.policy import Act
from mdo_portal.domain.round import RoundOutcome
from mdo_portal.errors import NotFound
from mdo_portal.services.access_log import audit
from mdo_portal.services.common import access
from mdo_portal.services.decisions import outcomes, rounds
from mdo_portal.services.meetings import meeting_rows, meetings
from mdo_portal.services.room import rooms
from mdo_portal.web import rooms_shown
from mdo_portal.web.context import is_fragment, now, transaction, viewer
from mdo_portal.web.guard import may
from mdo_portal.web.navigation_counts import forget

blueprint = Blueprint("rooms", __name__, url_prefix="/meetings/<uuid:meeting_id>/room")
OUTCOMES = frozenset({"", *(one.value for one in RoundOutcome)})
_ID = re.compile(r"[0-9a-f-]{36}")
WITH_CASE = frozenset({"round", "case", "conclusion", "document", "advice"})
#: a case that changed may be of somebody called otherwise: the name above it comes along
TEMPLATES = {"case": "case_renewed"}


@blueprint.get("")
@may(Act.ROOM_JOIN)
def page(meeting_id: uuid.UUID) -> str:
    with transaction() as db:
        meeting, board = access.meeting_for(db, viewer(), Act.ROOM_JOIN, meeting_id)
        shown = rooms_shown.with_case(db, rooms_shown.shown(db, meeting, board))
        hits = len(meetings.agenda(db, meeting.id))
        audit.record(db, viewer(), Act.ROOM_JOIN, now=now(), object_type="meeting", object_id=meeting.id, hits=hits)
    return render_template("rooms/page.html", **shown)


@blueprint.get("/piece/<any(agenda, presence, round, case, conclusion, document, advice):piece>")
@may(Act.ROOM_JOIN)
def piece(meeting_id: uuid.UUID, piece: str) -> ResponseReturnValue:
    with transaction() as db:
        meeting, board = access.meeting_for(db, viewer(), Act.ROOM_JOIN, meeting_id)
        shown = rooms_shown.shown(db, meeting, board, piece=piece)
        if piece in WITH_CASE:
            shown = rooms_shown.with_case(db, shown)
        elif piece == "agenda":
            audit.record(db, viewer(), Act.MEETING_READ, now=now(), object_type="meeting", object_id=meeting.id)
    gone = _off_the_agenda(piece, shown)
    whole = "round" if gone else piece
    # Where a whole case goes is looked up when it is there: the place it was asked for may be renewed meanwhile, and the name and the
    # conclusion that come along would stand beside the patient before.
    drawn = render_template(f"rooms/_{TEMPLATES.get(whole, whole)}.html", **shown)
    return drawn, gone or ({"HX-Retarget": "#room-case"} if whole == "round" else {})


def _off_the_agenda(piece: str, shown: dict[str, object]) -> dict[str, str]:
    """Of a case that is not there any more (its patient objects, it was taken off) no piece is another patient's beside its name and its
    conclusion: the screen becomes the present case's whole, also under the hands of who types there. Nothing when the case is there.
    """
    wanted, current = request.args.get("round", ""), shown["current"]
    if piece not in WITH_CASE - {"round"} or not wanted:
        return {}
    if isinstance(current, meeting_rows.AgendaRow) and str(current.round_id) == wanted and shown["case"]:
        return {}
    toast = {"kind": "warning", "text": gettext("De casus waar u was, is van de agenda gegaan. Wat was opgeslagen, is bewaard.")}
    place = {"HX-Retarget": "#room-case", "HX-Reselect": "#room-case", "HX-Reswap": "outerHTML"}
    return place | {"X-Off-The-Agenda": wanted if _ID.fullmatch(wanted) else "", "HX-Trigger": json.dumps({"toast": toast})}


def _after(meeting_id: uuid.UUID, piece_name: str, round_id: uuid.UUID | None = None) -> ResponseReturnValue:
    """The piece that changed, for who changed it; the others hear it over the live connection. Without it: the page again."""
    round_text = str(round_id) if round_id else None
    if is_fragment():
        return redirect(url_for("rooms.piece", meeting_id=meeting_id, piece=piece_name, round=round_text), 303)
    return redirect(url_for("rooms.page", meeting_id=meeting_id, round=round_text), 303)


@blueprint.post("/<any(open, not_yet, close, next, back):what>")
@may(Act.MEETING_LEAD)
def lead(meeting_id: uuid.UUID, what: str) -> ResponseReturnValue:
    with transaction() as db:
        meeting, _ = access.meeting_for(db, viewer(), Act.MEETING_LEAD, meeting_id, lock=True)
        audit.record(db, viewer(), Act.MEETING_LEAD, now=now(), object_type="meeting", object_id=meeting.id, detail=what)
        if what == "open":
            rooms.open_meeting(db, meeting, now=now())
        elif what == "not_yet":
            rooms.not_yet(db, meeting)
        elif what == "close":
            forget()
            rooms.close_meeting(db, meeting, now=now(), said=_until())
        else:
            rooms.step(db, meeting, 1 if what == "next" else -1, now=now(), seen=request.form.get("on"))
    return _after(meeting_id, "round")


def _until() -> time | None:
    """Until when a meeting that was left open went on; None = not said, or no time."""
    try:
        return time.fromisoformat(request.form.get("until", ""))
    except ValueError:
        return None


@blueprint.post("/show/<uuid:round_id>")
@may(Act.MEETING_LEAD)
def show(meeting_id: uuid.UUID, round_id: uuid.UUID) -> ResponseReturnValue:
    with transaction() as db:
        meeting, _ = access.meeting_for(db, viewer(), Act.MEETING_LEAD, meeting_id, lock=True)
        audit.record(db, viewer(), Act.MEETING_LEAD, now=now(), object_type="meeting", object_id=meeting.id, detail="show")
        rooms.show(db, meeting, round_id, now=now())
    return redirect(url_for("rooms.page", meeting_id=meeting_id), 303)


@blueprint.post("/outcome/<uuid:round_id>")
@may(Act.ROUND_OUTCOME)
def outcome(meeting_id: uuid.UUID, round_id: uuid.UUID) -> ResponseReturnValue:
    """How the discussion ended; an empty outcome takes it back."""
    chosen, reason = request.form["outcome"], request.form.get("reason", "")
    with transaction() as db:
        found, case, board, relation = rounds.round_for(db, viewer(), Act.ROUND_OUTCOME, round_id, now=now(), lock=True)
        if found.meeting_id != meeting_id or chosen not in OUTCOMES:
            raise NotFound()
        audit.record(db, viewer(), Act.ROUND_OUTCOME, now=now(), case=case, relation=relation, detail=chosen or "taken back")
        if chosen:
            outcomes.set_outcome(db, found, case, RoundOutcome(chosen), reason=reason, board=board, viewer=viewer(), now=now())
        else:
            outcomes.take_back_outcome(db, found, case, board=board, viewer=viewer(), now=now())
    return _after(meeting_id, "conclusion", round_id)
