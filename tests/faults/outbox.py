"""Faults of the outbox: a worker that is stopped while a queue drains, and a database that is put back to an earlier moment."""

from __future__ import annotations

import signal
import threading
import time
import uuid
from collections import Counter
from datetime import UTC, datetime
from itertools import count
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import select, update

from mdo_portal.commands.postgres_databases import clone_database
from mdo_portal.commands.restored import waiting
from mdo_portal.database import Database
from mdo_portal.domain.decision import Decision
from mdo_portal.domain.delivery import OPEN, Delivery, DeliveryState
from mdo_portal.domain.link import Link
from mdo_portal.services.letters import handing_over
from mdo_portal.services.letters.under_way import LEASE
from tests import make
from tests.faults.house import House, environment, running
from tests.faults.processes import worker
from tests.faults.receivers import ANSWERS, Answer, Receiver
from tests.faults.sending import _park, _reach, _signed, _states, _until_received

Figures = dict[str, Any]
QUEUE = 12
_backups = count(1)


def stopped_while_draining(house: House, *, rounds: int) -> Figures:
    """A10: SIGTERM to the worker while a long queue drains, again and again. In = out + held at every stop; then all arrives."""
    database, receiver, stops = house.copy(), Receiver(), []
    _reach(database, house, "ZEED", receiver.port)
    letters = _signed(database, house, count=QUEUE * rounds)
    balanced = True
    with running(worker, environment(database), house.folder) as process:
        for _ in range(3 * rounds):
            time.sleep(0.4)
            began = time.monotonic()
            process.kill(signal.SIGTERM)
            stops.append(time.monotonic() - began)
            states = _states(database, letters)
            held = sum(states[state] for state in OPEN)
            balanced = balanced and states[DeliveryState.RECEIVED] + held == len(letters)
            process.restart()
        _until_received(database, letters, seconds=60 * rounds)
    receiver.close()
    states, came = _states(database, letters), Counter(receiver.came)
    database.close()
    lost = len(letters) - states[DeliveryState.RECEIVED]
    return {
        "rounds": rounds,
        "letters": len(letters),
        "lost": lost,
        "duplicates": sum(times - 1 for times in came.values()),
        "balanced": balanced,
        "stop_s_max": round(max(stops), 2),
        "ok": lost == 0 and balanced and set(came) == {one.hex for one in letters} and max(stops) < 15,
    }


def killed_with_a_letter_on_the_wire(house: House, *, rounds: int) -> Figures:
    """A10: SIGKILL to the only worker while the receiver has not answered yet. The next worker goes on long before the lease ends."""
    database, receiver, letters, took = house.copy(), Receiver(), [], []
    _reach(database, house, "ZEED", receiver.port)
    with database.transaction() as session:
        session.execute(update(Link).values(timeout_seconds=30.0))  # it dies while it waits, and gives nothing back before
    with running(worker, environment(database), house.folder) as process:
        _until_received(database, _signed(database, house, count=1), seconds=30)
        receiver.came.clear()
        for _ in range(rounds):
            came = threading.Event()
            receiver.answer = silent_after(came)
            letters += (waiting := _signed(database, house, count=3))
            came.wait(30)
            process.kill(signal.SIGKILL)
            receiver.answer = ANSWERS["AA"][0]
            process.restart()
            took.append(_until_received(database, waiting, seconds=120))
    receiver.close()
    states, times = _states(database, letters), Counter(receiver.came)
    database.close()
    lost = len(letters) - states[DeliveryState.RECEIVED]
    again = len(receiver.came) - len(times)
    in_order = list(dict.fromkeys(receiver.came)) == [one.hex for one in letters]
    return {
        "rounds": rounds,
        "letters": len(letters),
        "lost": lost,
        "duplicates": again,  # each under its own number: the one that was on the wire
        "in_order": in_order,
        "next_worker_s_max": round(max(took), 2),
        "ok": lost == 0 and again == rounds and in_order and max(took) < LEASE.total_seconds() / 6,
    }


def silent_after(came: threading.Event) -> Answer:
    def silent(number: str) -> bytes:
        came.set()
        time.sleep(5)
        return b""

    return silent


def put_back(house: House, *, rounds: int) -> Figures:
    """H3: a backup of T is put back after letters left. The receiver keeps the truth: nothing leaves twice unseen, none is lost."""
    lost = again = unseen = left_while_held = same_number = 0
    for _ in range(rounds):
        receiver = Receiver()
        before, after_t = _until_the_fault(house, receiver)
        truth = list(receiver.came)
        with running(worker, environment(before), house.folder):
            held = _seen_by_the_worker(before)
            time.sleep(2.5)
            left_while_held += len(receiver.came) - len(truth)
            _reconcile(before, house, set(truth))
            waited = [one.id for one in _all(before)]
            _until_received(before, waited, seconds=30)
        came = Counter(receiver.came)
        lost += sum(one.hex not in came for one in waited) + (held != 4)
        again += sum(times - 1 for times in came.values())
        unseen += len(receiver.came) - len(came) - sum(times - 1 for times in came.values())
        same_number += _number_given_again(before, house, after_t)
        receiver.close()
        before.close()
    return {
        "rounds": rounds,
        "lost": lost,
        "duplicates": again,
        "unrecognised": unseen,
        "left_while_held": left_while_held,
        "numbers_twice": same_number,
        "ok": lost == again == unseen == left_while_held == same_number == 0,
    }


def _seen_by_the_worker(database: Database) -> int:
    """How many letters are held once it saw that the database was put back: nobody said so."""
    until = time.monotonic() + 30
    while not (held := sum(one.letters for one in waiting(database))) and time.monotonic() < until:
        time.sleep(0.1)
    return held


def _until_the_fault(house: House, receiver: Receiver) -> tuple[Database, list[str]]:
    """(the database as it was at T, the document numbers that were given after T).

    Before T two letters arrived; at T four were under way; after T three of those arrived, and two that were signed then.
    """
    database = house.copy()
    _reach(database, house, "ZEED", receiver.port)
    with running(worker, environment(database), house.folder):
        _until_received(database, _signed(database, house, count=2), seconds=30)
    *go, stays = _signed(database, house, count=4)
    database.close()
    backup = clone_database(database.url, f"backup_{next(_backups)}", template=urlsplit(database.url).path[1:])
    _park(database, stays)
    with running(worker, environment(database), house.folder):
        later = _signed(database, house, count=2)
        _until_received(database, [*go, *later], seconds=30)
    with database.transaction() as session:
        numbers = list(session.scalars(select(Delivery.document_number).where(Delivery.id.in_(later))))
    database.close()
    return Database(backup, sealer=make.sealer(), pool_size=5), numbers


def _all(database: Database) -> list[Delivery]:
    with database.transaction() as session:
        return list(session.scalars(select(Delivery).order_by(Delivery.created_at)))


def _reconcile(database: Database, house: House, there: set[str]) -> None:
    """The secretary asks the receiver by number, letter by letter."""
    for one in [letter for letter in _all(database) if letter.held_at is not None]:
        with database.transaction() as session:
            letter = session.get_one(Delivery, one.id, with_for_update=True)
            if letter.id.hex in there:
                handing_over.confirm_by_hand(session, letter, viewer=house.region.aisha, now=datetime.now(UTC))
            else:
                handing_over.send_again(session, letter, now=datetime.now(UTC))


def _number_given_again(database: Database, house: House, given: list[str]) -> int:
    """Whether what is signed now gets a number that the receiver knows already."""
    fresh: list[uuid.UUID] = _signed(database, house, count=1)
    with database.transaction() as session:
        letter = session.get_one(Delivery, fresh[0])
        return int(session.get_one(Decision, letter.decision_id).document_number in given)
