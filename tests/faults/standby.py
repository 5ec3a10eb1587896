"""A4: a synchronous standby that freezes. Nothing is acknowledged that is not in two places; the sender repeats, and all is there afterwards."""

from __future__ import annotations

import signal
import subprocess
import time
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import psycopg

from mdo_portal.commands import checks
from mdo_portal.commands.postgres_databases import as_role
from mdo_portal.commands.postgres_programs import find_binaries
from mdo_portal.database import Database
from mdo_portal.settings import Settings
from tests.faults.house import House, NotHere, environment, free_port, running
from tests.faults.lines import Load, compared
from tests.faults.processes import listener

Figures = dict[str, Any]
NAME = "frozen_standby"
FROZEN_SECONDS = 3.0


def frozen(house: House, *, rounds: int) -> Figures:
    """`pg_receivewal --synchronous` is the standby: PostgreSQL waits for it with every commit. SIGSTOP freezes it."""
    database, port = house.copy(), free_port()
    program = Path(find_binaries().folder) / "pg_receivewal"
    if not program.exists():
        raise NotHere("these PostgreSQL binaries have no pg_receivewal")
    folder = house.folder / "standby"
    folder.mkdir(exist_ok=True)
    where = parse_qs(urlsplit(database.url).query)["host"][0]
    standby = subprocess.Popen(
        [program, "-D", folder, "--synchronous", "--no-loop", "-d", f"host={where} port=5432 user=postgres application_name={NAME}"],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        wait_for(database.plain_url, NAME)
        return _measured(house, database, port, standby, rounds=rounds)
    finally:
        standby.send_signal(signal.SIGCONT)
        wait_for(database.plain_url, "")
        standby.terminate()
        standby.wait(timeout=10)
        database.close()


def _measured(house: House, database: Any, port: int, standby: subprocess.Popen[bytes], *, rounds: int) -> Figures:
    recovered, while_frozen, told = [], 0, 0
    at_work = Database(as_role(database.url, "mdo_work"), pool_size=1)  # who waits is shown to its own role
    with running(listener, environment(database, mllp_port=port), house.folder):
        load = Load(port)
        load.first_ack_after(0)
        for _ in range(rounds):
            standby.send_signal(signal.SIGSTOP)
            time.sleep(0.5)  # what was written before it froze may still be answered
            before = len(load.acked)
            time.sleep(FROZEN_SECONDS)
            told += _is_told(at_work)
            while_frozen += len(load.acked) - before
            standby.send_signal(signal.SIGCONT)
            recovered.append(load.first_ack_after(time.monotonic()))
        load.stop()
    found = compared(database, load)
    at_work.close()
    ok = found["lost"] == found["duplicates"] == while_frozen == 0 and len(load.acked) > rounds and told == rounds
    return found | {
        "rounds": rounds, "acked_while_frozen": while_frozen, "doctor_told": told,
        "recover_s_max": round(max(recovered), 2), "ok": ok,
    }  # fmt: skip


def _is_told(database: Database) -> bool:
    """Whether the doctor says so, once a commit has waited for longer than it ever does."""
    until = time.monotonic() + 30
    while time.monotonic() < until:
        with database.transaction() as session:
            if any("does not answer" in one for one in checks._standby(Settings(), session)):
                return True
        time.sleep(0.5)
    return False


def wait_for(url: str, name: str) -> None:
    """Every commit waits for the standby of this name, which is there; "" = for none."""
    with psycopg.connect(url, user="postgres", dbname="postgres", autocommit=True) as connection:
        until = time.monotonic() + 60
        query = "SELECT count(*) FROM pg_stat_replication WHERE application_name = %s"
        while name and not (connection.execute(query, [name]).fetchone() or (0,))[0]:
            if time.monotonic() > until:
                raise NotHere("the standby did not connect")
            time.sleep(0.1)
        connection.execute(f"ALTER SYSTEM SET synchronous_standby_names = '{name}'")
        connection.execute("SELECT pg_reload_conf()")
