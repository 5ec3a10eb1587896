"""The engine and the transaction; no tables."""

from __future__ import annotations

import enum
import select as io
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any, ClassVar, TypeVar

from psycopg.conninfo import conninfo_to_dict
from psycopg.pq import Conninfo
from sqlalchemy import DateTime, Engine, Enum, MetaData, bindparam, create_engine, event, func, select
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, UUID
from sqlalchemy.engine.interfaces import DBAPIConnection, Dialect
from sqlalchemy.exc import DBAPIError, DisconnectionError, OperationalError
from sqlalchemy.exc import TimeoutError as NoneFree
from sqlalchemy.orm import DeclarativeBase, Mapper, QueryContext, Session
from sqlalchemy.pool import ConnectionPoolEntry, PoolProxiedConnection
from sqlalchemy.types import LargeBinary, Text, TypeDecorator

from mdo_portal import left_behind
from mdo_portal.errors import NotSignedIn
from mdo_portal.silence import WATCH

NAMES = {
    "ix": "ix_%(column_0_N_label)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


class UtcTime(TypeDecorator[datetime]):
    """A moment: stored as timestamptz, given back aware and in UTC; a naive moment is refused."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is not None and value.tzinfo is None:
            raise ValueError("a moment without a time zone")
        return value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return None if value is None else value.astimezone(UTC)


class Base(DeclarativeBase):
    """The parent of every table."""

    metadata = MetaData(naming_convention=NAMES)
    type_annotation_map: ClassVar[dict[Any, Any]] = {
        datetime: UtcTime(),
        str: Text(),
        bytes: LargeBinary(),
        uuid.UUID: UUID(as_uuid=True),
        dict[str, Any]: JSONB(),
        dict[str, str]: JSONB(),
        enum.Enum: Enum(enum.Enum, native_enum=False, length=40, values_callable=lambda kind: [one.value for one in kind]),
        list[Any]: JSONB(),
        list[str]: ARRAY(Text()),
    }


HELD: dict[str, Any] = {"key_share": True}
"""How a patient, a case, a meeting and a round are held (`with_for_update`): against others who change them, not against who adds a row
below them, or changes such a row twice.

PostgreSQL locks what a new row refers to. Who held the case and waited for its round, and who held that round and added a recommendation,
otherwise wait for each other until one of them is told that something went wrong.
"""
# Said for every page and every message that a system posts: put together once.
ENTER, ENTER_LINK = (select(door(bindparam("key", type_=Text()))) for door in (func.access.enter, func.access.enter_link))
TRIES, ENDED_FOR_ANOTHER = 3, ("40P01", "40001")
LACKING = frozenset({"25006", "53100", "53300", "57P01", "57P02", "57P03", "58030"})
"""A standby that takes no writes, disk full, no connection left, stopping or starting, a disk that fails: what PostgreSQL says of itself,
whatever it was asked.
"""
SOON_NOTICED: dict[str, Any] = {
    "connect_timeout": 10, "keepalives": 1, "keepalives_idle": 10, "keepalives_interval": 5, "keepalives_count": 3,
    "tcp_user_timeout": 30_000,
}  # fmt: skip
"""Of every line to PostgreSQL: a machine that vanished without a word is missed within half a minute, however long a statement takes."""
NOT_COMPILED = "-c jit=off"
"""PostgreSQL compiles a statement of which it expects much work, each time that it is done. Ours are short, and done by the thousand: in a
long queue it compiled for longer than it stored (docs/decisions/0112).
"""
Row = TypeVar("Row", bound=Base)
Made = TypeVar("Made")
_KEPT = "kept"


def kept(table: type[Row]) -> type[Row]:
    """A table of which a row that was read is known until the transaction ends.

    SQLAlchemy forgets what nobody holds, and asks again. For what a page or a signature names at every turn and nobody changes
    meanwhile (a hospital, a board), that is a statement too many each time.
    """

    @event.listens_for(table, "load")
    def hold(row: Base, context: QueryContext) -> None:
        context.session.info.setdefault(_KEPT, []).append(row)

    return table


class HoldingSession(Session):
    """In which whoever holds a row (`with_for_update`) has it as it is by then, by its key or by a question.

    SQLAlchemy gives what was read before as it was read, however long it waited for it: two who each count one together count one.
    """

    def get(
        self,
        entity: type[Made] | Mapper[Made],
        ident: Any,
        *,
        with_for_update: Any = None,
        populate_existing: bool | None = False,
        **further: Any,
    ) -> Made | None:
        """As Session gives it; held, it is read anew."""
        anew = populate_existing or with_for_update not in (None, False)
        return super().get(entity, ident, with_for_update=with_for_update, populate_existing=anew, **further)

    def execute(self, statement: Any, params: Any = None, **further: Any) -> Any:
        """As Session does it; what it holds is read anew."""
        return super().execute(statement, params, **_anew(statement, further))

    def scalars(self, statement: Any, params: Any = None, **further: Any) -> Any:
        """As Session does it; what it holds is read anew."""
        return super().scalars(statement, params, **_anew(statement, further))

    def scalar(self, statement: Any, params: Any = None, **further: Any) -> Any:
        """As Session does it; what it holds is read anew."""
        return super().scalar(statement, params, **_anew(statement, further))


def _anew(statement: Any, further: dict[str, Any]) -> dict[str, Any]:
    if getattr(statement, "_for_update_arg", None) is None:
        return further
    return further | {"execution_options": {**further.get("execution_options", {}), "populate_existing": True}}


class Database:
    """One PostgreSQL. `transaction()` is the only way to a session."""

    def __init__(self, url: str, *, sealer: object = None, pool_size: int = 10, of_people: bool = False) -> None:
        """`of_people`: one connection serves one person after another, and must keep nothing of the one before."""
        self.url = url
        # Hidden parameters: the text of a database error travels into logs, and parameters are patients.
        # The connection that came back last goes out first: on it PostgreSQL has what is asked most already planned.
        self.engine: Engine = create_engine(
            url, pool_size=pool_size, max_overflow=pool_size, pool_timeout=10, pool_use_lifo=True, hide_parameters=True,
            connect_args=SOON_NOTICED | {"options": at_the_door(self.plain_url, NOT_COMPILED)},
        )  # fmt: skip
        if of_people:
            # Before it counts as at rest: this too is a question, of which the answer may not come.
            left_behind.cleared(self.engine)
        _never_a_dead_one(self.engine, self.plain_url)
        self.sealer = sealer
        self.is_closed = False

    @contextmanager
    def transaction(self, *, entering: str = "", link: str = "") -> Iterator[Session]:
        """A session that commits at the end of the block, or rolls everything back.

        `entering`: hash of a session's key; `link`: the token of a hospital's system. PostgreSQL then shows what is theirs, for this
        transaction only; without either a web process sees no row of any patient. Raises NotSignedIn when that door is closed.
        """
        with HoldingSession(self.engine, expire_on_commit=False) as session, session.begin():
            session.info["sealer"] = self.sealer
            if link:
                session.connection().info[left_behind.OF_A_SYSTEM] = True
            door = ENTER if entering else ENTER_LINK
            if (entering or link) and not session.scalar(door, {"key": entering or link}):
                raise NotSignedIn()
            yield session

    def close(self) -> None:
        """Let go of the connections that nobody uses: nobody comes here any more."""
        self.is_closed = True
        self.engine.dispose()

    @property
    def plain_url(self) -> str:
        """The address for psycopg itself (LISTEN, COPY)."""
        return self.url.replace("postgresql+psycopg://", "postgresql://")


def at_the_door(url: str, ours: str) -> str:
    """The options of a connection: what its address asks for (a role), or else the environment (`PGOPTIONS`), and ours behind it."""
    around = {one.keyword: one.val or b"" for one in Conninfo.get_defaults()}
    return f"{conninfo_to_dict(url).get('options') or around[b'options'].decode()} {ours}".strip()


def once_more(act: Callable[[], Made], *, if_: Callable[[], bool] = lambda: True) -> Made:
    """What `act`, one transaction, gives. Done again when PostgreSQL ended it because it and another waited for each other."""
    for _ in range(TRIES - 1):
        try:
            return act()
        except DBAPIError as error:
            if not _is_for_another(error) or not if_():
                raise
    return act()


def is_lacking(error: BaseException) -> bool:
    """Whether PostgreSQL could not do this, and could do nothing else either: no fault of what was asked."""
    return isinstance(error, DBAPIError) and getattr(error.orig, "sqlstate", None) in LACKING


def is_lost(error: BaseException) -> bool:
    """Whether the line to PostgreSQL broke under this, or nobody was there: it was killed, its machine is gone, or this killed it."""
    return isinstance(error, OperationalError) and (getattr(error.orig, "sqlstate", None) or "08").startswith("08")


def is_held_back(error: BaseException) -> bool:
    """Whether the second wall refused this: a policy, a trigger or a right that is not there."""
    return isinstance(error, DBAPIError) and getattr(error.orig, "sqlstate", None) == "42501"


def is_too_long(error: BaseException) -> bool:
    """Whether a value is more than PostgreSQL keeps in an index."""
    return isinstance(error, DBAPIError) and getattr(error.orig, "sqlstate", None) == "54000"


def is_away(error: BaseException) -> bool:
    """Whether the database could not be asked now, for whatever reason: the same may do in a minute."""
    return is_lost(error) or is_lacking(error) or _is_for_another(error) or isinstance(error, NoneFree)


def _is_for_another(error: BaseException) -> bool:
    """Whether PostgreSQL ended this because it and another waited for each other."""
    return isinstance(error, DBAPIError) and getattr(error.orig, "sqlstate", None) in ENDED_FOR_ANOTHER


def _never_a_dead_one(engine: Engine, url: str) -> None:
    """A connection that PostgreSQL closed while nobody used it is replaced before anybody does; one that falls silent is cut.

    On a connection at rest there is nothing to read, unless its end or the reason of its end. Looking costs microseconds; SQLAlchemy's own
    pre-ping asks PostgreSQL something, before every transaction: a third of what storing a message takes (fhir-in, tests/bench).
    """

    @event.listens_for(engine, "connect")
    def begins(connection: Any, record: ConnectionPoolEntry) -> None:
        record.info["line"] = WATCH.know(connection, url)

    @event.listens_for(engine, "checkin")
    def rests(connection: DBAPIConnection, record: ConnectionPoolEntry) -> None:
        if line := record.info.get("line"):
            line.asked_at, record.info["has_rested"] = None, True

    @event.listens_for(engine, "checkout")
    def wakes(connection: DBAPIConnection, record: ConnectionPoolEntry, proxy: PoolProxiedConnection) -> None:
        if record.info.pop("has_rested", False) and _has_ended(connection):
            raise DisconnectionError()  # the pool then makes another
        record.info["line"].asked_at = time.monotonic()


def _has_ended(connection: Any) -> bool:
    if connection.closed:
        return True
    look = io.poll()
    look.register(connection.fileno(), io.POLLIN)
    return bool(look.poll(0))
