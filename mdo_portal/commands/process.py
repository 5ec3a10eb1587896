"""What all our processes share: signals, threads that come back after an error, logging, opening the database."""

from __future__ import annotations

import logging
import signal
import sys
import threading
from collections.abc import Callable, Sequence

import click
import structlog
from sqlalchemy import text

from mdo_portal.database import Database
from mdo_portal.domain.sealing import Sealer
from mdo_portal.errors import Unsafe
from mdo_portal.settings import Settings, from_environment

Stop = threading.Event
log = structlog.get_logger(__name__)


def configure_logging() -> None:
    """One JSON line per event on standard error: ids and event names, never a patient's data."""
    logging.basicConfig(stream=sys.stderr, level=logging.WARNING, format="%(message)s")
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.JSONRenderer(),
        ],
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )


def checked_settings() -> Settings:
    """The settings of this machine; when they are unsafe: say why and do not start."""
    try:
        return from_environment()
    except Unsafe as unsafe:
        for finding in unsafe.findings:
            click.echo(f"refused to start: {finding}", err=True)
        sys.exit(78)


def open_database(settings: Settings, *, role: str = "", pool_size: int = 10) -> Database:
    """The database, as the role that this process must be (`mdo_app`, `mdo_work`; "" = whoever the address says).

    A role that row security does not hold for, or another than the process needs, ends the start.
    """
    database = Database(settings.database_url, sealer=Sealer(settings.keyring), pool_size=pool_size)
    for finding in _wrong_role(database, role):
        click.echo(f"refused to start: {finding}", err=True)
        sys.exit(78)
    return database


def _wrong_role(database: Database, wanted: str) -> list[str]:
    with database.transaction() as session:
        is_free, is_owner, name = session.execute(text(_WHO)).one()
    findings = []
    if is_free:
        findings.append("the role of MDO_DATABASE_URL is superuser or bypasses row security")
    if wanted and is_owner:
        findings.append(f"the role of MDO_DATABASE_URL owns the tables; this process must sign in as {wanted}")
    elif wanted and name != wanted:
        findings.append(f"the role of MDO_DATABASE_URL is {name}; this process must sign in as {wanted}")
    return findings


_WHO = """
SELECT rolsuper OR rolbypassrls,
    EXISTS (SELECT FROM pg_roles o WHERE o.rolname = 'mdo_owner' AND pg_has_role(r.oid, o.oid, 'MEMBER')), rolname
FROM pg_roles r WHERE rolname = current_user
"""


def stop_on_signals() -> Stop:
    """An event that SIGTERM and SIGINT set."""
    stop = Stop()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    return stop


def until_stopped(jobs: Sequence[tuple[str, Callable[[], None]]], stop: Stop) -> None:
    """Run every job in its own thread until `stop`; a job that breaks is started again after a second."""
    threads = [threading.Thread(target=_again_and_again, args=(name, job, stop), name=name, daemon=True) for name, job in jobs]
    for thread in threads:
        thread.start()
    while not stop.wait(0.5):
        pass
    for thread in threads:
        thread.join(timeout=10)


def _again_and_again(name: str, job: Callable[[], None], stop: Stop) -> None:
    while not stop.is_set():
        try:
            job()
        except Exception as error:
            # The edge of a process: a database that went away must not end the work for ever.
            log.error("job.failed", job=name, error=type(error).__name__)
            stop.wait(1.0)
