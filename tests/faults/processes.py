"""What runs in the processes that are killed: the listener, the pages, the worker, and a worker whose readers can be killed by a word."""

from __future__ import annotations

import os
import resource
from collections.abc import Mapping
from datetime import timedelta

from integrations.bounded.pool import Pool
from mdo_portal import wiring
from mdo_portal.commands import checks, listen, sending, work
from mdo_portal.commands import web as pages
from mdo_portal.commands.process import configure_logging, open_database, stop_on_signals
from mdo_portal.services.inbox import application_acks, queue
from mdo_portal.services.letters import destinations
from mdo_portal.settings import Settings, from_environment
from tests.faults.networks import NETWORK, enter_as_told

EVIL, EVIL_MEMORY = "tests.integrations.bounded.evil:readers", 256 * 1024 * 1024
SHORT_LEASE = timedelta(seconds=2)
HURRIED = 0.06
"""Seconds for the minute between two probes."""


def listener(env: Mapping[str, str], log: str) -> None:
    settings = _settings(env, log)
    listen.run(settings, open_database(settings, "mdo_work"))


def few_files(env: Mapping[str, str], log: str) -> None:
    """The listener with room for 64 open files, its own included."""
    resource.setrlimit(resource.RLIMIT_NOFILE, (64, 64))
    listener(env, log)


def web(env: Mapping[str, str], log: str) -> None:
    pages.run(_settings(env, log))


def worker(env: Mapping[str, str], log: str) -> None:
    settings = _settings(env, log)
    work.run(open_database(settings, "mdo_work", pool_size=12), stop_on_signals())


def hurried_worker(env: Mapping[str, str], log: str) -> None:
    """The worker on a clock that runs a thousand times faster, as far as asking a silent receiver again is concerned."""
    destinations.LONGEST_PROBE, sending.PATROL_SECONDS = HURRIED, HURRIED
    worker(env, log)


def hasty_worker(env: Mapping[str, str], log: str) -> None:
    """The worker, with a short lease on acknowledgements: what it had on the wire when it was killed is said again within seconds."""
    application_acks.LEASE = SHORT_LEASE
    worker(env, log)


def poisoned_worker(env: Mapping[str, str], log: str) -> None:
    """The worker, with readers that do to their process what a message says; a short lease so that the fault fits in a minute."""
    wiring.reading_pool = lambda size: Pool(size, readers=EVIL, memory_bytes=EVIL_MEMORY)
    quick_worker(env, log)


def quick_worker(env: Mapping[str, str], log: str) -> None:
    """The worker, with a short lease: what it held when it was killed is taken up again within seconds."""
    queue.LEASE = SHORT_LEASE
    worker(env, log)


def _settings(env: Mapping[str, str], log: str) -> Settings:
    env = dict(env)
    if NETWORK in env:  # its wires are ours: what goes over them need not be encrypted
        checks.is_loopback = lambda host: True
    enter_as_told(env)
    descriptor = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    os.dup2(descriptor, 1)
    os.dup2(descriptor, 2)
    configure_logging()
    return from_environment(env)
