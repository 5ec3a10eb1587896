"""Lines of nobody: opened without a person behind them, kept open by hand after their person was shown out, or over while their other end
says nothing any more. Each holds a thread of the web process, as pages need them too: they are few, and end soon.
"""

from __future__ import annotations

import socket
from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import Any

_SOCKETS = ("gunicorn.socket", "werkzeug.socket")


class Nameless:
    """Watches the lines of one Socket.IO server. `most`: so many at once may not have said yet whose they are; a page does in moments."""

    def __init__(self, server: Any, *, most: int) -> None:
        self._server, self._most = server, most
        self._before: set[str] = set()
        self._over: list[socket.socket] = []
        self._long_over: list[socket.socket] = []
        self._enter, self._leave = server.eio.handlers["connect"], server.eio.handlers["disconnect"]
        server.eio.on("connect", self._opened)
        server.eio.on("disconnect", self._ended)

    def _opened(self, line: str, environ: Mapping[str, Any]) -> Any:
        """What engineio asks before a line gets its thread for good: False is no."""
        return self._enter(line, environ) if len(self._found()) <= self._most else False

    def _ended(self, line: str, *reason: Any) -> Any:
        self._over.extend(self._sockets(line))
        return self._leave(line, *reason)

    def close(self) -> None:
        """End those that were nameless, or over, the last time already. Not by asking: who keeps a line open on purpose answers nothing."""
        now = self._found()
        for one in (*self._long_over, *(held for line in now & self._before for held in self._sockets(line))):
            with suppress(OSError):  # gone by itself meanwhile
                one.shutdown(socket.SHUT_RDWR)
        self._before, self._long_over, self._over = now, self._over, []

    def _found(self) -> set[str]:
        return {line for line in list(self._server.eio.sockets) if self._server.manager.sid_from_eio_sid(line, "/") is None}

    def _sockets(self, line: str) -> Iterator[socket.socket]:
        environ = self._server.environ.get(line, {})
        return (environ[name] for name in _SOCKETS if name in environ)
