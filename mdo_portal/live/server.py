"""The one Socket.IO server of this process: joining it to the application, and what other processes announce."""

from __future__ import annotations

import atexit
import json
import threading
import time
import uuid
from datetime import UTC, datetime
from typing import Any

import psycopg
import structlog
from flask import Flask
from flask_socketio import SocketIO

from mdo_portal.database import Database
from mdo_portal.live import events
from mdo_portal.live.registry import REGISTRY
from mdo_portal.services import conclusions, rooms
from mdo_portal.services.changes import CHANNEL
from mdo_portal.settings import Settings

log = structlog.get_logger(__name__)
HEARTBEAT_SECONDS = 15.0
NOTE_BATCH = 200


def install(app: Flask, settings: Settings) -> SocketIO:
    """Put the live server on the application and start its two helpers: the listener and the heartbeat."""
    origins = [settings.public_url.rstrip("/")]
    socketio = SocketIO(
        app,
        async_mode="threading",
        async_handlers=False,
        cors_allowed_origins=origins,
        manage_session=False,
        max_http_buffer_size=256_000,
        ping_interval=20,
        ping_timeout=20,
        logger=False,
        engineio_logger=False,
    )
    events.install(socketio, app)
    app.extensions["mdo_live"] = socketio
    database: Database = app.extensions["mdo_database"]
    stop = threading.Event()
    for job in (_listen, _beat):
        threading.Thread(target=job, args=(socketio, database, stop), name=job.__name__, daemon=True).start()
    atexit.register(stop.set)
    app.extensions["mdo_live_stop"] = stop
    return socketio


def _listen(socketio: SocketIO, database: Database, stop: threading.Event) -> None:
    """Hear what any process announces, and tell the sockets of this one. After a broken line everyone looks again."""
    broken = False
    while not stop.is_set():
        try:
            with psycopg.connect(database.plain_url, autocommit=True) as connection:
                connection.execute(f"LISTEN {CHANNEL}")
                if broken:
                    socketio.emit("resync", {})
                broken = False
                while not stop.is_set():
                    for notice in connection.notifies(timeout=1.0):
                        _tell(socketio, database, json.loads(notice.payload))
                        if stop.is_set():
                            return
        except (psycopg.Error, OSError) as error:
            broken = True
            log.warning("live.listen_broken", error=type(error).__name__)
            stop.wait(1.0)


def _tell(socketio: SocketIO, database: Database, news: dict[str, Any]) -> None:
    topic = f"{news['topic']}:{news['id']}"
    if news["topic"] == "note":
        _tell_note(socketio, database, uuid.UUID(news["id"]), news["revision"])
    else:
        socketio.emit("changed", news | {"topic": topic}, to=topic)


def _tell_note(socketio: SocketIO, database: Database, note_id: uuid.UUID, revision: int) -> None:
    """Load what this process has not sent yet and send it, in order."""
    seen = REGISTRY.note_seen(note_id)
    if seen is None or revision <= seen:
        return
    with database.transaction() as session:
        fresh = conclusions.updates_since(session, note_id, seen)
    for number, body in fresh:
        socketio.emit("note:update", {"note": str(note_id), "revision": number, "update": body}, to=f"note:{note_id}")
        REGISTRY.note_sent(note_id, number)


def _beat(socketio: SocketIO, database: Database, stop: threading.Event) -> None:
    """Say every quarter of a minute who is still here, and show the door to whose session ended."""
    while not stop.wait(HEARTBEAT_SECONDS):
        try:
            with database.transaction() as session:
                rooms.still_here(session, REGISTRY.present(), now=datetime.now(UTC))
            events.show_out_the_ended(socketio, database)
        except Exception as error:
            # The edge: a database that is away must not end the heartbeat.
            log.warning("live.heartbeat_failed", error=type(error).__name__)
            time.sleep(1)
