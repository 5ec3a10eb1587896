"""A5: the disk with the data is full under load: no byte more fits, or no file. Nothing is acknowledged that is not kept, nobody dies, and
with room it goes on.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from sqlalchemy import func, select

from mdo_portal.commands.postgres_databases import as_role
from mdo_portal.database import Database
from mdo_portal.domain.inbound import InboundMessage
from tests.faults.house import House, NotHere, environment, free_port, running
from tests.faults.lines import Load, compared
from tests.faults.posting import Posts, cookie_of_somebody
from tests.faults.processes import listener, web, worker
from tests.faults.storing import by_state, stuck

Figures = dict[str, Any]
DISK, FILES = "220m", 20_000
FULL_SECONDS = 15.0
"""Longer than a message is tried again by the worker: a full disk must not make anybody's message unreadable."""


class SmallHouse(House):
    """A house of which one part of PostgreSQL stands on a small disk of its own (a tmpfs): its databases, or its log of writes."""

    def __init__(self, folder: Path, part: str = "base", size: str = DISK) -> None:
        super().__init__(folder)
        self._base = folder / "postgres" / "data" / part
        self._stack.close()
        kept = self._base.with_name(f"{part}.kept")
        self._base.rename(kept)
        self._base.mkdir()
        _run("mount", "-t", "tmpfs", "-o", f"size={size},nr_inodes={FILES}", "tmpfs", str(self._base))
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

    def use_up_files(self) -> None:
        """Not a file more can be made; in those that are there is room."""
        (self._base / "many").mkdir()
        with suppress(OSError):
            for number in range(FILES):
                (self._base / "many" / str(number)).touch()

    def make_room(self) -> None:
        (self._base / "ballast").unlink(missing_ok=True)
        shutil.rmtree(self._base / "many", ignore_errors=True)

    def close(self) -> None:
        super().close()
        _run("umount", str(self._base))


def _run(*command: str) -> None:
    subprocess.run(command, check=True, capture_output=True)


@contextmanager
def small_house(part: str = "base", size: str = DISK) -> Iterator[SmallHouse]:
    if os.geteuid() != 0:
        raise NotHere("only root may give a folder a disk of its own")
    folder = Path(tempfile.mkdtemp(prefix="mdo-d-"))
    made = SmallHouse(folder, part, size)
    try:
        yield made
    finally:
        made.close()
        shutil.rmtree(folder, ignore_errors=True)


def full(_: House, *, rounds: int) -> Figures:
    """Filled under load, kept full for a while, and given room again; every time."""
    return _filled(SmallHouse.fill_up, rounds=rounds, refuses=True)


def no_files(_: House, *, rounds: int) -> Figures:
    """The same with what a disk has of places for files. What is there grows on, so that little or nothing need be refused."""
    return _filled(SmallHouse.use_up_files, rounds=rounds, refuses=False)


def _filled(fill: Callable[[SmallHouse], None], *, rounds: int, refuses: bool) -> Figures:
    with small_house() as small:
        database, port, door_of_pages = small.copy(), free_port(), free_port()
        env = environment(database, mllp_port=port)
        pages = {"MDO_BIND": f"127.0.0.1:{door_of_pages}", "MDO_PUBLIC_URL": f"http://127.0.0.1:{door_of_pages}"}
        pages["MDO_DATABASE_URL"] = as_role(database.url, "mdo_app")
        resumed, acked_while_full = [], 0
        with (
            running(listener, env, small.folder) as door,
            running(worker, env, small.folder) as desk,
            running(web, env | pages, small.folder) as screens,
        ):
            load, posts = Load(port), Posts(door_of_pages, cookie_of_somebody(database, small.region, env["MDO_SECRET_KEY"]))
            load.first_ack_after(0)
            until(lambda: bool(posts.stored) and posts.seen[200] > 0)
            for _ in range(rounds):
                desk.kill(signal.SIGTERM)  # so that there is something to understand when it is full
                time.sleep(1.0)
                fill(small)
                desk.restart()
                acked_while_full += _stays_full(load)
                small.make_room()
                resumed.append(load.first_ack_after(time.monotonic()))
            before = len(posts.stored), posts.seen[200]
            again = until(lambda: len(posts.stored) > before[0] and posts.seen[200] > before[1])
            load.stop()
            posts.stop()
            survived = all(one.process.is_alive() for one in (door, desk, screens))
            left = stuck(database, seconds=60)
        found, states, attempts = all_compared(database, load, posts), by_state(database), _most_attempts(database)
        database.close()
    lost = found["lost"] + left
    ok = (
        lost == found["duplicates"] == 0
        and survived
        and again
        and not {status for status in posts.statuses | posts.seen if status >= 500} - {503}
        and (not refuses or (found["refused"] > 0 and posts.statuses[503] > 0))
        and max(resumed) < 30
    )
    return {
        "rounds": rounds,
        **found,
        "lost": lost,
        "acked_while_full": acked_while_full,
        "answers": dict(Counter(load.codes)),
        "handed_in": dict(posts.statuses),
        "pages": dict(posts.seen),
        "sentences": dict(posts.sentences),
        "resume_s_max": round(max(resumed), 2),
        "survived": survived,
        "states": states,
        "most_attempts": attempts,
        "ok": ok,
    }


def all_compared(database: Database, load: Load, posts: Posts) -> dict[str, int]:
    found = compared(database, load)
    with database.transaction() as session:
        by_fhir = session.scalar(select(func.count()).where(func.coalesce(InboundMessage.control_id, "").not_like("L%"))) or 0
    return found | {"handed_in_stored": by_fhir, "lost": found["lost"] + max(0, len(posts.stored) - by_fhir)}


def until(holds: Callable[[], bool], *, seconds: float = 60.0) -> bool:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if holds():
            return True
        time.sleep(0.1)
    return False


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
