"""One simulated hospital as a process: its doors open, its courier runs, and it ends with its parent."""

from __future__ import annotations

import ctypes
import logging
import os
import signal
import sys
import threading
import time
from dataclasses import dataclass

from werkzeug.serving import BaseWSGIServer, make_server

from integrations.simulator.config import Config
from integrations.simulator.courier import Courier
from integrations.simulator.pages.app import create_app
from integrations.simulator.store import Store
from integrations.simulator.v2.desk import Hl7Desk
from integrations.simulator.v2.door import MllpDoor

PR_SET_PDEATHSIG = 1


@dataclass(frozen=True)
class Running:
    """A hospital that is open. `stop` closes it within seconds."""

    page: BaseWSGIServer
    store: Store
    ending: threading.Event
    mllp: MllpDoor | None
    courier: Courier | None

    @property
    def url(self) -> str:
        return f"http://{self.page.host}:{self.page.port}"

    def stop(self) -> None:
        self.ending.set()
        is_idle = self.courier is None or self.courier.join()
        if self.mllp:
            self.mllp.close()
        self.page.shutdown()
        self.page.server_close()
        if is_idle:  # else the courier still writes; SQLite survives the end of the process without a close
            self.store.close()


def start(config: Config) -> Running:
    """Open all doors and return. Raises OSError when a port is taken, ValueError when an address of the portal is missing."""
    store, ending = Store(config.state_dir, config.hospital.lower()), threading.Event()
    courier = Courier(config, store, ending) if config.wire != "form" else None
    mllp = MllpDoor(config.mllp, Hl7Desk(store, ending).receive) if config.mllp and config.wire == "hl7v2" else None
    app = create_app(config, store, ending, wake=courier.wake if courier else None)
    page = make_server(config.page.host, config.page.port, app, threaded=True)
    threading.Thread(target=page.serve_forever, kwargs={"poll_interval": 0.1}, name="page", daemon=True).start()
    if courier:
        courier.start()
    return Running(page, store, ending, mllp, courier)


def serve(config: Config, *, quiet: bool = False) -> None:
    """Run until SIGTERM, SIGINT or the end of the parent."""
    told: list[int] = []  # no event: a signal in the middle of its `wait` would wait for itself
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda number, _: told.append(number))
    die_with_parent()
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    running = start(config)
    if not quiet:
        sys.stdout.write(f"{config.seed.name} (gesimuleerd EPD): {running.url}/\n")
        sys.stdout.flush()
    while not told:
        time.sleep(0.2)
    running.stop()


def die_with_parent() -> None:
    """SIGTERM to us when the parent ends, however it ends. Linux only; elsewhere nothing happens."""
    if sys.platform != "linux":
        return
    parent = os.getppid()
    ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)
    if os.getppid() != parent:  # it ended before the kernel knew what we want
        os.kill(os.getpid(), signal.SIGTERM)
