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
    identity_conflict,
    inbound,
    keys,
    patient,
    people,
    retention,
    rights,
    told,
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
    identity_conflict,
    inbound,
    keys,
    patient,
    people,
    retention,
    rights,
    told,
)
metadata = Base.metadata
