"""Giving and ending roles: who may, when it counts, what stays, and the line in the log."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from mdo_portal.domain import granting
from mdo_portal.domain.granting import Place
from mdo_portal.domain.people import BoardMembership, Role
from mdo_portal.errors import IllegalMove, Incomplete, NotAllowed
from mdo_portal.services.people import viewers
from mdo_portal.services.rights import memberships, roles
from mdo_portal.services.rights.term import Term
from tests.make import NOW, TODAY
from tests.people import Region, person_id
from tests.services.giving_roles import board_roles, ended, given, house, last_line, uro


def test_a_secretary_gives_a_role_on_her_board_and_it_counts_at_once(session: Session, region: Region) -> None:
    given(session, region.aisha, uro(region), "Dirk", Role.MEMBER)

    assert board_roles(session, region, "Dirk") == {Role.MEMBER}


def test_who_gave_a_role_and_when_is_kept_and_logged_without_a_name(session: Session, region: Region) -> None:
    given(session, region.aisha, uro(region), "Dirk", Role.MEMBER, Term(TODAY, TODAY + timedelta(days=20)))
    row = next(one for one in memberships.roles_of(session, [person_id("Dirk")], now=NOW) if one.place.is_board)
    line = last_line(session)

    assert (row.given_by, row.given_at) == ("Aisha", NOW)
    assert (line.act, line.object_type, line.object_id) == ("people:manage", "person", str(person_id("Dirk")))
    assert line.detail == f"board {region.boards['URO-P']}: - -> member 2026-03-02..2026-03-22"
    assert line.relation == "board"


@pytest.mark.parametrize(
    ("who", "place", "role", "sentence"),
    [
        ("aisha", "ZEED", Role.SPECIALIST, granting.NOT_YOURS),
        ("lars", "DELT", Role.SPECIALIST, granting.NOT_YOURS),
        ("lars", "ZEED", Role.ADMINISTRATOR, granting.NOT_YOURS),
        ("lars", "URO-P", Role.MEMBER, granting.NOT_YOURS),
        ("carla", "URO-P", Role.MEMBER, granting.NOT_YOURS),
        ("bram", "URO-P", Role.MEMBER, granting.NOT_YOURS),
        ("petra", "ZEED", Role.SPECIALIST, granting.NOT_YOURS),
        ("ada", "ZEED", Role.CHAIR, granting.NOT_YOURS),
    ],
)
def test_a_role_is_given_only_by_who_may(
    session: Session, region: Region, who: str, place: str, role: Role, sentence: str
) -> None:
    at = Place(region.boards[place], True) if place in region.boards else house(region, place)

    with pytest.raises(NotAllowed) as refused:
        given(session, getattr(region, who), at, "Mila", role)

    assert refused.value.sentence == sentence


@pytest.mark.parametrize(("who", "place"), [("aisha", "URO-P"), ("lars", "ZEED"), ("ada", "DELT")])
def test_nobody_gives_themselves_a_role(session: Session, region: Region, who: str, place: str) -> None:
    at = uro(region) if place == "URO-P" else house(region, place)
    role = Role.OBSERVER if at.is_board else Role.PRIVACY_OFFICER

    with pytest.raises(NotAllowed) as refused:
        given(session, getattr(region, who), at, who.capitalize(), role)

    assert refused.value.sentence == granting.YOURSELF


def test_nobody_stretches_their_own_term(session: Session, region: Region) -> None:
    row = session.scalars(select(BoardMembership).where(BoardMembership.person_id == person_id("Aisha"))).one()

    with pytest.raises(NotAllowed):
        roles.set_term(session, region.aisha, row, uro(region), Term(None, TODAY + timedelta(days=900)), now=NOW)


def test_a_secretary_adds_a_chair_only_beside_a_chair(session: Session, region: Region) -> None:
    given(session, region.aisha, uro(region), "Mila", Role.CHAIR)
    for name in ("Mila", "Bram", "Bilal"):
        ended(session, region.ada, uro(region), name, Role.CHAIR)

    with pytest.raises(NotAllowed) as refused:
        given(session, region.aisha, uro(region), "Mila", Role.CHAIR)
    given(session, region.ada, uro(region), "Mila", Role.CHAIR)

    assert refused.value.sentence == granting.FIRST_CHAIR
    assert Role.CHAIR in board_roles(session, region, "Mila")


def test_a_role_ended_closes_access_at_once_and_stays_as_history(session: Session, region: Region) -> None:
    ended(session, region.aisha, uro(region), "Mila", Role.MEMBER)

    assert board_roles(session, region, "Mila") == set()
    assert last_line(session).detail == f"board {region.boards['URO-P']}: member -> -"
    row = session.scalars(select(BoardMembership).where(BoardMembership.person_id == person_id("Mila"))).one()
    assert (row.ended_at, row.ended_by) == (NOW, region.aisha.person_id)


def test_a_role_is_given_again_as_a_new_row(session: Session, region: Region) -> None:
    ended(session, region.aisha, uro(region), "Mila", Role.MEMBER)
    given(session, region.aisha, uro(region), "Mila", Role.MEMBER)
    ended(session, region.aisha, uro(region), "Mila", Role.MEMBER)
    given(session, region.aisha, uro(region), "Mila", Role.MEMBER)

    rows = session.scalars(select(BoardMembership).where(BoardMembership.person_id == person_id("Mila"))).all()
    assert sorted(row.ended_at is None for row in rows) == [False, False, True]
    assert board_roles(session, region, "Mila") == {Role.MEMBER}


def test_the_same_role_twice_is_refused(session: Session, region: Region) -> None:
    with pytest.raises(IllegalMove) as refused:
        given(session, region.aisha, uro(region), "Mila", Role.MEMBER)

    assert refused.value.sentence == roles.HAS_IT


def test_a_locum_chair_is_chair_for_three_weeks_and_may_come_back(session: Session, region: Region) -> None:
    first, last = TODAY + timedelta(days=3), TODAY + timedelta(days=24)
    given(session, region.aisha, uro(region), "Dirk", Role.CHAIR, Term(first, last))

    assert {days: board_roles(session, region, "Dirk", days=days) for days in (2, 3, 24, 25)} == {
        2: set(), 3: {Role.CHAIR}, 24: {Role.CHAIR}, 25: set(),
    }  # fmt: skip

    later = NOW + timedelta(days=30)
    again = Term(later.date(), later.date())
    roles.give(session, region.aisha, uro(region), person_id("Dirk"), Role.CHAIR, again, now=later)
    assert board_roles(session, region, "Dirk", days=30) == {Role.CHAIR}


def test_the_day_of_a_term_is_that_of_amsterdam(session: Session, region: Region) -> None:
    given(session, region.aisha, uro(region), "Dirk", Role.MEMBER, Term(None, TODAY))
    late = NOW.replace(hour=23, minute=30)  # half past twelve at night in Amsterdam: the next day

    viewer = viewers.viewer_of(session, person_id("Dirk"), region.hospitals["ZEED"], now=late)

    assert dict(viewer.board_roles) == {}


@pytest.mark.parametrize(("starts", "ends"), [(None, -1), (5, 4)])
def test_a_term_that_is_over_before_it_begins_is_refused(session: Session, region: Region, starts: int | None, ends: int) -> None:
    first = None if starts is None else TODAY + timedelta(days=starts)

    with pytest.raises(Incomplete):
        given(session, region.aisha, uro(region), "Dirk", Role.MEMBER, Term(first, TODAY + timedelta(days=ends)))
