"""Faults while messages are understood: poison in the reader, workers and their children killed, order meanwhile."""

from __future__ import annotations

import os
import random
import signal
import time
from collections import Counter
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import func, select

from mdo_portal import reception, wiring
from mdo_portal.commands.work import CAREFUL_SECONDS, QUICK_SECONDS
from mdo_portal.database import Database
from mdo_portal.domain.case import Case, CaseEvent
from mdo_portal.domain.inbound import InboundMessage, InboundState
from mdo_portal.exchange import Wire
from tests import make
from tests.faults.house import House, environment, running
from tests.faults.processes import poisoned_worker, quick_worker
from tests.faults.storing import by_state, drained

Figures = dict[str, Any]
POISON = {
    "gif:lus": "reader_slow",
    "gif:slaap": "reader_slow",
    "gif:geheugen": "reader_died",
    "gif:dood": "reader_died",
    "gif:diep": "reader_died",
}


def poison(house: House, *, rounds: int) -> Figures:
    """A9: messages that loop, sleep, eat memory, kill their process or recurse. Each becomes a row; the others go on; the worker lives."""
    database = house.copy()
    bad = [(f"X{at}-{word}", word, reason) for at in range(rounds) for word, reason in POISON.items()]
    others = 40 * rounds
    _hand_in(database, house, [make.hl7_referral(control_id, patient=control_id, question=word) for control_id, word, _ in bad])
    _hand_in(database, house, [make.hl7_referral(f"G{at}", patient=f"G{at}") for at in range(others)])
    with running(poisoned_worker, environment(database), house.folder) as process:
        began, went_on = time.monotonic(), 0.0
        while time.monotonic() < began + 60 + 15 * len(bad):
            states = by_state(database)
            if states.get("understood", 0) == others and not went_on:
                went_on = time.monotonic() - began
            if states.get("kept", 0) == 0:
                break
            time.sleep(0.1)
        took = time.monotonic() - began
        survived = process.process.is_alive()
    with database.transaction() as session:
        query = select(InboundMessage.control_id, InboundMessage.reason).where(InboundMessage.state == InboundState.UNREADABLE)
        reasons = {row.control_id: row.reason for row in session.execute(query)}
    database.close()
    wrong = sum(reasons.get(control_id) != reason for control_id, _, reason in bad)
    lost = len(bad) + others - sum(states.values())
    return {
        "rounds": rounds,
        "lost": lost,
        "duplicates": 0,
        "poison": len(bad),
        "without_its_reason": wrong,
        "others_understood": states.get("understood", 0),
        "others_after_s": round(went_on, 2),
        "seconds_per_poison": round(took / len(bad), 2),
        "worker_survived": survived,
        "ok": lost == wrong == 0
        and survived
        and states.get("understood", 0) == others
        and took / len(bad) < QUICK_SECONDS + CAREFUL_SECONDS,
    }


def workers_killed(house: House, *, rounds: int) -> Figures:
    """B6, A9: two workers, and SIGKILL now to a worker, now to a reading child. Every version of a case once, the last one stands."""
    database, dice = house.copy(), random.Random(23)
    last: dict[int, str] = {}
    told: Counter[int] = Counter()
    raws = []
    for at in range(60 * rounds):
        patient = dice.randrange(50)
        last[patient], told[patient] = f"stand {at}", told[patient] + 1
        raws.append(make.hl7_referral(f"K{at}", patient=f"K{patient}", referral_number=f"VW-K{patient}", question=last[patient]))
    _hand_in(database, house, raws)
    killed: Counter[str] = Counter()
    env = environment(database)
    with running(quick_worker, env, house.folder) as one, running(quick_worker, env, house.folder) as other:
        for _ in range(rounds):
            time.sleep(dice.uniform(0.2, 1.5))
            victim = dice.choice([one, other])
            if dice.random() < 0.5 and (children := _children(victim.process.pid or 0)):
                with suppress(ProcessLookupError):
                    os.kill(dice.choice(children), signal.SIGKILL)
                killed["children"] += 1
            else:
                victim.kill()
                victim.restart()
                killed["workers"] += 1
        left = drained(database, seconds=60 + 10 * rounds)
    states = by_state(database)
    lost = duplicates = out_of_order = 0
    with database.transaction() as session:
        for patient, times in told.items():
            case = session.scalars(select(Case).where(Case.referral_number == f"VW-K{patient}")).one()
            events = select(func.count()).where(CaseEvent.case_id == case.id, CaseEvent.what.like("referral.%"))
            seen = session.scalar(events) or 0
            lost, duplicates = lost + max(0, times - seen), duplicates + max(0, seen - times)
            out_of_order += case.question_board != last[patient]
    database.close()
    return {
        "rounds": rounds,
        "lost": lost,
        "duplicates": duplicates,
        "order_faults": out_of_order,
        "messages": len(raws),
        "killed": dict(killed),
        "unreadable": states.get("unreadable", 0),
        "ok": lost == duplicates == out_of_order == left == states.get("unreadable", 0) == 0,
    }


def clocks_ahead(house: House, *, rounds: int) -> Figures:
    """T3: a sender whose clock is three hours ahead, years behind, or absent. What arrives last stands: order is that of arrival."""
    database, dice = house.copy(), random.Random(5)
    clocks = ["20260302151500+0100", "20290101000000", "19700101", "", "nonsense"]
    raws = []
    for at in range(20 * rounds):
        raw = make.hl7_referral(f"T{at}", patient=f"T{at % 4}", referral_number=f"VW-T{at % 4}", question=f"stand {at}")
        raws.append(raw.replace(b"20260302121500+0100", dice.choice(clocks).encode(), 1))
    now = datetime.now(UTC)
    for at, raw in enumerate(raws):
        _hand_in(database, house, [raw], now=now + timedelta(milliseconds=at))
    with running(quick_worker, environment(database), house.folder):
        left = drained(database, seconds=60 + 10 * rounds)
    with database.transaction() as session:
        stands = set(session.scalars(select(Case.question_board).where(Case.referral_number.like("VW-T%"))))
    states = by_state(database)
    database.close()
    wanted = {f"stand {at}" for at in range(20 * rounds - 4, 20 * rounds)}
    return {
        "rounds": rounds,
        "lost": left + states.get("unreadable", 0),
        "duplicates": max(0, len(stands) - 4),
        "order_faults": len(wanted - stands),
        "messages": len(raws),
        "ok": left == 0 and stands == wanted and states.get("unreadable", 0) == 0,
    }


def _children(parent: int) -> list[int]:
    """The reading children of a worker."""
    with suppress(FileNotFoundError):
        threads = Path(f"/proc/{parent}/task").glob("*/children")
        return [int(pid) for thread in threads for pid in thread.read_text().split()]
    return []


def _hand_in(database: Database, house: House, raws: list[bytes], *, now: datetime = make.NOW) -> None:
    reader, links = wiring.readers()[Wire.HL7V2], list(house.region.links.values())
    messages = [reception.sort(raw, wire=Wire.HL7V2, reader=reader, links=links, now=now) for raw in raws]
    reception.keep(database, messages)
