"""`mdo-portal work`: understands what came in, sends what must go out, keeps the weekly series, lets go what is due; wakes at a NOTIFY."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import click
import psycopg
import structlog
from psycopg.sql import SQL, Identifier
from sqlalchemy import select

from mdo_portal import dispatch, keying, polling, pulling, reminding, subscribing, understanding, wiring
from mdo_portal.acknowledgements import acknowledge_next
from mdo_portal.commands import audit, retention
from mdo_portal.commands.bell import Bell, drain
from mdo_portal.commands.living import Living
from mdo_portal.commands.place import PlaceWatch
from mdo_portal.commands.process import Stop, checked_settings, open_database, settled, stop_on_signals, until_stopped
from mdo_portal.commands.sending import Sending
from mdo_portal.database import SOON_NOTICED, Database
from mdo_portal.domain.board import Board
from mdo_portal.exchange import Reminder
from mdo_portal.services.common import waits
from mdo_portal.services.common.sealed import client_secret
from mdo_portal.services.inbox.queue import Lane
from mdo_portal.services.meetings import series
from mdo_portal.services.oversight import standstills
from mdo_portal.services.referrals import participation
from mdo_portal.settings import Settings
from mdo_portal.silence import WATCH

log = structlog.get_logger(__name__)
PATROL_SECONDS = 2.0
"""How often the queues are looked at without being woken: retries, leases that ran out, wake-ups that were missed."""
PROVED_SECONDS = 30.0
"""How often is looked whether the line over which it is woken still says something."""
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
SUBSCRIPTIONS_SECONDS = 10.0
"""The same for the subscriptions of ours at hospitals' servers."""
WAITS_SECONDS = 300.0
"""How often is looked for waits that only a wrong clock can have made."""
DESKS = 2
"""Threads of one worker that understand batches; start more workers for more."""
BATCH = 64
"""Messages that take effect in one transaction, at most: with 16, what a batch costs by itself was a third of all (understand)."""
QUICK_SECONDS, CAREFUL_SECONDS = 1.0, 4.0
"""How long reading one message may take at first, and beside the others: together what a poison message can cost."""
WOKEN = {
    "mdo_understand": ("understand", "careful"),
    "mdo_deliver": ("deliver",),
    "mdo_pull": ("pull",),
    "mdo_poll": ("poll",),
    "mdo_ask": ("ask",),
    "mdo_route": ("route",),
}
"""Which bells a wake-up of the database rings (services/common/changes.py), by its channel."""
PATROLLED = ("acknowledge", "keys", "subscribe")
"""Bells that ring at the end only: their queues are looked at without being woken."""
Job = tuple[str, Callable[[], None]]
_NO_SETTINGS = Settings()


def now() -> datetime:
    return datetime.now(UTC)


def run(database: Database, stop: Stop, settings: Settings = _NO_SETTINGS) -> None:
    """Work until told to stop. Every loop survives errors of the database: it waits and goes on."""
    outward = wiring.outward(client_secret(database), settings)
    pool = wiring.reading_pool(DESKS + 1)
    bells = {name: Bell() for name in (*(name for names in WOKEN.values() for name in names), *PATROLLED)}
    living = Living(database, clock=now, hang_up=wiring.hang_up)
    place = PlaceWatch(database, clock=now)
    sending = Sending(database, outward.senders, bells["deliver"], clock=now, living=living, place=place)
    jobs = [
        ("wake", lambda: _listen(database, stop, bells)),
        *_desks(database, stop, pool, bells),
        *_queues(database, stop, outward, bells),
        *_rounds(database, stop, settings),
        *_mails(database, stop, settings),
        ("place", lambda: place.keep_looking(stop)),
        *sending.jobs(stop),
    ]
    place.first(stop)
    living.begin()
    until_stopped(jobs, stop, bells=list(bells.values()))
    living.end()
    pool.close()


def _desks(database: Database, stop: Stop, pool: wiring.Pool, bells: Mapping[str, Bell]) -> list[Job]:
    """Who understands: some that take batches, and one beside them that takes its time for what was too much for those."""
    quick, careful = (wiring.bounded_readers(pool, seconds=seconds) for seconds in (QUICK_SECONDS, CAREFUL_SECONDS))

    def batches() -> None:
        _drain(
            stop,
            bells["understand"],
            lambda: understanding.understand(database, quick, now=now(), most=BATCH, lane=Lane.QUICK) > 0,
        )

    def one_by_one() -> None:
        _drain(stop, bells["careful"], lambda: understanding.understand(database, careful, now=now(), lane=Lane.CAREFUL) > 0)

    return [*((f"understand-{number}", batches) for number in range(DESKS)), ("understand-careful", one_by_one)]


def _queues(database: Database, stop: Stop, outward: wiring.Outward, bells: Mapping[str, Bell]) -> list[Job]:
    """What waits in a queue of the database, one piece after another: woken, and looked at anyway after a while."""
    subscribe = partial(subscribing.keep_next, database, outward.subscriber, clock=now)
    return [
        ("pull", lambda: _drain(stop, bells["pull"], lambda: pulling.pull_next(database, outward.puller, clock=now))),
        ("poll", lambda: _drain(stop, bells["poll"], lambda: polling.poll_next(database, outward.poller, clock=now))),
        ("ask", lambda: _drain(stop, bells["ask"], lambda: dispatch.ask_next(database, outward.asker, clock=now))),
        ("route", lambda: drain(stop, bells["route"], lambda: _route(database), patrol_seconds=ROUTE_SECONDS)),
        (
            "acknowledge",
            lambda: _drain(stop, bells["acknowledge"], lambda: acknowledge_next(database, outward.acknowledger, clock=now)),
        ),
        (
            "keys",
            lambda: drain(
                stop, bells["keys"], lambda: keying.fetch_next(database, outward.keys, clock=now), patrol_seconds=KEYS_SECONDS
            ),
        ),
        ("subscribe", lambda: drain(stop, bells["subscribe"], subscribe, patrol_seconds=SUBSCRIPTIONS_SECONDS)),
    ]


def _rounds(database: Database, stop: Stop, settings: Settings) -> list[Job]:
    """What is done by the clock."""
    return [
        ("series", lambda: _series(database, stop)),
        ("waits", lambda: _waits(database, stop)),
        ("retention", lambda: retention.nightly(database, stop, now)),
        ("seal", lambda: audit.keep_sealing(database, stop)),
        ("anchor", lambda: audit.keep_anchoring(database, settings, stop)),
    ]


def _mails(database: Database, stop: Stop, settings: Settings) -> list[Job]:
    """Who tells people by mail that something waits for them; nobody when this installation sends no mail."""
    mailing = wiring.reminder(settings)
    if mailing is None:
        return []
    causes: dict[str, reminding.Cause[Any]] = {
        "remind": reminding.FOLLOW_UP,
        "warn": reminding.LINE,
        "tell": reminding.MEETING,
        "report": reminding.GLASS,
        "question": reminding.QUESTION,
    }
    alarm = reminding.standstill(standstills.Listening())
    return [
        *((name, partial(_remind, database, stop, mailing, cause)) for name, cause in causes.items()),
        ("alarm", lambda: _remind(database, stop, mailing, alarm, seconds=ALARM_SECONDS)),
        ("runs", lambda: _remind(database, stop, mailing, reminding.RUNS, seconds=ALARM_SECONDS)),
    ]


def _drain(stop: Stop, wake: Bell, one: Callable[[], bool]) -> None:
    drain(stop, wake, one, patrol_seconds=PATROL_SECONDS)


def _listen(database: Database, stop: Stop, bells: Mapping[str, Bell]) -> None:
    """Wake by channel; and everybody once at the start, for what came while nobody listened."""
    with psycopg.connect(database.plain_url, autocommit=True, **SOON_NOTICED) as connection:
        line, heard = WATCH.know(connection, database.plain_url), set(WOKEN)
        while not stop.is_set():
            with line.asking():  # again and again: who only listens never hears that the other side fell silent
                for channel in WOKEN:
                    connection.execute(SQL("LISTEN {}").format(Identifier(channel)))
            proved = time.monotonic()
            while not stop.is_set() and time.monotonic() - proved < PROVED_SECONDS:
                for name in (name for channel in heard for name in WOKEN[channel]):
                    bells[name].ring()
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
    database: Database, stop: Stop, mailing: Reminder, cause: reminding.Cause[Any], *, seconds: float = REMIND_SECONDS
) -> None:
    """Every few minutes: whom something waits for is told by mail. A mailbox that takes none is left for a day."""
    left_until: dict[uuid.UUID, datetime] = {}
    while not stop.is_set():
        left_until = {person: until for person, until in left_until.items() if until > now()}
        passed = set(left_until)
        while not stop.is_set() and reminding.remind_next(database, mailing, cause, clock=now, passed=passed):
            left_until |= dict.fromkeys(passed - left_until.keys(), now() + MAILBOX_AGAIN)
        stop.wait(seconds)


@click.command("work")
def command() -> None:
    """Understand what came in, send what must go out."""
    settings = checked_settings()
    database = open_database(settings, "mdo_work", pool_size=16)
    settled()
    run(database, stop_on_signals(), settings)
