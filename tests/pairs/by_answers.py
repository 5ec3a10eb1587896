"""A message of which nobody knows whether it is about that patient, what a person answers to that, and that the answer was wrong."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from mdo_portal.database import once_more
from mdo_portal.domain.identity_conflict import Decision, IdentityConflict
from mdo_portal.domain.inbound import InboundMessage
from mdo_portal.services.inbox import replaying
from mdo_portal.services.patients import deciding
from tests.identity_questions import STRANGER, born, referral
from tests.pairs.house import House
from tests.pairs.world import World
from tests.reception_house import hand_in, understand_all


def is_asked(house: House, world: World) -> object:
    """A referral under the number of that patient, for somebody of another name who was born on another day."""
    raw = born(referral(f"{world.number}Q", patient=world.number, family=STRANGER), "19701231")
    hand_in(house.database, house.region, raw, now=datetime.now(UTC))
    understand_all(house.database, now=datetime.now(UTC))
    return "asked"


def is_answered(house: House, world: World) -> object:
    """The same person; and a result came by that answer."""
    is_asked(house, world)
    return says_who_it_is(house, world)


def _question(session: Session, world: World) -> IdentityConflict:
    asked = select(InboundMessage.id).where(InboundMessage.control_id == f"M{world.number}Q").scalar_subquery()
    return session.scalars(
        select(IdentityConflict).where(IdentityConflict.message_id == asked).order_by(IdentityConflict.opened_at)
    ).all()[-1]


def says_who_it_is(house: House, world: World) -> object:
    def said() -> str:
        with house.database.transaction() as session:
            conflict = _question(session, world)
            deciding.decide(session, conflict, Decision.SAME, reason="gebeld", person_id=uuid.uuid4(), now=datetime.now(UTC))
        return "said"

    found = once_more(said)
    understand_all(house.database, now=datetime.now(UTC))
    return found


def takes_it_back(house: House, world: World) -> object:
    def said() -> str:
        with house.database.transaction() as session:
            deciding.ask_back(session, _question(session, world), person_id=uuid.uuid4(), now=datetime.now(UTC))
        return "taken back"

    found = once_more(said)
    understand_all(house.database, now=datetime.now(UTC))
    return found


def is_replayed(house: House, world: World) -> object:
    def said() -> str:
        with house.database.transaction() as session:
            message = session.scalars(select(InboundMessage).where(InboundMessage.control_id == f"M{world.number}Q")).one()
            replaying.replay(session, message, now=datetime.now(UTC))
        return "replayed"

    found = once_more(said)
    understand_all(house.database, now=datetime.now(UTC))
    return found
