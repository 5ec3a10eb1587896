"""Nobody gets round the door of destruction, and many at once destroy each case once."""

from __future__ import annotations

import threading
import uuid

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.dialects import postgresql
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from mdo_portal.commands import retention as job
from mdo_portal.database import Database
from mdo_portal.domain.audit import AuditEntry
from mdo_portal.domain.decision import Decision
from mdo_portal.domain.destruction import Tombstone
from mdo_portal.domain.retention import Kind
from mdo_portal.services.keeping import destruction, purging, retention
from tests.people import Region
from tests.services.keeping_house import LATELY, NOW, finished, is_there


@pytest.fixture
def app_role(session: Session) -> Session:
    """A role as the web processes have it, and then some: every right on every table that a GRANT can give."""
    session.execute(text("CREATE ROLE mdo_trial NOLOGIN"))
    session.execute(text("GRANT mdo_trial TO CURRENT_USER"))
    session.execute(text("GRANT ALL ON ALL TABLES IN SCHEMA public TO mdo_trial"))
    session.execute(text("GRANT ALL ON ALL SEQUENCES IN SCHEMA public TO mdo_trial"))
    session.execute(text("GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA public TO mdo_trial"))
    protected = text("SELECT oid::regclass::text FROM pg_class WHERE relrowsecurity AND relnamespace = 'public'::regnamespace")
    for table in session.scalars(protected).all():
        session.execute(text(f"CREATE POLICY trial ON {table} TO mdo_trial USING (true) WITH CHECK (true)"))
    return session


@pytest.mark.parametrize(
    "attempt",
    [
        "DELETE FROM decisions",
        "DELETE FROM case_events",
        "DELETE FROM audit_entries",
        "INSERT INTO destructions_under_way (transaction_id, case_id) SELECT pg_current_xact_id()::text::bigint, id FROM cases",
        "INSERT INTO destructions_under_way (transaction_id) VALUES (pg_current_xact_id()::text::bigint)",
    ],
)
def test_whoever_has_every_right_on_the_tables_still_deletes_nothing(app_role: Session, region: Region, attempt: str) -> None:
    finished(app_role, region)
    app_role.execute(text("SET LOCAL ROLE mdo_trial"))

    with pytest.raises(DBAPIError, match=r"only grows|own functions only"), app_role.begin_nested():
        app_role.execute(text(attempt))


def test_the_door_itself_refuses_what_is_not_due_or_not_asked(app_role: Session, region: Region) -> None:
    lately = finished(app_role, region, at=LATELY)
    app_role.execute(text("SET LOCAL ROLE mdo_trial"))

    assert destruction.destroy(app_role, lately.id, now=NOW) is None
    assert destruction.destroy(app_role, lately.id, now=NOW, request_id=uuid.uuid4()) is None
    assert app_role.scalar(text("SELECT count(*) FROM purge_log(1000)")) == 0
    assert is_there(app_role, lately.id)


def test_after_the_door_closed_nothing_of_that_case_can_go_either(session: Session, region: Region) -> None:
    finished(session, region)
    finished(session, region, at=LATELY)
    purging.purge(session, Kind.CASE, now=NOW)

    with pytest.raises(DBAPIError, match="only grows"), session.begin_nested():
        session.execute(text("DELETE FROM decisions"))


# Many at once, and a kill in the middle


def test_two_workers_at_once_destroy_every_case_once(database: Database, region: Region) -> None:
    with database.transaction() as session:
        ids = {finished(session, region).id for _ in range(8)}
    barrier = threading.Barrier(2, timeout=20)

    def work() -> None:
        barrier.wait()
        job.purge(database, lambda: NOW, kinds=[Kind.CASE], stop=threading.Event(), batch=2)

    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    with database.transaction() as session:
        assert {stone.case_id for stone in session.scalars(select(Tombstone))} == ids
        lines = session.scalars(select(AuditEntry.case_id).where(AuditEntry.act == "case.destroyed")).all()
    assert sorted(map(str, lines)) == sorted(map(str, ids))


def test_a_batch_that_is_killed_leaves_every_case_whole(database: Database, region: Region) -> None:
    with database.transaction() as session:
        ids = [finished(session, region).id for _ in range(3)]

    with pytest.raises(DBAPIError):
        _purge_and_die(database)

    with database.transaction() as session:
        assert all(is_there(session, one) for one in ids)
        assert session.scalar(select(func.count()).select_from(Decision)) == 3
        assert session.scalar(select(func.count()).select_from(Tombstone)) == 0
    assert job.purge(database, lambda: NOW, kinds=[Kind.CASE], stop=threading.Event())["case"]["gone"] == 3


def _purge_and_die(database: Database) -> None:
    """The connection ends after the work and before the commit: what a kill -9 of the worker or the server does."""
    with database.transaction() as session:
        assert purging.purge(session, Kind.CASE, now=NOW) == 3
        session.execute(text("SELECT pg_terminate_backend(pg_backend_pid())"))


def test_what_protects_a_case_is_asked_of_the_first_and_not_of_all_that_are_due(session: Session) -> None:
    """After a shorter term tens of thousands are due: each batch of fifty asked it of every one of them."""
    first = retention.first_due(NOW, 50).compile(dialect=postgresql.dialect(), compile_kwargs={"literal_binds": True})

    plan = "\n".join(session.scalars(text(f"EXPLAIN {first}")))

    assert plan.index("Limit") < plan.index("case_shield") < plan.index("Sort") < plan.index("on cases")
