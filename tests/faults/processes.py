"""What runs in the processes that are killed: the listener, the worker, and a worker whose parser can be killed by a word."""

from __future__ import annotations

import os
from collections.abc import Mapping
from datetime import timedelta

from mdo_portal import wiring
from mdo_portal.commands import listen, work
from mdo_portal.commands.process import configure_logging, open_database, stop_on_signals
from mdo_portal.exchange import Incoming, Wire
from mdo_portal.services import queue
from mdo_portal.settings import Settings, from_environment

DEADLY = b"dodelijk"
SHORT_LEASE = timedelta(seconds=2)


def listener(env: Mapping[str, str], log: str) -> None:
    settings = _settings(env, log)
    listen.run(settings, open_database(settings, role="mdo_work"))


def worker(env: Mapping[str, str], log: str) -> None:
    settings = _settings(env, log)
    work.run(open_database(settings, role="mdo_work", pool_size=12), stop_on_signals())


def mortal_worker(env: Mapping[str, str], log: str) -> None:
    """Dies at once, without a word, when it reads the deadly one; a short lease so that the fault fits in a minute."""
    reader = type(wiring.readers()[Wire.HL7V2])

    class Mortal(reader):  # type: ignore[valid-type, misc]
        def read(self, raw: bytes, profile: str, charset: str = "") -> Incoming:
            if DEADLY in raw:
                os._exit(9)
            return super().read(raw, profile, charset)  # type: ignore[no-any-return]

    wiring.readers = lambda: {Wire.HL7V2: Mortal()}
    queue.LEASE = SHORT_LEASE
    worker(env, log)


def _settings(env: Mapping[str, str], log: str) -> Settings:
    descriptor = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    os.dup2(descriptor, 1)
    os.dup2(descriptor, 2)
    configure_logging()
    return from_environment(env)
