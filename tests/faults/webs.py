"""A portal of real processes (pages and FHIR door, listener, worker) in a world of its own: whatever it would fetch anywhere is heard."""

from __future__ import annotations

import ctypes
import os
import struct
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx
from sqlalchemy import select

from mdo_portal.commands.postgres_databases import as_role
from mdo_portal.database import Database
from mdo_portal.domain.case import Case
from mdo_portal.domain.inbound import InboundMessage
from tests.faults.addresses import Ears, Names
from tests.faults.house import House, Running, environment, running
from tests.faults.lines import Line
from tests.faults.networks import World
from tests.faults.processes import listener, web, worker
from tests.faults.storing import drained

PAGES, MLLP = 8000, 2576
TOKEN = "token-DELT"
LIMIT = 32_000_000
_libc = ctypes.CDLL(None, use_errno=True)
_OPENED_OR_READ = 0x20 | 0x01


class Canary:
    """A file that nobody may open (inotify tells when somebody does)."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "canary.txt"
        self.path.write_text("canary-in-a-file")
        self.path.chmod(0o644)
        self._watch = _libc.inotify_init1(os.O_NONBLOCK)
        _libc.inotify_add_watch(self._watch, str(self.path).encode(), _OPENED_OR_READ)

    def reads(self) -> int:
        """How often it was opened or read since the last time this was asked."""
        try:
            told = os.read(self._watch, 65_536)
        except BlockingIOError:
            return 0
        count = 0
        while told:
            told = told[16 + struct.unpack_from("iIII", told)[3] :]
            count += 1
        return count


@dataclass
class Portal:
    """Where to knock, and who listens meanwhile."""

    database: Database
    world: World
    ears: Ears
    names: Names
    canary: Canary
    processes: dict[str, Running]
    statuses: Counter[int] = field(default_factory=Counter)
    _client: httpx.Client = field(default_factory=lambda: httpx.Client(trust_env=False, timeout=60))

    def post(
        self,
        raw: bytes | Iterator[bytes],
        *,
        kind: str = "",
        method: str = "POST",
        media_type: str = "application/fhir+json",
        length: int = 0,
    ) -> int:
        """Handed in at the FHIR door; the status."""
        headers = {"Authorization": f"Bearer {TOKEN}", "Content-Type": media_type} | (
            {"Content-Length": str(length)} if length else {}
        )
        with self.world.entered():
            try:
                status = self._client.request(
                    method, f"http://127.0.0.1:{PAGES}/fhir{kind}", content=raw, headers=headers
                ).status_code
            except httpx.HTTPError:
                status = -1  # cut off: no answer is an answer to what is larger than agreed
        self.statuses[status] += 1
        return status

    def line(self) -> Line:
        return Line(MLLP)

    def settle(self, *, seconds: float) -> int:
        """Until everything was read; how many are left."""
        return drained(self.database, seconds=seconds)

    def rows(self) -> Counter[str]:
        """State or reason of every message."""
        with self.database.transaction() as session:
            return Counter(one.reason or one.state.value for one in session.scalars(select(InboundMessage)))

    def cases(self) -> set[str]:
        with self.database.transaction() as session:
            return set(session.scalars(select(Case.referral_number)))

    @property
    def memory_mb(self) -> float:
        """The most that any process of ours ever held, readers included."""
        return max(_peak(one) for process in self.processes.values() for one in _family(process.process.pid or 0))

    @property
    def deaths(self) -> int:
        return sum(not one.process.is_alive() for one in self.processes.values())


@contextmanager
def portal(house: House) -> Iterator[Portal]:
    with ExitStack() as stack:
        database = house.copy()
        stack.callback(database.close)
        world = stack.enter_context(closing(World(house.folder)))
        ears, names = stack.enter_context(closing(Ears(world))), stack.enter_context(closing(Names(world)))
        env = environment(database, mllp_port=MLLP) | {"MDO_MESSAGE_LIMIT": str(LIMIT)}
        there = {
            "MDO_BIND": f"127.0.0.1:{PAGES}",
            "MDO_PUBLIC_URL": f"http://127.0.0.1:{PAGES}",
            "MDO_DATABASE_URL": as_role(database.url, "mdo_app"),
        }
        processes = {
            "web": stack.enter_context(running(web, env | there | world.environment, house.folder)),
            "listen": stack.enter_context(running(listener, env | world.environment, house.folder)),
            "work": stack.enter_context(running(worker, env | world.environment, house.folder)),
        }
        made = Portal(database, world, ears, names, Canary(world.folder), processes)
        _until_ready(made)
        yield made


def _until_ready(made: Portal) -> None:
    until = time.monotonic() + 60
    while time.monotonic() < until:
        with made.world.entered():
            try:
                if httpx.get(f"http://127.0.0.1:{PAGES}/health/ready", trust_env=False, timeout=5).status_code == 200:
                    return
            except httpx.HTTPError:
                threading.Event().wait(0.1)
    raise TimeoutError("the pages do not answer")


def _family(parent: int) -> list[int]:
    found = [parent]
    for one in found:
        for children in Path(f"/proc/{one}/task").glob("*/children"):
            try:
                found += [int(pid) for pid in children.read_text().split()]
            except OSError:
                continue
    return found


def _peak(pid: int) -> float:
    try:
        return int(Path(f"/proc/{pid}/status").read_text().partition("VmHWM:")[2].split()[0]) / 1024
    except (OSError, IndexError, ValueError):
        return 0.0
