"""Hanging up: whoever waits for an answer hears at once that the line broke, and says that it may have been sent."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from integrations.hl7v2.sending.sender import MllpSender
from integrations.out import LOOPBACK, NoReply, Reach, exchange, hang_up, open_lines
from mdo_portal.exchange import Address, ReceiptKind


@pytest.fixture
def silent() -> Iterator[tuple[int, threading.Event]]:
    """A receiver that takes what comes and says nothing; and whether something came."""
    came = threading.Event()
    server = socket.create_server(("127.0.0.1", 0))

    def take() -> None:
        line, _ = server.accept()
        line.recv(1)
        came.set()
        kept.append(line)

    kept: list[socket.socket] = []
    threading.Thread(target=take, daemon=True).start()
    yield server.getsockname()[1], came
    for one in (server, *kept):
        one.close()


def test_a_letter_that_waits_for_its_acknowledgement_hears_that_the_line_broke(silent: tuple[int, threading.Event]) -> None:
    port, came = silent
    address = Address(
        hospital_code="ZEED", profile="hix", host="127.0.0.1", port=port, tls=False, inside=LOOPBACK, timeout_seconds=30
    )

    said, seconds = hung_up_on(came, lambda: MllpSender().exchange(b"MSH|^~\\&|", "X", address))

    assert said.kind is ReceiptKind.UNKNOWN and seconds < 5


def test_an_http_exchange_that_waits_hears_it_too(silent: tuple[int, threading.Event]) -> None:
    port, came = silent

    def ask() -> object:
        try:
            return exchange(
                "POST",
                f"http://127.0.0.1:{port}/",
                reach=Reach((f"http://127.0.0.1:{port}/",), LOOPBACK),
                headers={},
                content=b"x",
                seconds=30,
            )
        except NoReply as silence:
            return silence

    said, seconds = hung_up_on(came, ask)

    assert isinstance(said, NoReply) and said.was_sent and seconds < 5


def hung_up_on(came: threading.Event, act: Callable[[], object]) -> tuple[object, float]:
    with ThreadPoolExecutor(1) as pool:
        answer = pool.submit(act)
        assert came.wait(10)
        began = time.monotonic()
        assert hang_up() >= 1
        return answer.result(20), time.monotonic() - began


def test_a_line_that_was_gone_already_is_not_counted_and_keeps_no_other_open() -> None:
    closed, never = socket.socket(), socket.socket()
    here, there = socket.socketpair()
    for line in (closed, never, here):
        open_lines.opened(line)
    closed.close()

    assert hang_up() == 2
    assert there.recv(1) == b""
    for line in (never, here, there):
        line.close()
