"""Hospitals that send: a line that repeats until it is acknowledged, and several of them as load."""

from __future__ import annotations

import socket
import threading
import time
from collections import Counter

from sqlalchemy import select

from integrations.hl7v2.wire.answers import read_ack
from integrations.hl7v2.wire.mllp import MllpDecoder, frame
from mdo_portal.database import Database
from mdo_portal.domain.inbound import InboundMessage
from mdo_portal.exchange import ReceiptKind
from tests import make

ANSWER_SECONDS = 5.0


class Line:
    """One MLLP connection of a hospital. `say` gives the acknowledgement code, or "" when none came."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._socket: socket.socket | None = None
        self._decoder = MllpDecoder()

    def say(self, raw: bytes, control_id: str) -> str:
        try:
            if self._socket is None:
                self._socket = socket.create_connection(("127.0.0.1", self._port), timeout=ANSWER_SECONDS)
                self._decoder = MllpDecoder()
            self._socket.sendall(frame(raw))
            return self._answer(control_id)
        except OSError:
            self.close()
            return ""

    def _answer(self, control_id: str) -> str:
        assert self._socket is not None
        until = time.monotonic() + ANSWER_SECONDS
        while time.monotonic() < until:
            data = self._socket.recv(65_536)
            if not data:
                raise ConnectionResetError
            for answer in self._decoder.feed(data):
                receipt = read_ack(answer, control_id)
                if receipt.kind is not ReceiptKind.UNKNOWN:
                    return receipt.code
        raise TimeoutError

    def close(self) -> None:
        if self._socket is not None:
            self._socket.close()
        self._socket = None


class Load:
    """Several lines that send new referrals as fast as they are acknowledged, and repeat what was not, as an EPD does."""

    def __init__(self, port: int, *, lines: int = 4) -> None:
        self.acked: dict[str, float] = {}  #: control id -> when
        self.sent = 0
        self.repeats = 0
        self.codes: Counter[str] = Counter()
        self._stop = threading.Event()
        self._threads = [threading.Thread(target=self._run, args=(port, number), daemon=True) for number in range(lines)]
        for thread in self._threads:
            thread.start()

    def _run(self, port: int, number: int) -> None:
        line, at = Line(port), 0
        while not self._stop.is_set():
            at += 1
            control_id = f"L{number}-{at}"
            raw = make.hl7_referral(control_id, patient=f"P{number}-{at}", referral_number=f"VW-{number}-{at}")
            self.sent += 1
            self._until_acked(line, raw, control_id)
        line.close()

    def _until_acked(self, line: Line, raw: bytes, control_id: str) -> None:
        while not self._stop.is_set():
            code = line.say(raw, control_id)
            self.codes[code] += 1
            if code == "AA":
                self.acked[control_id] = time.monotonic()
                return
            self.repeats += 1
            time.sleep(0.05)

    def first_ack_after(self, moment: float, *, within: float = 60.0) -> float:
        """Seconds from `moment` to the first acknowledgement after it."""
        while time.monotonic() < moment + within:
            later = [at for at in list(self.acked.values()) if at > moment]
            if later:
                return min(later) - moment
            time.sleep(0.01)
        return within

    def stop(self) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join(timeout=2 * ANSWER_SECONDS)


def compared(database: Database, load: Load) -> dict[str, int]:
    """What was acknowledged against what is stored."""
    with database.transaction() as session:
        stored = Counter(session.scalars(select(InboundMessage.control_id).where(InboundMessage.control_id.like("L%"))))
    return {
        "acked": len(load.acked),
        "lost": sum(control_id not in stored for control_id in load.acked),
        "duplicates": sum(times > 1 for times in stored.values()),
        "stored_unacked": sum(control_id not in load.acked for control_id in stored),
        "repeats": load.repeats,
        "refused": sum(times for code, times in load.codes.items() if code in ("AE", "AR")),
    }
