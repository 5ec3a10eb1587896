"""No whole answer: whether what was asked may have arrived. A letter that may is called sent, and is never put to a second machine."""

from __future__ import annotations

import socket

import httpx
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


@pytest.mark.parametrize("trouble", [httpx.ReadTimeout, httpx.WriteTimeout, httpx.RemoteProtocolError, httpx.ReadError])
def test_whatever_broke_off_once_the_request_was_on_its_way_it_may_have_arrived(
    monkeypatch: pytest.MonkeyPatch, trouble: type[httpx.HTTPError]
) -> None:
    def broken(*_: object, **__: object) -> httpx.Response:
        raise trouble("")

    monkeypatch.setattr(httpx.Client, "send", broken)

    assert silence("http://127.0.0.1:9/")[1]


def test_an_answer_of_exactly_what_is_agreed_is_read() -> None:
    with server(Told(200, b"x" * 10)) as url:
        reply = exchange("GET", url, reach=Reach((url,), LOOPBACK), headers={}, seconds=5, limit=10)

    assert reply.body == b"x" * 10


def test_an_answer_is_asked_for_as_it_is_and_not_packed() -> None:
    told = Told(200, b"{}")
    with server(told) as url:
        exchange("GET", url, reach=Reach((url,), LOOPBACK), headers={}, seconds=5)

    assert told.asked[0][2]["Accept-Encoding"] == "identity"
