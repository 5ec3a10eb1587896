"""Which lines are cut: those that nobody knows of, at the machine where they end, and no line of anybody else."""

from __future__ import annotations

import os
import socket
import threading
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import psycopg
import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from mdo_portal import silence
from mdo_portal.commands.postgres_databases import as_role
from mdo_portal.database import Database, is_lacking
from tests.as_run import WORK
from tests.relays import Relay
from tests.silent_house import Waiting, between, far, look, until, waited_on

__all__ = ["between", "far"]


def test_who_waits_on_a_line_whose_number_is_another_roles_on_the_new_machine_hears_so(
    database: Database, between: Relay
) -> None:
    """In containers the numbers are low: the checkpointer there may have that of a line of ours. Nobody else heard anything either."""
    own = Database(as_role(between.url, WORK))
    waiting = Waiting(own, "SELECT 3 FROM pg_sleep(20)")
    waiting.begin()
    (line,) = waited_on()
    with database.transaction() as session:
        line.pid = session.scalar(text("SELECT pg_backend_pid()")) or 0

        assert look() == 1 and isinstance(waiting.answer(), OperationalError)
    own.close()


def test_who_took_a_role_at_the_door_hears_so_too(between: Relay) -> None:
    """That role may not see the lines of who signed in, its own among them."""
    own = Database(f"{between.url}&options=-c%20role%3D{WORK}")
    waiting = Waiting(own)
    between.leave()
    waiting.begin()
    between.is_silent = False

    until(look)  # the server's own process needs a moment to be gone
    assert isinstance(waiting.answer(), OperationalError)
    own.close()


def test_who_waits_for_a_lock_is_left_alone(database: Database, far: Database) -> None:
    """A worker that proves itself, a patient whom somebody else holds: as long as it takes."""
    waiting = Waiting(far, "SELECT 4 FROM pg_advisory_xact_lock(7)")
    with database.transaction() as session:
        session.execute(text("SELECT pg_advisory_xact_lock(7)"))
        waiting.begin()

        assert look() == 0 and not waiting.heard

    assert waiting.answer() == 4


AN_HOUR_BACK = """
CREATE SCHEMA put_back;
CREATE FUNCTION put_back.clock_timestamp() RETURNS timestamptz LANGUAGE sql
    AS $$ SELECT pg_catalog.clock_timestamp() - interval '1 hour' $$;
DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET search_path = put_back, pg_catalog, public', current_database()); END $$;
"""


def test_a_line_is_known_though_the_clock_of_its_machine_was_put_back(database: Database, far: Database) -> None:
    """PostgreSQL told how old its lines are by a clock that said that they were not there yet: who waited was cut."""
    waiting = Waiting(far, "SELECT 3 FROM pg_sleep(2)")
    with database.transaction() as session:
        session.execute(text(AN_HOUR_BACK))
    waiting.begin()

    assert look() == 0 and waiting.answer() == 3


def test_who_gets_a_line_that_says_nothing_from_the_start_hears_so(between: Relay) -> None:
    """As of any line that breaks: before anything was asked on it."""
    connection = psycopg.connect(between.url.replace("+psycopg", ""))
    between.is_silent = True

    with pytest.raises(psycopg.OperationalError):
        silence.Watch().know(connection, between.url)
    assert connection.closed


def test_who_waits_on_the_first_of_two_machines_hears_of_its_silence_while_the_second_takes_nobody(
    between: Relay, tmp_path: Path
) -> None:
    """Two hosts and target_session_attrs: the second is a standby that nobody promoted yet, or is down."""
    (first,) = parse_qs(urlsplit(between.url).query)["host"]
    two = Database(between.url.replace(first, f"{first},{tmp_path}").replace("port=5432", "port=5432,5432"))
    waiting = Waiting(two)
    between.is_silent = True
    waiting.begin()

    assert look() == 1 and isinstance(waiting.answer(), OperationalError)
    between.is_silent = False
    two.close()


def test_a_line_that_took_the_number_of_one_that_was_just_closed_is_not_cut(database: Database) -> None:
    """Numbers of sockets are given out again at once: it may be a hospital's, or a browser's."""
    ours, theirs = socket.socketpair()
    with psycopg.connect(database.plain_url) as connection:
        line, number = silence.Watch().know(connection, database.plain_url), connection.fileno()
        kept = os.dup(number)
        os.dup2(ours.fileno(), number)
        line.cut()
        ours.sendall(b"still here")
        os.dup2(kept, number)
        os.close(kept)

    assert theirs.recv(20) == b"still here"


def test_a_process_that_could_begin_no_thread_looks_at_its_lines_from_the_next_one_on(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    watch = silence.Watch()
    with psycopg.connect(database.plain_url) as connection:
        with monkeypatch.context() as full:
            full.setattr(threading.Thread, "start", refused)
            with pytest.raises(RuntimeError):
                watch.know(connection, database.plain_url)
        line = watch.know(connection, database.plain_url)

    assert line and watch._thread and watch._thread.is_alive()


def refused(thread: threading.Thread) -> None:
    raise RuntimeError("can't start new thread")


def test_a_postgresql_whose_disk_fails_says_so_on_a_new_line_too(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its refusal to say when the line began was taken for an answer without rows: a fault of ours, where the same may do in a minute."""
    fails = b"DO $$ BEGIN RAISE EXCEPTION 'disk' USING ERRCODE = '58030'; END $$"
    monkeypatch.setattr(silence, "_BEGUN", fails)
    own = Database(database.url)

    with pytest.raises(OperationalError) as heard, own.transaction() as session:
        session.execute(text("SELECT 1"))

    assert is_lacking(heard.value)
    own.close()
