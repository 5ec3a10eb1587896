"""A corrected advice keeps what colleagues said of its recommendations, in their names; and nothing else is said in theirs (ADR 0100)."""

from __future__ import annotations

import uuid
from datetime import date

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import ProgrammingError

from mdo_portal.database import Database
from mdo_portal.domain.case import Case
from mdo_portal.domain.decision import Decision
from mdo_portal.domain.follow_up import FollowState, FollowUp
from mdo_portal.domain.handover import Handover
from mdo_portal.services.follow_up import follow_ups, handovers
from mdo_portal.services.follow_up.follow_ups import Answer
from mdo_portal.services.follow_up.handovers import Wanted
from mdo_portal.services.people import sessions
from tests.make import NOW, TODAY
from tests.people import Region, person_id
from tests.services.follow_house import IMAGING, LATER, corrected, items_of, signed
from tests.services.wall_house import REFUSED, signed_as, walls

__all__ = ["walls"]


@pytest.fixture
def answered(walls: tuple[Database, Database], region: Region) -> uuid.UUID:
    """Aisha handed a recommendation over to Dirk, and Dirk says that it was carried out: the id of its decision."""
    with walls[0].transaction() as session:
        decision = signed(session, region, IMAGING)
        (item,) = items_of(session, decision)
        case = session.get_one(Case, decision.case_id)
        to_dirk = Wanted(person_id=region.dirk.person_id, responsible="", due_on=date(2026, 3, 27), reason="met verlof")
        handovers.hand_over(session, item, case, to_dirk, seen=item.revision, viewer=region.aisha, now=NOW, today=TODAY)
        done = Answer(FollowState.CARRIED_OUT, done_on=TODAY)
        follow_ups.close(session, item, case, done, seen=item.revision, viewer=region.dirk, now=NOW, today=TODAY)
        return decision.id


def test_who_signs_a_correction_carries_on_what_colleagues_said(
    walls: tuple[Database, Database], region: Region, answered: uuid.UUID
) -> None:
    """Nobody could sign one any more once a colleague had answered or handed over what stands in it."""
    house, web = walls
    key = sessions.hash_key(signed_as(house, region, "Bram"))

    with web.transaction(entering=key) as session:
        again = corrected(session, region, session.get_one(Decision, answered), IMAGING).id

    with house.transaction() as session:
        (item,) = items_of(session, session.get_one(Decision, again))
        assert (item.state, item.closed_by) == (FollowState.CARRIED_OUT, person_id("Dirk"))
        assert session.scalars(select(Handover.handed_by).where(Handover.follow_up_id == item.id)).all() == [person_id("Aisha")]
