"""What comes over a live line, frame by frame: measured before it is kept, and no faster than a page of ours sends."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator

import pytest
import websocket
from flask import Flask
from flask_socketio import SocketIO
from websocket import ABNF
from werkzeug.serving import make_server

from mdo_portal.allowance import Rate
from mdo_portal.live import lines

CONTINUED = 0x0
ANSWER = "x" * 20_000


class House:
    """A server on a real port, whose one event is answered at length."""

    def __init__(self) -> None:
        app, self.asked = Flask("house"), 0
        socketio = SocketIO(
            app, async_mode="threading", async_handlers=False, transports=["websocket"], cors_allowed_origins="*",
            max_http_buffer_size=lines.LARGEST,
        )  # fmt: skip
        socketio.on_event("connect", lambda: None)
        socketio.on_event("ask", self._ask)
        lines.install(socketio.server)
        self.eio = socketio.server.eio
        self.server = make_server("127.0.0.1", 0, app, threaded=True)
        threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()

    def _ask(self) -> str:
        self.asked += 1
        return ANSWER

    def line(self, *, named: bool = True, **options: object) -> websocket.WebSocket:
        address = f"ws://127.0.0.1:{self.server.server_port}/socket.io/?EIO=4&transport=websocket"
        made = websocket.create_connection(address, timeout=10, **options)
        made.recv()
        if named:
            made.send("40")
            assert str(made.recv()).startswith("40")
        return made


@pytest.fixture
def house() -> Iterator[House]:
    made = House()
    yield made
    made.server.shutdown()


def ends(line: websocket.WebSocket) -> bool:
    """Whether the other end closes it; what it said before that is passed over."""
    try:
        line.settimeout(5)
        while line.recv() != "":
            pass
    except websocket.WebSocketTimeoutException:
        return False
    except (websocket.WebSocketException, OSError):
        return True
    return True


def until(is_so: Callable[[], bool]) -> bool:
    end = time.monotonic() + 20
    while not is_so() and time.monotonic() < end:
        time.sleep(0.02)
    return is_so()


def in_pieces(line: websocket.WebSocket, pieces: int, piece: bytes) -> None:
    """A message that never ends."""
    for number in range(pieces):
        kind = ABNF.OPCODE_BINARY if number == 0 else CONTINUED
        line.send_frame(ABNF(0, 0, 0, 0, kind, 1, piece))


def test_a_message_in_pieces_is_no_larger_than_a_whole_one(house: House) -> None:
    """It was held for as long as it came; who was not signed in filled the memory of the process."""
    line = house.line(named=False)

    in_pieces(line, 3, b"x" * (lines.LARGEST // 2))

    assert ends(line)


def test_nothing_comes_pressed_together(house: House) -> None:
    """A thousand bytes unfold to a million before anybody can look at their size."""
    line = house.line(named=False, header={"Sec-WebSocket-Extensions": "permessage-deflate"})

    assert "sec-websocket-extensions" not in line.getheaders()


@pytest.mark.parametrize(
    "said", ["", "x", "²", "bAAAA", "4", "4nonsense", "42[", "4" + "[" * 50_000, "49", "451-[]", "3" + "[" * 100_000]
)
def test_what_cannot_be_read_ends_the_line_for_everybody(house: House, said: str) -> None:
    """It was a line in the log for each, and for the worst of them the library waited on for a line that was gone."""
    line = house.line()
    if said.startswith("451"):
        line.send(said)  # announces bytes

    line.send(said)

    assert ends(line)
    assert until(lambda: all(end.closed for end in list(house.eio.sockets.values())))
    another = house.line()
    another.send('421["ask"]')
    assert ANSWER in str(another.recv()), "another line is taken"


def test_a_line_says_once_whose_it_is(house: House) -> None:
    """Each time the session was looked up anew, as fast as somebody liked."""
    line = house.line()
    line.send("41")
    line.send("40")

    assert ends(line)


def test_who_does_not_read_is_not_heard(house: House) -> None:
    """The answers were kept for them."""
    line = house.line()
    for number in range(1_000):
        line.send(f'42{number}["ask"]')

    heard = -1
    while heard != house.asked:
        heard = house.asked
        time.sleep(0.5)
    (end,) = house.eio.sockets.values()
    waiting = sum(len(one.data) for one in list(end.queue.queue) if one is not None and one.data)

    assert 0 < waiting < 2 * lines.UNREAD
    assert house.asked < 1_000


def test_who_sends_faster_than_a_page_is_heard_no_faster(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    slept: list[float] = []
    monkeypatch.setattr(lines, "_rest", slept.append)
    monkeypatch.setattr(lines, "FRAMES", Rate(lines.FRAMES.at_once, 0.001))
    line = house.line()
    for _ in range(int(lines.FRAMES.at_once)):
        line.send("3")
    line.send('420["ask"]')
    line.recv()

    assert slept[0] == 0
    assert slept[-1] > 0
