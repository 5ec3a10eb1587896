"""The chain over the access log: as superuser, with the triggers off, whatever is done to it is found (security.md G3)."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
import structlog
from sqlalchemy import Connection, create_engine, delete, func, select, text
from sqlalchemy.exc import ProgrammingError

from mdo_portal.commands import audit as command
from mdo_portal.database import Database
from mdo_portal.domain.audit import AuditEntry
from mdo_portal.domain.audit_chain import FIELDS, FORM, AuditSeal, AuditWaiting
from mdo_portal.domain.hospital import Hospital
from mdo_portal.domain.policy import Act
from mdo_portal.services.access_log import audit
from mdo_portal.services.access_log.audit_verify import Harm
from mdo_portal.settings import Settings
from tests import make
from tests.make import NOW
from tests.people import Region


@pytest.fixture
def chained(database: Database, region: Region, tmp_path: Path) -> tuple[Database, Path]:
    """Thirty sealed lines of ZEED's data, ten of DELT's, and the anchor of that moment."""
    with database.transaction() as session:
        case = make.case(session, session.get_one(Hospital, region.hospitals["ZEED"]))
        for _ in range(30):
            audit.record(session, region.aisha, Act.CASE_READ, now=NOW, case=case)
        for _ in range(10):
            audit.record(session, region.aisha, Act.WORKLIST_READ, now=NOW, hits=3)
    command.seal_waiting(database)
    anchor(database, tmp_path / "anchor")
    return database, tmp_path / "anchor"


def anchor(database: Database, file: Path) -> None:
    command.anchor(database, [lambda line: command.append(file, line)], told={})


@contextmanager
def as_superuser(database: Database) -> Iterator[Connection]:
    """Somebody with the keys of the database, who switches the triggers off."""
    engine = create_engine(database.url.replace("//mdo@", "//postgres@"))
    with engine.begin() as connection:
        connection.execute(text("SET LOCAL session_replication_role = replica"))
        yield connection
    engine.dispose()


def harms(chained: tuple[Database, Path]) -> set[Harm]:
    return {finding.harm for finding in command.check(*chained).findings}


def test_what_nobody_touched_is_in_order(chained: tuple[Database, Path]) -> None:
    found = command.check(*chained)

    assert found.findings == []
    assert (found.lines > 40, found.waiting, found.anchors) == (True, 0, len(found.heads))


SEAL_OF = "(SELECT seq FROM audit_seals WHERE number = {} AND hospital_id = (SELECT id FROM hospitals WHERE code = 'ZEED'))"
ZEED = "hospital_id = (SELECT id FROM hospitals WHERE code = 'ZEED')"
#: what somebody does -> what must be found
ATTACKS: dict[str, tuple[list[str], Harm]] = {
    "change a name": ([f"UPDATE audit_entries SET person_name = 'Iemand' WHERE seq = {SEAL_OF.format(7)}"], Harm.CHANGED),
    "change the time": ([f"UPDATE audit_entries SET at = at - interval '1 day' WHERE seq = {SEAL_OF.format(7)}"], Harm.CHANGED),
    "make it no emergency": ([f"UPDATE audit_entries SET detail = 'x' WHERE seq = {SEAL_OF.format(1)}"], Harm.CHANGED),
    "move a line to another hospital": (
        [f"UPDATE audit_entries SET hospital_id = acting_hospital_id WHERE seq = {SEAL_OF.format(7)}"],
        Harm.MOVED,
    ),
    "remove from the middle": ([f"DELETE FROM audit_entries WHERE seq = {SEAL_OF.format(7)}"], Harm.REMOVED),
    "remove with its seal": (
        [
            f"DELETE FROM audit_entries WHERE seq = {SEAL_OF.format(7)}",
            f"DELETE FROM audit_seals WHERE number = 7 AND {ZEED}",
        ],
        Harm.GAP,
    ),
    "remove and close the gap": (
        [
            f"DELETE FROM audit_entries WHERE seq = {SEAL_OF.format(7)}",
            f"DELETE FROM audit_seals WHERE number = 7 AND {ZEED}",
            f"UPDATE audit_seals SET number = -number WHERE number > 7 AND {ZEED}",
            f"UPDATE audit_seals SET number = -number - 1 WHERE number < 0 AND {ZEED}",
        ],
        Harm.BROKEN,
    ),
    "swap two lines": (
        [
            f"UPDATE audit_entries SET seq = -1 WHERE seq = {SEAL_OF.format(7)}",
            f"UPDATE audit_entries SET seq = {SEAL_OF.format(7)} WHERE seq = {SEAL_OF.format(9)}",
            f"UPDATE audit_entries SET seq = {SEAL_OF.format(9)} WHERE seq = -1",
        ],
        Harm.CHANGED,
    ),
    "swap two seals": (
        [
            f"UPDATE audit_seals SET number = -1 WHERE number = 7 AND {ZEED}",
            f"UPDATE audit_seals SET number = 7 WHERE number = 9 AND {ZEED}",
            f"UPDATE audit_seals SET number = 9 WHERE number = -1 AND {ZEED}",
        ],
        Harm.BROKEN,
    ),
    "change a seal": ([f"UPDATE audit_seals SET hash = decode('00', 'hex') WHERE number = 7 AND {ZEED}"], Harm.CHANGED),
    "cut the end": (
        [
            f"DELETE FROM audit_entries WHERE seq IN (SELECT seq FROM audit_seals WHERE number > 25 AND {ZEED})",
            f"DELETE FROM audit_seals WHERE number > 25 AND {ZEED}",
        ],
        Harm.CUT,
    ),
    "cut everything": (["DELETE FROM audit_entries", "DELETE FROM audit_seals"], Harm.CUT),
    "put a line in": (
        [
            "INSERT INTO audit_entries SELECT (jsonb_populate_record(e, '{\"seq\": 999999}')).* FROM audit_entries e "
            f"WHERE seq = {SEAL_OF.format(7)}"
        ],
        Harm.UNSEALED,
    ),
    "throw the seals away": (["DELETE FROM audit_seals"], Harm.UNSEALED),
}


@pytest.mark.parametrize("attack", ATTACKS)
def test_what_was_done_to_it_is_found(chained: tuple[Database, Path], attack: str) -> None:
    statements, harm = ATTACKS[attack]
    with as_superuser(chained[0]) as connection:
        for statement in statements:
            connection.execute(text(statement))

    assert harm in harms(chained)


def test_a_chain_that_was_made_anew_is_found_by_the_anchor(chained: tuple[Database, Path]) -> None:
    database, file = chained
    with as_superuser(database) as connection:
        connection.execute(text(f"UPDATE audit_entries SET person_name = 'Iemand' WHERE seq = {SEAL_OF.format(7)}"))
        connection.execute(text("DELETE FROM audit_seals"))
        connection.execute(text("INSERT INTO audit_waiting SELECT seq FROM audit_entries ON CONFLICT DO NOTHING"))
    command.seal_waiting(database)

    assert command.check(database, None).findings == [], "the chain itself is whole"
    assert harms(chained) == {Harm.REPLACED}


def test_an_old_state_that_was_put_back_is_found_by_the_anchor(chained: tuple[Database, Path], region: Region) -> None:
    """Back to the state of before five more lines, which then were anchored; and others written since."""
    database, file = chained
    with database.transaction() as session:
        before = session.scalar(select(func.max(AuditEntry.seq))) or 0
        for _ in range(5):
            audit.record(session, region.aisha, Act.WORKLIST_READ, now=NOW)
    command.seal_waiting(database)
    anchor(database, file)
    with as_superuser(database) as connection:
        connection.execute(delete(AuditSeal).where(AuditSeal.seq > before))
        connection.execute(delete(AuditEntry).where(AuditEntry.seq > before))
    assert harms(chained) == {Harm.CUT}

    with database.transaction() as session:
        for _ in range(9):
            audit.record(session, region.dirk, Act.WORKLIST_READ, now=NOW)
            audit.record(session, region.aisha, Act.WORKLIST_READ, now=NOW, hits=1)
    command.seal_waiting(database)
    assert harms(chained) == {Harm.REPLACED}


def test_a_line_that_commits_late_is_sealed_late_and_not_forgotten(database: Database, region: Region) -> None:
    started, go_on = threading.Event(), threading.Event()

    def slow() -> None:
        with database.transaction() as session:
            audit.record(session, region.aisha, Act.WORKLIST_READ, now=NOW, detail="slow")
            started.set()
            go_on.wait(10)

    thread = threading.Thread(target=slow)
    thread.start()
    started.wait(10)
    with database.transaction() as session:
        audit.record(session, region.aisha, Act.WORKLIST_READ, now=NOW, detail="quick")
    command.seal_waiting(database)
    go_on.set()
    thread.join()
    command.seal_waiting(database)

    with database.transaction() as session:
        query = select(AuditEntry.detail, AuditEntry.seq).join(AuditSeal, AuditSeal.seq == AuditEntry.seq)
        (quick, second), (late, first) = session.execute(query.where(AuditEntry.detail != "").order_by(AuditSeal.number)).all()[
            -2:
        ]
    assert (quick, late) == ("quick", "slow") and first < second
    assert command.check(database, None).findings == []


def test_two_workers_do_not_seal_the_same_line(database: Database, region: Region) -> None:
    with database.transaction() as session:
        for _ in range(200):
            audit.record(session, region.aisha, Act.WORKLIST_READ, now=NOW)
    workers = [threading.Thread(target=command.seal_waiting, args=(database,)) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    command.seal_waiting(database)

    with database.transaction() as session:
        assert session.scalar(select(func.count()).select_from(AuditWaiting)) == 0
    assert command.check(database, None).findings == []


def test_nobody_changes_or_removes_a_line_or_a_seal_by_accident(chained: tuple[Database, Path]) -> None:
    for table in ("audit_entries", "audit_seals"):
        for statement in (f"DELETE FROM {table}", f"TRUNCATE {table}", f"UPDATE {table} SET seq = seq"):
            with pytest.raises(ProgrammingError, match="only grows"), chained[0].transaction() as session:
                session.execute(text(statement))


def test_every_column_of_the_log_is_sealed() -> None:
    """A column more is a form more: FIELDS gets a new number, old seals keep theirs."""
    assert set(FIELDS[FORM]) == {column.name for column in AuditEntry.__table__.columns}


def test_a_place_that_takes_no_anchors_keeps_none_from_the_other(
    chained: tuple[Database, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file where the unit may not write (ProtectSystem), beside a syslog that works: each was told nothing, every second."""
    database, _ = chained
    stop, told = threading.Event(), list[str]()

    def tell(line: str) -> None:
        told.append(line)
        stop.set()

    monkeypatch.setattr(command, "syslog", lambda address: tell)
    settings = Settings(audit_anchor=str(tmp_path / "not there" / "anchors"), audit_syslog="127.0.0.1:514")
    with structlog.testing.capture_logs() as said:
        command.keep_anchoring(database, settings, stop)

    assert told and [line["event"] for line in said] == ["anchor.failed"]


def test_an_anchor_goes_to_syslog_as_one_line_without_a_person(chained: tuple[Database, Path]) -> None:
    database, _ = chained
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as collector:
        collector.bind(("127.0.0.1", 0))
        collector.settimeout(5)
        places = command.places_of(Settings(audit_syslog=f"127.0.0.1:{collector.getsockname()[1]}"))
        told = command.anchor(database, places, told={})
        messages = [collector.recv(2000).decode("ascii") for _ in told]

    assert all(message.startswith("<85>1 ") and " mdo-portal " in message and "\n" not in message for message in messages)
    assert {json.loads(message[message.index("{") :])["count"] for message in messages} == set(told.values())


def test_a_chain_that_did_not_grow_is_not_told_again(chained: tuple[Database, Path]) -> None:
    database, _ = chained
    lines: list[str] = []
    places: list[Callable[[str], None]] = [lines.append]
    told = command.anchor(database, places, told={})
    command.anchor(database, places, told=told)

    assert len(lines) == len(told)
    assert datetime.fromisoformat(json.loads(lines[0])["at"]) <= datetime.now(UTC)
