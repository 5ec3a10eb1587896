"""A personal link to one item, for the person who sees to it: signed, for that person and item only, for two weeks.

It holds ids and no word of the patient, and it opens nothing by itself: behind it stands the ordinary sign-in, and then the ordinary
rights. A link that closed an item without signing in would be worth as much as the mailbox it lies in.
"""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta

from itsdangerous import BadSignature, URLSafeTimedSerializer
from sqlalchemy import select
from sqlalchemy.orm import Session

from mdo_portal.domain.follow_up import FollowUp
from mdo_portal.domain.people import Membership, Person, Role
from mdo_portal.errors import N_, NotFound, PortalError
from mdo_portal.services.common.terms import in_force

GOOD_FOR = timedelta(days=14)
PURPOSE = "follow-up"
MAY_GET_ONE = (Role.SPECIALIST, Role.CASE_MANAGER)


class LinkPassed(PortalError):
    """Too old; what it was for is on the list all the same."""

    status = 410
    sentence = N_("Deze link is verlopen. U vindt de aanbeveling onder Opvolging.")


def make(secret: str, item_id: uuid.UUID, person_id: uuid.UUID) -> str:
    """The part of the address behind `/follow-up/link/`."""
    return URLSafeTimedSerializer(secret, salt=PURPOSE).dumps([item_id.hex, person_id.hex])


def read(secret: str, token: str, *, person_id: uuid.UUID) -> uuid.UUID:
    """The item it is for. Raises NotFound for what we did not make or made for somebody else, LinkPassed when it is too old."""
    serializer = URLSafeTimedSerializer(secret, salt=PURPOSE)
    try:
        item, person = serializer.loads(token, max_age=None)
    except (BadSignature, ValueError):
        raise NotFound() from None
    if uuid.UUID(hex=person) != person_id:
        raise NotFound()
    try:
        serializer.loads(token, max_age=int(GOOD_FOR.total_seconds()))
    except BadSignature:
        raise LinkPassed() from None
    return uuid.UUID(hex=item)


def possible(session: Session, item: FollowUp, *, now: datetime) -> list[tuple[uuid.UUID, str]]:
    """Whom one can send a link: who treats patients at the hospital of the case, and may close the item."""
    query = select(Person.id, Person.name).join(Membership, Membership.person_id == Person.id)
    query = query.where(Membership.hospital_id == item.hospital_id, Membership.role.in_(MAY_GET_ONE), in_force(Membership, now))
    return [
        (row[0], row[1]) for row in session.execute(query.where(Person.disabled_at.is_(None)).distinct().order_by(Person.name))
    ]
