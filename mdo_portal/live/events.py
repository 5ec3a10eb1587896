"""Every event there is: watching topics, being in a room, typing together. Payloads hold ids and bytes, no patient data."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime
from typing import Any, cast

from flask import Flask, request
from flask import session as cookie
from flask_socketio import SocketIO, emit, join_room, leave_room
from sqlalchemy.orm import Session

from mdo_portal.database import Database
from mdo_portal.domain.board import Board
from mdo_portal.domain.case import Case
from mdo_portal.domain.conclusion import Note
from mdo_portal.domain.policy import Act, Relation
from mdo_portal.errors import NotAllowed, NotFound, PortalError
from mdo_portal.live import cursors
from mdo_portal.live.guard import BadPayload, Context, Payload, always, an_id, context_of, never, on, some_bytes, whole
from mdo_portal.live.registry import REGISTRY, Connection
from mdo_portal.live.topics import may_watch, some_topics
from mdo_portal.services.access_log import audit
from mdo_portal.services.common import access
from mdo_portal.services.decisions import rounds
from mdo_portal.services.people import sessions
from mdo_portal.services.room import conclusions, presence, rooms

CLOCKS_DIFFER = 2.0
"""Seconds: the page may come from another process than its socket goes to."""
LARGEST_VECTOR = 20_000
LARGEST_AWARENESS = 4_000


def install(socketio: SocketIO, app: Flask, *, origin: str) -> None:
    """Register every event with its act. Only pages of `origin` get a line."""
    database = cast(Database, app.extensions["mdo_database"])
    socketio.on_event("connect", lambda *_: whole("connect", lambda: _connect(database, origin)))
    socketio.on_event("disconnect", lambda *_: whole("disconnect", lambda: _disconnect(database)))
    for name, act, event, is_act, cost in (
        ("watch", Act.PROFILE_READ, watch, follows_a_meeting, 4.0),  # each topic is judged
        ("room:join", Act.ROOM_JOIN, join, never, 2.0),
        ("note:open", Act.NOTE_READ, open_note, never, 4.0),  # all that was ever typed in it is read
        ("note:update", Act.NOTE_WRITE, update_note, always, 1.0),
        ("note:awareness", Act.NOTE_READ, awareness, never, 1.0),
    ):
        on(socketio, database, name, act, is_act=is_act, cost=cost)(event)


def _connect(database: Database, origin: str) -> bool:
    """Only from our own page and with a living session that was proven with two factors; the rest is asked again at every event.

    engineio lets a caller without an Origin pass; a browser always sends one with a socket.
    """
    if request.headers.get("Origin") != origin:
        return False
    key = str(cookie.get("_user_id", ""))
    if not REGISTRY.may_come(key):
        return False
    with database.transaction() as db:
        found = sessions.signed_in(db, key, now=datetime.now(UTC), touch=False) if key else None
        standing = sessions.standing(db, [key], now=datetime.now(UTC)).get(key)
    if found is None or standing is None:
        return False
    sid, person_id = str(request.sid), found.viewer.person_id  # type: ignore[attr-defined]
    address = request.remote_addr or ""
    return REGISTRY.add(sid, Connection(session_key=key, person_id=person_id, address=address, standing=standing))


def _disconnect(database: Database) -> None:
    gone, meetings = REGISTRY.remove(str(request.sid))  # type: ignore[attr-defined]
    if gone is None or not meetings:
        return
    with database.transaction() as db:
        for meeting_id in meetings:
            presence.leave(db, meeting_id, gone.person_id, now=datetime.now(UTC))


def follows_a_meeting(session: Session, connection: Connection) -> bool:
    """Who listens in a meeting that is under way works, without a key: their page asks for other topics when the next case comes on."""
    return rooms.any_under_way(session, connection.meetings)


def watch(context: Context, payload: Payload) -> dict[str, Any]:
    """Be told when these topics change, and no others. A topic the viewer may not see is silently left out."""
    watched = {topic for topic in some_topics(payload) if may_watch(context, topic)}
    for topic in context.connection.topics - watched:
        leave_room(topic)
    for topic in watched:
        join_room(topic)
    context.connection.topics = watched
    made_at = payload.get("since")
    at = context.now.timestamp()
    missed = REGISTRY.changed_since(watched, made_at, now=at, slack=CLOCKS_DIFFER) if isinstance(made_at, int | float) else {}
    return {"topics": sorted(watched), "missed": missed}


def join(context: Context, payload: Payload) -> dict[str, Any]:
    """Enter the room of a meeting; repeated after every reconnect."""
    meeting_id = an_id(payload, "meeting")
    meeting, _ = access.meeting_for(context.session, context.viewer, Act.ROOM_JOIN, meeting_id)
    presence.enter(context.session, meeting_id, context.viewer, now=context.now)
    context.connection.meetings.add(meeting_id)
    return {"revision": meeting.revision}


def open_note(context: Context, payload: Payload) -> dict[str, Any]:
    """Give what the browser lacks, and what we know, so that it can give what we lack."""
    note, case, board, relation = _note_for(context, an_id(payload, "note"))
    vector = some_bytes(payload, "vector", most=LARGEST_VECTOR) if payload.get("vector") else b""
    audit.record(
        context.session, context.viewer, Act.NOTE_READ, now=context.now, case=case, relation=relation,
        object_type="note", object_id=note.id,
    )  # fmt: skip
    # First in the room, then read: what is stored in between comes twice, which Yjs does not mind; never not at all.
    REGISTRY.note_opened(context.connection, note.id, note.revision, case.id)
    join_room(_room(note.id))
    _ask_again(context, note.id)
    opened = conclusions.open_note(context.session, note, vector=vector)
    may_write = context.viewer.may(Act.NOTE_WRITE, board_id=board.id) and note.frozen_at is None
    return {
        "update": opened.update, "vector": opened.vector, "revision": opened.revision, "writable": may_write,
        "name": context.viewer.name,
    }  # fmt: skip


def _room(note_id: uuid.UUID) -> str:
    return f"note:{note_id}"


def _ask_again(context: Context, note_id: uuid.UUID) -> None:
    """What was signed between asking and entering told this process already, and `close_notes` found nobody here."""
    context.session.expire_all()
    try:
        _note_for(context, note_id)
    except PortalError:
        REGISTRY.note_left(context.connection, note_id)
        leave_room(_room(note_id))
        raise


def _note_for(context: Context, note_id: uuid.UUID) -> tuple[Note, Case, Board, Relation]:
    """The note, if this viewer may read it now; NotFound or NotAllowed when not."""
    note, round_ = conclusions.round_of(context.session, note_id)
    _, case, board, relation = rounds.round_for(context.session, context.viewer, Act.NOTE_READ, round_.id, now=context.now)
    is_advice = rounds.is_signed(context.session, case, round_.id)  # what was typed, and not for who only observes
    if is_advice and not access.may(context.session, context.viewer, Act.DECISION_READ, case, now=context.now):
        raise NotAllowed()
    return note, case, board, relation


def update_note(context: Context, payload: Payload) -> dict[str, Any]:
    """Store one change; the answer means that it is saved. The others hear of it through the announcement."""
    note_id = an_id(payload, "note")
    if note_id not in context.connection.notes:
        raise NotFound()
    body = some_bytes(payload, "update", most=conclusions.LARGEST_UPDATE)
    _, round_ = conclusions.round_of(context.session, note_id)
    _, case, _, relation = rounds.round_for(context.session, context.viewer, Act.NOTE_WRITE, round_.id, now=context.now)
    if note_id not in context.connection.written:  # one line for a sitting, not for every keystroke
        audit.record(
            context.session, context.viewer, Act.NOTE_WRITE, now=context.now, case=case, relation=relation,
            object_type="note", object_id=note_id,
        )  # fmt: skip
    revision = conclusions.add_update(context.session, note_id, body, person_id=context.viewer.person_id, now=context.now)
    context.afterwards.append(lambda: context.connection.written.add(note_id))
    return {"revision": revision}


def awareness(context: Context, payload: Payload) -> dict[str, Any]:
    """Where somebody's cursor stands: passed on within this process in the sender's own name, never stored."""
    note_id = an_id(payload, "note")
    if note_id not in context.connection.notes:
        return {}
    try:
        cursor = cursors.read(some_bytes(payload, "update", most=LARGEST_AWARENESS))
    except cursors.NoCursor:
        raise BadPayload() from None
    if cursor is not None and REGISTRY.may_move(context.connection, note_id, cursor.client):
        body = cursors.said(cursor, context.viewer.name)
        emit("note:awareness", {"note": str(note_id), "update": body}, to=_room(note_id), include_self=False)
    return {}


def close_notes(socketio: SocketIO, database: Database, case_id: uuid.UUID | None = None) -> None:
    """Who may no longer read what is typed about this case (about any) hears no more of it: it was signed and they only observe,
    the patient objects, or it stands before another board. Their page hears that the case changed, and asks anew.
    """
    for sid, connection, note_id in REGISTRY.open_notes(case_id):
        try:
            with database.transaction(entering=sessions.hash_key(connection.session_key)) as db:
                _note_for(context_of(db, sid, connection), note_id)
        except PortalError:
            REGISTRY.note_left(connection, note_id)
            socketio.server.leave_room(sid, _room(note_id))


def show_out(socketio: SocketIO, person_id: uuid.UUID) -> None:
    """Close every socket of this person; the browser comes back, and is asked again what it may."""
    for sid, one in REGISTRY.all():
        if one.person_id == person_id:
            socketio.server.disconnect(sid)


def show_out_the_ended(socketio: SocketIO, database: Database, person_id: uuid.UUID | None = None) -> None:
    """Close the sockets (of this person) whose session ended, or may do something else than when they came."""
    open_here = [(sid, one) for sid, one in REGISTRY.all() if person_id in (None, one.person_id)]
    if not open_here:
        return
    with database.transaction() as db:
        standing = sessions.standing(db, {one.session_key for _, one in open_here}, now=datetime.now(UTC))
    for sid, one in open_here:
        if standing.get(one.session_key) != one.standing:
            socketio.server.disconnect(sid)
