"""The room: the meeting while it goes on. The shared text itself travels over `live`."""

from __future__ import annotations

import json
import re
import uuid
from dataclasses import replace
from datetime import time

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from sqlalchemy.orm import Session

from mdo_portal.domain.board import Board, Meeting, MeetingState
from mdo_portal.domain.decision import main, message
from mdo_portal.domain.policy import Act, Relation
from mdo_portal.domain.round import RoundOutcome
from mdo_portal.errors import NotFound
from mdo_portal.exchange import DecisionForm
from mdo_portal.letters.letter_words import INTENT_WORDS, KIND_WORDS, entered
from mdo_portal.services.access_log import audit
from mdo_portal.services.cases import cases, news, other_cases, worklist
from mdo_portal.services.cases.news import Since
from mdo_portal.services.common import access
from mdo_portal.services.decisions import decision_content, outcomes, rounds
from mdo_portal.services.letters import post
from mdo_portal.services.meetings import boards, left_open, meeting_rows, meetings
from mdo_portal.services.room import advice, conclusions, presence, roll, rooms, unaccompanied
from mdo_portal.web import absences
from mdo_portal.web.case_page import SECTION_WORDS
from mdo_portal.web.context import is_fragment, now, transaction, viewer
from mdo_portal.web.guard import may
from mdo_portal.web.navigation_counts import forget

blueprint = Blueprint("rooms", __name__, url_prefix="/meetings/<uuid:meeting_id>/room")
OUTCOMES = frozenset({"", *(one.value for one in RoundOutcome)})
_ID = re.compile(r"[0-9a-f-]{36}")
WITH_CASE = frozenset({"round", "case", "conclusion", "document", "advice"})


def _shown(db: Session, meeting: Meeting, board: Board, *, piece: str = "") -> dict[str, object]:
    """The meeting as the room shows it, and which of its cases this reader sees: the chair's, or one they looked up."""
    agenda = meetings.agenda(db, meeting.id, viewer=viewer(), reduced=viewer().only_observes(board.id))
    wanted = request.args.get("round", "")
    chosen = next((row for row in agenda if str(row.round_id) == wanted and row.round_id != meeting.current_round_id), None)
    on_now = next((row for row in agenda if row.round_id == meeting.current_round_id), None)
    present = presence.present(db, meeting.id, now=now())
    return {
        "meeting": meeting,
        "board": board,
        "agenda": agenda,
        "etas": rooms.etas(meeting, agenda, now=now()),
        "roll": roll.roll(board, present),
        "unaccompanied": unaccompanied.of_meeting(meeting, agenda, came=present),
        "absent": absences.of_room(db, meeting, present) if piece in ("", "presence") else [],
        "on_now": on_now,
        "left_open": left_open.last_act(db, meeting) if meeting.is_left_open(now()) else None,
        "now": now(),
        "current": chosen or on_now,
        # A case that is being renewed while the chair goes on to the next: whoever followed does not look by themselves now.
        "following": chosen is None or request.args.get("following") == "1",
        "beamer": request.args.get("beamer") == "1",
        **{name: viewer().may(act, board_id=board.id) for name, act in _RIGHTS.items()},
    }


_RIGHTS = {
    "may_lead": Act.MEETING_LEAD,
    "may_share": Act.ROOM_SHARE,
    "may_write": Act.NOTE_WRITE,
    "may_conclude": Act.ROUND_OUTCOME,
    "may_sign": Act.DECISION_SIGN,
    "may_read_documents": Act.DOCUMENT_READ,
    "may_see_post": Act.POST_READ,
    "may_read_decision": Act.DECISION_READ,
}
#: of a signed conclusion, to who may not read decisions
_NO_TEXT: dict[str, object] = {"notes": {}, "items": [], "answers": None}
_NO_CASE: dict[str, object] = {
    "case": None,
    "others": [],
    "notes": {},
    "decision": None,
    "additions": [],
    "withdrawn": None,
    "told": None,
    "letters": [],
    "frozen": False,
    "withheld": False,
    "document": None,
    "items": [],
    "answers": None,
}


def _with_case(db: Session, shown: dict[str, object]) -> dict[str, object]:
    """Add the case that this reader sees, with its line in the access log."""
    row = shown["current"]
    if not isinstance(row, meeting_rows.AgendaRow):
        return shown | _NO_CASE
    try:
        _, case, _, relation = rounds.round_for(db, viewer(), Act.CASE_READ, row.round_id, now=now())
    except NotFound:  # it went to another board since
        return shown | _NO_CASE
    audit.record(db, viewer(), Act.CASE_READ, now=now(), case=case, relation=relation, object_type="room", object_id=row.round_id)
    reduced = viewer().only_observes(case.board_id) and relation is Relation.BOARD
    withheld = reduced and rounds.is_signed(db, case, row.round_id)
    view = cases.view(db, case, reduced=reduced)
    if shown["beamer"]:
        view = replace(view, patient=replace(view.patient, masked_bsn=""))
    wanted = request.args.get("document", "")
    return shown | {
        "case": view,
        "others": [] if reduced else other_cases.of_case(db, viewer(), case, now=now()),
        "news": news.of(view, None, default=(Since.DISCUSSION,)),
        "section_words": SECTION_WORDS,
        "document": next((one for one in view.documents if str(one.id) == wanted), None) if shown["may_read_documents"] else None,
        "letters": post.rows(db, viewer(), everything=True, case_id=case.id),
        **_conclusion(db, shown["meeting"], row.round_id),
        "withheld": withheld,
        **(_NO_TEXT if withheld else {}),
    }


def _conclusion(db: Session, meeting: object, round_id: uuid.UUID) -> dict[str, object]:
    if isinstance(meeting, Meeting) and meeting.state in (MeetingState.OPEN, MeetingState.CLOSED):
        conclusions.ensure(db, round_id)
    notes = conclusions.notes_of(db, round_id)
    signed = decision_content.of_round(db, round_id)
    decision = main(signed)
    return {
        "notes": {section: (note, conclusions.text_of(db, note.id)) for section, note in notes.items()},
        "frozen": conclusions.is_frozen(db, round_id),
        "items": advice.items_of(db, round_id),
        "answers": advice.answers_of(db, round_id),
        "hospital_names": [one.name for one in worklist.hospitals(db)],
        "kind_words": KIND_WORDS,
        "intent_words": INTENT_WORDS,
        "opened": request.args.get("item", ""),
        "entered": entered(decision.content) if decision else None,
        "decision": decision,
        "additions": [one for one in signed if decision and one.version > decision.version and one.form is DecisionForm.ADDENDUM],
        "told": message(signed),
        "withdrawn": signed[-1] if signed and signed[-1].form is DecisionForm.WITHDRAWAL else None,
        "other_boards": [
            name for board_id, name in boards.names(db) if not isinstance(meeting, Meeting) or board_id != meeting.board_id
        ],
    }


@blueprint.get("")
@may(Act.ROOM_JOIN)
def page(meeting_id: uuid.UUID) -> str:
    with transaction() as db:
        meeting, board = access.meeting_for(db, viewer(), Act.ROOM_JOIN, meeting_id)
        shown = _with_case(db, _shown(db, meeting, board))
        hits = len(meetings.agenda(db, meeting.id))
        audit.record(db, viewer(), Act.ROOM_JOIN, now=now(), object_type="meeting", object_id=meeting.id, hits=hits)
    return render_template("rooms/page.html", **shown)


@blueprint.get("/piece/<any(agenda, presence, round, case, conclusion, document, advice):piece>")
@may(Act.ROOM_JOIN)
def piece(meeting_id: uuid.UUID, piece: str) -> ResponseReturnValue:
    with transaction() as db:
        meeting, board = access.meeting_for(db, viewer(), Act.ROOM_JOIN, meeting_id)
        shown = _shown(db, meeting, board, piece=piece)
        if piece in WITH_CASE:
            shown = _with_case(db, shown)
        elif piece == "agenda":
            audit.record(db, viewer(), Act.MEETING_READ, now=now(), object_type="meeting", object_id=meeting.id)
    gone = _off_the_agenda(piece, shown)
    whole = "round" if gone else piece
    # Where a whole case goes is looked up when it is there: the place it was asked for may be renewed meanwhile, and the name and the
    # conclusion that come along would stand beside the patient before.
    return render_template(f"rooms/_{whole}.html", **shown), gone or ({"HX-Retarget": "#room-case"} if whole == "round" else {})


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
