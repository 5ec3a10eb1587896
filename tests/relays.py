"""What stands between us and a PostgreSQL, and may fall silent: it reads no more and writes no more, and every socket stays open."""

from __future__ import annotations

import select
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import parse_qs, urlsplit

NAME = ".s.PGSQL.5432"


class Relay:
    """A door of its own to the database at `url`."""

    def __init__(self, url: str, folder: Path) -> None:
        (self._inside,) = parse_qs(urlsplit(url).query)["host"]
        self.url = url.replace(self._inside, str(folder))
        self.is_silent = False
        self._ended = False
        self._inner: list[socket.socket] = []
        self._outer: list[socket.socket] = []  # kept: what nobody has any more is closed
        self._door = socket.socket(socket.AF_UNIX)
        self._door.bind(str(folder / NAME))
        self._door.listen(50)
        threading.Thread(target=self._let_in, daemon=True).start()

    def leave(self) -> None:
        """The database behind it is gone; who came through it before hears nothing of that."""
        self.is_silent = True
        for line in self._inner:
            line.close()
        self._inner.clear()

    def close(self) -> None:
        self._ended = True
        self._door.close()
        self.leave()

    def _let_in(self) -> None:
        with suppress(OSError, ValueError):
            while not self._ended:
                if self._waits(self._door):
                    outer, _ = self._door.accept()
                    inner = socket.socket(socket.AF_UNIX)
                    inner.connect(f"{self._inside}/{NAME}")
                    self._inner.append(inner)
                    self._outer.append(outer)
                    for two in ((outer, inner), (inner, outer)):
                        threading.Thread(target=self._pass_on, args=two, daemon=True).start()

    def _waits(self, line: socket.socket) -> bool:
        return not self.is_silent and bool(select.select([line], [], [], 0.02)[0]) and not self.is_silent

    def _pass_on(self, one: socket.socket, other: socket.socket) -> None:
        with suppress(OSError, ValueError):
            while not self._ended:
                if self.is_silent:
                    threading.Event().wait(0.02)
                elif self._waits(one):
                    data = one.recv(65_536)
                    if not data:
                        break
                    other.sendall(data)
            other.shutdown(socket.SHUT_WR)


@contextmanager
def relay(url: str) -> Iterator[Relay]:
    with TemporaryDirectory(
        prefix="relay-"
    ) as near:  # pytest's own folder is called after the test: too long a name for a socket
        made = Relay(url, Path(near))
        yield made
        made.close()
