"""Every table, in one place, for migrations and tests."""

from mdo_portal.database import Base
from mdo_portal.domain import (
    audit,
    audit_chain,
    audit_review,
    board,
    case,
    conclusion,
    credentials,
    decision,
    destruction,
    grant,
    hospital,
    identity,
    inbound,
    keys,
    patient,
    people,
    pull,
    retention,
    rights,
)

ALL = (
    audit,
    audit_chain,
    audit_review,
    board,
    case,
    conclusion,
    credentials,
    decision,
    destruction,
    grant,
    hospital,
    identity,
    inbound,
    keys,
    patient,
    people,
    pull,
    retention,
    rights,
)
metadata = Base.metadata
