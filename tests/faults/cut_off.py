"""A12: the wire between our processes and PostgreSQL is cut, and neither side is told. Nobody waits for ever; mended, all goes on by itself."""

from __future__ import annotations

import socket
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
from sqlalchemy import text

from mdo_portal.database import Database
from tests.faults.house import House, environment, free_port, running
from tests.faults.lines import Load, compared
from tests.faults.networks import NETWORK, Wire
from tests.faults.processes import listener, web, worker
from tests.faults.silent import LONGEST, Visitors, _until_ready
from tests.faults.storing import stuck

Figures = dict[str, Any]
PORT = 5432
CUT_SECONDS = 5.0
"""How much longer it stays cut when every page had its answer."""


class Door:
    """PostgreSQL at an address on the other side of the wire: what comes there is passed on to its socket."""

    def __init__(self, wire: Wire, inside: Path) -> None:
        self._inside = str(inside / f".s.PGSQL.{PORT}")
        with wire.there.entered():
            self._door = socket.create_server((Wire.THERE, PORT), backlog=64)
        threading.Thread(target=self._let_in, daemon=True).start()

    def close(self) -> None:
        self._door.close()

    def _let_in(self) -> None:
        with suppress(OSError):
            while True:
                outer, _ = self._door.accept()
                inner = socket.socket(socket.AF_UNIX)
                inner.connect(self._inside)
                for two in ((outer, inner), (inner, outer)):
                    threading.Thread(target=_pass_on, args=two, daemon=True).start()


def _pass_on(one: socket.socket, other: socket.socket) -> None:
    with suppress(OSError):
        while data := one.recv(65_536):
            other.sendall(data)
    with suppress(OSError):
        other.shutdown(socket.SHUT_RDWR)


def _far(url: str, role: str) -> str:
    """That database as `role`, over the wire."""
    return urlsplit(url)._replace(netloc=f"{role}@{Wire.THERE}:{PORT}", query="").geturl()


class Near(Visitors):
    """Visitors on our side of the wire."""

    def __init__(self, wire: Wire, port: int, path: str) -> None:
        super().__init__(port)
        self._wire, self._address = wire, f"http://127.0.0.1:{port}{path}"
        self.said: Counter[str] = Counter()

    def ask(self) -> int:
        with self._wire.here.entered():
            try:
                answer = httpx.get(self._address, timeout=2 * LONGEST, trust_env=False)
            except httpx.HTTPError as error:
                self.said[type(error).__name__] += 1
                return 0
        return answer.status_code


@contextmanager
def _wired(house: House) -> Iterator[tuple[Wire, Door]]:
    with closing(Wire()) as wire, closing(Door(wire, house.door)) as door:
        yield wire, door


def cut(house: House, *, rounds: int) -> Figures:
    """Under load, until every page that was asked for meanwhile has its answer and some seconds more; every time."""
    database, mllp, port = house.copy(), free_port(), free_port()
    with _wired(house) as (wire, _):
        env = environment(database, mllp_port=mllp) | {
            NETWORK: wire.here.name,
            "MDO_DATABASE_URL": _far(database.url, "mdo_work"),
        }
        pages = {"MDO_BIND": f"127.0.0.1:{port}", "MDO_PUBLIC_URL": f"http://127.0.0.1:{port}"}
        pages["MDO_DATABASE_URL"] = _far(database.url, "mdo_app")
        visitors, acked, waiting = Near(wire, port, "/health/ready"), 0, 0
        waited, again, ready, heard = [], [], [], []
        with (
            running(web, env | pages, house.folder) as one,
            running(listener, env, house.folder) as two,
            running(worker, env, house.folder) as three,
        ):
            with wire.here.entered():
                load = Load(mllp)
            load.first_ack_after(0)
            _until_ready(visitors)
            for _ in range(rounds):
                wire.cut()
                began = time.monotonic()
                visitors.come(6)
                time.sleep(1.0)  # what was stored before may still be answered
                before = len(load.acked)
                waiting += visitors.still_wait(seconds=LONGEST)
                waited.append(time.monotonic() - began)
                time.sleep(CUT_SECONDS)
                acked += len(load.acked) - before
                wire.mend()
                mended = time.monotonic()
                again.append(load.first_ack_after(mended, within=120))
                _until_ready(visitors)
                ready.append(time.monotonic() - mended)
                heard.append(_until_heard(database, time.monotonic() - mended) or LONGEST)
            load.stop()
            survived = all(process.process.is_alive() for process in (one, two, three))
            left = stuck(database, seconds=60)
    found = compared(database, load)
    database.close()
    ok = found["lost"] == found["duplicates"] == waiting == acked == left == 0 and survived and set(visitors.heard) == {503}
    return found | {
        "rounds": rounds, "lost": found["lost"] + left, "acked_while_cut": acked, "still_waiting": waiting, "codes": dict(load.codes),
        "answers": dict(visitors.heard), "answered_s_max": round(max(waited), 1), "again_s_max": round(max(again), 2),
        "ready_s_max": round(max(ready), 2), "heard_s_max": round(max(heard), 1), "survived": survived, "ok": ok and max(heard) < LONGEST,
    }  # fmt: skip


def _until_heard(database: Database, since: float) -> float:
    """Seconds since the wire was mended until a web process and a worker asked on the line on which they hear of changes."""
    began, wanted = time.monotonic(), {"mdo_app", "mdo_work"}
    while (waited := time.monotonic() - began) < LONGEST:
        with database.engine.connect() as line:
            heard = line.execute(
                text(
                    "SELECT usename FROM pg_stat_activity WHERE query LIKE 'LISTEN%' AND datname = current_database()"
                    " AND query_start > clock_timestamp() - make_interval(secs => :young)"
                ),
                {"young": waited + since},
            ).scalars()
            if wanted <= set(heard):
                return waited + since
        time.sleep(0.2)
    return 0.0
