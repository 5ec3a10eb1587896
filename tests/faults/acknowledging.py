"""A10 for what is said later: the only worker dies while the application's acknowledgement of a message is on the wire."""

from __future__ import annotations

import threading
import time
from collections import Counter
from typing import Any

import hl7.client
from sqlalchemy import func, select, update

from integrations.hl7v2.text.er7 import Message
from mdo_portal.database import Database
from mdo_portal.domain.hospital import Channel
from mdo_portal.domain.inbound import AckDone, InboundMessage
from mdo_portal.domain.link import Link
from tests import make
from tests.faults.house import House, environment, free_port, running
from tests.faults.listening import _until_open
from tests.faults.outbox import silent_after
from tests.faults.processes import hasty_worker, listener
from tests.faults.receivers import ANSWERS, Receiver

Figures = dict[str, Any]
EACH = 4


def killed_while_acknowledging(house: House, *, rounds: int) -> Figures:
    """Messages come over a real line from python-hl7 and are taken by a commit; their AA goes to the hospital's own receiver.

    Each is said at least once however the worker dies, a repeat under its own number, and a double of the message asks for nothing.
    """
    database, receiver, port = house.copy(), Receiver(), free_port()
    with database.transaction() as session:
        reached = {"host_out": "127.0.0.1", "port_out": receiver.port, "inside_networks": ["127.0.0.0/8"], "timeout_seconds": 8.0}
        session.execute(update(Link).values(application_ack_out=True, channel_out=Channel.MLLP, **reached))
    env, commits, sent = environment(database, mllp_port=port), Counter[str](), 0
    with running(listener, env, house.folder), running(hasty_worker, environment(database), house.folder) as process:
        _until_open(port)
        for at in range(rounds):
            came = threading.Event()
            receiver.answer = silent_after(came)
            numbers = [f"L{at}-{number}" for number in range(EACH)]
            commits.update(_hand_in(port, [*numbers, numbers[0]]))
            sent += EACH
            came.wait(30)
            process.kill()
            receiver.answer = ANSWERS["CA"][0]
            process.restart()
            _until_said(database, sent)
    receiver.close()
    said = [Message.parse(raw) for raw in receiver.raws]
    about = Counter(one.get("MSA-2") for one in said)
    by_number = Counter(one.get("MSH-10") for one in said)
    database.close()
    lost = sent - len(about)
    wrong = sum(one.get("MSA-1") != "AA" or not one.get("MSA-2").startswith("L") for one in said)
    return {
        "rounds": rounds,
        "messages": sent,
        "lost": lost,
        "duplicates": len(said) - len(by_number),  # each under its own number: the one that was on the wire
        "wrong": wrong,
        "commits": dict(commits),
        "ok": lost == wrong == 0 and len(by_number) == sent and commits == {"CA": sent + rounds} and len(said) - sent == rounds,
    }


def _hand_in(port: int, numbers: list[str]) -> list[str]:
    """By python-hl7's client, as a hospital would. Gives the codes that were said at once."""
    codes = []
    with hl7.client.MLLPClient("127.0.0.1", port) as client:
        for number in numbers:
            raw = make.hl7_referral(number, patient=number, referral_number=f"VW-{number}")
            answer = client.send_message(raw.replace(b"|2.5|||||NLD", b"|2.5|||AL|AL|NLD"))
            codes.append(Message.parse(answer.strip(b"\x0b\x1c\r")).get("MSA-1"))
    return codes


def _until_said(database: Database, count: int, *, seconds: float = 120.0) -> None:
    deadline = time.monotonic() + seconds
    done = select(func.count()).where(InboundMessage.application_ack == AckDone.SENT)
    while time.monotonic() < deadline:
        with database.transaction() as session:
            if session.scalar(done) == count:
                return
        time.sleep(0.1)
