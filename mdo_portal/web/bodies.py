"""A request whose body stops coming holds its thread for a while, and not for ever: the pages of every hospital need those threads.

nginx in front takes in a body before it passes it on (docs/operating/nginx.conf). This is for whoever reaches the process without it.
Heads, and bodies that drip: commands/patience.py.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

from gunicorn.http.errors import ParseException
from werkzeug.exceptions import ClientDisconnected, RequestEntityTooLarge
from werkzeug.wrappers import Request

from mdo_portal.errors import N_, PortalError

SILENT_SECONDS = 30.0
"""Between two pieces of a body."""

PASSED_OVER_SECONDS = 10.0
"""So long the rest of a body is taken in whose sender is not let in, so that the answer reaches it."""
BEGINNING = 65_536
"""So much is kept of a body that is larger than is taken."""
_PIECE = 4_096


class Broken(Exception):
    """The body did not come whole, or not as its envelope says."""


class FormTooLarge(PortalError):
    """More than any form of ours holds; nothing of it was kept."""

    status = 413
    sentence = N_("Dit formulier is te groot. Er is niets veranderd; kort de tekst in, of voeg hem als bestand aan de casus toe.")


def install(app: Any) -> None:
    """Bound the waiting of every request but that of a live socket, which is read for as long as it lives."""
    inner = app.wsgi_app

    def bounded(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        line = environ.get("gunicorn.socket")
        if line is None or _is_live(environ):
            return inner(environ, start_response)  # type: ignore[no-any-return]
        with suppress(OSError):
            line.settimeout(SILENT_SECONDS)
        try:
            return inner(environ, start_response)  # type: ignore[no-any-return]
        finally:  # the answer may take as long as its reader needs
            with suppress(OSError):
                line.settimeout(None)

    app.wsgi_app = bounded


def _is_live(environ: dict[str, Any]) -> bool:
    """Whether this opens a live socket, by all that such a request must be: anybody can write `Upgrade` above half a form."""
    return environ.get("REQUEST_METHOD") == "GET" and environ.get("HTTP_UPGRADE", "").strip().lower() == "websocket"


@contextmanager
def _told_as_broken() -> Iterator[None]:
    """What comes off the line in pieces that are no body, or stops coming."""
    try:
        yield
    except (ClientDisconnected, OSError, ParseException):
        raise Broken from None


def whole(request: Request) -> bytes:
    """The body. Raises Broken, and RequestEntityTooLarge."""
    with _told_as_broken():
        return request.get_data()


def begun(request: Request, *, most: int) -> bytes:
    """The body; of one that is longer the rest is passed over, and nothing is given. Raises as `passed_over`."""
    with _told_as_broken():
        raw: bytes = request.stream.read(most + 1)
    if len(raw) <= most:
        return raw
    passed_over(request)
    return b""


def beginning(request: Request) -> bytes:
    """Of a body that says it is larger than is taken; the rest is passed over, or its sender never hears why. b"" where nothing is left."""
    request.max_content_length = request.content_length
    start = b""
    with suppress(RequestEntityTooLarge, ClientDisconnected, OSError, ParseException, Broken):
        start = request.stream.read(BEGINNING)
        passed_over(request)
    return start


def passed_over(request: Request, *, clock: Callable[[], float] = time.monotonic) -> None:
    """Take a body in and keep nothing of it: it is of somebody who is not let in. The line may carry the next message, with a token
    that is known. Raises Broken, and RequestEntityTooLarge; who drips is heard no further.
    """
    until = clock() + PASSED_OVER_SECONDS
    with _told_as_broken():
        while request.stream.read(_PIECE) and clock() < until:
            pass


def swallow(request: Request, *, most: int) -> None:
    """As `passed_over`, whatever comes of it: a browser shows the answer only after all of its form was taken in."""
    request.max_content_length = most
    with suppress(Broken):
        passed_over(request)
