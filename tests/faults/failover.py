"""A3: the first machine dies and its synchronous standby is promoted. Nothing acknowledged is lost; letters are held until a person says so."""

from __future__ import annotations

import os
import subprocess
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg

from mdo_portal.commands.postgres import COMMON, DURABLE
from mdo_portal.commands.postgres_folders import opened, scratch, seen
from mdo_portal.commands.postgres_programs import Runner, find_binaries, runner_for
from mdo_portal.commands.restored import waiting
from mdo_portal.database import Database
from mdo_portal.services.keeping import restoring
from tests.faults.house import House, NotHere, environment, free_port, running
from tests.faults.lines import Load, compared
from tests.faults.outbox import _all
from tests.faults.processes import listener, worker
from tests.faults.receivers import Receiver
from tests.faults.sending import _reach, _signed, _until_received
from tests.faults.standby import wait_for

Figures = dict[str, Any]
NAME = "standby"
LETTERS = 4


def promoted(house: House, *, rounds: int) -> Figures:
    """Under load the server is killed, the standby takes over, the same processes go on; what was under way is held, then released."""
    return _taken_over(house, House.kill_postgres, rounds=rounds)


def promoted_beside_one_that_hangs(house: House, *, rounds: int) -> Figures:
    """The same where the first machine does nothing more and hangs up on nobody: every line to it would be waited on for ever."""
    return _taken_over(house, House.freeze_postgres, rounds=rounds)


def _taken_over(house: House, ends: Callable[[House], None], *, rounds: int) -> Figures:
    lost = duplicates = left_while_held = not_held = 0
    writable, acked = [], 0
    for _ in range(rounds):
        database, port, receiver = house.copy(), free_port(), Receiver()
        env = environment(database, mllp_port=port)
        with ExitStack() as stack:
            standby = stack.enter_context(_standby(house, database))
            stack.enter_context(running(listener, env, house.folder))
            stack.enter_context(running(worker, env, house.folder))
            load = Load(port)
            load.first_ack_after(0)
            nobody = free_port()
            _reach(database, house, "ZEED", nobody)
            letters = _signed(database, house, count=LETTERS)
            time.sleep(1.0)
            database.close()
            ends(house)
            killed_at = time.monotonic()
            standby.promote(house)
            writable.append(load.first_ack_after(killed_at + 0.01, within=180))
            load.stop()
            _reach(database, house, "ZEED", receiver.port)
            _until_noticed(database)
            time.sleep(5.0)
            left_while_held += len(receiver.came)
            not_held += LETTERS - sum(one.letters for one in waiting(database))
            with database.transaction() as session:
                restoring.release(session, now=datetime.now(UTC))
            _until_received(database, letters, seconds=60)
            found = compared(database, load)
            came = Counter(receiver.came)
            lost += found["lost"] + len({one.id.hex for one in _all(database)} - set(came))
            duplicates += found["duplicates"] + sum(times - 1 for times in came.values())
            acked += len(load.acked)
            receiver.close()
            database.close()
            house.kill_postgres()
        _back_on_its_own(house)
    ok = lost == duplicates == left_while_held == not_held == 0 and acked > rounds
    return {
        "rounds": rounds, "acknowledged": acked, "lost": lost, "duplicates": duplicates, "left_while_held": left_while_held,
        "not_held": not_held, "writable_s_max": round(max(writable), 2), "ok": ok,
    }  # fmt: skip


def _until_noticed(database: Database) -> None:
    """A worker whose lines hung comes later than the listener that had the first acknowledgement."""
    until = time.monotonic() + 90
    while sum(one.letters for one in waiting(database)) < LETTERS and time.monotonic() < until:
        time.sleep(0.2)


class _Standby:
    def __init__(self, socket: Path) -> None:
        self._socket = socket

    def promote(self, house: House) -> None:
        """It takes over, under the address that everybody has."""
        with psycopg.connect(host=str(self._socket), port=5432, user="postgres", dbname="postgres", autocommit=True) as line:
            line.execute("SELECT pg_promote(wait => true)")
        house.move_door(self._socket)


@contextmanager
def _standby(house: House, database: Database) -> Iterator[_Standby]:
    """A hot standby of the house's server, for which every commit waits; gone at the end."""
    program = Path(find_binaries().folder) / "pg_basebackup"
    if not program.exists():
        raise NotHere("these PostgreSQL binaries have no pg_basebackup")
    with ExitStack() as stack:
        place = stack.enter_context(scratch(private=True))
        runner = stack.enter_context(runner_for(find_binaries()))
        socket, data = runner.own(place / "run"), place / "data"
        door, primary = stack.enter_context(opened(socket)), stack.enter_context(opened(house.door.resolve()))
        subprocess.run(
            [program, "-D", data, "-d", f"host={house.door} port=5432 user=postgres", "-X", "stream", "-c", "fast"], check=True
        )
        with (data / "postgresql.auto.conf").open("a") as settings:
            settings.write(f"primary_conninfo = 'host={seen(primary)} port=5432 user=postgres application_name={NAME}'\n")
        (data / "standby.signal").touch()
        _give(data, runner)
        kept = stack.enter_context(opened(data))
        options = [part for name, value in (COMMON | DURABLE).items() for part in ("-c", f"{name}={value}")]
        process = runner.start("postgres", "-D", seen(kept), "-k", seen(door), *options, fds=(kept, door, primary))
        stack.callback(_end, process)
        wait_for(database.plain_url, NAME)
        yield _Standby(socket)


def _give(folder: Path, runner: Runner) -> None:
    folder.chmod(0o700)
    if runner.uid is not None and runner.gid is not None:
        for path in (folder, *folder.rglob("*")):
            os.chown(path, runner.uid, runner.gid)


def _end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    with suppress(subprocess.TimeoutExpired):
        process.wait(timeout=20)
    process.kill()


def _back_on_its_own(house: House) -> None:
    """The first machine as it was, for the next fault: it waits for no standby."""
    settings = house.folder / "postgres" / "data" / "postgresql.auto.conf"
    lines = [line for line in settings.read_text().splitlines() if not line.startswith("synchronous_standby_names")]
    settings.write_text("\n".join(lines) + "\n")
    house.restart_postgres()
