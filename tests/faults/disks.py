"""A5: the disk with the data is full under load. Nothing is acknowledged that is not kept, nobody dies, and with room it goes on."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import func, select

from mdo_portal.database import Database
from mdo_portal.domain.inbound import InboundMessage
from tests.faults.house import House, NotHere, environment, free_port, running
from tests.faults.lines import Load, compared
from tests.faults.processes import listener, worker
from tests.faults.storing import by_state, drained

Figures = dict[str, Any]
DISK = "220m"
FULL_SECONDS = 15.0
"""Longer than a message is tried again by the worker: a full disk must not make anybody's message unreadable."""


class SmallHouse(House):
    """A house whose databases stand on a small disk of their own (a tmpfs); the log of writes stands elsewhere, as it should."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self._base = folder / "postgres" / "data" / "base"
        self._stack.close()
        kept = self._base.with_name("base.kept")
        self._base.rename(kept)
        self._base.mkdir()
        _run("mount", "-t", "tmpfs", "-o", f"size={DISK}", "tmpfs", str(self._base))
        _run("cp", "-a", f"{kept}/.", str(self._base))
        shutil.copystat(kept, self._base)
        os.chown(self._base, kept.stat().st_uid, kept.stat().st_gid)
        shutil.rmtree(kept)
        self._start()

    def fill_up(self) -> None:
        """Not a byte more fits."""
        with (self._base / "ballast").open("ab") as ballast:
            piece = 1 << 20
            while piece >= 4096:
                try:
                    os.posix_fallocate(ballast.fileno(), ballast.tell(), piece)
                    ballast.seek(piece, os.SEEK_CUR)
                except OSError:
                    piece //= 2

    def make_room(self) -> None:
        (self._base / "ballast").unlink()

    def close(self) -> None:
        super().close()
        _run("umount", str(self._base))


def _run(*command: str) -> None:
    subprocess.run(command, check=True, capture_output=True)


@contextmanager
def small_house() -> Iterator[SmallHouse]:
    if os.geteuid() != 0:
        raise NotHere("only root may give a folder a disk of its own")
    folder = Path(tempfile.mkdtemp(prefix="mdo-d-"))
    made = SmallHouse(folder)
    try:
        yield made
    finally:
        made.close()
        shutil.rmtree(folder, ignore_errors=True)


def full(_: House, *, rounds: int) -> Figures:
    """Filled under load, kept full for a while, and given room again; every time."""
    with small_house() as small:
        database, port = small.copy(), free_port()
        env = environment(database, mllp_port=port)
        resumed, acked_while_full = [], 0
        with running(listener, env, small.folder) as door, running(worker, env, small.folder) as desk:
            load = Load(port)
            load.first_ack_after(0)
            for _ in range(rounds):
                desk.kill(signal.SIGTERM)  # so that there is something to understand when it is full
                time.sleep(1.0)
                small.fill_up()
                desk.restart()
                acked_while_full += _stays_full(load)
                small.make_room()
                resumed.append(load.first_ack_after(time.monotonic()))
            time.sleep(0.5)
            load.stop()
            survived = door.process.is_alive() and desk.process.is_alive()
            left = drained(database, seconds=120)
        found, states, attempts = compared(database, load), by_state(database), _most_attempts(database)
        database.close()
    lost = found["lost"] + left
    ok = (
        lost == found["duplicates"] == states.get("unreadable", 0) == 0
        and survived
        and found["refused"] > 0
        and max(resumed) < 30
    )
    return {
        "rounds": rounds,
        **found,
        "lost": lost,
        "acked_while_full": acked_while_full,
        "answers": dict(Counter(load.codes)),
        "resume_s_max": round(max(resumed), 2),
        "survived": survived,
        "states": states,
        "most_attempts": attempts,
        "ok": ok,
    }


def _most_attempts(database: Database) -> int:
    """How often the worker tried one message: more than once, when it was at work while nothing could be written."""
    with database.transaction() as session:
        return session.scalar(select(func.max(InboundMessage.attempts))) or 0


def _stays_full(load: Load) -> int:
    """How many were acknowledged meanwhile: into room that the tables still had."""
    before, until = len(load.acked), time.monotonic() + FULL_SECONDS
    while time.monotonic() < until:
        time.sleep(0.1)
    return len(load.acked) - before
