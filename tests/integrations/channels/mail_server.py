"""A mail server on this machine, that keeps what it is handed or answers as it is told."""

from __future__ import annotations

import socket
import socketserver
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager


class Post(socketserver.ThreadingTCPServer):
    """A mail server that keeps what it is handed, or answers as it is told."""

    daemon_threads = allow_reuse_address = True

    step = 0.0  #: seconds before it says a word

    def __init__(self, tls: ssl.SSLContext | None, refuses: str = "", *, at_once: bool = False, goodbye: str = "221 bye") -> None:
        super().__init__(("127.0.0.1", 0), _Line)
        self.tls, self.refuses, self.at_once, self.goodbye = tls, refuses, at_once, goodbye
        self.mails: list[bytes] = []
        self.heard: list[tuple[bool, str]] = []  # was it encrypted, what was said


class _Line(socketserver.BaseRequestHandler):
    server: Post
    request: socket.socket

    def handle(self) -> None:
        try:
            self._talk()
        except (OSError, ValueError):
            return

    def _talk(self) -> None:
        line, encrypted = self.request, False
        if self.server.tls and self.server.at_once:  # smtps
            line, encrypted = self.server.tls.wrap_socket(line, server_side=True), True
        file = line.makefile("rwb")

        def say(words: str) -> None:
            time.sleep(self.server.step)
            file.write(f"{words}\r\n".encode())
            file.flush()

        say("220 here")
        while said := file.readline().decode().strip():
            word = said.split(" ")[0].split(":")[0].upper()
            self.server.heard.append((encrypted, said))
            if word == "EHLO" and self.server.at_once:
                say("250-here\r\n250 AUTH PLAIN")
            elif word == "AUTH":
                say("235 it is you")
            elif word == "EHLO":
                say("250-here\r\n250 STARTTLS" if self.server.tls and not encrypted else "250 here")
            elif word == "STARTTLS" and self.server.tls:
                say("220 go on")
                line = self.server.tls.wrap_socket(line, server_side=True)
                file, encrypted = line.makefile("rwb"), True
            elif word == "DATA":
                say("354 go on")
                lines = []
                while (one := file.readline()) != b".\r\n":
                    lines.append(one)
                self.server.mails.append(b"".join(lines))
                say("250 kept")
            elif word == "QUIT":
                say(self.server.goodbye)
                return
            else:
                say(self.server.refuses or "250 ok")


@contextmanager
def post(
    tls: ssl.SSLContext | None = None, refuses: str = "", *, at_once: bool = False, goodbye: str = "221 bye"
) -> Iterator[Post]:
    server = Post(tls, refuses, at_once=at_once, goodbye=goodbye)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()
