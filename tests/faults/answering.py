"""A10: SIGKILL to the worker in the moments between a hospital's answer to a letter and its being written down."""

from __future__ import annotations

import random
import threading
from collections import Counter
from typing import Any

from mdo_portal.domain.delivery import DeliveryState
from tests.faults.house import House, environment, running
from tests.faults.processes import worker
from tests.faults.receivers import Answer, Receiver, ack
from tests.faults.sending import _reach, _signed, _states, _until_received

Figures = dict[str, Any]
LATEST = 0.03
"""Seconds after the answer left within which the worker dies: about as long as it takes to write it down."""


def killed_as_it_is_answered(house: House, *, rounds: int) -> Figures:
    """Whatever was written down by then: each letter arrives, in its order; one that goes again is the same bytes under the same number."""
    database, receiver, dice, letters = house.copy(), Receiver(), random.Random(10), []
    _reach(database, house, "ZEED", receiver.port)
    with running(worker, environment(database), house.folder) as process:
        _until_received(database, _signed(database, house, count=1), seconds=60)
        receiver.came.clear()
        receiver.raws.clear()
        for _ in range(rounds):
            answered = threading.Event()
            receiver.answer = _said_once(answered)
            letters += (waiting := _signed(database, house, count=2))
            if answered.wait(60):
                threading.Event().wait(dice.uniform(0.0, LATEST))
            process.kill()
            process.restart()
            _until_received(database, waiting, seconds=120)
    receiver.close()
    states, came = _states(database, letters), Counter(receiver.came)
    database.close()
    lost = len(letters) - states[DeliveryState.RECEIVED]
    changed = sum(len({raw for raw in receiver.raws if number.encode() in raw}) > 1 for number in came)
    in_order = list(dict.fromkeys(receiver.came)) == [one.hex for one in letters]
    return {
        "rounds": rounds,
        "letters": len(letters),
        "lost": lost,
        "duplicates": changed + len(set(came) - {one.hex for one in letters}),  # what its receiver cannot recognise
        "sent_again_under_its_number": sum(came.values()) - len(came),
        "in_order": in_order,
        "ok": lost == changed == 0 and set(came) == {one.hex for one in letters} and in_order and max(came.values()) <= 2,
    }


def _said_once(answered: threading.Event) -> Answer:
    def accepts(number: str) -> bytes:
        answered.set()
        return ack("AA", number)

    return accepts
