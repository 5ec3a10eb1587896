"""Giving and ending roles: who may, when it counts, what stays, and the line in the log."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from mdo_portal.domain import granting
from mdo_portal.domain.audit import AuditEntry
from mdo_portal.domain.granting import Place
from mdo_portal.domain.hospital import Hospital
from mdo_portal.domain.people import BoardMembership, Membership, Person, Role
from mdo_portal.domain.policy import Act
from mdo_portal.domain.viewer import Viewer
from mdo_portal.errors import IllegalMove, Incomplete, NotAllowed, NotFound, PortalError
from mdo_portal.services import colleagues, memberships, people, roles, sessions, viewers
from mdo_portal.services.colleagues import NewPerson
from mdo_portal.services.roles import Term
from tests import make
from tests.make import NOW, TODAY
from tests.people import Region, person_id

ALWAYS = Term()


def uro(region: Region) -> Place:
    return Place(region.boards["URO-P"], True)


def house(region: Region, code: str) -> Place:
    return Place(region.hospitals[code], False)


def given(session: Session, viewer: Viewer, place: Place, name: str, role: Role, term: Term = ALWAYS) -> uuid.UUID:
    return roles.give(session, viewer, place, person_id(name), role, term, now=NOW)


def ended(session: Session, viewer: Viewer, place: Place, name: str, role: Role) -> None:
    kind = memberships.kind_of(place)
    held = select(kind.id).where(
        memberships.at(place), kind.person_id == person_id(name), kind.role == role, kind.ended_at.is_(None)
    )
    row, found = roles.row_for(session, viewer, place.is_board, session.scalars(held).one())
    roles.end(session, viewer, row, found, now=NOW)


def board_roles(session: Session, region: Region, name: str, *, days: int = 0) -> set[Role]:
    """What this person is on Uro-prostaat, so many days from now."""
    now = NOW + timedelta(days=days)
    viewer = viewers.viewer_of(session, person_id(name), region.hospitals["DELT"], now=now)
    return set(viewer.board_roles.get(region.boards["URO-P"], ()))


def last_line(session: Session) -> AuditEntry:
    return session.scalars(select(AuditEntry).order_by(AuditEntry.seq.desc()).limit(1)).one()


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


def test_somebody_new_on_a_board_can_sign_in_but_opens_nothing_of_the_hospital(session: Session, region: Region) -> None:
    new = NewPerson("drs. N. Nieuw", "nieuw@example.nl", "patholoog", region.hospitals["ZEED"])
    person = colleagues.add_person(session, region.aisha, uro(region), new, Role.OBSERVER, ALWAYS, now=NOW)
    zeed = make.case(session, session.get_one(Hospital, region.hospitals["ZEED"]))

    assert [one for one, _ in people.hospitals_of(session, person.id, now=NOW)] == [region.hospitals["ZEED"]]
    viewer = viewers.viewer_of(session, person.id, region.hospitals["ZEED"], now=NOW)
    assert not viewer.may_for_own_hospital(Act.CASE_READ) and zeed.hospital_id == viewer.hospital_id


def test_somebody_new_on_a_board_works_for_a_hospital_that_takes_part(session: Session, region: Region) -> None:
    for hospital_id in (None, region.hospitals["KREE"]):
        new = NewPerson("N. Nieuw", "nieuw@example.nl", "", hospital_id)
        with pytest.raises(Incomplete), session.begin_nested():
            colleagues.add_person(session, region.aisha, uro(region), new, Role.MEMBER, ALWAYS, now=NOW)


def test_an_address_tells_only_about_colleagues(session: Session, region: Region) -> None:
    """Dirk's hospital takes part in Uro-prostaat; Carla's does not. Of Carla the secretary hears as of nobody."""
    assert colleagues.known(session, region.aisha, uro(region), "dirk@example.nl") is not None
    assert colleagues.known(session, region.aisha, uro(region), "carla@example.nl") is None
    assert colleagues.known(session, region.aisha, uro(region), "nobody@example.nl") is None
    assert colleagues.known(session, region.ada, uro(region), "carla@example.nl") is not None


@pytest.mark.parametrize(("name", "email"), [("", "a@example.nl"), ("A", "a"), ("A", "@"), ("A", "a b@example.nl")])
def test_name_and_address_are_needed(session: Session, region: Region, name: str, email: str) -> None:
    new = NewPerson(name, email, "", region.hospitals["ZEED"])

    with pytest.raises(PortalError):
        colleagues.add_person(session, region.aisha, uro(region), new, Role.MEMBER, ALWAYS, now=NOW)


def test_the_page_of_a_person_tells_nothing_of_elsewhere(session: Session, region: Region) -> None:
    given(session, region.ada, house(region, "KREE"), "Dirk", Role.SPECIALIST)
    given(session, region.aisha, uro(region), "Dirk", Role.MEMBER)

    def seen(viewer: Viewer) -> set[str]:
        page = memberships.person_for(session, viewer, Act.PEOPLE_READ, person_id("Dirk"), now=NOW)
        return {one.place_name for one in page.row.roles}

    assert seen(region.aisha) == {"Uro-prostaat"}
    assert seen(region.ada) == {"Uro-prostaat", "Ziekenhuis ZEED", "Ziekenhuis KREE"}
    with pytest.raises(NotFound):
        seen(region.carla)


def test_a_locum_of_whom_the_term_is_over_is_on_the_list_as_over(session: Session, region: Region) -> None:
    given(session, region.aisha, uro(region), "Dirk", Role.CHAIR, Term(None, TODAY))

    shown = memberships.at_place(session, uro(region), now=NOW + timedelta(days=2))

    assert {(one.name, role.state) for one in shown for role in one.roles if one.name == "Dirk"} == {("Dirk", "over")}
    assert session.scalars(select(Membership).where(Membership.person_id == person_id("Dirk"))).one()
