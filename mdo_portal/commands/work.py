"""`mdo-portal work`: understands what came in, sends what must go out, keeps the weekly series, lets go what is due; wakes at a NOTIFY."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from datetime import UTC, datetime

import click
import psycopg
import structlog
from psycopg import sql
from sqlalchemy import select

from mdo_portal import dispatch, pulling, reception, wiring
from mdo_portal.commands import audit, retention
from mdo_portal.commands.process import Stop, checked_settings, open_database, stop_on_signals, until_stopped
from mdo_portal.database import Database
from mdo_portal.domain.board import Board
from mdo_portal.services import meetings
from mdo_portal.services.sealed import client_secret
from mdo_portal.settings import Settings

log = structlog.get_logger(__name__)
PATROL_SECONDS = 2.0
"""How often the queues are looked at without being woken: retries, leases that ran out, wake-ups that were missed."""
SENDERS = 4
_NO_SETTINGS = Settings()


def now() -> datetime:
    return datetime.now(UTC)


def run(database: Database, stop: Stop, settings: Settings = _NO_SETTINGS) -> None:
    """Work until told to stop. Every loop survives errors of the database: it waits and goes on."""
    readers, outward = wiring.readers(), wiring.outward(client_secret(database))
    wake_in, wake_out, wake_pull, wake_ask = (threading.Event() for _ in range(4))
    woken = {"mdo_understand": wake_in, "mdo_deliver": wake_out, "mdo_pull": wake_pull, "mdo_ask": wake_ask}
    jobs: list[tuple[str, Callable[[], None]]] = [
        ("wake", lambda: _listen(database, stop, woken)),
        ("understand", lambda: _drain(stop, wake_in, lambda: reception.understand_next(database, readers, now=now()))),
        ("pull", lambda: _drain(stop, wake_pull, lambda: pulling.pull_next(database, outward.puller, clock=now))),
        ("ask", lambda: _drain(stop, wake_ask, lambda: dispatch.ask_next(database, outward.asker, clock=now))),
        ("series", lambda: _series(database, stop)),
        ("retention", lambda: retention.nightly(database, stop, now)),
        ("seal", lambda: audit.keep_sealing(database, stop)),
        ("anchor", lambda: audit.keep_anchoring(database, settings, stop)),
    ]
    jobs += [
        (f"deliver-{number}", lambda: _drain(stop, wake_out, lambda: dispatch.send_next(database, outward.senders, clock=now)))
        for number in range(SENDERS)
    ]
    until_stopped(jobs, stop)


def _drain(stop: Stop, wake: threading.Event, one: Callable[[], bool]) -> None:
    """Do one piece of work after another; when there is none, wait to be woken."""
    while not stop.is_set():
        wake.clear()
        if not one():
            wake.wait(PATROL_SECONDS)


def _listen(database: Database, stop: Stop, woken: Mapping[str, threading.Event]) -> None:
    """`woken`: by channel of PostgreSQL, whom it wakes."""
    with psycopg.connect(database.plain_url, autocommit=True) as connection:
        for channel in woken:
            connection.execute(sql.SQL("LISTEN {}").format(sql.Identifier(channel)))
        for event in woken.values():
            event.set()
        while not stop.is_set():
            for notice in connection.notifies(timeout=1.0, stop_after=1):
                woken[notice.channel].set()


def _series(database: Database, stop: Stop) -> None:
    """Once an hour: the weekly meetings of the coming weeks stand."""
    while not stop.is_set():
        with database.transaction() as session:
            for board in session.scalars(select(Board)):
                meetings.extend_series(session, board, now=now())
        stop.wait(3600)


@click.command("work")
def command() -> None:
    """Understand what came in, send what must go out."""
    settings = checked_settings()
    run(open_database(settings, role="mdo_work", pool_size=16), stop_on_signals(), settings)
