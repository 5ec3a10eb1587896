"""Messages that were acknowledged, counted and not kept: per link and day."""

from __future__ import annotations

import uuid
from datetime import date

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from mdo_portal.domain.inbound import FeedCount


def add(session: Session, link_id: uuid.UUID | None, day: date, ignored: int) -> None:
    """So many more of that day."""
    adding = insert(FeedCount).values(link_id=link_id, day=day, ignored=ignored)
    more = {"ignored": FeedCount.ignored + adding.excluded.ignored}
    session.execute(adding.on_conflict_do_update(index_elements=["link_id", "day"], set_=more))
