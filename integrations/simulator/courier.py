"""The thread that sends: composes what was asked for, one message at a time, and again as long as the portal is silent."""

from __future__ import annotations

import threading
import time
from datetime import datetime
from typing import Protocol
from zoneinfo import ZoneInfo

from integrations.simulator import behaviour, outbox
from integrations.simulator.behaviour import Mode
from integrations.simulator.config import Config
from integrations.simulator.fhir import bundle, shelf
from integrations.simulator.fhir.line import FhirLine
from integrations.simulator.outbox import Composed, Waiting
from integrations.simulator.region import CaseSeed, referral, region
from integrations.simulator.store import Store
from integrations.simulator.v2 import messages
from integrations.simulator.v2.line import MllpLine
from mdo_portal.exchange import Receipt

ZONE = ZoneInfo("Europe/Amsterdam")
PAUSE = 0.25


class Line(Protocol):
    """A way to the portal."""

    def send(self, body: bytes, control_id: str) -> Receipt: ...

    def close(self) -> None: ...


class Courier:
    """One per hospital with a wire. `wake` when something was asked for."""

    def __init__(self, config: Config, store: Store, stop: threading.Event) -> None:
        self._config, self._store, self._stop = config, store, stop
        self._line = line_of(config)
        self._asked = threading.Event()
        self._next_by_itself = time.monotonic() + config.send_every
        self._thread = threading.Thread(target=self._run, name="courier", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def wake(self) -> None:
        self._asked.set()

    def join(self) -> bool:
        """After `stop` was set: whether it ended. It may still be waiting for the portal's word."""
        self.wake()
        self._thread.join(timeout=2)
        return not self._thread.is_alive()

    def _run(self) -> None:
        while not self._stop.is_set():
            self._ask_by_itself()
            if not self._work():
                self._asked.wait(PAUSE)
                self._asked.clear()
        self._line.close()

    def _ask_by_itself(self) -> None:
        """--send-every: one more case that was never sent."""
        if not self._config.send_every or time.monotonic() < self._next_by_itself:
            return
        self._next_by_itself = time.monotonic() + self._config.send_every
        known = outbox.states(self._store)
        outbox.ask(self._store, [one.code for one in own_cases(self._config) if one.code not in known][:1])

    def _work(self) -> bool:
        """One message or one case to compose; False when there is nothing to do now."""
        message, is_waiting = outbox.due(self._store)
        if message:
            self._send(message)
            return True
        if is_waiting:
            return False
        asked = outbox.to_compose(self._store)
        if asked:
            outbox.composed(self._store, asked[0], compose(self._config, region().case(asked[1]), self._store))
        return asked is not None

    def _send(self, message: Waiting) -> None:
        is_double = behaviour.load(self._store).mode is Mode.DOUBLE
        for _ in range(2 if is_double else 1):
            outbox.leaving(self._store, message)
            receipt = self._line.send(message.body, message.control_id)
        outbox.settle(self._store, message, receipt, retry_seconds=self._config.retry_seconds)


def line_of(config: Config) -> Line:
    """The way to the portal. Raises ValueError when the hospital's wire has no address."""
    if config.wire == "hl7v2" and config.portal_mllp:
        return MllpLine(config.portal_mllp, answer_seconds=config.answer_seconds)
    if config.wire == "fhir" and config.portal_fhir:
        return FhirLine(config.portal_fhir, token=config.token, answer_seconds=config.answer_seconds)
    raise ValueError(f"{config.hospital} needs the address of the portal for {config.wire}")


def compose(config: Config, case: CaseSeed, store: Store) -> tuple[Composed, ...]:
    """The messages of one case as the EPD would send them now."""
    now = datetime.now(ZONE).replace(microsecond=0)
    sent = referral(case, today=now.date())
    if config.wire == "hl7v2":
        return messages.compose(case, sent, made_at=now, asks="AL" if config.application_ack else "")
    if config.notified_pull:
        return shelf.lay(store, config, case, sent, made_at=now)
    return bundle.compose(case, sent, version=config.fhir_version, made_at=now)


def own_cases(config: Config) -> list[CaseSeed]:
    return [one for one in region().cases if one.hospital == config.hospital]
