"""A corrected advice keeps what colleagues said of its recommendations, in their names; and nothing else is said in theirs (ADR 0100)."""

from __future__ import annotations

import uuid
from datetime import date

import pytest
from sqlalchemy import delete, select, text
from sqlalchemy.exc import ProgrammingError

from mdo_portal.database import Database
from mdo_portal.domain.case import Case
from mdo_portal.domain.decision import Decision
from mdo_portal.domain.follow_up import FollowState
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


ANSWER = """UPDATE follow_ups SET closed_by = {}, state = '{}', carried_from_id = :item, (reason, words, done_on, closed_at) =
    (SELECT o.reason, o.words, o.done_on, o.closed_at FROM follow_ups o WHERE o.id = :item) WHERE id = {}"""
HANDED = """INSERT INTO follow_up_handovers (id, follow_up_id, case_id, responsible_before, responsible_after, due_before, due_after, handed_at,
    number, reason, handed_by) SELECT gen_random_uuid(), :fresh, h.case_id, h.responsible_before, h.responsible_after, h.due_before, h.due_after,
    h.handed_at,"""
#: each said of what Dirk answered and Aisha handed over, in a correction by Bram
IN_ANOTHERS_NAME = {
    "an answer that nobody gave": "UPDATE follow_ups SET closed_by = :dirk WHERE id = :fresh",
    "another answer": ANSWER.format(":dirk", "partly", ":fresh"),
    "an answer by another": ANSWER.format(":bilal", "carried_out", ":fresh"),
    "an answer to another recommendation": ANSWER.format(":dirk", "carried_out", ":other"),
    "a hand-over for another reason": HANDED
    + " 1, h.reason || '.', h.handed_by FROM follow_up_handovers h WHERE h.follow_up_id = :item",
    "a hand-over by another": HANDED + " 1, h.reason, :bilal FROM follow_up_handovers h WHERE h.follow_up_id = :item",
    "a hand-over that was none": HANDED + " 2, h.reason, h.handed_by FROM follow_up_handovers h WHERE h.follow_up_id = :item",
}
AS_THEY_SAID = (
    ANSWER.format(":dirk", "carried_out", ":fresh"),
    HANDED + " 1, h.reason, h.handed_by FROM follow_up_handovers h WHERE h.follow_up_id = :item",
)


@pytest.fixture
def named(walls: tuple[Database, Database], region: Region, answered: uuid.UUID) -> dict[str, uuid.UUID]:
    """What a correction makes of it, as if nothing had been carried on; and another recommendation in it."""
    with walls[0].transaction() as session:
        (item,) = items_of(session, session.get_one(Decision, answered))
        later = corrected(session, region, session.get_one(Decision, answered), IMAGING, IMAGING | {"text": "Botscan"})
        fresh, other = items_of(session, later)
        session.execute(delete(Handover).where(Handover.follow_up_id == fresh.id))
        of = session.get_one(Case, later.case_id)
        follow_ups.reopen(session, fresh, of, seen=fresh.revision, viewer=region.dirk, now=LATER)
        return {"item": item.id, "fresh": fresh.id, "other": other.id, "dirk": person_id("Dirk"), "bilal": person_id("Bilal")}


@pytest.mark.parametrize("what", IN_ANOTHERS_NAME)
def test_nothing_else_is_said_in_a_colleagues_name(
    walls: tuple[Database, Database], region: Region, named: dict[str, uuid.UUID], what: str
) -> None:
    key = sessions.hash_key(signed_as(walls[0], region, "Bram"))

    with pytest.raises(ProgrammingError, match=REFUSED), walls[1].transaction(entering=key) as session:
        session.execute(text(IN_ANOTHERS_NAME[what]), named)


@pytest.mark.parametrize("statement", AS_THEY_SAID)
def test_what_they_said_is_said_once_more(
    walls: tuple[Database, Database], region: Region, named: dict[str, uuid.UUID], statement: str
) -> None:
    key = sessions.hash_key(signed_as(walls[0], region, "Bram"))

    with walls[1].transaction(entering=key) as session:
        session.execute(text(statement), named)
