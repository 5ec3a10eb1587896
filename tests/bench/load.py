"""The load on an MLLP port: so many connections, so many messages in flight on each; every acknowledgement is compared.

Runs as a process of its own (`python -m tests.bench.load '{…}'`), prints what it saw as JSON.
"""

from __future__ import annotations

import json
import random
import selectors
import socket
import sys
import time
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field
from itertools import count

from . import texts

END = b"\x1c\r"
KNOWN = 5_000
"""Patients P0 … P4999 have a case (house.patients); U… have none."""
STRANGERS = 9998
STRANGER = b"PID|1||U"
STUCK_SECONDS = 20.0


@dataclass
class Order:
    """What to send."""

    port: int
    kind: str = "adt"  # adt: known patients; feed: 95 % unknown; mdm: 200 kB documents
    connections: int = 8
    window: int = 16
    seconds: float = 2.0
    prefix: str = "M"


@dataclass
class Seen:
    """What came back within the measured time; `sent` counts everything, also what came after it."""

    sent: int = 0
    about_strangers: int = 0
    accepted: int = 0
    refused: int = 0
    wrong: int = 0
    stuck: int = 0
    per_second: float = 0.0
    p50_ms: float = 0.0
    p99_ms: float = 0.0


@dataclass
class Line:
    """One connection: what is in flight on it, in order."""

    socket: socket.socket
    waiting: deque[tuple[bytes, float]] = field(default_factory=deque)
    heard: bytes = b""
    out: bytes = b""


def frames(order: Order) -> Iterator[tuple[bytes, bytes]]:
    """(control id, frame) after another; patients are drawn with a fixed seed."""
    numbers, draw = count(1), random.Random(order.prefix)
    make = _maker(order.kind, draw)
    for number in numbers:
        control_id = f"{order.prefix}{number:08d}"
        yield control_id.encode(), b"\x0b" + make(control_id) + END


def _maker(kind: str, draw: random.Random) -> Callable[[str], bytes]:
    if kind == "mdm":
        head, _, tail = texts.mdm("@ID@", "@NR@", texts.base64_document()).partition(b"TXA")
        return lambda control_id: _filled(head, control_id, draw.randrange(KNOWN), "P") + b"TXA" + tail
    whole = texts.adt("@ID@", "@NR@", bsn="@BSN@")
    unknown = 0.95 if kind == "feed" else 0.0
    return lambda control_id: _filled(whole, control_id, draw.randrange(KNOWN), "U" if draw.random() < unknown else "P")


def _filled(text: bytes, control_id: str, number: int, letter: str) -> bytes:
    return (
        text.replace(b"@ID@", control_id.encode())
        .replace(b"@NR@", f"{letter}{number}".encode())
        .replace(b"@BSN@", b"%d%05d" % (STRANGERS if letter == "U" else 9999, number))
    )


def run(order: Order) -> Seen:
    """Send until the time is over, then wait for what is still in flight."""
    chooser = selectors.DefaultSelector()
    lines = [_connect(order.port, chooser) for _ in range(order.connections)]
    source, seen, took = frames(order), Seen(), list[float]()
    started = time.perf_counter()
    ends = started + order.seconds
    for line in lines:
        _send(line, source, order.window, seen)
    while any(line.waiting for line in lines) and time.perf_counter() < ends + STUCK_SECONDS:
        for key, _ in chooser.select(1.0):
            line = key.data
            _flush(line)
            answered = _hear(line, seen, took, ends)
            if answered and time.perf_counter() < ends:
                _send(line, source, answered, seen)
            wants = selectors.EVENT_READ | (selectors.EVENT_WRITE if line.out else 0)
            if key.events != wants:
                chooser.modify(line.socket, wants, line)
    seen.stuck = sum(len(line.waiting) for line in lines)
    seen.per_second = len(took) / order.seconds
    took.sort()
    if took:
        seen.p50_ms, seen.p99_ms = took[len(took) // 2] * 1000, took[min(len(took) - 1, int(len(took) * 0.99))] * 1000
    return seen


def _connect(port: int, chooser: selectors.BaseSelector) -> Line:
    line = Line(socket.create_connection(("127.0.0.1", port), timeout=10))
    line.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    line.socket.setblocking(False)
    chooser.register(line.socket, selectors.EVENT_READ | selectors.EVENT_WRITE, line)
    return line


def _send(line: Line, source: Iterator[tuple[bytes, bytes]], number: int, seen: Seen) -> None:
    made = [next(source) for _ in range(number)]
    now = time.perf_counter()
    line.waiting.extend((control_id, now) for control_id, _ in made)
    line.out += b"".join(one for _, one in made)
    seen.sent += number
    seen.about_strangers += sum(STRANGER in one for _, one in made)
    _flush(line)


def _flush(line: Line) -> None:
    if line.out:
        try:
            line.out = line.out[line.socket.send(line.out) :]
        except BlockingIOError:
            return


def _hear(line: Line, seen: Seen, took: list[float], ends: float) -> int:
    """Count the acknowledgements that came; each must name the message that was sent first of those in flight."""
    try:
        line.heard += line.socket.recv(1 << 18)
    except BlockingIOError:
        return 0
    *answers, line.heard = line.heard.split(END)
    now = time.perf_counter()
    for answer in answers:
        control_id, at = line.waiting.popleft()
        said = answer.partition(b"\rMSA|")[2].split(b"\r", 1)[0].split(b"|")
        seen.wrong += said[1] != control_id
        seen.accepted += said[0] in (b"AA", b"CA")
        seen.refused += said[0] not in (b"AA", b"CA")
        if now <= ends:
            took.append(now - at)
    return len(answers)


if __name__ == "__main__":
    print(json.dumps(asdict(run(Order(**json.loads(sys.argv[1]))))))
