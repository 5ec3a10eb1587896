"""Faults behind the door: PostgreSQL killed with all its children, and a message that kills whoever reads it."""

from __future__ import annotations

import random
import time
from typing import Any

from sqlalchemy import func, select

from mdo_portal import reception, wiring
from mdo_portal.database import Database
from mdo_portal.domain.inbound import InboundMessage, InboundState
from mdo_portal.exchange import Wire
from tests import make
from tests.faults.house import House, environment, free_port, running
from tests.faults.lines import Load, compared
from tests.faults.processes import DEADLY, SHORT_LEASE, listener, mortal_worker, worker

Figures = dict[str, Any]


def database_killed(house: House, *, rounds: int) -> Figures:
    """A2: kill -9 of PostgreSQL under load. Nothing is acknowledged meanwhile; listener and worker come back by themselves."""
    database, port, dice = house.copy(), free_port(), random.Random(11)
    env = environment(database, mllp_port=port)
    recovered = []
    with running(listener, env, house.folder) as door, running(worker, env, house.folder) as desk:
        load = Load(port)
        load.first_ack_after(0)
        for _ in range(rounds):
            time.sleep(dice.uniform(0.3, 1.0))
            database.close()
            house.kill_postgres()
            killed_at = time.monotonic()
            house.restart_postgres()
            recovered.append(load.first_ack_after(killed_at + 0.01))
        load.stop()
        survived = door.process.is_alive() and desk.process.is_alive()
        left = _drained(database, seconds=90)
    found = compared(database, load)
    states = _by_state(database)
    database.close()
    ok = found["lost"] == found["duplicates"] == 0 and survived and left == 0 and states.get("unreadable", 0) == 0
    return found | {
        "rounds": rounds,
        "first_ack_s_max": round(max(recovered), 2),
        "survived": survived,
        "states": states,
        "ok": ok,
    }


def _drained(database: Database, *, seconds: float) -> int:
    """How many messages are still to be understood after that long."""
    until = time.monotonic() + seconds
    left = 1
    while left and time.monotonic() < until:
        time.sleep(0.2)
        with database.transaction() as session:
            kept = select(func.count()).select_from(InboundMessage).where(InboundMessage.state == InboundState.KEPT)
            left = session.scalar(kept) or 0
    return left


def _by_state(database: Database) -> dict[str, int]:
    with database.transaction() as session:
        query = select(InboundMessage.state, func.count()).group_by(InboundMessage.state)
        return {row[0].value: row[1] for row in session.execute(query)}


def poison(house: House, *, rounds: int) -> Figures:
    """A9: messages that kill the worker outright. Each becomes a row for a person after three deaths; the others go on."""
    database = house.copy()
    others = 40 * rounds
    _hand_in(database, house, [make.hl7_referral(f"X{at}", patient=f"X{at}", question=DEADLY.decode()) for at in range(rounds)])
    _hand_in(database, house, [make.hl7_referral(f"G{at}", patient=f"G{at}") for at in range(others)])
    began, until, went_on = time.monotonic(), time.monotonic() + 120, 0.0
    with running(mortal_worker, environment(database), house.folder) as process:
        while time.monotonic() < until:
            process.restart_if_dead()
            states = _by_state(database)
            if states.get("understood", 0) == others and not went_on:
                went_on = time.monotonic() - began
            if states.get("kept", 0) == 0:
                break
            time.sleep(0.1)
        deaths = process.deaths
    with database.transaction() as session:
        failed = list(session.scalars(select(InboundMessage.control_id).where(InboundMessage.reason == "failed")))
    database.close()
    return {
        "rounds": rounds,
        "lost": rounds + others - sum(states.values()),
        "duplicates": 0,
        "deaths": deaths,
        "failed": len(failed),
        "others_understood": states.get("understood", 0),
        "others_after_s": round(went_on, 2),
        "lease_s": SHORT_LEASE.total_seconds(),
        "ok": len(failed) == rounds and states.get("understood", 0) == others and deaths == 3 * rounds,
    }


def _hand_in(database: Database, house: House, raws: list[bytes]) -> None:
    reader, links = wiring.readers()[Wire.HL7V2], list(house.region.links.values())
    messages = [reception.sort(raw, wire=Wire.HL7V2, reader=reader, links=links, now=make.NOW) for raw in raws]
    reception.keep(database, messages)
