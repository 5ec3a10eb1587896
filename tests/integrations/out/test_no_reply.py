"""No whole answer: whether what was asked may have arrived. A letter that may is called sent, and is never put to a second machine."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from integrations.out import LOOPBACK, MAX_ANSWER, NoReply, Reach, exchange
from tests.integrations.fhir.make import Told, server

ELSEWHERE = "https://elders.example/fhir"


def silence(url: str, *, endpoints: tuple[str, ...] = (), seconds: float = 5.0, limit: int = MAX_ANSWER) -> tuple[str, bool]:
    """Why there was no answer, and whether the request may have arrived."""
    with pytest.raises(NoReply) as caught:
        exchange("POST", url, reach=Reach(endpoints or (url,), LOOPBACK), headers={}, content=b"x", seconds=seconds, limit=limit)
    return caught.value.code, caught.value.was_sent


def test_where_we_may_not_go_nothing_was_sent() -> None:
    assert silence(ELSEWHERE, endpoints=("https://epd.example/fhir",)) == ("address", False)


def test_nor_to_a_name_that_stands_for_a_number_inside_our_walls(monkeypatch: pytest.MonkeyPatch) -> None:
    found = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("10.0.0.5", 443))]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: found)

    assert silence(ELSEWHERE) == ("address", False)


@pytest.mark.parametrize(
    ("told", "seconds", "limit", "code"),
    [
        (Told(200, b"\x1f\x8b", headers={"Content-Encoding": "gzip"}), 5.0, MAX_ANSWER, "compressed"),
        (Told(200, b"x" * 11), 5.0, 10, "too_large"),
        (Told(200, b"x", silent_for=1.0), 0.3, MAX_ANSWER, "timeout"),
        (Told(200, b"x" * 100, drip=0.05), 0.4, MAX_ANSWER, "timeout"),
    ],
)
def test_what_was_answered_otherwise_than_agreed_may_have_arrived(told: Told, seconds: float, limit: int, code: str) -> None:
    with server(told) as url:
        assert silence(url, seconds=seconds, limit=limit) == (code, True)


def test_an_answer_of_exactly_what_is_agreed_is_read() -> None:
    with server(Told(200, b"x" * 10)) as url:
        reply = exchange("GET", url, reach=Reach((url,), LOOPBACK), headers={}, seconds=5, limit=10)

    assert reply.body == b"x" * 10


def test_an_answer_is_asked_for_as_it_is_and_not_packed() -> None:
    told = Told(200, b"{}")
    with server(told) as url:
        exchange("GET", url, reach=Reach((url,), LOOPBACK), headers={}, seconds=5)

    assert told.asked[0][2]["Accept-Encoding"] == "identity"


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


def test_what_one_machine_took_and_did_not_answer_is_not_put_to_the_next_under_its_name(monkeypatch: pytest.MonkeyPatch) -> None:
    """Both may stand before one EPD: the letter would be there twice."""
    with at("127.0.0.3", 0, hangs_up) as (port, first), at("127.0.0.1", port, answers) as (_, second):
        found = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (number, port)) for number in ("127.0.0.3", "127.0.0.1")]
        monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: found)

        assert silence(f"http://localhost:{port}/") == ("cut", True)

    assert (first, second) == (["/"], [])
