"""The Socket.IO server of one process: whole messages, and nobody deaf after a broken line."""

from __future__ import annotations

import threading
import time

import psycopg
import pytest
from flask import Flask
from flask_socketio import SocketIO
from socketio import packet

from mdo_portal.live.events import CLOCKS_DIFFER
from mdo_portal.live.server import _keep_messages_whole
from mdo_portal.services.common.changes import CHANNEL
from tests.live.portal import Portal
from tests.live.typist import Socket

pytestmark = pytest.mark.xdist_group("live")  # one portal of processes for all of them


def test_the_frames_of_one_message_stay_together_when_threads_send_at_once() -> None:
    socketio = SocketIO(Flask("test"), async_mode="threading")
    server = socketio.server
    frames: list[object] = []

    def send(_: str, frame: object) -> None:
        frames.append(getattr(frame, "data", frame))
        time.sleep(0.0005)  # another thread gets its chance

    server.eio.send = server.eio.send_packet = send
    server.manager.connect("line", "/")
    _keep_messages_whole(socketio)

    def news() -> None:
        for _ in range(30):
            socketio.emit("note:update", {"update": b"bytes"})

    def answers() -> None:
        for number in range(30):
            server._send_packet("line", packet.Packet(packet.ACK, data=[{"update": b"bytes"}], namespace="/", id=number))

    threads = [threading.Thread(target=news), threading.Thread(target=answers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(frames) == 120
    assert [isinstance(frame, bytes) for frame in frames] == [False, True] * 60


def test_after_a_broken_line_to_the_database_the_screens_look_again_and_hear_the_news(live: Portal) -> None:
    socket = Socket(live.webs[0].url, live.cookie(live.email("Wiersma")))
    topic = f"meeting:{live.meeting_id}"
    assert socket.ask("watch", {"topics": [topic]})["topics"] == [topic]
    with psycopg.connect(live.database.plain_url.replace("//mdo@", "//postgres@"), autocommit=True) as postgres:
        listening = "query like 'LISTEN%%' and datname = current_database()"
        assert postgres.execute(f"select count(pg_terminate_backend(pid)) from pg_stat_activity where {listening}").fetchone()

        name, news = socket.heard.get(timeout=15)
        assert (name, news["topic"]) == ("changed", topic)  # look again, whatever happened meanwhile

        postgres.execute(
            "select pg_notify(%s, %s)", (CHANNEL, f'{{"topic": "meeting", "id": "{live.meeting_id}", "revision": 7}}')
        )
        name, news = socket.heard.get(timeout=15)
        assert (name, news["topic"], news["revision"]) == ("changed", topic, 7)
    socket.close()


def test_a_page_that_comes_back_to_a_process_that_began_after_it_looks_at_everything_again(live: Portal) -> None:
    """The process knew of nothing that had happened before it was started again, and the page stayed as it was."""
    socket = Socket(live.webs[0].url, live.cookie(live.email("Wiersma")))
    topic = f"meeting:{live.meeting_id}"

    assert socket.ask("watch", {"topics": [topic], "since": 1.0})["missed"] == {topic: 0}
    assert socket.ask("watch", {"topics": [topic], "since": time.time() + CLOCKS_DIFFER})["missed"] == {}
    socket.close()


def test_one_odd_notice_does_not_make_the_process_deaf(live: Portal) -> None:
    socket = Socket(live.webs[0].url, live.cookie(live.email("Wiersma")))
    topic = f"meeting:{live.meeting_id}"
    socket.ask("watch", {"topics": [topic]})
    with psycopg.connect(live.database.plain_url, autocommit=True) as connection:
        for odd in ("", "{", "[]", '{"topic": "note", "id": "x", "revision": 1}'):
            connection.execute("select pg_notify(%s, %s)", (CHANNEL, odd))

    name, news = socket.heard.get(timeout=20)
    assert (name, news["topic"]) == ("changed", topic)
    socket.close()
