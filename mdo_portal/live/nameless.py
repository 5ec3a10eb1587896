"""Lines of nobody: opened without a person behind them, or kept open by hand after their person was shown out. Each holds a thread of the
web process, as pages need them too: they are few, and end soon.
"""

from __future__ import annotations

import socket
from contextlib import suppress
from typing import Any

_SOCKETS = ("gunicorn.socket", "werkzeug.socket")


class Nameless:
    """Watches the lines of one Socket.IO server. `most`: so many at once may not have said yet whose they are; a page does in moments."""

    def __init__(self, server: Any, *, most: int) -> None:
        self._server, self._most = server, most
        self._before: set[str] = set()
        self._enter = server.eio.handlers["connect"]
        server.eio.on("connect", self._opened)

    def _opened(self, line: str, environ: dict[str, Any]) -> Any:
        """What engineio asks before a line gets its thread for good: False is no."""
        return self._enter(line, environ) if len(self._found()) <= self._most else False

    def close(self) -> None:
        """End those that were nameless the last time already. Not by asking: who keeps a line open on purpose answers nothing."""
        now = self._found()
        for line in now & self._before:
            environ = self._server.environ.get(line, {})
            for name in _SOCKETS:
                if name in environ:
                    with suppress(OSError):  # gone by itself meanwhile
                        environ[name].shutdown(socket.SHUT_RDWR)
        self._before = now

    def _found(self) -> set[str]:
        return {line for line in list(self._server.eio.sockets) if self._server.manager.sid_from_eio_sid(line, "/") is None}
