"""Every table, in one place, for migrations and tests."""

from mdo_portal.database import Base
from mdo_portal.domain import (
    audit,
    board,
    case,
    conclusion,
    credentials,
    decision,
    grant,
    hospital,
    identity,
    inbound,
    keys,
    patient,
    people,
    rights,
)

ALL = (audit, board, case, conclusion, credentials, decision, grant, hospital, identity, inbound, keys, patient, people, rights)
metadata = Base.metadata
