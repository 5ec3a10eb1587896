"""Two ways into one database: as a web process, and as the owner; for the tests of the second wall."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from mdo_portal.commands.postgres_databases import as_role
from mdo_portal.database import Database, is_held_back
from mdo_portal.domain.people import Proof
from mdo_portal.services.people import sessions
from tests import make
from tests.conftest import opened
from tests.copies import Copies
from tests.people import PEOPLE, Region, person_id

Says = Callable[..., int]
REFUSED = "belongs to somebody else"
"""What the triggers of the wall say."""


@pytest.fixture
def walls(database: Database) -> tuple[Database, Database]:
    """The house as its owner sees it, and as a web process does, through one connection that all share (D4)."""
    web = opened(as_role(database.url, "mdo_app"), pool_size=1)
    return database, web


def signed_as(house: Database, region: Region, name: str, proof: Proof = make.PROOF) -> str:
    with house.transaction() as session:
        at = region.hospitals[PEOPLE[name][1]]
        return sessions.start_session(session, person_id(name), at, proof=proof, now=datetime.now(UTC))


@pytest.fixture
def says(walls: tuple[Database, Database], region: Region) -> Says:
    """One statement in the session of somebody, or of nobody; how many rows it was about."""
    house, web = walls

    def say(who: str, statement: str, **named: Any) -> int:
        key = sessions.hash_key(signed_as(house, region, who)) if who else ""
        with web.transaction(entering=key) as session:
            done = session.execute(text(statement), named)
            return len(done.all()) if done.returns_rows else int(done.rowcount)  # type: ignore[attr-defined]

    return say


Tries = Callable[..., "int | None"]


@pytest.fixture(scope="module")
def standing(copies: Copies) -> Iterator[tuple[Database, Database]]:
    """As `walls`, for tests that take back all they do: one house for all of a file."""
    with copies.one() as database:
        yield database, opened(as_role(database.url, "mdo_app"), pool_size=1)


@pytest.fixture(scope="module")
def tries(standing: tuple[Database, Database], region: Region) -> Tries:
    """As `says`, and taken back: how many rows it was about, None when the wall refused. Everybody meets the same house."""
    house, web = standing
    keys = {"": ""}

    def one(who: str, statement: str, **named: Any) -> int | None:
        if who not in keys:
            keys[who] = sessions.hash_key(signed_as(house, region, who))
        with web.transaction(entering=keys[who]) as session:
            try:
                return int(session.execute(text(statement), named).rowcount)  # type: ignore[attr-defined]
            except DBAPIError as error:
                if not is_held_back(error):
                    raise
                return None
            finally:
                session.rollback()

    return one


CLOSED = ("cases", "patients", "case_facts", "audit_entries", "inbound_messages", "sessions", "drafts")
NOTHING = text(" UNION ALL ".join(f"SELECT '{table}', count(*) FROM {table}" for table in CLOSED))


ANYBODY = ("", "Dirk", "Carla", "Mila", "Lars", "Petra", "Bram", "Aisha", "Ada", "Bilal")
"""Nobody (the page for signing in), and one of each role that tests of the wall tell apart."""


def whose(tries: Tries, statement: str, named: Mapping[str, Any]) -> set[str]:
    """For whom of `ANYBODY` the wall lets it through, and it is about a row."""
    asked = {name: value for name, value in named.items() if f":{name}" in statement}
    return {who for who in ANYBODY if tries(who, statement, **asked)}
