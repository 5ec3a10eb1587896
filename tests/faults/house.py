"""A house to break: a durable PostgreSQL that can be killed and started again, and the real processes on it, killed by their id.

Processes are forked from a small server that has loaded our code (multiprocessing forkserver): the same functions as
`mdo-portal listen` and `mdo-portal work`, up in a tenth of a second, so that hundreds of kills are affordable.
"""

from __future__ import annotations

import base64
import multiprocessing
import os
import shutil
import signal
import socket
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from itertools import count
from multiprocessing.process import BaseProcess
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from mdo_portal.commands import migrate
from mdo_portal.commands.postgres import server
from mdo_portal.commands.postgres_databases import as_role, clone_database, template_database
from mdo_portal.database import Database
from tests import make, people
from tests.people import Region

FORK = multiprocessing.get_context("forkserver")
FORK.set_forkserver_preload(["tests.faults.processes"])
MESSAGE_LIMIT = 1_000_000
_copies = count(1)


class NotHere(Exception):
    """This fault cannot be provoked on this machine; the text says why."""


class House:
    """One PostgreSQL for a whole run; every fault gets a copy of the small region."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.door = folder / "pg"  # a link to where the server's socket is now, so that addresses survive a restart
        self._stack = ExitStack()
        self._url = self._start()
        self.region = self._fill()

    def _start(self) -> str:
        url = self._stack.enter_context(server(self.folder / "postgres", durable=True))
        self.move_door(Path(parse_qs(urlsplit(url).query)["host"][0]))
        return f"postgresql+psycopg://mdo@/mdo?host={self.door}&port=5432"

    def move_door(self, socket: Path) -> None:
        """From now on the address leads to the server whose socket is in this folder."""
        fresh = self.folder / "pg.new"
        fresh.symlink_to(socket)
        fresh.replace(self.door)

    def _fill(self) -> Region:
        migrate.upgrade(template_database(self._url, "migrated"), sealer=make.sealer())
        filled = _opened(clone_database(self._url, "region", template="migrated"))
        region = people.fill(filled)
        filled.close()
        return region

    def copy(self) -> Database:
        """A database of one fault."""
        return _opened(clone_database(self._url, f"fault_{next(_copies)}", template="region"))

    def kill_postgres(self) -> None:
        """SIGKILL to the postmaster and all its children, as a power cut without the loss of the disk's cache."""
        self._tell_postgres(signal.SIGKILL)

    def freeze_postgres(self) -> None:
        """It does nothing more, and hangs up on nobody, as when its disk hangs: every packet to it is still confirmed."""
        self._tell_postgres(signal.SIGSTOP)

    def thaw_postgres(self) -> None:
        self._tell_postgres(signal.SIGCONT)

    def _tell_postgres(self, number: int) -> None:
        postmaster = int((self.folder / "postgres" / "data" / "postmaster.pid").read_text().split()[0])
        for process in [postmaster, *_children(postmaster)]:
            with _gone():
                os.kill(process, number)

    def restart_postgres(self) -> None:
        self._stack.close()
        self._start()

    def close(self) -> None:
        self._stack.close()


def _opened(url: str) -> Database:
    return Database(url, sealer=make.sealer(), pool_size=5)


def _children(parent: int) -> list[int]:
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with _gone():
            if int(stat.read_text().rpartition(")")[2].split()[1]) == parent:
                found.append(int(stat.parent.name))
    return found


def _below(process: int) -> list[int]:
    return [found for child in _children(process) for found in (child, *_below(child))]


@contextmanager
def _gone() -> Iterator[None]:
    """What is dead already needs no killing."""
    with suppress(ProcessLookupError, FileNotFoundError):
        yield


@contextmanager
def house() -> Iterator[House]:
    folder = Path(tempfile.mkdtemp(prefix="mdo-f-"))
    made = House(folder)
    try:
        yield made
    finally:
        made.close()
        shutil.rmtree(folder, ignore_errors=True)


def environment(database: Database, *, mllp_port: int = 0) -> dict[str, str]:
    keyring = ",".join(f"{name}:{base64.b64encode(key).decode()}" for name, key in make.KEYS)
    return {
        "MDO_DATABASE_URL": as_role(database.url, "mdo_work"),
        "MDO_SECRET_KEY": "faults-only-" * 4,
        "MDO_KEYRING": keyring,
        "MDO_MLLP_BIND": f"127.0.0.1:{mllp_port}",
        "MDO_MESSAGE_LIMIT": str(MESSAGE_LIMIT),
    }


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Running:
    """One of our processes; started again as systemd would."""

    def __init__(self, target: Callable[[Mapping[str, str], str], None], env: Mapping[str, str], log: Path) -> None:
        self._target, self._env, self._log = target, env, log
        self.deaths = 0
        self.process = self._start()

    def _start(self) -> BaseProcess:
        process = FORK.Process(target=self._target, args=(dict(self._env), str(self._log)), daemon=True)
        process.start()
        return process

    def kill(self, number: int = signal.SIGKILL) -> None:
        os.kill(self.process.pid or 0, number)
        self.process.join(timeout=20)
        self.deaths += 1

    def restart(self) -> None:
        self.process = self._start()

    def tell(self, number: int) -> None:
        """That signal to it and all its children."""
        process = self.process.pid or 0
        for one in [process, *_below(process)]:
            with _gone():
                os.kill(one, number)

    @property
    def largest_memory_mb(self) -> float:
        """The most memory it ever held."""
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        return int(status.partition("VmHWM:")[2].split()[0]) / 1024

    def stop(self) -> None:
        if self.process.is_alive():
            self.process.terminate()
        self.process.join(timeout=15)
        if self.process.is_alive():
            self.process.kill()


@contextmanager
def running(target: Callable[[Mapping[str, str], str], None], env: Mapping[str, str], folder: Path) -> Iterator[Running]:
    made = Running(target, env, folder / f"{target.__name__}-{next(_copies)}.log")
    try:
        yield made
    finally:
        made.stop()
