"""One bounded HTTP exchange with a registered address: no redirects, no proxies from the environment, a size limit and a deadline."""

from __future__ import annotations

import re
import ssl
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from typing import Any, Self

import httpx

from integrations.out import open_lines, tls
from integrations.out.numbers import judged
from integrations.out.reach import NotRegistered, Reach, Target

MAX_ANSWER = 1_000_000


@dataclass(frozen=True)
class Reply:
    """What came back, whole."""

    status: int
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)  # names in small letters

    @property
    def asks_to_wait(self) -> float:
        """Seconds that it asks us to stay away (RFC 9110, 10.2.3): told as such, or as a moment by its own clock. 0 for anything else."""
        said = self.headers.get("retry-after", "").strip()
        if re.fullmatch("[0-9]{1,9}", said):
            return float(said)
        try:
            until, told_at = (parsedate_to_datetime(when) for when in (said, self.headers.get("date", "")))
            return max(0.0, (until - told_at).total_seconds())
        except (TypeError, ValueError, OverflowError):  # a word, no clock to read it by, or a moment that says not where
            return 0.0


class NoReply(Exception):
    """No whole answer came. `was_sent` is False only when the request certainly never left."""

    def __init__(self, code: str, *, was_sent: bool) -> None:
        super().__init__(code)
        self.code = code
        self.was_sent = was_sent


def exchange(
    method: str,
    url: str,
    *,
    reach: Reach,
    headers: Mapping[str, str],
    content: bytes = b"",
    seconds: float,
    limit: int = MAX_ANSWER,
    certificate: str = "",
    trust: str = "",
) -> Reply:
    """Ask once and read the answer. Raises NoReply; `seconds` bounds the whole, also a peer that drips.

    Code `address` when it is not registered or its name stands for a number inside our own walls: then nothing was said to anybody.
    """
    try:
        target = reach.target(url)
        verify = tls.context(certificate, trust)
    except NotRegistered:
        raise NoReply("address", was_sent=False) from None
    except (ssl.SSLError, ValueError):
        raise NoReply("certificate", was_sent=False) from None
    until = time.monotonic() + seconds
    numbers = _judged(target, reach, seconds)
    asked = {"Accept-Encoding": "identity", **headers, "Host": target.authority}
    for others, number in zip(range(len(numbers) - 1, 0, -1), numbers, strict=False):
        try:
            return _ask(method, target, number, asked, content, until=until, others=others, limit=limit, verify=verify)
        except NoReply as silence:
            if silence.code != "no_connection":
                raise
    return _ask(method, target, numbers[-1], asked, content, until=until, others=0, limit=limit, verify=verify)


def _judged(target: Target, reach: Reach, seconds: float) -> list[str]:
    """The numbers the name stands for now."""
    try:
        numbers = judged(target.host, target.port, reach, seconds=seconds)
    except NotRegistered:
        raise NoReply("address", was_sent=False) from None
    if not numbers:
        raise NoReply("no_connection", was_sent=False)
    return numbers


def _ask(
    method: str, target: Target, number: str, headers: Mapping[str, str], content: bytes,
    *, until: float, others: int, limit: int, verify: ssl.SSLContext,
) -> Reply:  # fmt: skip
    """`others`: numbers still to try. A machine that is off says nothing at all, and must leave them their share of the time."""
    left = max(0.05, until - time.monotonic())
    deadline, patience = _Deadline(left), httpx.Timeout(left, connect=left / (1 + others))
    with deadline, _translated(deadline), httpx.Client(trust_env=False, timeout=patience, verify=verify) as client:
        more = {"trace": deadline.watch, "sni_hostname": target.host}
        request = client.build_request(method, target.at(number), headers=headers, content=content, extensions=more)
        response = client.send(request, stream=True, follow_redirects=False)
        try:
            reply = Reply(response.status_code, _body(response, limit), dict(response.headers))
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
    except (httpx.ConnectError, httpx.ConnectTimeout) as trouble:
        raise NoReply("certificate" if _is_distrust(trouble) else "no_connection", was_sent=False) from None
    except httpx.TimeoutException:
        raise NoReply("timeout", was_sent=True) from None
    except (httpx.HTTPError, httpx.InvalidURL, OSError):
        raise NoReply("timeout" if deadline.passed else "cut", was_sent=True) from None


def _is_distrust(trouble: BaseException | None) -> bool:
    """Whether we hung up because their certificate ended, is of another name, or of an authority that we do not know."""
    while trouble is not None and not isinstance(trouble, ssl.SSLCertVerificationError):
        trouble = trouble.__cause__ or trouble.__context__
    return trouble is not None


class _Deadline:
    """Shuts the connection when the time is over: httpx times each read alone, so a dripping peer could hold us for hours."""

    def __init__(self, seconds: float) -> None:
        self.passed = False
        self._lines: list[open_lines.Line] = []
        self._lock = threading.Lock()
        self._timer = threading.Timer(seconds, self._end)
        self._timer.daemon = True

    def __enter__(self) -> Self:
        self._timer.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._timer.cancel()

    def watch(self, event: str, told: Mapping[str, Any]) -> None:
        """httpcore's trace hook: remember each connection as it is made. One that was made too late ends at once: a peer can be slow
        enough in shaking hands that the time is over before there is anything to shut.
        """
        if event not in {"connection.connect_tcp.complete", "connection.start_tls.complete"}:
            return
        line = told["return_value"].get_extra_info("socket")
        if line is None:
            return
        open_lines.opened(line)
        with self._lock:
            self._lines.append(line)
            is_late = self.passed
        if is_late:
            open_lines.shut(line)

    def _end(self) -> None:
        with self._lock:
            self.passed = True
            lines = [line for line in self._lines if line.fileno() != -1]
        for line in lines:
            open_lines.shut(line)
