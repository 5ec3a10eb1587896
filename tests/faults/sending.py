"""Faults on the way out: receivers that answer badly, and receivers that are away and come back."""

from __future__ import annotations

import time
import uuid
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import select, update

from mdo_portal import dispatch, wiring
from mdo_portal.database import Database
from mdo_portal.domain.board import Meeting
from mdo_portal.domain.delivery import Delivery, DeliveryState
from mdo_portal.domain.hospital import Hospital
from mdo_portal.domain.link import Link
from mdo_portal.domain.recipient import Destination
from tests import make
from tests.faults.house import House, environment, free_port, running
from tests.faults.processes import HURRIED, hurried_worker, worker
from tests.faults.receivers import ANSWERS, CONFIRMED, MEANT, OTHERWISE, Answer, Receiver
from tests.integrations.own_profiles import own_profile

Figures = dict[str, Any]
Answers = dict[str, tuple[Answer, str]]
Send = Callable[[], object] | None


def bad_answers(house: House, *, rounds: int) -> Figures:
    """B12: every way to answer wrongly. Only our own number with the last word that was agreed is *received*; nothing is dropped."""
    came = _Came()
    for _ in range(rounds):
        database = house.copy()
        receiver = Receiver()
        with running(worker, environment(database), house.folder):
            for profile, answers in (("generic-v2", ANSWERS), ("generic-v2-confirmed", CONFIRMED)):
                _reach(database, house, "ZEED", receiver.port, profile=profile)
                came.all(database, house, receiver, answers, profile)
        _otherwise(database, house, receiver, came)
        receiver.close()
        database.close()
    return {
        "rounds": rounds,
        "lost": came.dropped,
        "duplicates": 0,
        "answers": len(ANSWERS) + len(CONFIRMED) + len(OTHERWISE),
        "false_received": came.false_received,
        "wrong": came.wrong,
        "ok": not came.wrong and came.false_received == 0 and came.dropped == 0,
    }


class _Came:
    """What became of the letters."""

    def __init__(self) -> None:
        self.wrong: dict[str, str] = {}
        self.false_received = self.dropped = 0

    def all(
        self, database: Database, house: House, receiver: Receiver, answers: Answers, profile: str, send: Send = None
    ) -> None:
        """One letter for each way to answer. `send` settles the first attempt here; without it a worker does."""
        for name, (answer, wanted) in answers.items():
            receiver.answer = answer
            (letter_id,) = _signed(database, house, count=1)
            if send is not None:
                send()
            state = _after_an_answer(database, letter_id)
            self.false_received += state is DeliveryState.RECEIVED and wanted != "received"
            self.dropped += wanted == "pending" and state not in _PENDING
            if not _is_right(state, wanted):
                self.wrong[f"{profile}: {name}"] = state.value
            _park(database, letter_id)


def _otherwise(database: Database, house: House, receiver: Receiver, came: _Came) -> None:
    """A profile that one hospital has to itself: sent from here, for a worker reads only what is shipped."""
    with own_profile(f"[outgoing.answers]\n{MEANT}", extends="generic-v2") as profile:
        _reach(database, house, "ZEED", receiver.port, profile=profile)
        senders = wiring.outward(b"a key of thirty-two bytes or so").senders
        came.all(
            database, house, receiver, OTHERWISE, profile,
            lambda: dispatch.send_next(database, senders, clock=lambda: datetime.now(UTC)),
        )  # fmt: skip


_PENDING = (DeliveryState.WAITING, DeliveryState.SENT)


def _is_right(state: DeliveryState, wanted: str) -> bool:
    return state in _PENDING if wanted == "pending" else state.value == wanted


def _after_an_answer(database: Database, letter_id: uuid.UUID) -> DeliveryState:
    """The state once the first attempt was settled."""
    until = time.monotonic() + 20
    while time.monotonic() < until:
        with database.transaction() as session:
            letter = session.get_one(Delivery, letter_id)
        if letter.receipt_code:
            return letter.state
        time.sleep(0.05)
    return letter.state


def _park(database: Database, letter_id: uuid.UUID) -> None:
    """This letter had its turn: the next answers are not for it, and its destination is not resting because of it."""
    with database.transaction() as session:
        far = datetime(2100, 1, 1, tzinfo=UTC)
        session.execute(update(Delivery).where(Delivery.id == letter_id).values(next_attempt_at=far))
        session.execute(update(Destination).values(failures=0, next_attempt_at=None, down_since=None))


PROBES = 40
"""How often a receiver that is down is asked in the short run: eight hours are 480 probes of a minute."""


def away_and_back(house: House, *, rounds: int) -> Figures:
    """B13: one of two receivers is down, as long as eight hours on a hurried clock in a long run.

    All is kept, the other one's letters flow, the log tells changes and not attempts, and all goes in its order afterwards.
    """
    database, port, letters = house.copy(), free_port(), 10 * rounds
    other = Receiver()
    _reach(database, house, "ZEED", port)
    _reach(database, house, "DELT", other.port)
    log = house.folder
    before = set(log.glob("hurried_worker-*.log"))
    with running(hurried_worker, environment(database), house.folder):
        silent = _signed(database, house, count=letters)
        flowing = _signed(database, house, count=letters, code="DELT")
        flowed_s = _until_received(database, flowing, seconds=60)
        time.sleep(HURRIED * PROBES * rounds)
        kept = _states(database, silent)
        logs = set(log.glob("hurried_worker-*.log")) - before
        lines_away = sum(len(path.read_text().splitlines()) for path in logs) - letters
        receiver = Receiver(port)
        drained_s = _until_received(database, silent, seconds=60)
    receiver.close()
    other.close()
    states = _states(database, [*silent, *flowing])
    database.close()
    came = Counter(receiver.came)
    in_order = receiver.came == [one.hex for one in silent]
    return {
        "rounds": rounds,
        "lost": 2 * letters - states[DeliveryState.RECEIVED],
        "duplicates": sum(times - 1 for times in came.values()),
        "in_order": in_order,
        "scaled_hours": round(PROBES * rounds / 60, 1),
        "kept_while_away": sum(kept[state] for state in _PENDING),
        "others_s": round(flowed_s, 2),
        "drained_s": round(drained_s, 2),
        "drain_per_min": round(60 * letters / max(drained_s, 0.01)),
        "log_lines_while_away": lines_away,
        "ok": states[DeliveryState.RECEIVED] == 2 * letters
        and sum(kept[state] for state in _PENDING) == letters
        and set(came.values()) == {1}
        and in_order
        and lines_away <= 3,
    }


def _reach(
    database: Database, house: House, code: str, port: int, *, host: str = "127.0.0.1", profile: str = "generic-v2"
) -> None:
    """From now on this hospital's letters go over MLLP to that port."""
    with database.transaction() as session:
        values = {
            "channel_out": "mllp",
            "profile_out": profile,
            "host_out": host,
            "port_out": port,
            "inside_networks": [f"{host}/32"],  # it speaks without TLS, so it stands in a registered network
            "timeout_seconds": 1.5,
        }
        session.execute(update(Link).where(Link.hospital_id == house.region.hospitals[code]).values(values))


def _signed(database: Database, house: House, *, count: int, code: str = "ZEED") -> list[uuid.UUID]:
    """That many signed decisions for that hospital; gives the letters."""
    region, now = house.region, datetime.now(UTC)
    with database.transaction() as session:
        made = []
        for _ in range(count):
            case = make.case(session, session.get_one(Hospital, region.hospitals[code]), now=now, board_id=region.boards["URO-P"])
            planned = make.planned(session, case, session.get_one(Meeting, region.meeting), viewer=region.aisha, now=now)
            decision = make.signed(
                session, make.discussed(session, planned, viewer=region.bram, now=now), viewer=region.bram, now=now
            )
            made.append(make.delivery_of(session, decision).id)
    return made


def _states(database: Database, letter_ids: list[uuid.UUID]) -> Counter[DeliveryState]:
    with database.transaction() as session:
        return Counter(session.scalars(select(Delivery.state).where(Delivery.id.in_(letter_ids))))


def _until_received(database: Database, letter_ids: list[uuid.UUID], *, seconds: float) -> float:
    began = time.monotonic()
    while time.monotonic() < began + seconds and _states(database, letter_ids)[DeliveryState.RECEIVED] < len(letter_ids):
        time.sleep(0.05)
    return time.monotonic() - began
