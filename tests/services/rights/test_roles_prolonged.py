"""Another term for a role: what it may open by now, whatever it opened when the role was given."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from mdo_portal.domain import granting
from mdo_portal.domain.people import BoardMembership, Role
from mdo_portal.domain.viewer import Viewer
from mdo_portal.errors import NotAllowed
from mdo_portal.services.rights import roles
from mdo_portal.services.rights.term import Term
from tests.make import NOW, TODAY
from tests.people import Region, person_id
from tests.services.giving_roles import ended, given, house, uro

WEEKS = timedelta(weeks=1)


def coordinated_once(session: Session, region: Region, until: timedelta) -> BoardMembership:
    """Mila coordinates the board; since it was given to her she went from DELT, Aisha's hospital, to KREE, where she looks after the link."""
    given(session, region.aisha, uro(region), "Mila", Role.SECRETARY, Term(None, TODAY + WEEKS))
    given(session, region.ada, house(region, "KREE"), "Mila", Role.LINK_MANAGER)
    ended(session, region.ada, house(region, "DELT"), "Mila", Role.SPECIALIST)
    theirs = select(BoardMembership).where(BoardMembership.person_id == person_id("Mila"), BoardMembership.role == Role.SECRETARY)
    row = session.scalars(theirs).one()
    row.ends_on = TODAY + until
    return row


def prolong(session: Session, region: Region, by: Viewer, row: BoardMembership, term: Term) -> None:
    roles.set_term(session, by, row, uro(region), term, now=NOW)


@pytest.mark.parametrize("until", [-WEEKS, WEEKS])
@pytest.mark.parametrize("term", [Term(None, TODAY + 4 * WEEKS), Term()])
def test_a_coordinator_is_not_prolonged_into_a_hospital_that_is_not_the_givers(
    session: Session, region: Region, until: timedelta, term: Term
) -> None:
    row = coordinated_once(session, region, until)

    with pytest.raises(NotAllowed) as refused:
        prolong(session, region, region.aisha, row, term)

    assert (refused.value.sentence, row.ends_on) == (granting.OPENS_ANOTHER, TODAY + until)
    prolong(session, region, region.ada, row, term)
    assert row.ends_on == term.ends_on


def test_it_is_ended_sooner_by_who_could_not_give_it(session: Session, region: Region) -> None:
    row = coordinated_once(session, region, 2 * WEEKS)

    prolong(session, region, region.aisha, row, Term(None, TODAY + WEEKS))

    assert row.ends_on == TODAY + WEEKS


def test_a_role_is_not_given_into_a_hospital_that_is_not_the_givers(session: Session, region: Region) -> None:
    with pytest.raises(NotAllowed) as refused:
        given(session, region.aisha, uro(region), "Lars", Role.SECRETARY)

    assert refused.value.sentence == granting.OPENS_ANOTHER
