"""Kinds of messages that a hospital sent and its link could not place: what its link manager has to say something about."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from mdo_portal.domain.inbound import InboundMessage, InboundState
from mdo_portal.services.inbox.inbox import meant
from mdo_portal.services.inbox.inbox_rows import Asked

UNKNOWN = "unknown_kind"
MOST_KINDS = 20


class UnknownKind(NamedTuple):
    """`kind` as MSH-9 says it (`ORU^Z01`, "" when it says nothing), how many wait, and since when."""

    kind: str
    messages: int
    oldest_at: datetime


def unknown_kinds(session: Session, hospital_id: uuid.UUID) -> list[UnknownKind]:
    """Most messages first. The caller has seen to it that this hospital is the viewer's to manage."""
    kind = func.upper(InboundMessage.kind)
    query = (
        select(kind, func.count(), func.min(InboundMessage.received_at))
        .where(*meant(Asked(InboundState.UNREADABLE, UNKNOWN, hospital_id)))
        .group_by(kind)
        .order_by(func.count().desc(), kind)
        .limit(MOST_KINDS)
    )
    return [UnknownKind._make(row) for row in session.execute(query)]
