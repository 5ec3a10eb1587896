"""`mdo-portal work`: understands what came in, sends what must go out, keeps the weekly series, lets go what is due; wakes at a NOTIFY."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial

import click
import psycopg
import structlog
from psycopg.sql import SQL, Identifier
from sqlalchemy import select

from mdo_portal import acknowledgements, dispatch, keying, polling, pulling, reminding, understanding, wiring
from mdo_portal.commands import audit, retention
from mdo_portal.commands.bell import Bell, drain
from mdo_portal.commands.living import Living
from mdo_portal.commands.place import PlaceWatch
from mdo_portal.commands.process import Stop, checked_settings, open_database, settled, stop_on_signals, until_stopped
from mdo_portal.commands.sending import Sending
from mdo_portal.database import Database
from mdo_portal.domain.board import Board
from mdo_portal.exchange import Reminder
from mdo_portal.services import participation, series, standstills, waits
from mdo_portal.services.queue import Lane
from mdo_portal.services.sealed import client_secret
from mdo_portal.settings import Settings

log = structlog.get_logger(__name__)
PATROL_SECONDS = 2.0
"""How often the queues are looked at without being woken: retries, leases that ran out, wake-ups that were missed."""
ROUTE_SECONDS = 600.0
"""How often cases without a board are looked at again without being woken."""
REMIND_SECONDS = 600.0
"""How often is looked who must be told by mail that something waits."""
ALARM_SECONDS = 120.0
"""The same, of what stands still."""
MAILBOX_AGAIN = timedelta(days=1)
"""So long a mailbox that takes none is left alone; a worker that starts asks once."""
KEYS_SECONDS = 10.0
"""How often is looked whether the public keys of a hospital's system are to be fetched."""
WAITS_SECONDS = 300.0
"""How often is looked for waits that only a wrong clock can have made."""
DESKS = 2
"""Threads of one worker that understand batches; start more workers for more."""
BATCH = 64
"""Messages that take effect in one transaction, at most: with 16, what a batch costs by itself was a third of all (understand)."""
QUICK_SECONDS, CAREFUL_SECONDS = 1.0, 4.0
"""How long reading one message may take at first, and beside the others: together what a poison message can cost."""
Job = tuple[str, Callable[[], None]]
_NO_SETTINGS = Settings()


def now() -> datetime:
    return datetime.now(UTC)


def run(database: Database, stop: Stop, settings: Settings = _NO_SETTINGS) -> None:
    """Work until told to stop. Every loop survives errors of the database: it waits and goes on."""
    outward = wiring.outward(client_secret(database), settings)
    pool = wiring.reading_pool(DESKS + 1)
    bells = [Bell() for _ in range(8)]
    wake_in, wake_careful, wake_out, wake_pull, wake_poll, wake_ask, wake_route, wake_acknowledge = bells
    woken = {
        "mdo_understand": [wake_in, wake_careful],
        "mdo_deliver": [wake_out],
        "mdo_pull": [wake_pull],
        "mdo_poll": [wake_poll],
        "mdo_ask": [wake_ask],
        "mdo_route": [wake_route],
    }
    jobs: list[Job] = [
        ("wake", lambda: _listen(database, stop, woken)),
        *_desks(database, stop, pool, wake_in, wake_careful),
        ("pull", lambda: _drain(stop, wake_pull, lambda: pulling.pull_next(database, outward.puller, clock=now))),
        ("poll", lambda: _drain(stop, wake_poll, lambda: polling.poll_next(database, outward.poller, clock=now))),
        (
            "keys",
            lambda: drain(
                stop, Bell(), lambda: keying.fetch_next(database, outward.keys, clock=now), patrol_seconds=KEYS_SECONDS
            ),
        ),
        (
            "acknowledge",
            lambda: _drain(
                stop, wake_acknowledge, lambda: acknowledgements.acknowledge_next(database, outward.acknowledger, clock=now)
            ),
        ),
        ("ask", lambda: _drain(stop, wake_ask, lambda: dispatch.ask_next(database, outward.asker, clock=now))),
        ("route", lambda: drain(stop, wake_route, lambda: _route(database), patrol_seconds=ROUTE_SECONDS)),
        ("series", lambda: _series(database, stop)),
        ("waits", lambda: _waits(database, stop)),
        ("retention", lambda: retention.nightly(database, stop, now)),
        ("seal", lambda: audit.keep_sealing(database, stop)),
        ("anchor", lambda: audit.keep_anchoring(database, settings, stop)),
    ]
    if (mailing := wiring.reminder(settings)) is not None:
        jobs.append(("remind", lambda: _remind(database, stop, mailing, reminding.remind_next)))
        jobs.append(("warn", lambda: _remind(database, stop, mailing, reminding.warn_next)))
        jobs.append(("tell", lambda: _remind(database, stop, mailing, reminding.tell_next)))
        jobs.append(("report", lambda: _remind(database, stop, mailing, reminding.report_next)))
        jobs.append(("question", lambda: _remind(database, stop, mailing, reminding.question_next)))
        alarm = partial(reminding.alarm_next, seen=standstills.Listening())
        jobs.append(("alarm", lambda: _remind(database, stop, mailing, alarm, seconds=ALARM_SECONDS)))
    living = Living(database, clock=now, hang_up=wiring.hang_up)
    place = PlaceWatch(database, clock=now)
    jobs.append(("place", lambda: place.keep_looking(stop)))
    jobs += Sending(database, outward.senders, wake_out, clock=now, living=living, place=place).jobs(stop)
    place.first(stop)
    living.begin()
    until_stopped(jobs, stop, bells=bells)
    living.end()
    pool.close()


def _desks(database: Database, stop: Stop, pool: wiring.Pool, wake: Bell, wake_careful: Bell) -> list[Job]:
    """Who understands: some that take batches, and one beside them that takes its time for what was too much for those."""
    quick, careful = (wiring.bounded_readers(pool, seconds=seconds) for seconds in (QUICK_SECONDS, CAREFUL_SECONDS))

    def batches() -> None:
        _drain(stop, wake, lambda: understanding.understand(database, quick, now=now(), most=BATCH, lane=Lane.QUICK) > 0)

    def one_by_one() -> None:
        _drain(stop, wake_careful, lambda: understanding.understand(database, careful, now=now(), lane=Lane.CAREFUL) > 0)

    return [*((f"understand-{number}", batches) for number in range(DESKS)), ("understand-careful", one_by_one)]


def _drain(stop: Stop, wake: Bell, one: Callable[[], bool]) -> None:
    drain(stop, wake, one, patrol_seconds=PATROL_SECONDS)


def _listen(database: Database, stop: Stop, wakes: Mapping[str, Sequence[Bell]]) -> None:
    """Wake by channel; and everybody once at the start, for what came while nobody listened."""
    with psycopg.connect(database.plain_url, autocommit=True) as connection:
        for channel in wakes:
            connection.execute(SQL("LISTEN {}").format(Identifier(channel)))
        heard = set(wakes)
        while not stop.is_set():
            for wake in (wake for channel in heard for wake in wakes[channel]):
                wake.ring()
            heard = {notice.channel for notice in connection.notifies(timeout=1.0, stop_after=1)}


def _route(database: Database) -> bool:
    with database.transaction() as session:
        return participation.route_again(session, now=now())


def _series(database: Database, stop: Stop) -> None:
    """Once an hour: the weekly meetings of the coming weeks stand."""
    while not stop.is_set():
        with database.transaction() as session:
            for board in session.scalars(select(Board)):
                series.extend(session, board, now=now())
        stop.wait(3600)


def _waits(database: Database, stop: Stop) -> None:
    """Every few minutes: nothing waits for a moment that was near only by a clock that was ahead."""
    while not stop.is_set():
        with database.transaction() as session:
            ended = waits.shorten(session, now=now())
        if ended:
            log.warning("waits.shortened", count=ended)
        stop.wait(WAITS_SECONDS)


def _remind(
    database: Database, stop: Stop, mailing: Reminder, one: Callable[..., bool], *, seconds: float = REMIND_SECONDS
) -> None:
    """Every few minutes: whom something waits for is told by mail. A mailbox that takes none (`one` passes it by) is left for a day."""
    left_until: dict[uuid.UUID, datetime] = {}
    while not stop.is_set():
        left_until = {person: until for person, until in left_until.items() if until > now()}
        passed = set(left_until)
        while not stop.is_set() and one(database, mailing, clock=now, passed=passed):
            left_until |= dict.fromkeys(passed - left_until.keys(), now() + MAILBOX_AGAIN)
        stop.wait(seconds)


@click.command("work")
def command() -> None:
    """Understand what came in, send what must go out."""
    settings = checked_settings()
    database = open_database(settings, "mdo_work", pool_size=16)
    settled()
    run(database, stop_on_signals(), settings)
