"""B2: a wire that is cut without a word while an answer is on its way. A late answer is never taken for that of the next message."""

from __future__ import annotations

import os
import random
import signal
import socket
import time
import uuid
from collections import Counter
from contextlib import closing
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import select

from integrations.hl7v2.text.er7 import Message
from integrations.hl7v2.wire.mllp import MllpDecoder, frame
from mdo_portal.database import Database
from mdo_portal.domain.delivery import Delivery, DeliveryState
from mdo_portal.domain.inbound import InboundMessage
from mdo_portal.services.links import line_acceptance
from tests import make
from tests.faults.house import House, environment, running
from tests.faults.networks import NETWORK, Wire
from tests.faults.processes import listener, worker
from tests.faults.receivers import Receiver, ack
from tests.faults.sending import _reach, _signed

Figures = dict[str, Any]
PORT = 2575
TIMEOUT = 1.5
"""What the link waits for an answer (tests/faults/sending.py)."""


def silent(house: House, *, rounds: int) -> Figures:
    """Both ways: our letters and their answers, their messages and ours."""
    with closing(Wire()) as wire:
        out, came_in = _outward(house, wire, rounds), _inward(house, wire, rounds)
    lost, doubles = out.pop("lost") + came_in.pop("lost"), came_in.pop("duplicates")
    mismatches = out.pop("mismatches") + came_in.pop("mismatches")
    figures = {"rounds": rounds, "lost": lost, "duplicates": doubles, "mismatches": mismatches, "out": out, "in": came_in}
    return figures | {
        "ok": lost == doubles == mismatches == 0 and out["late_answers"] >= rounds and came_in["late_answers"] == rounds
    }


# Our letters


class Hospital:
    """Its receiver cuts the wire while it answers the first letter it has not seen before, and refuses every second one."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire
        self._cut_at: str = ""
        self.refuses: set[str] = set()
        self.answered: dict[str, str] = {}
        self.cuts = 0
        with wire.there.entered():
            self.receiver = Receiver(PORT, answer=self._answer, host=Wire.THERE)

    def cut_at(self, control_id: str) -> None:
        self._cut_at = control_id

    def _answer(self, control_id: str) -> bytes:
        if control_id == self._cut_at:
            self._cut_at = ""
            self.cuts += 1
            self._wire.cut()  # the answer is written, and waits in the kernel until the wire is mended
        code = self.answered[control_id] = "AE" if control_id in self.refuses else "AA"
        return ack(code, control_id)


def _outward(house: House, wire: Wire, rounds: int) -> Figures:
    """Each round two letters: the answer *accepted* of the first comes too late, the second one is refused."""
    database, dice = house.copy(), random.Random(41)
    hospital = Hospital(wire)
    _reach(database, house, "ZEED", PORT, host=Wire.THERE)
    mismatches = lost = early = 0
    with running(worker, environment(database) | {NETWORK: wire.here.name}, house.folder):
        for _ in range(rounds):
            (first,) = _signed(database, house, count=1)
            hospital.cut_at(_control_id(first))
            first_cut = _until(lambda: not hospital._cut_at)
            time.sleep(TIMEOUT + dice.uniform(0.3, 0.8))
            early += _state(database, first) is DeliveryState.RECEIVED
            (second,) = _signed(database, house, count=1)
            hospital.refuses.add(_control_id(second))
            time.sleep(dice.uniform(0.0, 1.0))
            wire.mend()
            settled = _until(lambda: _is_settled(database, first, second), seconds=40)  # noqa: B023
            lost += not (first_cut and settled)
            mismatches += _state(database, first) is not DeliveryState.RECEIVED
            mismatches += _state(database, second) is not DeliveryState.REFUSED
    hospital.receiver.close()
    database.close()
    came = Counter(hospital.receiver.came)
    repeated = [number for number, times in came.items() if times > 1]
    same = all(len({raw for raw in hospital.receiver.raws if number.encode() in raw}) == 1 for number in repeated)
    return {
        "lost": lost,
        "mismatches": mismatches + early + (not same),
        "late_answers": hospital.cuts,
        "sent_again": len(repeated),
        "same_bytes": same,
    }


def _control_id(letter: uuid.UUID) -> str:
    return letter.hex


def _state(database: Database, letter: uuid.UUID) -> DeliveryState:
    with database.transaction() as session:
        return session.get_one(Delivery, letter).state


def _is_settled(database: Database, *letters: uuid.UUID) -> bool:
    with database.transaction() as session:
        states = session.scalars(select(Delivery.state).where(Delivery.id.in_(letters))).all()
    return not {DeliveryState.WAITING, DeliveryState.SENT} & set(states)


def _until(done: Any, *, seconds: float = 20.0) -> bool:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if done():
            return True
        time.sleep(0.05)
    return False


# Their messages


def _inward(house: House, wire: Wire, rounds: int) -> Figures:
    """Each round: a message, the wire is cut, the next one on the same line. Mended, both are answered, each as itself, in order."""
    database = house.copy()
    mismatches = late = 0
    said: list[str] = []
    there = {NETWORK: wire.there.name, "MDO_MLLP_BIND": f"{Wire.THERE}:{PORT}", "MDO_MLLP_PLAIN_ACCEPTED": "1"}
    env = environment(database) | there
    with database.transaction() as session:
        now = datetime.now(UTC)
        line_acceptance.accept_plain(
            session, house.region.links["ZEED"].link_id, by="B2", why="B2", until=now + timedelta(days=1), now=now
        )
    with running(listener, env, house.folder) as process:
        for at in range(rounds):
            ids = [f"W{at}-1", f"W{at}-2"]
            raws = [make.hl7_referral(one, patient=one, referral_number=f"VW-{one}") for one in ids]
            said += ids
            with closing(_connected(wire)) as line:
                os.kill(process.process.pid or 0, signal.SIGSTOP)  # it has the message, and answers only when the wire is dead
                line.sendall(frame(raws[0]))
                time.sleep(0.1)
                wire.cut()
                os.kill(process.process.pid or 0, signal.SIGCONT)
                late += not _heard(line, seconds=TIMEOUT, least=1)
                line.sendall(frame(raws[1]))
                time.sleep(0.2)
                wire.mend()
                heard = _heard(line, seconds=15, least=2)
            with closing(_connected(wire)) as again:
                again.sendall(frame(raws[0]))
                mismatches += _heard(again, seconds=10, least=1) != heard[:1]
            mismatches += [Message.parse(one).get("MSA-2") for one in heard] != ids
            mismatches += {Message.parse(one).get("MSA-1") for one in heard} != {"AA"}
    with database.transaction() as session:
        stored = Counter(session.scalars(select(InboundMessage.control_id)))
    database.close()
    return {
        "lost": sum(one not in stored for one in said),
        "duplicates": sum(times > 1 for times in stored.values()),
        "mismatches": mismatches,
        "late_answers": late,
    }


def _connected(wire: Wire) -> socket.socket:
    with wire.here.entered():
        until = time.monotonic() + 20
        while True:
            try:
                return socket.create_connection((Wire.THERE, PORT), timeout=10)
            except OSError:
                if time.monotonic() > until:
                    raise
                time.sleep(0.1)


def _heard(line: socket.socket, *, seconds: float, least: int) -> list[bytes]:
    """The answers that come, until there are so many or the time is over."""
    decoder, found = MllpDecoder(), list[bytes]()
    until = time.monotonic() + seconds
    while len(found) < least and (left := until - time.monotonic()) > 0:
        line.settimeout(left)
        try:
            data = line.recv(65_536)
        except TimeoutError:
            break
        if not data:
            break
        found += decoder.feed(data)
    return found
