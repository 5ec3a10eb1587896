"""Every table, in one place, for migrations and tests."""

from mdo_portal.database import Base
from mdo_portal.domain import (
    advice,
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
    retention,
    rights,
)

ALL = (
    advice,
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
    retention,
    rights,
)
metadata = Base.metadata
