"""The explanation says what the pages do: compared with the policy and the access functions for everybody in the region."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import event, text
from sqlalchemy.orm import Session

from mdo_portal.database import Database
from mdo_portal.domain.board import Meeting
from mdo_portal.domain.case import Case
from mdo_portal.domain.hospital import Hospital
from mdo_portal.domain.people import BoardMembership, Role
from mdo_portal.domain.policy import POLICY, Act, Relation
from mdo_portal.domain.viewer import Viewer
from mdo_portal.errors import NotFound
from mdo_portal.services.common import access
from mdo_portal.services.rights import explaining, memberships
from tests import make
from tests.make import NOW, TODAY
from tests.people import PEOPLE, Region, person_id


def asked(session: Session, region: Region, name: str, code: str = "") -> Viewer:
    return explaining.subject(session, person_id(name), region.hospitals[code or PEOPLE[name][1]], now=NOW)


def cases(session: Session, region: Region) -> list[Case]:
    """One on the agenda, one of the board but on no agenda, one without a board, one of elsewhere."""
    zeed = session.get_one(Hospital, region.hospitals["ZEED"])
    planned = make.case(session, zeed, board_id=region.boards["URO-P"])
    make.planned(session, planned, session.get_one(Meeting, region.meeting), viewer=region.aisha)
    unplanned = make.case(session, zeed, board_id=region.boards["URO-P"])
    return [planned, unplanned, make.case(session, zeed, board_hint="?"), session.get_one(Case, region.other_case)]


@pytest.mark.parametrize("name", PEOPLE)
def test_what_is_explained_is_what_the_policy_allows(session: Session, region: Region, name: str) -> None:
    viewer = asked(session, region, name)
    rows = explaining.acts(viewer, memberships.roles_of(session, [person_id(name)], now=NOW))

    assert {row.act: bool(row.reasons) for row in rows} == {act: region.viewers[name].may_at_all(act) for act in POLICY}


@pytest.mark.parametrize("name", PEOPLE)
def test_what_is_said_of_a_case_is_what_the_case_page_does(session: Session, region: Region, name: str) -> None:
    viewer = region.viewers[name]
    for case in cases(session, region):
        said = {one.act: one.relation is not None for one in explaining.about_case(session, viewer, case, now=NOW)}
        sees = access.may(session, viewer, Act.CASE_READ, case, now=NOW)

        assert said == {act: sees and access.may(session, viewer, act, case, now=NOW) for act in said}
        assert Act.CASE_READ in said and Act.DECISION_SIGN in said and Act.LOG_READ not in said


def test_a_relation_that_the_policy_gains_shows_up_by_itself(
    session: Session, region: Region, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(POLICY, Act.LOG_READ, frozenset([(Role.MEMBER, Relation.BOARD)]))  # type: ignore[arg-type]
    rows = explaining.acts(asked(session, region, "Mila"), memberships.roles_of(session, [person_id("Mila")], now=NOW))
    reasons = next(row.reasons for row in rows if row.act is Act.LOG_READ)

    assert [(one.relation, one.role.role if one.role else None) for one in reasons] == [(Relation.BOARD, Role.MEMBER)]


def test_a_role_that_is_over_explains_nothing(session: Session, region: Region) -> None:
    session.add(
        BoardMembership(
            person_id=person_id("Dirk"), board_id=region.boards["URO-P"], role=Role.CHAIR, ends_on=TODAY - timedelta(1)
        )
    )
    session.flush()
    rows = explaining.acts(asked(session, region, "Dirk"), memberships.roles_of(session, [person_id("Dirk")], now=NOW))

    assert next(row.reasons for row in rows if row.act is Act.DECISION_SIGN) == []


def test_for_a_hospital_where_somebody_does_not_work_they_are_nobody(session: Session, region: Region) -> None:
    viewer = asked(session, region, "Bram", "ZEED")

    assert (viewer.hospital_roles, dict(viewer.board_roles)) == (frozenset(), {})


def test_a_board_role_asks_about_the_board_and_not_about_the_whole_hospital(session: Session, region: Region) -> None:
    """Aisha works in DELT and is secretary of Uro-prostaat: DELT's case on another board is not hers to ask about."""
    delt = session.get_one(Hospital, region.hospitals["DELT"])
    elsewhere = make.case(session, delt, number="DELT-9", board_id=region.boards["GI"])
    mine = make.case(session, delt, number="DELT-8", board_id=region.boards["URO-P"])

    assert explaining.find_case(session, region.aisha, "DELT-8").id == mine.id
    with pytest.raises(NotFound):
        explaining.find_case(session, region.aisha, "DELT-9")
    with pytest.raises(NotFound):
        explaining.find_case(session, region.lars, "DELT-9")
    with pytest.raises(NotFound):
        explaining.find_case(session, region.ada, "DELT-8")
    with pytest.raises(NotFound):
        explaining.find_case(session, region.petra, "")
    assert elsewhere.hospital_id == delt.id


def test_the_open_cases_are_those_that_can_be_opened_and_only_of_the_own_hospital(session: Session, region: Region) -> None:
    made = cases(session, region)
    for name in PEOPLE:
        found, of = explaining.could_open(session, region.petra, region.viewers[name], now=NOW)
        mine = [case for case in made if case.hospital_id == region.petra.hospital_id]

        assert of == len(mine) == 3
        assert len(found) == sum(access.may(session, region.viewers[name], Act.CASE_READ, case, now=NOW) for case in mine), name


def test_three_hundred_cases_cost_no_more_questions_than_three(
    session: Session, region: Region, shared_database: Database
) -> None:
    zeed = session.get_one(Hospital, region.hospitals["ZEED"])
    for _ in range(3):
        one = make.case(session, zeed, board_id=region.boards["URO-P"])
    member, asked = replace(region.mila, hospital_roles=frozenset()), list[str]()
    with counted(shared_database, asked):
        few = explaining.could_open(session, region.petra, member, now=NOW)
    a_few = len(asked)
    multiplied(session, one, explaining.MOST_CASES + 5)
    start = time.perf_counter()
    with counted(shared_database, asked):
        found, of = explaining.could_open(session, region.petra, member, now=NOW)
    everything, _ = explaining.could_open(session, region.petra, region.bram, now=NOW)
    print(f"\n2 x {of} cases asked about in {time.perf_counter() - start:.2f} s, {a_few} questions each")

    assert few == ([], 3) and (len(found), len(everything), of) == (0, explaining.MOST_CASES, explaining.MOST_CASES)
    assert len(asked) == 2 * a_few


@contextmanager
def counted(database: Database, asked: list[str]) -> Iterator[None]:
    """Every statement while it lasts."""

    def note(*call: Any) -> None:
        asked.append(call[2])

    event.listen(database.engine, "before_cursor_execute", note)
    yield
    event.remove(database.engine, "before_cursor_execute", note)


def multiplied(session: Session, case: Case, times: int) -> None:
    """As many cases more, each with a number of its own and otherwise as this one."""
    session.flush()
    own = {"id", "referral_number"}
    same = ", ".join(column.name for column in Case.__table__.columns if column.name not in own)
    copied = f"INSERT INTO cases (id, referral_number, {same}) SELECT gen_random_uuid(), 'M-' || n, {same} FROM cases"
    session.execute(text(f"{copied}, generate_series(1, :times) n WHERE id = :id"), {"times": times, "id": case.id})
