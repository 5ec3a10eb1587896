"""The same manners as on the web, for every event: who is it, may they, is the payload what it should be."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import wraps
from typing import Any

import structlog
from flask import request
from flask_socketio import SocketIO, disconnect
from sqlalchemy.orm import Session

from mdo_portal.database import Database, is_held_back, once_more
from mdo_portal.domain.policy import POLICY, Act
from mdo_portal.domain.viewer import Viewer
from mdo_portal.errors import NotAllowed, NotFound, NotSignedIn, PortalError, whereabouts
from mdo_portal.live.registry import REGISTRY, Connection
from mdo_portal.services.access_log import audit
from mdo_portal.services.people import sessions
from mdo_portal.services.room.taking import Behind

log = structlog.get_logger(__name__)
Payload = Mapping[str, Any]
Event = Callable[["Context", Payload], dict[str, Any]]
IsAct = Callable[[Session, Connection], bool]
#: event -> the act it does: an event that is not here is not registered, and the build looks
EVENTS: dict[str, Act] = {}


@dataclass(frozen=True)
class Context:
    """One event: in a transaction, by a person whose rights were read a moment ago."""

    session: Session
    viewer: Viewer
    sid: str
    connection: Connection
    now: datetime
    #: done once all of it is stored: what was rolled back is remembered by nobody
    afterwards: list[Callable[[], object]] = field(default_factory=list)


class BadPayload(PortalError):
    """The browser sent something else than our own page sends."""


class TooFast(PortalError):
    """More events than any page of ours sends; the browser tries again."""


#: reasons that say *try again*; every other reason is the name of a PortalError, and final
TRY_AGAIN: dict[type[PortalError], str] = {TooFast: "rate", Behind: "behind"}


def never(_session: Session, _connection: Connection) -> bool:
    """A page sends this by itself too, after an interruption or to say that it still stands open: nobody need sit there."""
    return False


def always(_session: Session, _connection: Connection) -> bool:
    """Only somebody's own hands send this."""
    return True


def on(
    socketio: SocketIO, database: Database, name: str, act: Act, *, is_act: IsAct = never, cost: float = 1.0
) -> Callable[[Event], Event]:
    """Register an event: re-read the person, run it in one transaction, answer with `ok` or a reason.

    `is_act`: whether a session that sends this goes on for another 45 minutes. `cost`: as how many events it counts.
    """
    if act not in POLICY:
        raise KeyError(act)
    EVENTS[name] = act

    def register(event: Event) -> Event:
        @wraps(event)
        def guarded(*payloads: Any) -> dict[str, Any]:
            return _run(database, name, act, event, is_act, cost, payloads[0] if payloads else None)

        socketio.on_event(name, guarded)
        return event

    return register


def _run(database: Database, name: str, act: Act, event: Event, is_act: IsAct, cost: float, payload: Any) -> dict[str, Any]:
    sid = str(request.sid)  # type: ignore[attr-defined]
    try:
        connection = _connection(sid, cost)
        if not isinstance(payload, dict):
            raise BadPayload()
        answer = {"ok": True} | once_more(lambda: _stored(database, sid, connection, event, is_act, payload))
    except NotSignedIn:
        # The line is closed; the browser keeps what was typed and comes back after signing in again.
        disconnect(sid)
        return {"ok": False, "reason": "busy"}
    except PortalError as error:
        if isinstance(error, NotFound | NotAllowed):
            _note_refusal(database, act, sid, payload)
        return {"ok": False, "reason": TRY_AGAIN.get(type(error), type(error).__name__)}
    except Exception as error:
        # The edge of a socket: one bad event must not end the connection, and must not say what went wrong inside.
        log.error("event.failed", event_name=name, **whereabouts(error))
        if not is_held_back(error):
            return {"ok": False, "reason": "busy"}
        _note_refusal(database, act, sid, payload)
        return {"ok": False, "reason": "NotAllowed"}  # asked again it is refused again
    return answer  # after the commit: an answer means that it is stored


def whole(name: str, act: Callable[[], bool | None]) -> bool | None:
    """What a line that opens or ends is told. One that breaks while it opens is refused, and its page tries again.

    Socket.IO leaves it half open: the page hears nothing, and nobody ends it. One that breaks while it ends it never forgets.
    """
    try:
        return act()
    except Exception as error:
        # The edge of a socket: a database that is away must not outlast itself.
        log.error("event.failed", event_name=name, **whereabouts(error))
        return False


def _stored(
    database: Database, sid: str, connection: Connection, event: Event, is_act: IsAct, payload: Payload
) -> dict[str, Any]:
    """What the event answers, in one transaction."""
    with database.transaction(entering=sessions.hash_key(connection.session_key)) as session:
        context = context_of(session, sid, connection, touch=is_act(session, connection))
        answer = event(context, payload)
    for one in context.afterwards:
        one()
    return answer


def _note_refusal(database: Database, act: Act, sid: str, payload: Payload) -> None:
    """A line in the access log for an attempt at what is not theirs, or not there; in a transaction of its own."""
    kind = next((name for name in ("note", "meeting") if payload.get(name)), "")
    connection = REGISTRY.get(sid)
    try:
        key = sessions.hash_key(connection.session_key) if connection else ""
        with database.transaction(entering=key) as session:
            if connection is not None:
                context = context_of(session, sid, connection)
                named = an_id(payload, kind) if kind else ""
                audit.refused(session, context.viewer, act, now=context.now, object_type=kind, object_id=named)
    except Exception as error:
        # The edge: nothing was told, and the refusal itself must still be answered.
        log.error("refusal.not_logged", **whereabouts(error))


def _connection(sid: str, cost: float) -> Connection:
    connection = REGISTRY.get(sid)
    if connection is None:
        raise NotSignedIn()
    if not REGISTRY.may_ask(connection, cost):
        raise TooFast()
    return connection


def context_of(session: Session, sid: str, connection: Connection, *, touch: bool = False) -> Context:
    """Who sits at this socket and what they may now. Raises NotSignedIn."""
    now = datetime.now(UTC)
    found = sessions.signed_in(session, connection.session_key, now=now, client_address=connection.address, touch=touch)
    if found is None or not found.proof.strong:
        raise NotSignedIn()
    return Context(session=session, viewer=found.viewer, sid=sid, connection=connection, now=now)


def an_id(payload: Payload, name: str) -> uuid.UUID:
    """The id of that name. BadPayload when it is none."""
    try:
        return uuid.UUID(str(payload.get(name, "")))
    except ValueError as error:
        raise BadPayload() from error


def some_bytes(payload: Payload, name: str, *, most: int) -> bytes:
    """The bytes of that name. BadPayload when they are none, or more than `most`."""
    value = payload.get(name)
    if not isinstance(value, bytes | bytearray) or len(value) > most:
        raise BadPayload()
    return bytes(value)
