"""One bounded HTTP exchange: no redirects, no proxies from the environment, a size limit and a deadline for the whole of it."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Self
from urllib.parse import urlsplit

import httpx

MAX_ANSWER = 1_000_000
_LOOPBACK = {"localhost", "127.0.0.1", "::1"}


@dataclass(frozen=True)
class Reply:
    """What came back, whole."""

    status: int
    body: bytes


class NoReply(Exception):
    """No whole answer came. `was_sent` is False only when the request certainly never left."""

    def __init__(self, code: str, *, was_sent: bool) -> None:
        super().__init__(code)
        self.code = code
        self.was_sent = was_sent


def is_allowed(url: str) -> bool:
    """https to anywhere, http only to this machine; never an address with a password in it."""
    try:
        parts = urlsplit(url)
        secure = parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in _LOOPBACK)
        return secure and bool(parts.hostname) and parts.username is None and not parts.query and not parts.fragment
    except ValueError:
        return False


def exchange(
    method: str,
    url: str,
    *,
    headers: Mapping[str, str],
    content: bytes = b"",
    seconds: float,
    limit: int = MAX_ANSWER,
    may_reach: Callable[[str], bool] | None = None,
) -> Reply:
    """Ask once and read the answer. Raises NoReply; `seconds` bounds the whole, also a peer that drips.

    `may_reach` judges the numeric address we are connected to, before anything is said: what a name stood for a moment
    earlier is no proof.
    """
    asked = {"Accept-Encoding": "identity", **headers}
    deadline = _Deadline(seconds, may_reach)
    with deadline, _translated(deadline), httpx.Client(trust_env=False, timeout=seconds) as client:
        request = client.build_request(method, url, headers=asked, content=content, extensions={"trace": deadline.watch})
        response = client.send(request, stream=True, follow_redirects=False)
        try:
            reply = Reply(response.status_code, _body(response, limit))
            if deadline.passed:  # our own cut looks like the end of an answer without a length
                raise NoReply("timeout", was_sent=True)
            return reply
        finally:
            response.close()


def _body(response: httpx.Response, limit: int) -> bytes:
    """Raw, never unpacked: a compressed answer was not asked for, and a small one can be endless."""
    if response.headers.get("content-encoding", "identity") != "identity":
        raise NoReply("compressed", was_sent=True)
    found = bytearray()
    for piece in response.iter_raw():
        found += piece
        if len(found) > limit:
            raise NoReply("too_large", was_sent=True)
    return bytes(found)


@contextmanager
def _translated(deadline: _Deadline) -> Iterator[None]:
    try:
        yield
    except (httpx.ConnectError, httpx.ConnectTimeout):
        raise NoReply("no_connection", was_sent=False) from None
    except httpx.TimeoutException:
        raise NoReply("timeout", was_sent=True) from None
    except (httpx.HTTPError, httpx.InvalidURL, OSError):
        raise NoReply("timeout" if deadline.passed else "cut", was_sent=True) from None


class _Deadline:
    """Shuts the connection when the time is over: httpx times each read alone, so a dripping peer could hold us for hours."""

    def __init__(self, seconds: float, may_reach: Callable[[str], bool] | None = None) -> None:
        self.passed = False
        self._may_reach = may_reach
        self._streams: list[Any] = []
        self._timer = threading.Timer(seconds, self._end)
        self._timer.daemon = True

    def __enter__(self) -> Self:
        self._timer.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._timer.cancel()

    def watch(self, event: str, told: Mapping[str, Any]) -> None:
        """httpcore's trace hook: remember each connection as it is made."""
        if event in {"connection.connect_tcp.complete", "connection.start_tls.complete"}:
            self._streams.append(told["return_value"])
        if event == "connection.connect_tcp.complete" and self._may_reach is not None:
            peer = told["return_value"].get_extra_info("server_addr")
            if not self._may_reach(str(peer[0])):
                raise NoReply("address", was_sent=False)

    def _end(self) -> None:
        self.passed = True
        for stream in self._streams:
            raw = stream.get_extra_info("socket")
            if raw is not None and raw.fileno() != -1:
                _shut(raw)


def _shut(raw: socket.socket) -> None:
    try:
        raw.shutdown(socket.SHUT_RDWR)
    except OSError:
        return  # it was gone already
