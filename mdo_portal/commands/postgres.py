"""PostgreSQL of our own for demo, bench and tests: found, started where only we can reach it, and gone when we are.

How it works, also as root and below a private home folder (Linux only):

* PostgreSQL refuses uid 0, so as root it runs as `nobody`. The folder around its data stays root's and 0700, so no other process of
  `nobody` comes near; the server itself reaches data and socket through directory descriptors we opened for it (`/proc/self/fd/N`).
  No account is made and no mode outside the given folder changes. Binaries that `nobody` cannot run are copied to a temporary folder.
* It listens on a Unix socket in a private folder only; there is no password because there is no way in for somebody else.
* The kernel tells the server to stop (fast shutdown) when the process that started it dies, even by SIGKILL.
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import psycopg
from psycopg import sql

from mdo_portal.commands.postgres_folders import PostgresError, held, opened, scratch, seen
from mdo_portal.commands.postgres_programs import Binaries, Runner, find_binaries, runner_for

__all__ = [
    "Binaries",
    "PostgresError",
    "find_binaries",
    "server",
]


#: What keeps patients out of the server's log: no DETAIL (it holds the values of a refused row), no failing statement, no parameters.
QUIET = {
    "log_error_verbosity": "terse",
    "log_min_error_statement": "panic",
    "log_parameter_max_length": "0",
    "log_parameter_max_length_on_error": "0",
}

COMMON = {"listen_addresses": "", "port": "5432"} | QUIET
DURABLE = {
    "fsync": "on", "synchronous_commit": "on", "full_page_writes": "on", "max_connections": "200",
    "min_wal_size": "1GB",  # files of its log that are there are written over: to make one takes longer than to fill it
}  # fmt: skip

FAST = {
    "fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "max_connections": "100",
    "plan_cache_mode": "force_generic_plan", "jit": "off",
}  # fmt: skip
"""Of a throw-away server; its tables are small: what is prepared is planned once, and not anew for each value."""

START_SECONDS = 300  # recovery after a crash replays what was written since the last checkpoint
PREVIOUS_SECONDS = 60
ROLES = {"mdo_owner", "mdo_app", "mdo_work", "mdo_audit"}
"""Owner of all tables (nobody signs in as that), web processes, listener and worker, reader of the access log."""
OURS = {"lock", "log", "data", "data.new"}


@contextmanager
def server(data: Path | None = None, *, durable: bool, binaries: Binaries | None = None) -> Iterator[str]:
    """Run PostgreSQL and give the SQLAlchemy address of database `mdo` as role `mdo` (owner, no superuser: row security holds for it;
    the superuser is `postgres` at the same address).

    `data`: the folder that keeps the data between starts, made when absent; None is a throw-away server. `durable`: what is
    committed survives a power cut; False is for throw-away servers only. Raises PostgresError with a sentence for a person.
    """
    if data is not None and not durable:
        raise ValueError("data that is kept needs a durable server")
    if sys.platform != "linux" or not Path("/proc/self/fd").exists():
        raise PostgresError(
            "The embedded PostgreSQL runs on Linux with /proc only: set MDO_DATABASE_URL to a server that runs elsewhere."
        )
    with ExitStack() as stack:
        place = stack.enter_context(scratch(private=True))
        runner = stack.enter_context(runner_for(binaries or find_binaries()))
        home = (data or place / "home").resolve()
        _claim(home, stack)
        kept = stack.enter_context(opened(_prepare(home, runner)))
        socket = runner.own(place / "run")
        door = stack.enter_context(opened(socket))
        launch = _Launch(runner, home, socket, kept, door)
        _start(launch, COMMON | (DURABLE if durable else FAST), stack=stack)
        yield f"postgresql+psycopg://mdo@/mdo?host={socket}&port=5432"


@dataclass(frozen=True)
class _Launch:
    """Where a server keeps its data and its socket; `kept` and `door` are those folders as it gets them."""

    runner: Runner
    home: Path
    socket: Path
    kept: int
    door: int


def _start(launch: _Launch, options: dict[str, str], *, stack: ExitStack) -> None:
    # The kernel's notice follows the thread that forked: this one lives until the server has stopped.
    keeper = stack.enter_context(ThreadPoolExecutor(max_workers=1))
    settings = [part for name, value in options.items() for part in ("-c", f"{name}={value}")]
    arguments = ("-D", seen(launch.kept), "-k", seen(launch.door), *settings)
    with (launch.home / "log").open("wb") as log:
        start = partial(launch.runner.start, "postgres", *arguments, fds=(launch.kept, launch.door), out=log.fileno())
        process = keeper.submit(start).result()
    stack.callback(_stop, process)
    _await_ready(process, launch)


def _await_ready(process: subprocess.Popen[bytes], launch: _Launch) -> None:
    deadline = time.monotonic() + START_SECONDS
    while process.poll() is None and time.monotonic() < deadline:
        try:
            with psycopg.connect(
                host=str(launch.socket), port=5432, user="postgres", dbname="postgres", autocommit=True
            ) as connection:
                return _furnish(connection)
        except psycopg.OperationalError:  # not listening yet, or still recovering
            time.sleep(0.02)
    raise PostgresError(f"PostgreSQL did not start: {_last_line(launch.home)}")


def _furnish(connection: psycopg.Connection) -> None:
    known = {row[0] for row in connection.execute("select rolname from pg_roles")}
    if "mdo" not in known:
        connection.execute("create role mdo login createdb createrole nosuperuser nobypassrls")
    for role in ROLES.difference(known):
        login = sql.SQL("nologin" if role == "mdo_owner" else "login")
        connection.execute(sql.SQL("create role {} {} nosuperuser nobypassrls").format(sql.Identifier(role), login))
    connection.execute("grant mdo_owner, mdo_app, mdo_work, mdo_audit to mdo")
    if not connection.execute("select 1 from pg_database where datname = 'mdo'").fetchone():
        connection.execute("create database mdo owner mdo")


def _stop(process: subprocess.Popen[bytes]) -> None:
    """Fast shutdown (data safe, clients cut off), then harder: the log of writes makes even SIGQUIT safe."""
    for number, seconds in ((signal.SIGINT, 60), (signal.SIGQUIT, 10), (signal.SIGKILL, 10)):
        if process.poll() is not None:
            return
        process.send_signal(number)
        try:
            process.wait(seconds)
        except subprocess.TimeoutExpired:
            continue


def _claim(home: Path, stack: ExitStack) -> None:
    """Make `home` if needed, keep it private and hold it. Raises PostgresError when it is not ours or in use."""
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    if home.stat().st_uid != os.geteuid():
        raise PostgresError(
            f"{home} belongs to another account (uid {home.stat().st_uid}): start as that account, or choose another folder."
        )
    if not (home / "data").exists() and {entry.name for entry in home.iterdir()} - OURS:
        raise PostgresError(f"{home} holds other things than the data of this portal: choose another folder.")
    home.chmod(0o700)
    try:
        stack.enter_context(held(home))
    except BlockingIOError:
        raise PostgresError(
            f"Another process already runs PostgreSQL on {home}: stop that one first, or choose another folder."
        ) from None


def _prepare(home: Path, runner: Runner) -> Path:
    """The data folder in `home`: made when absent, checked when present, free of what a crash left."""
    data = home / "data"
    if not data.exists():
        _initialise(home, runner).rename(data)
    _same_version(data, runner.binaries)
    owner = os.geteuid() if runner.uid is None else runner.uid
    if data.stat().st_uid != owner:
        raise PostgresError(f"{data} belongs to uid {data.stat().st_uid} and PostgreSQL would run here as uid {owner}.")
    _await_previous(data)
    return data


def _initialise(home: Path, runner: Runner) -> Path:
    """A complete new cluster under another name: an initdb that was cut off never counts as data."""
    fresh = home / "data.new"
    shutil.rmtree(fresh, ignore_errors=True)
    with opened(runner.own(fresh)) as folder, (home / "log").open("wb") as log:
        arguments = ("-D", seen(folder), "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--data-checksums")
        if runner.start("initdb", *arguments, fds=(folder,), out=log.fileno()).wait():
            raise PostgresError(f"PostgreSQL could not make its data folder: {_last_line(home)}")
    return fresh


def _same_version(data: Path, binaries: Binaries) -> None:
    version = (data / "PG_VERSION").read_text().strip()
    if version != str(binaries.major):
        raise PostgresError(
            f"{data} was made by PostgreSQL {version} and {binaries.folder} is version {binaries.major}: nothing was touched. Dump it with "
            f"{version} and restore it here (docs/operating/operating.md, Another major version), or move the folder away to start empty."
        )


def _await_previous(data: Path) -> None:
    """Wait for the server of a killed parent to finish, then clear its pid file: that number may be another process' by now."""
    deadline = time.monotonic() + PREVIOUS_SECONDS
    while running := _processes_in(data):
        if time.monotonic() > deadline:
            raise PostgresError(
                f"A PostgreSQL that was not started here runs on {data} (process {running[0]}): stop that one first."
            )
        time.sleep(0.05)
    (data / "postmaster.pid").unlink(missing_ok=True)


def _processes_in(data: Path) -> list[int]:
    """Every process of a PostgreSQL server works in its data folder, orphaned ones included."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if (process / "cwd").readlink() == data and (process / "comm").read_text().startswith("postgres"):
                found.append(int(process.name))
        except OSError:  # gone, or another account's
            continue
    return found


def _last_line(home: Path) -> str:
    """What went wrong, from the log; our own knocking while it starts also leaves FATAL lines there."""
    lines = (home / "log").read_text(errors="replace").splitlines()
    lines = [line for line in lines if re.search("FATAL|PANIC|error", line) and "the database system is" not in line]
    return lines[-1] if lines else f"see {home / 'log'}"
