"""Faults at the front door: a listener that is killed or told to stop, framing that is cut, glued and endless, doubles."""

from __future__ import annotations

import random
import signal
import socket
import threading
import time
from typing import Any

from sqlalchemy import func, select

from integrations.hl7v2.text.er7 import Message
from integrations.hl7v2.wire.answers import read_ack
from integrations.hl7v2.wire.mllp import MllpDecoder, frame
from mdo_portal import understanding, wiring
from mdo_portal.database import Database
from mdo_portal.domain.case import Case
from mdo_portal.domain.inbound import InboundMessage
from tests import make
from tests.faults.house import MESSAGE_LIMIT, House, environment, free_port, running
from tests.faults.lines import Line, Load, compared
from tests.faults.processes import listener

Figures = dict[str, Any]


def killed(house: House, *, rounds: int) -> Figures:
    """A1: kill -9 of the listener under load, before, during and after storing. Acknowledged is never lost, repeated is one row."""
    return _stopped_under_load(house, rounds=rounds, number=signal.SIGKILL)


def told_to_stop(house: House, *, rounds: int) -> Figures:
    """A10: SIGTERM under load, again and again. Nothing acknowledged is lost; it leaves within seconds."""
    return _stopped_under_load(house, rounds=rounds, number=signal.SIGTERM)


def _stopped_under_load(house: House, *, rounds: int, number: int) -> Figures:
    database, port, dice = house.copy(), free_port(), random.Random(7)
    pauses, leaving = [], []
    with running(listener, environment(database, mllp_port=port), house.folder) as process:
        load = Load(port)
        load.first_ack_after(0)
        for _ in range(rounds):
            time.sleep(dice.uniform(0.05, 0.5))
            began = time.monotonic()
            process.kill(number)
            leaving.append(time.monotonic() - began)
            process.restart()
            pauses.append(load.first_ack_after(time.monotonic()))
        load.stop()
    found = compared(database, load)
    database.close()
    ok = found["lost"] == found["duplicates"] == found["refused"] == 0 and found["acked"] > rounds and max(leaving) < 15
    return found | {"rounds": rounds, "restart_s_max": round(max(pauses), 2), "stop_s_max": round(max(leaving), 2), "ok": ok}


# B1


def framing(house: House, *, rounds: int) -> Figures:
    """B1: cut at every byte, glued, junk around it, ends left out, and a message without an end. Another line is not hurt."""
    database, port = house.copy(), free_port()
    with running(listener, environment(database, mllp_port=port), house.folder) as process:
        _until_open(port)
        neighbour = _Neighbour(port)
        asked = answered = 0
        for _ in range(rounds):
            for stream, control_ids in _streams():
                heard = _talk(port, stream)
                asked += len(control_ids)
                answered += sum(heard.get(control_id) == "AA" for control_id in control_ids)
        endless = [_endless(port) for _ in range(rounds)]
        memory = process.largest_memory_mb
        neighbour.stop()
        deaths = 0 if process.process.is_alive() else 1
    with database.transaction() as session:
        stored = session.scalar(select(func.count()).select_from(InboundMessage).where(InboundMessage.control_id.like("F%"))) or 0
        large = session.scalar(select(func.count()).select_from(InboundMessage).where(InboundMessage.reason == "too_large")) or 0
    database.close()
    return {
        "rounds": rounds,
        "lost": asked - min(answered, stored),
        "duplicates": max(0, stored - asked),
        "messages": asked,
        "endless_closed": sum(endless),
        "endless_rows": large,
        "crashes": deaths,
        "memory_mb": round(memory),
        "neighbour_refused": neighbour.refused,
        "neighbour_slowest_s": round(neighbour.slowest, 2),
        "ok": asked == answered == stored and all(endless) and large > 0 and deaths == neighbour.refused == 0 and memory < 400,
    }


def _streams() -> list[tuple[list[bytes], list[str]]]:
    """(pieces as they are put on the wire, control ids that must be answered AA)."""

    def some(count: int) -> tuple[list[str], list[bytes]]:
        ids = [f"F{make.number()}" for _ in range(count)]
        return ids, [frame(make.hl7_referral(one, patient=one, question="é | ü")) for one in ids]

    streams = []
    for size in (1, 7, 64):
        ids, (whole,) = some(1)
        streams.append(([whole[at : at + size] for at in range(0, len(whole), size)], ids))
    for cut in (1, 2, 5, -2, -1):
        ids, (whole,) = some(1)
        streams.append(([whole[:cut], whole[cut:]], ids))
    ids, frames = some(40)
    streams.append(([b"".join(frames)], ids))
    ids, frames = some(3)
    streams.append(([b"junk\r\n", frames[0], b"\x00\xff", frames[1], b"\x0b\x1c\x0d", frames[2]], ids))
    ids, frames = some(2)
    streams.append(([frames[0][:-1], frames[1]], ids))  # the CR is left out
    ids, frames = some(1)
    streams.append(([frames[0][:300], frames[0]], ids))  # began again
    return streams


def _talk(port: int, pieces: list[bytes], *, seconds: float = 10.0) -> dict[str, str]:
    """Put the pieces on the wire one by one; every answer that comes: control id -> code."""
    heard: dict[str, str] = {}
    with socket.create_connection(("127.0.0.1", port), timeout=seconds) as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for piece in pieces:
            connection.sendall(piece)
        connection.shutdown(socket.SHUT_WR)
        decoder = MllpDecoder()
        while data := connection.recv(65_536):
            for answer in decoder.feed(data):
                control_id = Message.parse(answer).get("MSA-2")
                heard[control_id] = read_ack(answer, control_id).code
    return heard


def _endless(port: int) -> bool:
    """Far more than the limit, without an end: closed, and not after taking it all."""
    with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
        try:
            connection.sendall(b"\x0b" + make.hl7_referral("ENDLESS"))
            for _ in range(100):
                connection.sendall(b"x" * MESSAGE_LIMIT)
            connection.settimeout(5)
            while connection.recv(65_536):
                pass
        except TimeoutError:
            return False
        except OSError:
            return True
    return True


class _Neighbour:
    """Another hospital's line that goes on sending meanwhile."""

    def __init__(self, port: int) -> None:
        self.slowest, self.refused, self._stop = 0.0, 0, threading.Event()
        self._thread = threading.Thread(target=self._run, args=(port,), daemon=True)
        self._thread.start()

    def _run(self, port: int) -> None:
        line = Line(port)
        while not self._stop.wait(0.02):
            control_id, began = f"N{make.number()}", time.monotonic()
            self.refused += line.say(make.hl7_referral(control_id, sender="KREE-EPD"), control_id) != "AA"
            self.slowest = max(self.slowest, time.monotonic() - began)

    def stop(self) -> None:
        self._stop.set()
        self._thread.join(timeout=10)


def _until_open(port: int, *, seconds: float = 30.0) -> None:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return
        except OSError:
            time.sleep(0.05)


# B3


def doubles(house: House, *, rounds: int) -> Figures:
    """B3: the same message over eight lines at once, again after a restart, and the same number with other bytes."""
    database, port = house.copy(), free_port()
    with running(listener, environment(database, mllp_port=port), house.folder) as process:
        _until_open(port)
        codes: set[str] = set()
        for at in range(rounds):
            raw = make.hl7_referral(f"D{at}", patient=f"D{at}", referral_number=f"VW-D{at}")
            codes |= _at_once(port, raw, f"D{at}")
            if at % 3 == 0:
                process.kill()
                process.restart()
                _until_open(port)
            codes |= _at_once(port, raw, f"D{at}")
            other = raw.replace(b"Operatie of", b"Chemotherapie of")
            codes |= _at_once(port, other, f"D{at}")
    effects = _understood(database)
    with database.transaction() as session:
        stored = session.scalar(select(func.count()).select_from(InboundMessage).where(InboundMessage.control_id.like("D%"))) or 0
        questions = list(session.scalars(select(Case.question_board).where(Case.referral_number.like("VW-D%"))))
    database.close()
    newest = sum(question.startswith("Chemotherapie") for question in questions)
    return {
        "rounds": rounds,
        "lost": 2 * rounds - min(stored, 2 * rounds),
        "duplicates": max(0, stored - 2 * rounds) + max(0, len(questions) - rounds),
        "answers": sorted(codes),
        "understood": effects,
        "cases": len(questions),
        "ok": stored == 2 * rounds and len(questions) == newest == rounds and codes == {"AA"},
    }


def _at_once(port: int, raw: bytes, control_id: str, *, lines: int = 8) -> set[str]:
    codes: list[str] = []
    barrier = threading.Barrier(lines)

    def one() -> None:
        line = Line(port)
        barrier.wait()
        codes.append(line.say(raw, control_id))
        line.close()

    threads = [threading.Thread(target=one) for _ in range(lines)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return set(codes)


def _understood(database: Database) -> int:
    done, readers = 0, wiring.readers()
    while understanding.understand(database, readers, now=make.NOW):
        done += 1
    return done
