"""Who must be in the room: the board's role groups with the names that can fill them then, and who did."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from mdo_portal.domain.people import BoardMembership, Membership, Person, Role
from mdo_portal.services.meetings import seats
from tests.make import NOW
from tests.people import Region, board_of, person_id

DAY = timedelta(days=1)
UROLOGISTS, RADIOLOGISTS = 0, 1


def members(session: Session, region: Region, group: int, *, after: timedelta = timedelta()) -> tuple[str, ...]:
    session.flush()
    return seats.seats(session, board_of(session, region), [], now=NOW + after)[group].members


def of_mila(session: Session, kind: type[BoardMembership] | type[Membership]) -> BoardMembership | Membership:
    return session.scalars(select(kind).where(kind.person_id == person_id("Mila"))).one()


def test_each_group_names_who_of_the_board_can_fill_it(session: Session, region: Region) -> None:
    found = seats.seats(session, board_of(session, region), [("Mila", "radioloog", "DELT")], now=NOW)

    assert [(one.words, one.members, one.present) for one in found] == [
        ("uroloog", ("Bilal", "Bram"), ()),
        ("radioloog", ("Mila",), ("Mila",)),
    ]


@pytest.mark.parametrize("kind", [BoardMembership, Membership])
def test_named_is_whoever_has_the_role_at_that_moment(
    session: Session, region: Region, kind: type[BoardMembership] | type[Membership]
) -> None:
    """Not whoever has it by the clock of the machine."""
    held = of_mila(session, kind)
    held.starts_on, held.ends_on = NOW.date(), date(2026, 3, 3)

    named = [members(session, region, RADIOLOGISTS, after=after) for after in (-DAY, DAY, 2 * DAY)]

    assert named == [(), ("Mila",), ()]


def test_who_observes_or_was_shut_out_fills_no_place(session: Session, region: Region) -> None:
    of_mila(session, BoardMembership).role = Role.OBSERVER
    session.get_one(Person, person_id("Bram")).disabled_at = NOW

    assert (members(session, region, UROLOGISTS), members(session, region, RADIOLOGISTS)) == (("Bilal",), ())


def test_a_group_of_one_hospital_is_filled_by_its_people_only(session: Session, region: Region) -> None:
    board_of(session, region).quorum = [
        {"one_of": ["uroloog"], "hospital": "ZEED"},
        {"one_of": ["radioloog"], "hospital": "DELT"},
    ]

    assert (members(session, region, UROLOGISTS), members(session, region, RADIOLOGISTS)) == ((), ("Mila",))
