"""Every table, in one place, for migrations and tests."""

from mdo_portal.database import Base
from mdo_portal.domain import (
    audit,
    audit_chain,
    audit_review,
    board,
    case,
    conclusion,
    decision,
    hospital,
    inbound,
    patient,
    people,
)

ALL = (audit, audit_chain, audit_review, board, case, conclusion, decision, hospital, inbound, patient, people)
metadata = Base.metadata
