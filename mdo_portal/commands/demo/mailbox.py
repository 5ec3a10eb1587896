"""The demo's mail server: takes every mail, delivers none, keeps each as a file to look at. On this machine only."""

from __future__ import annotations

import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

LONGEST_LINE, LONGEST_MAIL = 4_096, 1_000_000
SENDER = "mdo-portaal@duin-en-delta.example"
_ANSWERS = {b"MAIL": b"250 ok", b"RCPT": b"250 ok", b"RSET": b"250 ok", b"NOOP": b"250 ok", b"DATA": b"354 go on"}


class _Line(socketserver.StreamRequestHandler):
    """One conversation; of SMTP (RFC 5321) what a client needs to hand in a mail."""

    timeout = 20
    folder: Path
    numbers: Iterator[int]

    def handle(self) -> None:
        self._say(b"220 demo")
        while line := self.rfile.readline(LONGEST_LINE):
            word = line[:4].upper()
            if word in (b"EHLO", b"HELO"):
                self._say(b"250 demo")
            elif word == b"QUIT":
                return self._say(b"221 bye")
            else:
                self._say(_ANSWERS.get(word, b"502 not here"))
            if word == b"DATA":
                self._keep()
        return None

    def _keep(self) -> None:
        lines: list[bytes] = []
        size = 0
        while (line := self.rfile.readline(LONGEST_LINE)) not in (b".\r\n", b""):
            size += len(line)
            if size <= LONGEST_MAIL:
                lines.append(line.removeprefix(b".") if line.startswith(b"..") else line)
        (self.folder / f"{next(self.numbers):04d}.eml").write_bytes(b"".join(lines))
        self._say(b"250 kept")

    def _say(self, words: bytes) -> None:
        self.wfile.write(words + b"\r\n")


class _Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True


@contextmanager
def mailbox(port: int, folder: Path) -> Iterator[None]:
    """Listens on loopback until it is left; mails stand in `folder` as NNNN.eml."""
    folder.mkdir(parents=True, exist_ok=True)
    line = type("Line", (_Line,), {"folder": folder, "numbers": count(len(list(folder.glob("*.eml"))) + 1)})
    with _Server(("127.0.0.1", port), line) as server:
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.2}, daemon=True).start()
        try:
            yield
        finally:
            server.shutdown()
