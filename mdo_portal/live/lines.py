"""The lines of live pages, frame by frame: taken in no faster than a page sends them; of who sends something else the line ends.

The libraries below bound neither. A message in pieces (or pressed together, a thousandfold) was held whole before its size was looked at,
each piece that could not be read was a line in the log, and answers were heaped up for who did not read them.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import Any

import simple_websocket
import structlog
from engineio.async_drivers._websocket_wsgi import SimpleWebSocketWSGI
from wsproto.utilities import LocalProtocolError

from mdo_portal.allowance import Allowance, Rate
from mdo_portal.errors import whereabouts

log = structlog.get_logger(__name__)
LARGEST = 128_000
"""Bytes of one message."""
FRAMES = Rate(400, 120)
"""An event with bytes is two; what is more than a page may ask (registry.py) is answered with *rate*."""
BYTES = Rate(2_000_000, 500_000)
UNHEARD = 64
"""Frames that were read and not heard yet; of who sends on nothing is read meanwhile."""
UNREAD = 1_000_000
"""Bytes of answers that wait for their reader, who is not heard meanwhile."""
_PAUSE = 0.02
_rest = time.sleep
_ENVELOPE = 200
_KINDS = frozenset("0123456")
"""What engineio calls its packets; a page never sends bytes as text (`b`)."""
_CONNECT = "0"


class Unreadable(ValueError):
    """No page of ours sends that."""


class Unhurried(simple_websocket.Server):  # type: ignore[misc]
    """Reads no further while much is unheard: the sender's own line fills, and they wait."""

    def _handle_events(self) -> bool:
        going: bool = super()._handle_events()
        while going and self.connected and len(self.input_buffer) > UNHEARD:
            time.sleep(_PAUSE)
        return going


class Line(SimpleWebSocketWSGI):  # type: ignore[misc]
    """One line, as engineio wants it (`wait`, `send`, `close`)."""

    def __init__(self, handler: Callable[[Any], Any], server: Any) -> None:
        super().__init__(handler, server)
        self._end = handler.__self__  # type: ignore[attr-defined]  # engineio's own half of this line
        self._end.broke_off = self._end.begun = False
        self._frames = Allowance(FRAMES)
        self._bytes = Allowance(BYTES)

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        # A thousand bytes may unfold to a million, and nothing we say gains by it.
        plain = {name: value for name, value in environ.items() if name != "HTTP_SEC_WEBSOCKET_EXTENSIONS"}
        self.ws = Unhurried(plain, max_message_size=LARGEST)
        try:
            self.app(self)
        except Exception as error:
            # The edge of a line: one that breaks must be over for engineio too, or its threads wait on.
            log.warning("live.line_broke", **whereabouts(error))
            self._over()
        if self.ws.mode == "gunicorn":
            raise StopIteration
        raise ConnectionError  # as werkzeug is told that the line is not its any more

    def wait(self) -> str | bytes | None:
        """The next frame, when its time has come; None when the line is over."""
        while self._is_heaped():
            if self._end.closed:
                return None
            time.sleep(_PAUSE)
        frame: str | bytes | None = None if self._end.broke_off else super().wait()
        if frame is None or not _is_readable(frame):
            return None
        _rest(max(self._frames.take(1), self._bytes.take(len(frame))))
        return frame

    def close(self) -> None:
        with suppress(LocalProtocolError, OSError):  # it was said already, or there is nobody to say it to
            super().close()

    def _is_heaped(self) -> bool:
        with self._end.queue.mutex:
            waiting = list(self._end.queue.queue)
        return sum(_ENVELOPE + _size(packet) for packet in waiting) > UNREAD

    def _over(self) -> None:
        self._end.queue.put(None)
        self._end.close(wait=False, abort=True)
        self.close()


def _size(packet: Any) -> int:
    data = getattr(packet, "data", None)
    return len(data) if isinstance(data, str | bytes) else 0


def _is_readable(frame: str | bytes) -> bool:
    return isinstance(frame, bytes) or frame[:1] in _KINDS


def install(server: Any) -> None:
    """Have all lines of this Socket.IO server so."""
    server.eio._async = server.eio._async | {"websocket": Line}
    heard = server.eio.handlers["message"]

    def hear(line: str, said: Any) -> None:
        if (end := server.eio.sockets.get(line)) is not None:
            _hear(end, said, lambda: heard(line, said))

    server.eio.on("message", hear)


def _hear(end: Any, said: Any, heard: Callable[[], None]) -> None:
    """What cannot be read, and a second beginning, end the line: a page of ours that comes back comes on another."""
    is_beginning = isinstance(said, str) and said.startswith(_CONNECT)
    try:
        if is_beginning and end.begun:
            raise Unreadable
        end.begun = end.begun or is_beginning
        heard()
    except Exception as error:
        # The edge of a line: whatever the library makes of what was sent, only this line ends.
        log.warning("live.unreadable", **whereabouts(error))
        end.broke_off = True
