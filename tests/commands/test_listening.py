"""Whether anybody takes the calls of hospitals is known while a listener lives, and at once when it was killed."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest
from sqlalchemy import text

from mdo_portal.commands import listen
from mdo_portal.database import Database
from mdo_portal.services.links import listening
from mdo_portal.settings import from_environment
from tests.faults.house import environment

LISTENS = """
import sys, time
from mdo_portal.commands.listening import Listening
from mdo_portal.database import Database

Listening(Database(sys.argv[1])).begin()
time.sleep(60)
"""


def becomes(database: Database, wanted: bool, *, seconds: float = 60.0) -> bool:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        with database.transaction() as session:
            if listening.is_anybody(session) is wanted:
                return True
        time.sleep(0.05)
    return False


def until_held(database: Database, times: int, *, seconds: float = 60.0) -> bool:
    query = text("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND classid = :kind AND granted")
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        with database.transaction() as session:
            if session.scalar(query, {"kind": listening.LOCK[0]}) == times:
                return True
        time.sleep(0.05)
    return False


def test_a_listener_is_known_while_it_lives_and_one_that_lives_is_enough(database: Database) -> None:
    with database.transaction() as session:
        assert not listening.is_anybody(session)
    command = [sys.executable, "-c", LISTENS, database.url]
    with subprocess.Popen(command) as first:
        assert becomes(database, True)
        with subprocess.Popen(command) as second:
            assert until_held(database, 2)
            first.kill()
            first.wait(10)
            with database.transaction() as session:
                assert listening.is_anybody(session)
            second.kill()
    assert becomes(database, False, seconds=5)


def test_a_port_that_somebody_else_has_is_named_and_nothing_is_called_open(
    database: Database, capsys: pytest.CaptureFixture[str]
) -> None:
    with socket.socket() as somebody:
        somebody.bind(("127.0.0.1", 0))
        somebody.listen()
        settings = from_environment(environment(database, mllp_port=somebody.getsockname()[1]))

        with pytest.raises(SystemExit) as ended:
            listen.run(settings, database)

    assert ended.value.code == 78
    assert "refused to start: MDO_MLLP_BIND 127.0.0.1:" in capsys.readouterr().err
    with database.transaction() as session:
        assert not listening.is_anybody(session)


def test_a_certificate_file_that_cannot_be_used_is_named_at_the_start(
    database: Database, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    missing = {name: str(tmp_path / name.lower()) for name in ("CERTIFICATE", "KEY", "AUTHORITIES")}
    for name, value in environment(database).items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("MDO_MLLP_TLS_BIND", "127.0.0.1:2576")
    for name, value in missing.items():
        monkeypatch.setenv(f"MDO_MLLP_TLS_{name}", value)

    with pytest.raises(SystemExit) as ended:
        listen.command.main([], standalone_mode=False)

    assert ended.value.code == 78
    assert f"{missing['CERTIFICATE']}: No such file or directory" in capsys.readouterr().err
