"""How many blocks PostgreSQL reads for what is asked: a measure that is the same on a busy machine."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy import event, text
from sqlalchemy.orm import Session

from mdo_portal.commands.postgres_databases import as_role
from mdo_portal.database import Database


def read_for(session: Session, act: Callable[[Session], object]) -> int:
    """What all statements of `act` read together, counted as they are carried out once more. For what only reads."""
    said: list[tuple[str, Any]] = []

    def hear(_connection: Any, _cursor: Any, statement: str, values: Any, *_: Any) -> None:
        said.append((statement, values))

    engine = session.get_bind()
    event.listen(engine, "before_cursor_execute", hear)
    try:
        act(session)
    finally:
        event.remove(engine, "before_cursor_execute", hear)
    return sum(_read(session, *one) for one in said)


def _read(session: Session, statement: str, values: Any) -> int:
    (told,) = session.connection().exec_driver_sql(f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {statement}", values).scalar_one()
    plan = told["Plan"]
    return int(plan["Shared Hit Blocks"]) + int(plan["Shared Read Blocks"])


def copied(database: Database, table: str, one: object, count: int, **other: str) -> None:
    """So many copies of this row, as no act of ours would make them: `other` says in SQL what differs (`n` counts from one)."""
    differs = ", ".join(f"'{name}', {value}" for name, value in {"id": "md5(random()::text || n)::uuid", **other}.items())
    root = Database(as_role(database.url, "postgres"))
    with root.transaction() as session:
        session.execute(text("SET LOCAL session_replication_role = replica"))
        session.connection().exec_driver_sql(
            f"INSERT INTO {table} SELECT made.* FROM {table} one, generate_series(1, %(count)s) n,"
            f" jsonb_populate_record(one, jsonb_build_object({differs})) made WHERE one.id = %(one)s",
            {"count": count, "one": one},
        )
    with root.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as line:
        line.exec_driver_sql(f"VACUUM ANALYZE {table}")
    root.close()
