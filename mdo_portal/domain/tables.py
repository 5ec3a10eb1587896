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
    patient,
    people,
)

ALL = (audit, board, case, conclusion, credentials, decision, grant, hospital, identity, inbound, patient, people)
metadata = Base.metadata
