"""The room: the meeting while it goes on. The shared text itself travels over `live`."""

from __future__ import annotations

import uuid

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from mdo_portal.domain.board import Board, Meeting
from mdo_portal.domain.case import Case, RoundOutcome
from mdo_portal.domain.policy import Act
from mdo_portal.errors import NotFound
from mdo_portal.services import access, audit, cases, conclusions, decisions, deliveries, meetings, rooms, rounds
from mdo_portal.web.context import is_fragment, now, transaction, viewer
from mdo_portal.web.guard import may

blueprint = Blueprint("rooms", __name__, url_prefix="/meetings/<uuid:meeting_id>/room")


def _shown(db: Session, meeting: Meeting, board: Board, wanted: str = "") -> dict[str, object]:
    """What the room shows: the chair's case, or the one this reader looked up in the agenda."""
    agenda = meetings.agenda(db, meeting.id)
    here = rooms.attendees(db, meeting.id)
    present = [one for one in here if one.here(now())]
    chosen = next((row for row in agenda if str(row.round_id) == wanted), None)
    current = chosen or next((row for row in agenda if row.round_id == meeting.current_round_id), None)
    return {
        "meeting": meeting,
        "board": board,
        "agenda": agenda,
        "attendees": here,
        "present": present,
        "now": now(),
        "quorum": rooms.quorum(board, [one.discipline for one in present]),
        "following": chosen is None,
        "current": current,
        "may_lead": viewer().may(Act.MEETING_LEAD, board_id=board.id),
        "may_write": viewer().may(Act.NOTE_WRITE, board_id=board.id),
        "may_sign": viewer().may(Act.DECISION_SIGN, board_id=board.id),
        "beamer": request.args.get("beamer") == "1",
        **_current(db, current),
    }


def _current(db: Session, current: meetings.AgendaRow | None) -> dict[str, object]:
    if current is None:
        return {"case": None, "notes": {}, "decision": None, "letters": []}
    case = db.get_one(Case, current.case_id)
    audit.record(db, viewer(), Act.CASE_READ, now=now(), case=case, relation=None, object_type="room", object_id=current.round_id)
    notes = conclusions.notes_of(db, current.round_id)
    return {
        "case": cases.view(db, case),
        "notes": {section: (note, conclusions.text_of(db, note.id)) for section, note in notes.items()},
        "decision": decisions.newest(db, current.round_id),
        "letters": deliveries.post(db, viewer(), everything=True, case_id=case.id),
    }


@blueprint.get("")
@may(Act.ROOM_JOIN)
def page(meeting_id: uuid.UUID) -> str:
    with transaction() as db:
        meeting, board = access.meeting_for(db, viewer(), Act.ROOM_JOIN, meeting_id)
        shown = _shown(db, meeting, board, request.args.get("round", ""))
        audit.record(db, viewer(), Act.ROOM_JOIN, now=now(), object_type="meeting", object_id=meeting.id)
    return render_template("rooms/page.html", **shown)


@blueprint.get("/piece/<any(agenda, case, conclusion, presence):piece>")
@may(Act.ROOM_JOIN)
def piece(meeting_id: uuid.UUID, piece: str) -> str:
    with transaction() as db:
        meeting, board = access.meeting_for(db, viewer(), Act.ROOM_JOIN, meeting_id)
        shown = _shown(db, meeting, board, request.args.get("round", ""))
    return render_template(f"rooms/_{piece}.html", **shown)


def _after(meeting_id: uuid.UUID) -> ResponseReturnValue:
    """The live connection redraws the screens; without it the page is simply loaded again."""
    if is_fragment():
        return "", 204
    return redirect(url_for("rooms.page", meeting_id=meeting_id))


@blueprint.post("/<any(open, close, next, back):what>")
@may(Act.MEETING_LEAD)
def lead(meeting_id: uuid.UUID, what: str) -> ResponseReturnValue:
    with transaction() as db:
        meeting, _ = access.meeting_for(db, viewer(), Act.MEETING_LEAD, meeting_id, lock=True)
        audit.record(db, viewer(), Act.MEETING_LEAD, now=now(), object_type="meeting", object_id=meeting.id, detail=what)
        if what == "open":
            rooms.open_meeting(db, meeting, now=now())
        elif what == "close":
            rooms.close_meeting(db, meeting, now=now())
        else:
            rooms.step(db, meeting, 1 if what == "next" else -1, now=now())
    return _after(meeting_id)


@blueprint.post("/show/<uuid:round_id>")
@may(Act.MEETING_LEAD)
def show(meeting_id: uuid.UUID, round_id: uuid.UUID) -> ResponseReturnValue:
    with transaction() as db:
        meeting, _ = access.meeting_for(db, viewer(), Act.MEETING_LEAD, meeting_id, lock=True)
        rooms.show(db, meeting, round_id, now=now())
    return _after(meeting_id)


@blueprint.post("/outcome/<uuid:round_id>")
@may(Act.ROUND_OUTCOME)
def outcome(meeting_id: uuid.UUID, round_id: uuid.UUID) -> ResponseReturnValue:
    chosen = RoundOutcome(request.form["outcome"])
    with transaction() as db:
        found, case, board, relation = rounds.round_for(db, viewer(), Act.ROUND_OUTCOME, round_id, now=now(), lock=True)
        if found.meeting_id != meeting_id:
            raise NotFound()
        audit.record(db, viewer(), Act.ROUND_OUTCOME, now=now(), case=case, relation=relation, detail=chosen.value)
        rooms.set_outcome(db, found, case, chosen, reason=request.form.get("reason", ""), board=board, viewer=viewer(), now=now())
    return _after(meeting_id)


