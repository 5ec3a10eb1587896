"""A line without a person behind it held a thread of the web process for as long as its other end liked: 224 of them, and no page came."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator

import pytest
import websocket
from flask import Flask, request
from flask_socketio import SocketIO
from werkzeug.serving import make_server

from mdo_portal.live.nameless import Nameless


class House:
    """A server on a real port; who sends `40` is somebody."""

    def __init__(self) -> None:
        app, self.somebody = Flask("house"), list[str]()
        socketio = SocketIO(
            app, async_mode="threading", transports=["websocket"], cors_allowed_origins="*", ping_interval=0.5, ping_timeout=0.2
        )
        socketio.on_event("connect", lambda: self.somebody.append(str(request.sid)))  # type: ignore[attr-defined]
        self.live = socketio.server
        self.nameless = Nameless(self.live, most=2)
        self.server = make_server("127.0.0.1", 0, app, threaded=True)
        threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()

    def line(self, *, named: bool = False) -> websocket.WebSocket:
        made = websocket.create_connection(
            f"ws://127.0.0.1:{self.server.server_port}/socket.io/?EIO=4&transport=websocket", timeout=10
        )
        made.recv()
        if named:
            made.send("40")
            assert str(made.recv()).startswith("40")
        return made

    def sweep(self) -> None:
        for _ in range(2):
            self.nameless.close()


@pytest.fixture
def house() -> Iterator[House]:
    made = House()
    yield made
    made.server.shutdown()


def is_up(line: websocket.WebSocket) -> bool:
    try:
        line.settimeout(0.1)
        return line.recv() != ""
    except websocket.WebSocketTimeoutException:
        return True
    except (websocket.WebSocketException, OSError):
        return False


def test_a_line_of_nobody_is_ended_and_one_of_somebody_is_not(house: House) -> None:
    named, nobodys = house.line(named=True), house.line()

    house.nameless.close()
    assert is_up(nobodys), "a page needs a moment to say whose it is"
    house.nameless.close()

    assert not is_up(nobodys)
    assert is_up(named)


def test_who_was_shown_out_and_stays_on_the_line_is_nobody(house: House) -> None:
    line = house.line(named=True)
    house.live.disconnect(house.somebody[0])
    assert line.recv() == "41"

    house.sweep()

    assert not is_up(line)


def test_a_line_of_which_the_other_end_fell_silent_holds_nothing(house: House) -> None:
    """A laptop that was shut: the line counted as over, and its thread waited for the other end to say so, a quarter of an hour long."""
    line = house.line(named=True)
    until = time.monotonic() + 10
    while house.live.eio.sockets and time.monotonic() < until:  # it answers no ping
        time.sleep(0.02)

    house.sweep()

    assert line.sock
    line.sock.settimeout(2)
    while line.sock.recv(4_096):  # all that was said to it, and then the end
        pass


def test_of_lines_of_nobody_there_are_few(house: House) -> None:
    kept = [house.line(), house.line()]

    with pytest.raises(websocket.WebSocketBadStatusException):
        house.line()
    kept[0].send("40")
    kept[0].recv()
    assert is_up(house.line())
