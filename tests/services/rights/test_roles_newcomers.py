"""Somebody new on a board, and what the page of a person tells."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from mdo_portal.domain.hospital import Hospital
from mdo_portal.domain.people import Membership, Role
from mdo_portal.domain.policy import Act
from mdo_portal.domain.viewer import Viewer
from mdo_portal.errors import Incomplete, NotFound, PortalError
from mdo_portal.services.people import people, viewers
from mdo_portal.services.rights import colleagues, memberships
from mdo_portal.services.rights.colleagues import NewPerson
from mdo_portal.services.rights.term import Term
from tests import make
from tests.make import NOW, TODAY
from tests.people import Region, person_id
from tests.services.giving_roles import ALWAYS, given, house, uro


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
