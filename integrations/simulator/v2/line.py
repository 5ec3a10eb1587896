"""The outgoing MLLP line: one connection that stays open, and an acknowledgement for every message before the next."""

from __future__ import annotations

import socket
import time

from integrations.hl7v2.wire.answers import read_ack
from integrations.hl7v2.wire.mllp import FrameTooLarge, MllpDecoder, frame
from integrations.simulator.config import Endpoint
from mdo_portal.exchange import Receipt, ReceiptKind


class MllpLine:
    """Used by one thread. A line that stayed silent is closed: with ZorgDomein's shared MSH-10 a late word could be about another."""

    def __init__(self, to: Endpoint, *, answer_seconds: float) -> None:
        self._to, self._seconds = to, answer_seconds
        self._socket: socket.socket | None = None
        self._decoder = MllpDecoder()

    def send(self, body: bytes, control_id: str) -> Receipt:
        """The portal's word, UNKNOWN when it stays silent, LATER when nobody is there. Never raises for the network."""
        try:
            self._write(frame(body))
            return self._word(control_id)
        except TimeoutError:
            self.close()
            return Receipt(ReceiptKind.UNKNOWN, "timeout")
        except (OSError, FrameTooLarge) as trouble:
            self.close()
            return Receipt(ReceiptKind.LATER, "unreachable", text=type(trouble).__name__)

    def close(self) -> None:
        if self._socket is not None:
            self._socket.close()
        self._socket, self._decoder = None, MllpDecoder()

    def _write(self, framed: bytes) -> None:
        """On the open connection; when the portal closed it since the last message, on a new one."""
        if self._socket is not None and _is_gone(self._socket):
            self.close()
        if self._socket is None:
            self._socket = socket.create_connection((self._to.host, self._to.port), timeout=self._seconds)
        self._socket.settimeout(self._seconds)
        self._socket.sendall(framed)

    def _word(self, control_id: str) -> Receipt:
        deadline = time.monotonic() + self._seconds
        while (left := deadline - time.monotonic()) > 0:
            for answer in self._heard(left):
                receipt = read_ack(answer, control_id)
                if receipt.kind is not ReceiptKind.UNKNOWN:
                    return receipt
        raise TimeoutError

    def _heard(self, seconds: float) -> list[bytes]:
        if self._socket is None:
            raise ConnectionResetError
        self._socket.settimeout(seconds)
        data = self._socket.recv(65_536)
        if not data:
            raise ConnectionResetError
        return self._decoder.feed(data)


def _is_gone(connection: socket.socket) -> bool:
    """Whether the other side closed, or said something nobody asked: then a clean start is safer."""
    connection.setblocking(False)
    try:
        connection.recv(1, socket.MSG_PEEK)
    except BlockingIOError:
        return False
    except OSError:
        return True
    return True
