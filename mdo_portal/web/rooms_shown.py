"""What the room shows: the meeting, and which of its cases this reader sees, with the line in the access log."""

from __future__ import annotations

import uuid
from dataclasses import replace

from flask import request
from sqlalchemy.orm import Session

from mdo_portal.domain.board import Board, Meeting, MeetingState
from mdo_portal.domain.decision import main, message
from mdo_portal.domain.policy import Act, Relation
from mdo_portal.errors import NotFound
from mdo_portal.exchange import DecisionForm
from mdo_portal.letters.letter_words import INTENT_WORDS, KIND_WORDS, entered
from mdo_portal.services.access_log import audit
from mdo_portal.services.cases import cases, news, other_cases, worklist
from mdo_portal.services.cases.news import Since
from mdo_portal.services.decisions import decision_content, rounds
from mdo_portal.services.letters import post
from mdo_portal.services.meetings import boards, left_open, meeting_rows, meetings
from mdo_portal.services.room import advice, conclusions, presence, roll, rooms, unaccompanied
from mdo_portal.web import absences
from mdo_portal.web.case_page import SECTION_WORDS
from mdo_portal.web.context import now, viewer


def shown(db: Session, meeting: Meeting, board: Board, *, piece: str = "") -> dict[str, object]:
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


def with_case(db: Session, shown: dict[str, object]) -> dict[str, object]:
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
