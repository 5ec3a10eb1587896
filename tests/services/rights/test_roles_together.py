"""Which roles one person can have side by side, and from when on the way is free; also when two give at the same moment."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from mdo_portal.database import Database
from mdo_portal.domain import granting
from mdo_portal.domain.people import BoardMembership, Membership, Role
from mdo_portal.errors import IllegalMove, NotFound
from mdo_portal.services.rights import roles
from mdo_portal.services.rights.term import Term
from tests.make import NOW, TODAY
from tests.people import Region, person_id
from tests.services.giving_roles import ALWAYS, board_roles, ended, given, house, uro

from .same_moment import at_once


def test_who_has_nothing_medical_any_more_may_administer(session: Session, region: Region) -> None:
    """As the refusal says: *beëindig eerst de andere rol*."""
    ended(session, region.ada, house(region, "DELT"), "Mila", Role.SPECIALIST)
    with pytest.raises(IllegalMove):
        given(session, region.ada, house(region, "DELT"), "Mila", Role.ADMINISTRATOR)
    ended(session, region.ada, uro(region), "Mila", Role.MEMBER)

    given(session, region.ada, house(region, "DELT"), "Mila", Role.ADMINISTRATOR)


def test_who_administers_no_more_may_see_patients(session: Session, region: Region) -> None:
    given(session, region.ada, house(region, "DELT"), "Lars", Role.ADMINISTRATOR)
    with pytest.raises(IllegalMove):
        given(session, region.ada, uro(region), "Lars", Role.MEMBER)
    ended(session, region.ada, house(region, "DELT"), "Lars", Role.ADMINISTRATOR)

    given(session, region.ada, uro(region), "Lars", Role.MEMBER)

    assert Role.MEMBER in board_roles(session, region, "Lars")


def test_a_specialist_of_one_hospital_may_administer_for_another_and_not_there(session: Session, region: Region) -> None:
    """A session is for one hospital; on a board somebody is in every one."""
    with pytest.raises(IllegalMove):
        given(session, region.ada, house(region, "ZEED"), "Dirk", Role.ADMINISTRATOR)

    given(session, region.ada, house(region, "DELT"), "Dirk", Role.ADMINISTRATOR)

    with pytest.raises(IllegalMove):
        given(session, region.ada, uro(region), "Dirk", Role.MEMBER)


@pytest.mark.parametrize("days", [0, 5])
def test_a_role_that_still_counts_is_not_given_twice(session: Session, region: Region, days: int) -> None:
    """Whoever did would end the first one, and give a term that nobody looked at."""
    given(session, region.aisha, uro(region), "Dirk", Role.MEMBER, Term(None, TODAY + timedelta(days=days)))

    with pytest.raises(IllegalMove) as refused:
        given(session, region.aisha, uro(region), "Dirk", Role.MEMBER)

    held = session.scalars(select(BoardMembership).where(BoardMembership.person_id == person_id("Dirk"))).one()
    assert (refused.value.sentence, held.ended_at, held.ends_on) == (roles.HAS_IT, None, TODAY + timedelta(days=days))


def test_a_role_that_ran_out_makes_room(session: Session, region: Region) -> None:
    given(session, region.aisha, uro(region), "Dirk", Role.MEMBER, Term(None, TODAY))
    session.scalars(select(BoardMembership).where(BoardMembership.person_id == person_id("Dirk"))).one().ends_on = (
        TODAY - timedelta(days=1)
    )

    given(session, region.aisha, uro(region), "Dirk", Role.MEMBER)

    rows = session.scalars(select(BoardMembership).where(BoardMembership.person_id == person_id("Dirk"))).all()
    assert sorted(row.ended_at is None for row in rows) == [False, True]


def test_of_nobody_and_of_no_role_there_is_nothing_to_change(session: Session, region: Region) -> None:
    with pytest.raises(NotFound):
        roles.give(session, region.ada, uro(region), uuid.uuid4(), Role.MEMBER, ALWAYS, now=NOW)
    with pytest.raises(NotFound):
        roles.row_for(session, region.ada, uuid.uuid4(), is_board=True)


def test_two_who_give_at_the_same_moment_make_nobody_both(database: Database, region: Region) -> None:
    """One makes her an administrator, another puts her on a board: the one who comes second hears it."""
    for _ in range(4):
        ends = at_once(
            database,
            lambda session: given(session, region.ada, house(region, "DELT"), "Lars", Role.ADMINISTRATOR),
            lambda session: given(session, region.aisha, uro(region), "Lars", Role.MEMBER),
        )

        assert {one and one.sentence for one in ends} == {None, granting.CLASH}
        with database.transaction() as session:
            for kind, role in ((Membership, Role.ADMINISTRATOR), (BoardMembership, Role.MEMBER)):
                for row in session.scalars(select(kind).where(kind.person_id == person_id("Lars"), kind.role == role)):
                    session.delete(row)
