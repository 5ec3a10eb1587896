"""The MLLP port of the hospital: frames in, to the desk, acknowledgements out; one thread per connection."""

from __future__ import annotations

import socket
import socketserver
import threading
from collections.abc import Callable

from integrations.hl7v2.wire.mllp import FrameTooLarge, MllpDecoder, frame
from integrations.simulator.config import Endpoint

Receive = Callable[[bytes], list[bytes]]


class MllpDoor(socketserver.ThreadingTCPServer):
    """Open from the moment it is made. Raises OSError when the port is taken."""

    daemon_threads = True
    allow_reuse_address = True

    def __init__(self, at: Endpoint, receive: Receive) -> None:
        super().__init__((at.host, at.port), _Connection)
        self.receive = receive
        self._thread = threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.1}, name="mllp", daemon=True)
        self._thread.start()

    @property
    def port(self) -> int:
        return int(self.socket.getsockname()[1])

    def close(self) -> None:
        self.shutdown()
        self.server_close()


class _Connection(socketserver.BaseRequestHandler):
    server: MllpDoor
    request: socket.socket

    def handle(self) -> None:
        decoder = MllpDecoder()
        try:
            while data := self.request.recv(65_536):
                for raw in decoder.feed(data):
                    self.request.sendall(b"".join(map(frame, self.server.receive(raw))))
        except (OSError, FrameTooLarge):
            return  # the sender left, or sends no HL7: he repeats
