"""A hospital's system that calls and is not let in: told on the page of the link, for its own log is the last place where one looks."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable

import structlog
from flask import Flask, current_app, request
from sqlalchemy.exc import SQLAlchemyError

from mdo_portal.allowance import Allowance, Rate
from mdo_portal.database import Database
from mdo_portal.services.links import refused_calls
from mdo_portal.web.context import client_address, database, now
from mdo_portal.web.fhir_envelope import READ

log = structlog.get_logger(__name__)
PAUSE_SECONDS = 5.0
"""What somebody does for the first time is written down at once; the same once more within these seconds, with the next."""
WRITES = Rate(at_once=20, a_second=1)
"""Strangers decide how often they call."""
_ASKED = {one for one in READ if "fhir" in one}
"""Who asks how a Task stands sends nothing. Anything wider than FHIR's own a browser wants too."""
MOST = 1_000
"""Addresses and reasons that are remembered meanwhile."""


class RefusedCalls:
    """What was refused since it was last written down."""

    def __init__(self, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock, self._lock = clock, threading.Lock()
        self._calls: Counter[refused_calls.Call] = Counter()
        self._written_at: dict[refused_calls.Call, float] = {}
        self._writes = Allowance(WRITES, clock=clock)

    def due(self, call: refused_calls.Call) -> Counter[refused_calls.Call]:
        """With this one, all that is to be written down now; nothing when the same was just now, or much else."""
        with self._lock:
            if call in self._calls or len(self._calls) < MOST:
                self._calls[call] += 1
            moment = self._clock()
            self._written_at = {one: at for one, at in self._written_at.items() if moment - at < PAUSE_SECONDS}
            if call in self._written_at or not self._writes.has():
                return Counter()
            self._written_at |= dict.fromkeys(self._calls, moment)
            calls, self._calls = self._calls, Counter()
            return calls


def install(app: Flask) -> None:
    app.extensions["mdo_refused_calls"] = RefusedCalls()


def no_token(token: str) -> None:
    """Somebody comes without a token, or with one that opens nothing. Told when it is FHIR: everybody knocks on a web address."""
    asks = {kind for kind, _ in request.accept_mimetypes} & _ASKED
    if request.mimetype in READ or asks:
        tell("unknown_token" if token else "no_token")


def tell(reason: str) -> None:
    """A reason of domain/refused_call.OVER_FHIR. Never raises: the answer does not wait for it."""
    calls = current_app.extensions["mdo_refused_calls"].due((client_address(), reason))
    if calls:
        _write_down(database(), calls)


def _write_down(there: Database, calls: Counter[refused_calls.Call]) -> None:
    try:
        with there.transaction() as session:
            refused_calls.write_down(session, calls, now=now())
    except SQLAlchemyError as error:
        log.warning("refused_calls.not_noted", error=type(error).__name__)
