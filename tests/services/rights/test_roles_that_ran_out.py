"""A role that ran out is over, ended by somebody or not: it keeps nobody from their own hospital's care, and opens no other one."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from mdo_portal.database import Database
from mdo_portal.domain.granting import Place
from mdo_portal.domain.people import TAKES_PART, BoardMembership, Membership, Person, Role
from mdo_portal.errors import NotAllowed, NotFound
from mdo_portal.services.rights import colleagues, coordinators
from mdo_portal.zone import day_of
from tests.people import Region, person_id
from tests.services.wall_house import Tries, standing, tries

__all__ = ["standing", "tries"]
NOW = datetime.now(UTC)
YESTERDAY, TODAY, TOMORROW = (day_of(NOW) + timedelta(days=by) for by in (-1, 0, 1))

#: what else Dirk of ZEED is, or was -> whether it is over: role, hospital, first and last day
ELSEWHERE = {
    "ran out yesterday": (Role.SPECIALIST, "KREE", None, YESTERDAY, True),
    "runs out today": (Role.SPECIALIST, "KREE", None, TODAY, False),
    "to come": (Role.SPECIALIST, "KREE", TOMORROW, None, False),
    "administered until yesterday": (Role.ADMINISTRATOR, "ZEED", None, YESTERDAY, True),
    "administers": (Role.ADMINISTRATOR, "ZEED", None, None, False),
}  # fmt: skip
TIE = """INSERT INTO identities (id, person_id, hospital_id, issuer, subject, linked_at, linked_by_id)
    VALUES (gen_random_uuid(), :person, :hospital, 'https://idp.example', 'x', now(), access.person())"""
INVITE = """INSERT INTO invitations (id, person_id, token_hash, made_by, made_at, expires_at)
    VALUES (gen_random_uuid(), :person, 'x', access.person(), now(), now() + interval '1 day')"""
SEAT = "INSERT INTO board_memberships (id, person_id, board_id, role, given_by) VALUES (gen_random_uuid(), :person, :board, 'secretary', access.person())"


def elsewhere(person: uuid.UUID, region: Region, what: str) -> Membership:
    role, code, starts, ends, _ = ELSEWHERE[what]
    return Membership(person_id=person, hospital_id=region.hospitals[code], role=role, starts_on=starts, ends_on=ends)


@pytest.mark.parametrize("what", ELSEWHERE)
def test_the_link_manager_looks_after_who_works_nowhere_else_any_more(session: Session, region: Region, what: str) -> None:
    """A locum's last hospital could invite, correct and block nobody whose role at the one before nobody had ended by hand."""
    session.add(elsewhere(person_id("Dirk"), region, what))
    session.flush()
    is_over = ELSEWHERE[what][-1]

    assert colleagues.may_whole_person(session, region.lars, person_id("Dirk"), now=NOW) is is_over
    assert colleagues.may_invite(session, region.lars, person_id("Dirk"), now=NOW) is is_over
    if is_over:
        colleagues.check_tie(session, region.lars, person_id("Dirk"), now=NOW)
    else:
        with pytest.raises(NotAllowed):
            colleagues.check_tie(session, region.lars, person_id("Dirk"), now=NOW)


@pytest.fixture(scope="module")
def colleagues_of_zeed(standing: tuple[Database, Database], region: Region) -> dict[str, uuid.UUID]:
    """A specialist of ZEED for each of ELSEWHERE, and somebody who only took part in the name of KREE."""
    with standing[0].transaction() as session:
        made = {what: Person(name=what, email=f"{at}@example.nl", password_hash="x") for at, what in enumerate(ELSEWHERE)}
        session.add_all(made.values())
        session.flush()
        for what, person in made.items():
            here = Membership(person_id=person.id, hospital_id=region.hospitals["ZEED"], role=Role.CASE_MANAGER)
            session.add_all([here, elsewhere(person.id, region, what)])
        return {what: person.id for what, person in made.items()} | {"once": once_treated(session, region)}


@pytest.mark.parametrize("what", ELSEWHERE)
@pytest.mark.parametrize("statement", [TIE, INVITE], ids=["ties", "invites"])
def test_postgresql_says_the_same(
    tries: Tries, colleagues_of_zeed: dict[str, uuid.UUID], region: Region, statement: str, what: str
) -> None:
    named = {"person": colleagues_of_zeed[what]} | ({"hospital": region.hospitals["ZEED"]} if statement is TIE else {})

    assert (tries("Lars", statement, **named) == 1) is ELSEWHERE[what][-1]


def test_a_role_here_that_ran_out_makes_nobody_the_other_hospitals(session: Session, region: Region) -> None:
    """Of who works elsewhere by now, the hospital before says nothing any more."""
    session.scalars(select(Membership).where(Membership.person_id == person_id("Dirk"))).one().ends_on = YESTERDAY
    assert colleagues.may_whole_person(session, region.lars, person_id("Dirk"), now=NOW)

    session.add(Membership(person_id=person_id("Dirk"), hospital_id=region.hospitals["KREE"], role=Role.SPECIALIST))
    session.flush()
    with pytest.raises(NotAllowed):
        colleagues.check_whole_person(session, region.lars, person_id("Dirk"), now=NOW)


@pytest.mark.parametrize(("ends", "may"), [(YESTERDAY, True), (TODAY, False)])
def test_a_coordinator_invites_a_newcomer_whose_other_role_ran_out(
    session: Session, region: Region, ends: object, may: bool
) -> None:
    newcomer = Person(name="N. Nieuw", email="nieuw@example.nl")
    session.add(newcomer)
    session.flush()
    session.add(Membership(person_id=newcomer.id, hospital_id=region.hospitals["KREE"], role=Role.SPECIALIST, ends_on=ends))
    session.add(BoardMembership(person_id=newcomer.id, board_id=region.boards["URO-P"], role=Role.MEMBER))
    session.flush()

    assert colleagues.may_invite(session, region.aisha, newcomer.id, now=NOW) is may


def once_treated(session: Session, region: Region) -> uuid.UUID:
    """Somebody who takes part in the name of KREE, and treated there until yesterday."""
    made = Person(name="O. Ooit", email="ooit@example.nl")
    session.add(made)
    session.flush()
    here = {"person_id": made.id, "hospital_id": region.hospitals["KREE"]}
    session.add_all([Membership(**here, role=TAKES_PART), Membership(**here, role=Role.SPECIALIST, ends_on=YESTERDAY)])
    session.flush()
    return made.id


def test_who_treated_there_until_their_role_ran_out_is_not_let_in_again_by_a_board(session: Session, region: Region) -> None:
    """The coordinator of a board gave them the role by which they saw all patients of that hospital once more."""
    board = Place(region.boards["URO-P"], True)

    with pytest.raises(NotAllowed):
        coordinators.check_opens_no_hospital(session, region.aisha, board, once_treated(session, region), Role.SECRETARY, now=NOW)


def test_postgresql_lets_them_in_no_more_either(tries: Tries, colleagues_of_zeed: dict[str, uuid.UUID], region: Region) -> None:
    assert tries("Aisha", SEAT, person=colleagues_of_zeed["once"], board=region.boards["URO-P"]) is None


def test_nobody_looks_after_whom_the_hospital_does_not_know(session: Session, region: Region) -> None:
    with pytest.raises(NotFound):
        colleagues.check_whole_person(session, region.lars, person_id("Carla"), now=NOW)
