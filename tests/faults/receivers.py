"""A hospital's receiver that answers as it is told: well, badly, twice, with somebody else's number, or not at all."""

from __future__ import annotations

import socket
import socketserver
import threading
from collections.abc import Callable

from integrations.hl7v2.text.er7 import Message
from integrations.hl7v2.wire.mllp import MllpDecoder, frame

Answer = Callable[[str], bytes]


def ack(code: str, control_id: str, text: str = "") -> bytes:
    head = "MSH|^~\\&|EPD|ZEED|MDO|NET|20260302121500||ACK|A1|P|2.5"
    return frame(f"{head}\rMSA|{code}|{control_id}|{text}\r".encode())


#: what the receiver says to a message with this control id -> the state the letter must be in afterwards
ANSWERS: dict[str, tuple[Answer, str]] = {
    "AA": (lambda number: ack("AA", number), "received"),
    "CA": (lambda number: ack("CA", number), "received"),
    "AE": (lambda number: ack("AE", number, "patient unknown"), "refused"),
    "CE": (lambda number: ack("CE", number), "refused"),
    "AR": (lambda number: ack("AR", number), "pending"),
    "CR": (lambda number: ack("CR", number), "pending"),
    "junk": (lambda number: frame(b"\x00\xff\x01" * 40), "pending"),
    "html": (lambda number: b"HTTP/1.1 400 Bad Request\r\n\r\n<html>", "pending"),
    "nothing": (lambda number: b"", "pending"),
    "wrong number": (lambda number: ack("AA", "0" * 32), "pending"),
    "number cut off": (lambda number: ack("AA", number[:20]), "pending"),
    "no number": (lambda number: ack("AA", ""), "pending"),
    "no code": (lambda number: ack("", number), "pending"),
    "two": (lambda number: ack("AA", number) * 2, "received"),
    "another's, then ours": (lambda number: ack("AE", "0" * 32) + ack("AA", number), "received"),
    "half an answer": (lambda number: ack("AA", number)[:-20], "pending"),
    "NUL in the words": (lambda number: ack("AE", number, "a\0b"), "refused"),
    "refused twice": (lambda number: ack("AE", number) * 2, "refused"),
    "refused, then accepted": (lambda number: ack("AE", number) + ack("AA", number), "refused"),
}
#: the same where the application's word is asked for (MSH-16 AL): a commit alone is no receipt
CONFIRMED: dict[str, tuple[Answer, str]] = {
    "AA": (lambda number: ack("AA", number), "received"),
    "CA, then nothing": (lambda number: ack("CA", number), "pending"),
    "CA twice": (lambda number: ack("CA", number) * 2, "pending"),
    "CA, then AA": (lambda number: ack("CA", number) + ack("AA", number), "received"),
    "CA, then AE": (lambda number: ack("CA", number) + ack("AE", number), "refused"),
    "CA, then AR": (lambda number: ack("CA", number) + ack("AR", number), "pending"),
    "CA, then AE twice": (lambda number: ack("CA", number) + ack("AE", number) * 2, "refused"),
    "CA, then another's AA": (lambda number: ack("CA", number) + ack("AA", "0" * 32), "pending"),
    "CA, then junk": (lambda number: ack("CA", number) + frame(b"\x00\xff\x01" * 40), "pending"),
    "another's CA": (lambda number: ack("CA", "0" * 32), "pending"),
    "CE": (lambda number: ack("CE", number), "refused"),
    "CR": (lambda number: ack("CR", number), "pending"),
}
#: a hospital that means something else by its codes: `[outgoing.answers]` says AE later, AR refused, CE accepted
OTHERWISE: dict[str, tuple[Answer, str]] = {
    "AE": (lambda number: ack("AE", number), "pending"),
    "AR": (lambda number: ack("AR", number), "refused"),
    "CE": (lambda number: ack("CE", number), "received"),
    "CR": (lambda number: ack("CR", number), "pending"),
    "AA": (lambda number: ack("AA", number), "received"),
    "another's CE": (lambda number: ack("CE", "0" * 32), "pending"),
}
MEANT = 'AE = "later"\nAR = "refused"\nCE = "accepted"\n'


class Receiver(socketserver.ThreadingTCPServer):
    """Open from the moment it is made; remembers every control id that came, in order."""

    daemon_threads = True
    allow_reuse_address = True

    def __init__(self, port: int = 0, *, answer: Answer = ANSWERS["AA"][0], host: str = "127.0.0.1") -> None:
        super().__init__((host, port), _Connection)
        self.answer = answer
        self.came: list[str] = []
        self.raws: list[bytes] = []  # the messages themselves, until somebody clears them
        threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()

    @property
    def port(self) -> int:
        return int(self.server_address[1])

    def close(self) -> None:
        self.shutdown()
        self.server_close()


class _Connection(socketserver.BaseRequestHandler):
    server: Receiver
    request: socket.socket

    def handle(self) -> None:
        decoder = MllpDecoder()
        try:
            while data := self.request.recv(65_536):
                for raw in decoder.feed(data):
                    control_id = Message.parse(raw).get("MSH-10")
                    self.server.came.append(control_id)
                    self.server.raws.append(raw)
                    self.request.sendall(self.server.answer(control_id))
        except OSError:
            return
