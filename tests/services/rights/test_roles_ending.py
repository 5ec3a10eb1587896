"""Ending roles: the last of its kind stays, sessions end, and disabling signs out."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from mdo_portal.domain import granting
from mdo_portal.domain.people import BoardMembership, Person, Role
from mdo_portal.errors import IllegalMove, NotAllowed, NotFound
from mdo_portal.services.people import sessions, viewers
from mdo_portal.services.rights import colleagues, roles
from mdo_portal.services.rights.term import Term
from tests import make
from tests.make import NOW, TODAY
from tests.people import Region, person_id
from tests.services.giving_roles import board_roles, ended, given, house, last_line, uro


@pytest.mark.parametrize(
    ("by", "place", "name", "role"),
    [
        ("ada", "URO-P", "Aisha", Role.SECRETARY),
        ("ada", "ZEED", "Lars", Role.LINK_MANAGER),
        ("ada", "DELT", "Ada", Role.ADMINISTRATOR),
    ],
)
def test_the_last_of_its_kind_stays(session: Session, region: Region, by: str, place: str, name: str, role: Role) -> None:
    at = uro(region) if place == "URO-P" else house(region, place)

    with pytest.raises(IllegalMove) as refused:
        ended(session, getattr(region, by), at, name, role)

    assert refused.value.sentence == granting.LAST_ONE


def test_a_secretary_may_leave_when_another_stays_but_not_for_one_who_is_still_to_come(session: Session, region: Region) -> None:
    given(session, region.aisha, uro(region), "Mila", Role.SECRETARY, Term(TODAY + timedelta(days=7)))
    with pytest.raises(IllegalMove):
        ended(session, region.ada, uro(region), "Aisha", Role.SECRETARY)

    given(session, region.aisha, uro(region), "Dirk", Role.SECRETARY)
    ended(session, region.ada, uro(region), "Aisha", Role.SECRETARY)

    assert board_roles(session, region, "Aisha") == set()


def test_the_last_secretary_cannot_be_given_an_end_nor_be_disabled(session: Session, region: Region) -> None:
    row = session.scalars(select(BoardMembership).where(BoardMembership.person_id == person_id("Aisha"))).one()

    with pytest.raises(IllegalMove):
        roles.set_term(session, region.ada, row, uro(region), Term(None, TODAY + timedelta(days=5)), now=NOW)
    with pytest.raises(IllegalMove):
        colleagues.disable(session, region.ada, person_id("Aisha"), now=NOW)


@pytest.mark.parametrize(("colleague_until", "is_refused"), [(5, True), (7, False)])
def test_who_begins_later_leaves_no_days_on_which_nobody_has_the_role(
    session: Session, region: Region, colleague_until: int, is_refused: bool
) -> None:
    """Aisha comes back a week from now plus a day; until then a colleague must be there, to the last of those days."""
    given(session, region.aisha, uro(region), "Dirk", Role.SECRETARY, Term(None, TODAY + timedelta(days=colleague_until)))
    row = session.scalars(select(BoardMembership).where(BoardMembership.person_id == person_id("Aisha"))).one()
    later = Term(TODAY + timedelta(days=8))

    if is_refused:
        with pytest.raises(IllegalMove):
            roles.set_term(session, region.ada, row, uro(region), later, now=NOW)
    else:
        roles.set_term(session, region.ada, row, uro(region), later, now=NOW)
        assert row.starts_on == later.starts_on


def test_an_administrator_holds_no_medical_role(session: Session, region: Region) -> None:
    link = given(session, region.ada, house(region, "DELT"), "Lars", Role.ADMINISTRATOR)
    refusals: list[str] = []
    for place, name, role in (
        (house(region, "DELT"), "Mila", Role.ADMINISTRATOR),  # is a specialist there
        (house(region, "ZEED"), "Mila", Role.ADMINISTRATOR),  # is on a board
        (uro(region), "Lars", Role.MEMBER),  # administers
        (house(region, "DELT"), "Lars", Role.SPECIALIST),
    ):
        with pytest.raises(IllegalMove) as refused:
            given(session, region.ada, place, name, role)
        refusals.append(refused.value.sentence)

    assert link and refusals == [granting.CLASH] * 4


def test_a_link_manager_does_not_end_an_administrator(session: Session, region: Region) -> None:
    given(session, region.ada, house(region, "ZEED"), "Lars", Role.ADMINISTRATOR)
    given(session, region.ada, house(region, "DELT"), "Petra", Role.LINK_MANAGER)
    petra = viewers.viewer_of(session, person_id("Petra"), region.hospitals["DELT"], now=NOW)

    with pytest.raises(NotAllowed):
        ended(session, petra, house(region, "DELT"), "Ada", Role.ADMINISTRATOR)


def test_the_last_role_for_a_hospital_ends_the_sessions_there(session: Session, region: Region) -> None:
    key = sessions.start_session(session, person_id("Dirk"), region.hospitals["ZEED"], proof=make.PROOF, now=NOW)
    session.flush()
    before = sessions.signed_in(session, key, now=NOW)
    ended(session, region.lars, house(region, "ZEED"), "Dirk", Role.SPECIALIST)

    assert before is not None and sessions.signed_in(session, key, now=NOW) is None


def test_disabling_signs_out_and_enabling_lets_in_again(session: Session, region: Region) -> None:
    key = sessions.start_session(session, person_id("Dirk"), region.hospitals["ZEED"], proof=make.PROOF, now=NOW)
    session.flush()
    colleagues.disable(session, region.lars, person_id("Dirk"), now=NOW)
    line = last_line(session)

    assert sessions.signed_in(session, key, now=NOW) is None
    assert line.detail == "enabled -> disabled"
    colleagues.enable(session, region.lars, person_id("Dirk"), now=NOW)
    assert session.get_one(Person, person_id("Dirk")).disabled_at is None
    assert sessions.signed_in(session, key, now=NOW) is None  # the old session stays ended


def test_a_link_manager_disables_only_who_works_for_her_hospital_alone(session: Session, region: Region) -> None:
    given(session, region.ada, house(region, "DELT"), "Dirk", Role.SPECIALIST)

    with pytest.raises(NotAllowed) as refused:
        colleagues.disable(session, region.lars, person_id("Dirk"), now=NOW)
    with pytest.raises(NotFound):
        colleagues.disable(session, region.lars, person_id("Mila"), now=NOW)
    with pytest.raises(NotAllowed):
        colleagues.disable(session, region.aisha, person_id("Mila"), now=NOW)

    assert refused.value.sentence == colleagues.NOT_ONLY_YOURS
