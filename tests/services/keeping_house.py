"""A case that went the whole way, long ago, for whoever tests how long it stays."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from mdo_portal.domain.board import Meeting
from mdo_portal.domain.case import Case, CaseState
from mdo_portal.domain.delivery import DeliveryState
from mdo_portal.domain.hospital import Hospital
from tests import make
from tests.people import Region

NOW = datetime.now(UTC)  # the database counts terms by its own clock
LONG_AGO = NOW - timedelta(days=400)
LATELY = NOW - timedelta(days=20)


def finished(session: Session, region: Region, *, at: datetime = LONG_AGO, **over: object) -> Case:
    """A case that went the whole way: decided, its letter received."""
    case = make.case(session, session.get_one(Hospital, region.hospitals["ZEED"]), documents=(make.document(),), **over)
    round_ = make.planned(session, case, session.get_one(Meeting, region.meeting), viewer=region.aisha)
    decision = make.signed(session, make.discussed(session, round_, viewer=region.bram), viewer=region.bram)
    delivery = make.delivery_of(session, decision)
    delivery.state, delivery.received_at, delivery.letter_sealed, delivery.letter_sha256 = DeliveryState.RECEIVED, at, b"x", "h"
    delivery.receipt_code, delivery.receipt_reference = "AA", "EPD-77"
    case.state, case.state_since, case.is_open = CaseState.DELIVERED, at, False
    session.flush()
    return case


def is_there(session: Session, case_id: uuid.UUID) -> bool:
    return session.scalar(select(func.count()).where(Case.id == case_id)) == 1


def shield_of(session: Session, case: Case) -> str:
    """Why this case may not go, as PostgreSQL says it."""
    return session.scalar(select(func.case_shield(case.id))) or ""
