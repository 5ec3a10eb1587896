"""The session's sealer: how services open and close what is kept secret."""

from __future__ import annotations

from sqlalchemy.orm import Session

from mdo_portal.domain.sealing import Sealer


def sealer(session: Session) -> Sealer:
    """The sealer of the database this session belongs to."""
    found = session.info["sealer"]
    assert isinstance(found, Sealer)
    return found


def row_of(table: str, *keys: object) -> str:
    """The name of a row to seal a value for: `patients/018f…`."""
    return "/".join((table, *map(str, keys)))
