"""Who comes back into the room, with whom they were, past row security."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from sqlalchemy import select, update

from mdo_portal.database import Database
from mdo_portal.domain.board import Meeting, Presence
from mdo_portal.domain.people import BoardMembership, Role
from mdo_portal.domain.viewer import Viewer
from mdo_portal.services.people import sessions, viewers
from mdo_portal.services.room import companions, presence
from tests.people import Region, person_id
from tests.services.wall_house import signed_as, walls

__all__ = ["walls"]
MILA, BILAL = person_id("Mila"), person_id("Bilal")


def mila(house: Database, region: Region) -> Viewer:
    with house.transaction() as session:
        return viewers.viewer_of(session, MILA, region.hospitals["DELT"], now=datetime.now(UTC))


def enters(walls: tuple[Database, Database], region: Region, *along: str) -> None:
    """Mila, in a session of hers, and who watches along."""
    house, web = walls
    key = sessions.hash_key(signed_as(house, region, "Mila"))
    with web.transaction(entering=key) as session:
        presence.enter(session, region.meeting, mila(house, region), now=datetime.now(UTC))
        if along:
            these = {person_id(name) for name in along}
            meeting = session.get_one(Meeting, region.meeting)
            companions.say(session, meeting, these, mila(house, region), now=datetime.now(UTC))


@pytest.mark.parametrize("role", [Role.MEMBER, Role.OBSERVER])
def test_somebody_who_only_watches_by_now_comes_in_again(walls: tuple[Database, Database], region: Region, role: Role) -> None:
    """With a colleague ticked at their screen before, the room was shut to them: PostgreSQL refused the colleague, and so all of it."""
    house, _ = walls
    enters(walls, region, "Bilal")
    with house.transaction() as session:
        session.execute(update(BoardMembership).where(BoardMembership.person_id == MILA).values(role=role))
        asked = select(Presence.seen_at).where(Presence.meeting_id == region.meeting, Presence.person_id == BILAL)
        before = session.scalars(asked).one()

    enters(walls, region)

    with house.transaction() as session:
        assert (session.scalars(asked).one() > before) is (role is Role.MEMBER)
