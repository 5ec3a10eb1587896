"""What all our processes share: signals, threads that come back after an error, logging, opening the database."""

from __future__ import annotations

import gc
import json
import logging
import queue
import signal
import sys
import threading
import time
import weakref
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime

import click
import psycopg
import structlog
from sqlalchemy import inspect
from sqlalchemy.exc import OperationalError

from mdo_portal.commands import checks
from mdo_portal.commands.bell import Bell
from mdo_portal.database import Database
from mdo_portal.domain.keys import DataKey
from mdo_portal.domain.sealing import Sealer, WrappedKey
from mdo_portal.errors import Trouble, Unsafe, whereabouts
from mdo_portal.services.keeping import keys
from mdo_portal.settings import Settings, from_environment

Stop = threading.Event
log = structlog.get_logger(__name__)
STOP_SECONDS = 30.0
"""So long all jobs together may go on after the word to stop: within what systemd waits for a worker (docs/operating/systemd)."""
LONG_ENOUGH_SECONDS = 60.0
"""A job that ran this long was well again: its next trouble is news."""
DATABASE_TROUBLE = (OperationalError, psycopg.OperationalError)
"""The database is away, or went away."""
TRY_AGAIN = 75
"""Exit code of a process whose database is away: nothing is wrong with what was asked (EX_TEMPFAIL)."""
KEYS_FRESH_SECONDS = 20.0
"""How long after `keys rotate-data` a process may still seal with the key of before; it opens with the new one at once."""


_STEPS: list[structlog.typing.Processor] = [
    structlog.contextvars.merge_contextvars,
    structlog.processors.add_log_level,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    structlog.processors.JSONRenderer(),
]
"""One list for every time this is set up: a logger keeps the one of its first line, and who listens in on the next heard nothing."""


class OneLine(logging.Formatter):
    """What the wires and libraries say, as the same kind of line; of an error its kind and where we met it, never its text."""

    def format(self, record: logging.LogRecord) -> str:
        said = {name: str(getattr(record, name)) for name in ("peer", "error") if hasattr(record, name)}
        if record.exc_info and record.exc_info[1]:
            said |= whereabouts(record.exc_info[1])
        said |= {"logger": record.name, "event": record.getMessage(), "level": record.levelname.lower()}
        return json.dumps(said | {"timestamp": datetime.fromtimestamp(record.created, UTC).isoformat().replace("+00:00", "Z")})


def configure_logging() -> None:
    """One JSON line per event on standard error: ids and event names, never a patient's data."""
    lines = logging.StreamHandler(sys.stderr)
    lines.setFormatter(OneLine())
    logging.basicConfig(level=logging.WARNING, handlers=[lines])
    structlog.configure(
        processors=_STEPS,
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )


def checked_settings() -> Settings:
    """The settings of this machine; when they are unsafe: say why and do not start."""
    try:
        return from_environment()
    except Unsafe as unsafe:
        refuse(unsafe.findings)
        raise


def open_database(settings: Settings, *roles: str, pool_size: int = 10) -> Database:
    """The database with its keys unwrapped. On an unsafe machine, or with a ring that does not fit: say why and do not start.

    `roles`: as one of which this process must be there (`mdo_app`, `mdo_work`, checks.OWNER); none = whoever the address says.
    """
    check_machine(settings, *roles)
    # Who serves people does so as mdo_app: said here, so that no process of pages can leave it out.
    database = Database(settings.database_url, pool_size=pool_size, of_people="mdo_app" in roles)
    database.sealer = Sealer(settings.keyring, load=lambda: _data_keys(database))
    threading.Thread(target=_know_new_keys, args=(weakref.ref(database),), name="keys", daemon=True).start()
    return database


def settled() -> None:
    """Say that this process has all it needs to begin: what stands now lives as long as it does.

    The collector else goes through all of our modules and tables again and again, a pause of some tenths of a second each time.
    """
    gc.collect()
    gc.freeze()


def check_machine(settings: Settings, *roles: str) -> None:
    """Say why and do not start, when this machine, its database or its ring is unsafe."""
    database = Database(settings.database_url, pool_size=1)
    with database.transaction() as session:
        refuse(checks.findings(settings, session, only_hard=True) + checks.wrong_role(session, *roles))
    database.close()


def refuse(findings: Sequence[str]) -> None:
    """End this process when something was found."""
    for finding in findings:
        click.echo(f"refused to start: {finding}", err=True)
    if findings:
        sys.exit(78)


def database_said(error: Exception) -> str:
    """What PostgreSQL or the way to it said, in one line. It names no value of anybody."""
    return str(getattr(error, "orig", error)).strip().partition("\n")[0]


def _data_keys(database: Database) -> list[WrappedKey]:
    """The data keys; none on a schema of before there were any (`mdo-portal db upgrade` runs with the new code)."""
    with database.transaction() as session:
        return keys.load(session) if inspect(session.connection()).has_table(DataKey.__tablename__) else []


def _know_new_keys(database_of: weakref.ref[Database]) -> None:
    """Seal with a new data key soon after it was made, until the database is closed or nobody has it any more."""
    trouble = Trouble()
    while True:
        time.sleep(KEYS_FRESH_SECONDS)
        database = database_of()
        if database is None or database.is_closed:
            return
        try:
            database.sealer.refresh()  # type: ignore[attr-defined]  # the one that open_database gave it
            trouble.over()
        except Exception as error:
            # The edge of a thread: without the database, or with a ring that misses a key, the keys of before stay in use.
            if trouble.is_news(error):
                log.error("keys.failed", error=type(error).__name__)
        del database


def stop_on_signals() -> Stop:
    """An event that SIGTERM and SIGINT set.

    A thread sets it: a signal comes in the middle of whatever the main thread does, and in the middle of `stop.wait()` that thread
    holds the lock which `stop.set()` wants; it would then wait for itself for ever.
    """
    stop, told = Stop(), queue.SimpleQueue[int]()  # the one queue that a signal may write to

    def tell() -> None:
        told.get()
        stop.set()

    threading.Thread(target=tell, name="stop", daemon=True).start()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda number, _: told.put(number))
    return stop


def until_stopped(jobs: Sequence[tuple[str, Callable[[], None]]], stop: Stop, *, bells: Iterable[Bell] = ()) -> None:
    """Run every job in its own thread until `stop`; a job that breaks is started again after a second.

    `bells`: for which jobs wait when there is nothing to do, some for minutes; they ring once more at the end.
    """
    threads = [threading.Thread(target=_again_and_again, args=(name, job, stop), name=name, daemon=True) for name, job in jobs]
    for thread in threads:
        thread.start()
    while not stop.wait(0.5):
        pass
    for bell in bells:
        bell.ring()
    until = time.monotonic() + STOP_SECONDS
    for thread in threads:
        thread.join(timeout=max(0.0, until - time.monotonic()))


def _again_and_again(name: str, job: Callable[[], None], stop: Stop) -> None:
    """Said once per kind of trouble until the job has run for a while: a database that is away for a night must not fill the log."""
    said, began = "", time.monotonic()
    while not stop.is_set():
        try:
            job()
        except Exception as error:
            # The edge of a process: a database that went away must not end the work for ever.
            if type(error).__name__ != said or time.monotonic() - began > LONG_ENOUGH_SECONDS:
                log.error("job.failed", job=name, **whereabouts(error))
            said, began = type(error).__name__, time.monotonic()
            stop.wait(1.0)
