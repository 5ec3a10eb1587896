"""Two ways into one database: as a web process, and as the owner; for the tests of the second wall."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from sqlalchemy import text

from mdo_portal.commands.postgres_databases import as_role
from mdo_portal.database import Database
from mdo_portal.domain.people import Proof
from mdo_portal.services.people import sessions
from tests import make
from tests.conftest import opened
from tests.people import PEOPLE, Region, person_id


@pytest.fixture
def walls(database: Database) -> tuple[Database, Database]:
    """The house as its owner sees it, and as a web process does, through one connection that all share (D4)."""
    web = opened(as_role(database.url, "mdo_app"), pool_size=1)
    return database, web


def signed_as(house: Database, region: Region, name: str, proof: Proof = make.PROOF) -> str:
    with house.transaction() as session:
        at = region.hospitals[PEOPLE[name][1]]
        return sessions.start_session(session, person_id(name), at, proof=proof, now=datetime.now(UTC))


CLOSED = ("cases", "patients", "case_facts", "audit_entries", "inbound_messages", "sessions", "drafts")
NOTHING = text(" UNION ALL ".join(f"SELECT '{table}', count(*) FROM {table}" for table in CLOSED))
