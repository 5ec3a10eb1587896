"""The PostgreSQL of our own: keeps what it must, and leaves nothing else behind."""

from __future__ import annotations

import os
import stat
import tempfile
import threading
import time
from pathlib import Path

import psycopg
import pytest

from mdo_portal.commands.postgres import Binaries, PostgresError, server
from mdo_portal.commands.postgres_databases import clone_database, drop_database, template_database
from mdo_portal.commands.postgres_folders import PREFIX
from mdo_portal.commands.postgres_programs import candidates, major_of
from tests.commands.asking import folder_of, rows


@pytest.mark.usefixtures("initdb_itself")
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


@pytest.mark.usefixtures("initdb_itself")
def test_every_postgresql_that_is_found_can_be_used() -> None:
    usable = {major_of(folder): folder for folder in candidates() if major_of(folder) >= 15}
    for major, folder in usable.items():
        with server(durable=False, binaries=Binaries(folder, major)) as url:
            assert rows(url, "select current_setting('server_version_num')::int / 10000") == [(major,)]


def test_the_role_of_the_portal_is_held_by_row_security() -> None:
    with server(durable=False) as url:
        assert rows(url, "select rolsuper, rolbypassrls from pg_roles where rolname = current_user") == [(False, False)]
        rows(url, "create extension unaccent; create extension pg_trgm; create extension btree_gist")


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


@pytest.mark.usefixtures("initdb_itself")
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


@pytest.mark.usefixtures("initdb_itself")
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
