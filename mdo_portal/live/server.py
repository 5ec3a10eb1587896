"""The one Socket.IO server of this process: joining it to the application, and what other processes announce."""

from __future__ import annotations

import atexit
import json
import logging
import threading
import time
import uuid
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import psycopg
import structlog
from flask import Flask
from flask_socketio import SocketIO

from mdo_portal.database import SOON_NOTICED, Database
from mdo_portal.errors import NotSignedIn, Trouble, whereabouts
from mdo_portal.live import events, lines
from mdo_portal.live.nameless import Nameless
from mdo_portal.live.registry import REGISTRY
from mdo_portal.services.common.changes import CHANNEL
from mdo_portal.services.people import sessions
from mdo_portal.services.room import conclusions, presence
from mdo_portal.settings import Settings
from mdo_portal.silence import WATCH, Line

log = structlog.get_logger(__name__)
HEARTBEAT_SECONDS = 15.0
_LISTEN = f"LISTEN {CHANNEL}"
SWEEP_SECONDS = 4.0
"""Who may not be here any more is out within five seconds, also when the news of it was missed."""


def install(app: Flask, settings: Settings) -> SocketIO:
    """Put the live server on the application and start its helpers: the listener, the heartbeat and the sweep."""
    socketio = SocketIO(
        app,
        async_mode="threading",
        async_handlers=False,  # one socket's events in the order in which they were sent
        cors_allowed_origins=[settings.public_url.rstrip("/")],
        transports=["websocket"],  # as our pages do; polling would be a second door
        manage_session=False,
        max_http_buffer_size=lines.LARGEST,
        ping_interval=20,
        ping_timeout=20,
        logger=_errors_of("socketio"),
        engineio_logger=_errors_of("engineio"),
    )
    _keep_messages_whole(socketio)
    lines.install(socketio.server)
    events.install(socketio, app, origin=settings.public_url.rstrip("/"))
    app.extensions["mdo_live"] = socketio
    database: Database = app.extensions["mdo_database"]
    stop = threading.Event()
    for job in (_listen, _beat):
        threading.Thread(target=job, args=(socketio, database, stop), name=job.__name__, daemon=True).start()
    swept = (socketio, database, Nameless(socketio.server, most=settings.sockets // 2), stop)
    threading.Thread(target=_sweep, args=swept, name="_sweep", daemon=True).start()
    atexit.register(stop.set)
    app.extensions["mdo_live_stop"] = stop
    return socketio


def _errors_of(library: str) -> logging.Logger:
    """What a socket sent and could not be read, as a line of ours. Left to itself the library prints the whole error beside it."""
    logger = logging.getLogger(f"{__name__}.{library}")
    logger.setLevel(logging.ERROR)
    return logger


def _keep_messages_whole(socketio: SocketIO) -> None:
    """One sender at a time: a message with bytes is several frames, and python-socketio lets another thread's come between.

    Seen with an answer to `note:open` and a `note:update` of the listener; a browser then drops the line ("parse error").
    """
    server, lock = socketio.server, threading.Lock()

    def alone(send: Callable[..., Any]) -> Callable[..., Any]:
        def sent(*args: Any, **kwargs: Any) -> Any:
            with lock:
                return send(*args, **kwargs)

        return sent

    server._send_packet = alone(server._send_packet)  # answers
    server.manager.emit = alone(server.manager.emit)  # events


def _listen(socketio: SocketIO, database: Database, stop: threading.Event) -> None:
    """Hear what any process announces, and tell the sockets of this one. After a broken line everyone looks again."""
    trouble = Trouble()
    while not stop.is_set():
        try:
            with psycopg.connect(database.plain_url, autocommit=True, **SOON_NOTICED) as connection:
                line = WATCH.know(connection, database.plain_url)
                with line.asking():
                    connection.execute(_LISTEN)
                REGISTRY.listens(at=time.time())
                _catch_up(socketio, database)
                trouble.over()
                _hear(socketio, database, connection, line, stop)
        except Exception as error:
            # The edge: whatever the database or one odd notice does, this process must not stay deaf.
            if trouble.is_news(error):
                log.warning("live.listen_broken", error=type(error).__name__)
            stop.wait(1.0)


def _hear(socketio: SocketIO, database: Database, connection: psycopg.Connection[Any], line: Line, stop: threading.Event) -> None:
    """Whoever only listens never hears that the other side fell silent: it is asked now and then, by what does nothing twice."""
    proved = time.monotonic()
    while not stop.is_set():
        for notice in connection.notifies(timeout=1.0):
            _tell(socketio, database, json.loads(notice.payload))
            if stop.is_set():
                return
        if time.monotonic() - proved > HEARTBEAT_SECONDS:
            with line.asking():
                connection.execute(_LISTEN)
            proved = time.monotonic()


def _catch_up(socketio: SocketIO, database: Database) -> None:
    """What was announced while we did not listen: send the notes' new updates, and let every screen look again."""
    events.close_notes(socketio, database)
    for note_id in REGISTRY.notes():
        _tell_note(socketio, database, note_id)
    for topic in REGISTRY.topics():
        socketio.emit("changed", {"topic": topic, "id": topic.partition(":")[2]}, to=topic)


def _tell(socketio: SocketIO, database: Database, news: dict[str, Any]) -> None:
    topic = f"{news['topic']}:{news['id']}"
    if news["topic"] == "rights":
        events.show_out(socketio, uuid.UUID(news["id"]))
    elif news["topic"] == "sessions":
        events.show_out_the_ended(socketio, database, uuid.UUID(news["id"]))
    elif news["topic"] == "note":
        _tell_note(socketio, database, uuid.UUID(news["id"]), news["revision"])
    else:
        if news["topic"] == "case":
            events.close_notes(socketio, database, uuid.UUID(news["id"]))
        REGISTRY.changed(topic, at=time.time(), revision=int(news.get("revision") or 0))
        socketio.emit("changed", news | {"topic": topic}, to=topic)


def _tell_note(socketio: SocketIO, database: Database, note_id: uuid.UUID, revision: int | None = None) -> None:
    """Load what this process has not sent yet and send it, in order. `revision`: as announced; None = look.

    PostgreSQL shows a note to people only: it is read as the first of those who have it open whose session still holds.
    """
    seen = REGISTRY.note_seen(note_id)
    if seen is None or (revision is not None and revision <= seen):
        return
    for key in REGISTRY.readers_of(note_id):
        try:
            with database.transaction(entering=sessions.hash_key(key)) as session:
                fresh = conclusions.updates_since(session, note_id, seen)
        except NotSignedIn:
            continue
        if fresh:
            break
    else:
        return
    for number, body in fresh:
        socketio.emit("note:update", {"note": str(note_id), "revision": number, "update": body}, to=f"note:{note_id}")
    REGISTRY.note_sent(note_id, seen, fresh[-1][0])


def _beat(socketio: SocketIO, database: Database, stop: threading.Event) -> None:
    """Say every quarter of a minute who is still here."""
    while not stop.wait(HEARTBEAT_SECONDS):
        try:
            with database.transaction() as session:
                now = datetime.now(UTC)
                presence.still_here(session, REGISTRY.present(), now=now)
                presence.announce_departures(session, now=now, within=2 * HEARTBEAT_SECONDS)
        except Exception as error:
            # The edge: a database that is away must not end the heartbeat.
            log.warning("live.heartbeat_failed", **whereabouts(error))
            stop.wait(1.0)


def _sweep(socketio: SocketIO, database: Database, nameless: Nameless, stop: threading.Event) -> None:
    """Show the door to whose session ended or idled out, to whose rights were changed in the database itself, and to nobody."""
    while not stop.wait(SWEEP_SECONDS):
        try:
            nameless.close()
            events.show_out_the_ended(socketio, database)
        except Exception as error:
            # The edge: a database that is away must not end the sweep.
            log.warning("live.sweep_failed", **whereabouts(error))
