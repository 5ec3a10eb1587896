"""Letting go what is due: the worker's nightly hour, and the same by hand."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from datetime import datetime

import structlog
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from mdo_portal.commands.process import Stop
from mdo_portal.database import Database
from mdo_portal.domain.retention import Kind
from mdo_portal.errors import whereabouts
from mdo_portal.services.keeping import purging, retention
from mdo_portal.zone import AMSTERDAM

log = structlog.get_logger(__name__)
NIGHT_HOUR = 3
"""The local hour in which is let go what is due: backups of the evening before are made, nobody works."""
LOOK_SECONDS = 600.0
BREATH_SECONDS = 0.05
"""Between two batches: others who wait for a lock or the disk go first."""


def nightly(database: Database, stop: Stop, clock: Callable[[], datetime]) -> None:
    """Every night in NIGHT_HOUR, batch after batch until nothing is due; a hold placed meanwhile counts at the next case."""
    while not stop.is_set():
        if clock().astimezone(AMSTERDAM).hour == NIGHT_HOUR:
            for kind in Kind:
                _purge_alone(database, clock, kind, stop)
        stop.wait(LOOK_SECONDS)


def _purge_alone(database: Database, clock: Callable[[], datetime], kind: Kind, stop: Stop) -> None:
    """What goes wrong with one rule holds up no other, and is tried again at the next look, not every second of the night."""
    try:
        purge(database, clock, kinds=[kind], stop=stop)
    except Exception as error:
        # The edge of a rule: whatever its rows do, the others are due as well.
        log.error("retention.failed", kind=kind.value, **whereabouts(error))


def purge(
    database: Database, clock: Callable[[], datetime], *, kinds: Iterable[Kind], stop: Stop, batch: int = 0
) -> dict[str, dict[str, float]]:
    """Let go what is due of these kinds, one transaction per batch; per kind how much went and how long it took.

    It may be stopped or killed at any moment: what was committed is gone as a whole, the rest is still due the next time.
    """
    done: dict[str, dict[str, float]] = {}
    for kind in kinds:
        began, total, gone = time.monotonic(), 0, -1
        while gone and not stop.is_set():
            with database.transaction() as session:
                gone = purging.purge(session, kind, now=_now(session, clock), limit=batch)
            total += gone
            stop.wait(BREATH_SECONDS if gone else 0)
        done[kind.value] = {"gone": total, "seconds": round(time.monotonic() - began, 3)}
        if total:
            log.info("retention.purged", kind=kind.value, gone=total)
    return done


def _now(session: Session, clock: Callable[[], datetime]) -> datetime:
    """By the clock of this machine or of the database, whichever lets less go: what went comes back by no clock that is put right."""
    there: datetime = session.execute(select(func.clock_timestamp())).scalar_one()
    return min(clock(), there)


def due(database: Database, now: datetime) -> list[dict[str, object]]:
    """What every rule would let go, and the terms."""
    with database.transaction() as session:
        terms = retention.rules(session)
        found = retention.due(session, now=now)
    return [
        {"kind": one.kind.value, "term": terms[one.kind].amount, "due": one.rows, "oldest": one.oldest and one.oldest.isoformat()}
        for one in found
    ]
