"""Offering kept messages to be read again; and which were read before their link was mended."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, exists, func, or_, select, update
from sqlalchemy.orm import Session

from mdo_portal.domain.hospital import Level
from mdo_portal.domain.inbound import OF_A_REFERRAL, InboundMessage, InboundState, offered_again
from mdo_portal.domain.link import Changed, Link, LinkChange
from mdo_portal.exchange import Wire
from mdo_portal.services.common import changes

MOST_REPLAYED = 5_000
"""Messages offered again in one go; the rest at the next push of the button."""


def offer(session: Session, message_ids: Sequence[uuid.UUID], *, now: datetime) -> None:
    """They wait to be read once more, in the order in which they came."""
    session.execute(update(InboundMessage).where(InboundMessage.id.in_(message_ids)).values(offered_again(now)))
    changes.wake(session, "understand")


_IS_TOLD = (
    InboundMessage.state == InboundState.UNDERSTOOD,
    InboundMessage.meaning.in_(OF_A_REFERRAL),
    func.length(InboundMessage.raw_sealed) > 0,
)


def told(session: Session, *those: ColumnElement[bool]) -> list[uuid.UUID]:
    """Messages that were read as a referral or a supplement to one, as far as their bytes are still there; oldest first."""
    query = select(InboundMessage.id).where(*_IS_TOLD, *those).order_by(InboundMessage.seq)
    return list(session.scalars(query.limit(MOST_REPLAYED).with_for_update(skip_locked=True)))


_BY_ANOTHER_WIRE = exists().where(
    Link.id == InboundMessage.link_id,
    or_(
        and_(Link.level == Level.HL7V2, InboundMessage.wire != Wire.HL7V2),
        and_(Link.level.in_((Level.FHIR, Level.PULL)), InboundMessage.wire != Wire.FHIR),
    ),
)
"""The link reads the other wire by now: this message it can read no more."""
LOOKS_BACK = timedelta(days=60)
"""A case that is open longer is no longer about what its referral said."""


def _read_before(hospital_id: uuid.UUID, now: datetime) -> tuple[ColumnElement[bool], ...]:
    """Messages of this hospital that were last read before somebody changed how its link reads."""
    is_how = or_(
        LinkChange.what == Changed.OTHERWISE,
        LinkChange.before.contains("profile_in:"),
        LinkChange.before.contains("charset_in:"),
    )
    changed = select(func.max(LinkChange.at)).where(LinkChange.hospital_id == hospital_id, is_how).scalar_subquery()
    came = InboundMessage.received_at
    lately = (InboundMessage.hospital_id == hospital_id, came > now - LOOKS_BACK, came < changed)
    before = func.coalesce(InboundMessage.offered_at, came) < changed
    return (*lately, before, InboundMessage.was_past.is_(False), ~_BY_ANOTHER_WIRE)


def told_before(session: Session, hospital_id: uuid.UUID, *, now: datetime) -> int:
    """How many referrals and supplements of this hospital were read as its link was set up before."""
    found = select(InboundMessage.id).where(*_IS_TOLD, *_read_before(hospital_id, now)).limit(MOST_REPLAYED).subquery()
    return session.scalar(select(func.count()).select_from(found)) or 0


def replay_told(session: Session, hospital_id: uuid.UUID, *, now: datetime) -> list[uuid.UUID]:
    """Offer all of these again; gives which."""
    found = told(session, *_read_before(hospital_id, now))
    if found:
        offer(session, found, now=now)
    return found
