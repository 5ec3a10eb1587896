"""Where seeing a case ends, judged by the portal itself: PostgreSQL is the second wall, and shows everything here."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from mdo_portal.domain.board import Meeting
from mdo_portal.domain.case import Case
from mdo_portal.domain.grant import GrantKind
from mdo_portal.domain.hospital import Hospital
from mdo_portal.domain.people import Role
from mdo_portal.domain.policy import Act, Relation
from mdo_portal.domain.viewer import Viewer
from mdo_portal.errors import NotAllowed, NotFound
from mdo_portal.services.common import access
from tests import make
from tests.make import NOW
from tests.people import Region


@pytest.fixture
def case(session: Session, zeed: Hospital, region: Region) -> Case:
    """It stands on an agenda: all of its board see it."""
    made = make.case(session, zeed)
    make.planned(session, made, session.get_one(Meeting, region.meeting), viewer=region.aisha)
    return made


def relations(session: Session, viewer: Viewer, case: Case) -> list[Relation]:
    """By which this viewer sees it, asked of the case itself; what is asked for many in one go says the same."""
    query = select(*access.FACTS).where(Case.id == case.id)
    taking_part, agendas = session.execute(query, access.facts_of(viewer, now=NOW)).one()
    found = access.relations_by(viewer, Act.CASE_READ, case, taking_part, agendas)
    try:
        grant = access.case_for(session, viewer, Act.CASE_READ, case.id, now=NOW)
    except NotFound:
        assert found == []
    else:
        assert found[0] is grant.relation
    return found


@pytest.mark.parametrize("name", ["aisha", "bram", "mila", "carla"])
def test_a_case_whose_patient_objects_exists_for_the_own_hospital_alone(
    session: Session, region: Region, case: Case, name: str
) -> None:
    """Also for who was asked to read along, and for who broke the glass."""
    viewer: Viewer = getattr(region, name)
    given = replace(viewer, grants={case.id: frozenset(GrantKind)})
    assert relations(session, given, case)

    case.objected = True
    session.flush()

    assert relations(session, given, case) == []
    assert relations(session, region.dirk, case) == [Relation.OWN_HOSPITAL]


def test_a_member_sees_a_case_of_the_own_board_on_an_agenda_of_that_board_alone(
    session: Session, region: Region, case: Case
) -> None:
    """It was discussed elsewhere before, or is about to be; another case that stands there says nothing of this one either."""
    assert relations(session, region.mila, case) == [Relation.BOARD]
    waits = make.case(session, session.get_one(Hospital, case.hospital_id))
    assert relations(session, region.mila, waits) == []

    session.get_one(Meeting, region.meeting).board_id = region.boards["GI"]
    session.flush()
    assert relations(session, region.mila, case) == []


@pytest.mark.parametrize(("house", "seen"), [("ZEED", [Relation.BOARD]), ("KREE", [])])
def test_a_case_for_which_nobody_chose_a_board_is_seen_where_its_hospital_takes_part(
    session: Session, region: Region, house: str, seen: list[Relation]
) -> None:
    unrouted = make.case(session, session.get_one(Hospital, region.hospitals[house]), board_hint="?")
    unrouted.board_id = None
    session.flush()

    assert (relations(session, region.aisha, unrouted), relations(session, region.mila, unrouted)) == (seen, [])


def test_who_only_observes_sees_less_unless_the_patient_is_of_their_own_hospital(
    session: Session, region: Region, case: Case
) -> None:
    watches = {region.boards["URO-P"]: frozenset({Role.OBSERVER})}
    reduced = [
        access.case_for(session, replace(one, board_roles=watches), Act.CASE_READ, case.id, now=NOW).reduced
        for one in (region.mila, region.dirk)
    ]
    assert reduced == [True, False]


@pytest.mark.parametrize("board", ["URO-P", "GI", None])
@pytest.mark.parametrize("house", ["ZEED", "KREE"])
@pytest.mark.parametrize("objects", [False, True])
def test_the_work_list_of_a_coordinator_is_of_her_boards_and_of_what_nobody_chose_a_board_for(
    session: Session, region: Region, board: str | None, house: str, objects: bool
) -> None:
    """KREE takes no part in her board; what its patients object to is on no list but its own."""
    made = make.case(session, session.get_one(Hospital, region.hospitals[house]))
    made.board_id, made.objected = region.boards[board] if board else None, objects
    session.flush()
    is_hers = not objects and (board == "URO-P" or (board is None and house == "ZEED"))

    for viewer, expected in ((region.aisha, is_hers), (region.dirk, house == "ZEED")):
        listed = session.scalars(select(Case.id).where(access.on_work_list(viewer)), access.work_list_of(viewer)).all()
        at_once = session.scalars(select(Case.id).where(access.ON_WORK_LIST), access.work_list_of(viewer)).all()
        assert (made.id in listed, made.id in at_once) == (expected, expected)


def test_who_may_not_do_it_on_a_board_of_theirs_is_told_so_and_of_anothers_it_does_not_exist(
    session: Session, region: Region
) -> None:
    with pytest.raises(NotAllowed):
        access.board_for(session, region.mila, Act.MEETING_ORDER, region.boards["URO-P"])
    with pytest.raises(NotFound):
        access.board_for(session, region.mila, Act.MEETING_ORDER, region.boards["GI"])
    assert access.board_for(session, region.aisha, Act.MEETING_ORDER, region.boards["URO-P"]).code == "URO-P"
