"""The session's sealer: how services open and close what is kept secret."""

from __future__ import annotations

from sqlalchemy.orm import Session

from mdo_portal.database import Database
from mdo_portal.domain.sealing import Sealer


def sealer(session: Session) -> Sealer:
    """The sealer of the database this session belongs to."""
    found = session.info["sealer"]
    assert isinstance(found, Sealer)
    return found


def row_of(table: str, *keys: object) -> str:
    """The name of a row to seal a value for: `patients/018f…`."""
    return "/".join((table, *map(str, keys)))


def client_secret(database: Database) -> bytes:
    """What the key is made of by which we sign for hospitals' servers: the same in every process that has the ring."""
    assert isinstance(database.sealer, Sealer)
    return database.sealer.derived("fhir client")
