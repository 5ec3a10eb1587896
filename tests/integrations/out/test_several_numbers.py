"""A name that stands for several numbers: the next machine is tried where the first one certainly heard nothing, and only there."""

from __future__ import annotations

import contextlib
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from integrations.out import LOOPBACK, NoReply, Reach, connect, exchange
from integrations.out.numbers import MOST_NUMBERS, judged
from tests.integrations.out.certificates import Authority

Patch = pytest.MonkeyPatch
OFF, ON = "127.0.0.3", "127.0.0.1"


def stands_for(monkeypatch: Patch, *numbers: str) -> None:
    """Every name does; a number stands for itself."""

    def look_up(name: str, port: int, *_: object, **__: object) -> object:
        meant = (name,) if name in numbers else numbers
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (number, port)) for number in meant]

    monkeypatch.setattr(socket, "getaddrinfo", look_up)


@contextmanager
def switched_off(number: str) -> Iterator[int]:
    """A machine that says nothing to whoever knocks, as one that is off; gives its port."""
    with socket.create_server((number, 0), backlog=0) as door, contextlib.ExitStack() as knocking:
        for _ in range(3):  # until its queue is full: the next ones hear nothing any more
            one = knocking.enter_context(socket.socket())
            one.setblocking(False)
            one.connect_ex(door.getsockname())
        yield door.getsockname()[1]


@contextmanager
def at(number: str, port: int, answer: Callable[[BaseHTTPRequestHandler], None]) -> Iterator[tuple[int, list[str]]]:
    """A server of ours at one number; gives its port and what it was asked."""
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            asked.append(self.path)
            self.rfile.read(int(self.headers["Content-Length"]))
            answer(self)

        def log_message(self, *_: object) -> None:
            return

    with ThreadingHTTPServer((number, port), Handler) as running:
        threading.Thread(target=running.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        yield running.server_address[1], asked
        running.shutdown()


def hangs_up(handler: BaseHTTPRequestHandler) -> None:
    handler.close_connection = True
    handler.connection.shutdown(socket.SHUT_RDWR)


def answers(handler: BaseHTTPRequestHandler) -> None:
    handler.send_response(200)
    handler.send_header("Content-Length", "0")
    handler.end_headers()


def post(port: int, *, seconds: float) -> int:
    url = f"http://localhost:{port}/"
    return exchange("POST", url, reach=Reach((url,), LOOPBACK), headers={}, content=b"x", seconds=seconds).status


def test_a_machine_that_is_switched_off_leaves_the_next_number_its_share_of_the_time(monkeypatch: Patch) -> None:
    """Of two servers under one name the first was waited for until there was no time left for the other."""
    with switched_off(OFF) as port, at(ON, port, answers):
        stands_for(monkeypatch, OFF, ON)

        assert post(port, seconds=2) == 200
        connect("localhost", port, inside=LOOPBACK, seconds=2, encrypted=False).close()


@pytest.mark.parametrize("hangs_up_at_once", [True, False])
def test_a_machine_that_does_not_show_who_it_is_leaves_it_to_the_next(
    monkeypatch: Patch, tmp_path: Path, hangs_up_at_once: bool
) -> None:
    """It takes the call, as a balancer does before a server that is off; not a byte of a letter was said to it."""
    authority = Authority()
    shows = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    shows.load_cert_chain(authority.write(tmp_path, "epd.example"))
    with socket.create_server((OFF, 0)) as first, ThreadPoolExecutor(2) as theirs:
        port = first.getsockname()[1]
        with socket.create_server((ON, port)) as second:
            stands_for(monkeypatch, OFF, ON)
            if hangs_up_at_once:
                theirs.submit(lambda: first.accept()[0].close())
            second.settimeout(5)
            there = theirs.submit(lambda: shows.wrap_socket(second.accept()[0], server_side=True))
            line = connect("epd.example", port, inside=LOOPBACK, seconds=3, encrypted=True, trust=authority.pem)

            assert line.getpeername() == (ON, port)
            line.close()
            there.result(5).close()


def test_what_one_machine_took_and_did_not_answer_is_not_put_to_the_next(monkeypatch: Patch) -> None:
    """Both may stand before one EPD: the letter would be there twice."""
    with at(OFF, 0, hangs_up) as (port, first), at(ON, port, answers) as (_, second):
        stands_for(monkeypatch, OFF, ON)
        with pytest.raises(NoReply) as silence:
            post(port, seconds=5)

    assert (silence.value.code, silence.value.was_sent) == ("cut", True)
    assert (first, second) == (["/"], [])


def test_of_a_name_with_very_many_numbers_a_few_are_tried(monkeypatch: Patch) -> None:
    stands_for(monkeypatch, *(f"127.0.0.{number}" for number in range(1, 40)))

    assert judged("localhost", 1, Reach((), LOOPBACK), seconds=5) == [
        f"127.0.0.{number}" for number in range(1, MOST_NUMBERS + 1)
    ]


def test_who_looks_names_up_is_not_waited_for_longer_than_agreed(monkeypatch: Patch) -> None:
    over = threading.Event()

    def slow(*_: object, **__: object) -> object:
        over.wait(5)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (ON, 1))]

    monkeypatch.setattr(socket, "getaddrinfo", slow)

    assert judged("localhost", 1, Reach((), LOOPBACK), seconds=0.05) == []
    over.set()


def test_a_receiver_on_the_internet_is_called_over_tls(monkeypatch: Patch) -> None:
    """Only a plain line needs a network that was registered."""
    called: list[object] = []

    def nobody(address: object, **_: object) -> socket.socket:
        called.append(address)
        raise OSError

    stands_for(monkeypatch, "93.184.215.14")
    monkeypatch.setattr(socket, "create_connection", nobody)
    with pytest.raises(NoReply) as silence:
        connect("epd.example", 2575, inside=(), seconds=1, encrypted=True)

    assert (silence.value.code, called) == ("unreachable", [("93.184.215.14", 2575)])
