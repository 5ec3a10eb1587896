"""Faults behind the door: PostgreSQL killed with all its children."""

from __future__ import annotations

import random
import time
from collections import Counter
from typing import Any

from sqlalchemy import func, select

from mdo_portal.database import Database
from mdo_portal.domain.inbound import InboundMessage, InboundState
from tests.faults.house import House, environment, free_port, running
from tests.faults.lines import Load, compared
from tests.faults.processes import listener, worker

Figures = dict[str, Any]


def database_killed(house: House, *, rounds: int) -> Figures:
    """A2: kill -9 of PostgreSQL under load. Nothing is acknowledged meanwhile; listener and worker come back by themselves."""
    database, port, dice = house.copy(), free_port(), random.Random(11)
    env = environment(database, mllp_port=port)
    recovered = []
    with running(listener, env, house.folder) as door, running(worker, env, house.folder) as desk:
        load = Load(port)
        load.first_ack_after(0)
        _until_at_work(database)
        for _ in range(rounds):
            time.sleep(dice.uniform(0.3, 1.0))
            database.close()
            house.kill_postgres()
            killed_at = time.monotonic()
            house.restart_postgres()
            recovered.append(load.first_ack_after(killed_at + 0.01))
        load.stop()
        survived = door.process.is_alive() and desk.process.is_alive()
        left = stuck(database, seconds=90)
    found = compared(database, load)
    states, reasons = by_state(database), unreadable(database)
    database.close()
    ok = found["lost"] == found["duplicates"] == 0 and survived and left == 0 and states.get("unreadable", 0) == 0
    return found | {
        "rounds": rounds,
        "first_ack_s_max": round(max(recovered), 2),
        "survived": survived,
        "states": states,
        "unreadable": reasons,
        "ok": ok,
    }


def _until_at_work(database: Database, *, seconds: float = 60.0) -> None:
    """A worker that is still starting ends when its database goes, and another would be started: no fault of it."""
    until = time.monotonic() + seconds
    while time.monotonic() < until and not by_state(database).get("understood"):
        time.sleep(0.1)


def drained(database: Database, *, seconds: float) -> int:
    """How many messages are still to be understood after that long."""
    until = time.monotonic() + seconds
    left = 1
    while left and time.monotonic() < until:
        time.sleep(0.2)
        with database.transaction() as session:
            kept = select(func.count()).select_from(InboundMessage).where(InboundMessage.state == InboundState.KEPT)
            left = session.scalar(kept) or 0
    return left


def stuck(database: Database, *, seconds: float) -> int:
    """How many messages are still to be understood when for that long not one of them was: however slow the machine is."""
    left = before = drained(database, seconds=seconds)
    while left and (left := drained(database, seconds=seconds)) < before:
        before = left
    return left


def by_state(database: Database) -> dict[str, int]:
    """How many messages there are in each state."""
    with database.transaction() as session:
        query = select(InboundMessage.state, func.count()).group_by(InboundMessage.state)
        return {row[0].value: row[1] for row in session.execute(query)}


def unreadable(database: Database) -> dict[str, int]:
    """Why messages stand on the list of unreadable ones, and how often each was tried: `reader_slow after 2`."""
    with database.transaction() as session:
        rows = session.execute(
            select(InboundMessage.reason, InboundMessage.attempts).where(InboundMessage.state == InboundState.UNREADABLE)
        )
        return dict(Counter(f"{reason} after {attempts}" for reason, attempts in rows))
