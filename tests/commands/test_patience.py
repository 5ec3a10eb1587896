"""Lines that say half a request, or drip, hold a thread of a web process for a while only. Through gunicorn's own worker and real sockets."""

from __future__ import annotations

import os
import selectors
import socket
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import gunicorn.util
import pytest
from gunicorn.config import Config
from gunicorn.glogging import Logger
from gunicorn.workers.gthread import _DEFER, TConn

from mdo_portal.commands import patience
from mdo_portal.commands.patience import Closed, Crowd, Patience, Worker

HEAD = b"POST /fhir HTTP/1.1\r\nHost: portal.example\r\nContent-Length: 9\r\n\r\n"
App = Callable[[dict[str, Any], Any], Iterable[bytes]]


@pytest.fixture(autouse=True)
def _soon(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("FIRST_BYTE_SECONDS", "HEAD_SECONDS", "BODY_SECONDS"):
        monkeypatch.setattr(patience, name, 0.05)


class Seen:
    """A WSGI application that reads the body, and remembers what it met."""

    def __init__(self) -> None:
        self.body: bytes | None = None
        self.waits: float | None = -1.0

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        self.waits = environ["gunicorn.socket"].gettimeout()
        self.body = environ["wsgi.input"].read()
        start_response("204 No Content", [])
        return []


@dataclass
class Told:
    """What became of a line: the worker's answer, lines it still counts, and whether this one was closed on its own thread."""

    answer: Any
    counted: int
    closed: bool


def handled(sent: bytes, app: App) -> Told:
    """A line that says this, falls silent and stays open; fails when it still holds its thread after ten seconds."""
    settings = Config()
    worker = Worker(1, os.getpid(), [], None, 30, settings, Logger(settings))
    worker.wsgi, worker.alive, worker.nr_conns = app, True, 1
    worker.poller = selectors.DefaultSelector()
    ours, theirs = socket.socketpair()
    with ours, theirs, ThreadPoolExecutor(1) as threads:
        theirs.sendall(sent)
        line = TConn(settings, ours, ("127.0.0.1", 1), ("127.0.0.1", 2))
        done = threads.submit(worker.handle, line)
        try:
            wait([done], timeout=10)
            assert done.done(), "the thread is still held"
        finally:
            theirs.close()
        answer, is_closed = done.exception() or done.result(), ours.fileno() == -1
        worker.finish_request(line, done)
        return Told(answer, worker.nr_conns, is_closed)


def test_half_a_head_is_let_go() -> None:
    app = Seen()

    told = handled(b"GET /sign-in HTTP/1.1\r\nHost: portal.example\r\nX-More: ", app)

    assert (app.body, told.counted, told.closed) == (None, 0, True)


def test_a_line_that_says_nothing_waits_without_a_thread() -> None:
    assert handled(b"", Seen()).answer is _DEFER


def test_half_a_body_is_broken_off() -> None:
    app = Seen()

    told = handled(HEAD + b"half", app)

    assert (app.body, told.counted, told.closed) == (None, 0, True)


def test_a_whole_request_is_read_and_whoever_takes_the_line_waits_as_it_likes() -> None:
    app = Seen()

    told = handled(HEAD + b"the whole", app)

    assert (app.body, app.waits) == (b"the whole", None)
    assert (told.answer, told.counted, told.closed) == (True, 1, False), "it goes on"


def test_whose_end_stays_open_after_the_answer_is_closed_on_the_lines_own_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gunicorn.util.close_graceful, "__defaults__", (0.05, 65_536))

    told = handled(HEAD.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n") + b"the whole", Seen())

    assert (type(told.answer), told.counted, told.closed) == (Closed, 0, True)


class Drips:
    """A line that gives so many bytes at a time, a second apart, by a clock of its own."""

    def __init__(self, piece: int) -> None:
        self.now, self.piece = 0.0, piece
        self.waits: float | None = None

    def settimeout(self, seconds: float | None) -> None:
        assert seconds is None or seconds > 0
        self.waits = seconds

    def recv(self, size: int) -> bytes:
        self.now += 1
        return b"x" * min(size, self.piece)


def body_of(line: Drips, monkeypatch: pytest.MonkeyPatch, crowd: Crowd | None = None) -> Patience:
    monkeypatch.setattr(patience, "BODY_SECONDS", 30.0)
    reader = Patience(line, clock=lambda: line.now, crowd=crowd)
    reader.body_comes()
    return reader


def test_a_body_that_keeps_coming_takes_the_time_it_needs(monkeypatch: pytest.MonkeyPatch) -> None:
    reader = body_of(Drips(2_000), monkeypatch)

    assert sum(len(reader.recv(8_192)) for _ in range(1_000)) == 2_000_000


def test_a_body_that_drips_is_broken_off(monkeypatch: pytest.MonkeyPatch) -> None:
    reader = body_of(Drips(1), monkeypatch)

    with pytest.raises(TimeoutError):
        [reader.recv(8_192) for _ in range(100)]


def test_a_body_that_began_fast_and_falls_silent_is_waited_for_no_longer_than_another(monkeypatch: pytest.MonkeyPatch) -> None:
    """Thirty megabytes in a second bought more than eight hours of silence."""
    line = Drips(8_192)
    reader = body_of(line, monkeypatch)

    [reader.recv(8_192) for _ in range(100)]

    assert line.waits == patience.SILENT_SECONDS


def test_no_body_takes_hours(monkeypatch: pytest.MonkeyPatch) -> None:
    line = Drips(2_000)
    reader = body_of(line, monkeypatch)

    with pytest.raises(TimeoutError):
        [reader.recv(8_192) for _ in range(9_000)]

    assert line.now == patience.WHOLE_BODY_SECONDS


def test_of_many_slow_bodies_the_slowest_are_broken_off_and_the_others_go_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patience, "SLOW_AT_ONCE", 2)
    crowd = Crowd()
    honest = [body_of(Drips(piece), monkeypatch, crowd) for piece in (90_000, 70_000)]
    drips = [body_of(Drips(1_100), monkeypatch, crowd) for _ in range(3)]

    for _ in range(60):
        [one.recv(99_999) for one in honest]
        for one in drips:
            with suppress(TimeoutError):
                one.recv(99_999)

    assert [one.was_given_up for one in (*honest, *drips)] == [False, False, True, True, True]


def test_a_slow_body_that_is_whole_makes_room_for_another(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patience, "SLOW_AT_ONCE", 1)
    crowd = Crowd()
    first, second = (body_of(Drips(piece), monkeypatch, crowd) for piece in (90_000, 1_100))
    [first.recv(99_999) for _ in range(20)]
    first.body_ends()

    assert sum(len(second.recv(99_999)) for _ in range(20)) == 22_000
