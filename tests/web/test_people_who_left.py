"""Somebody whose last role somewhere was ended is there to be read about, and no longer theirs to change or to hand out."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import select

from mdo_portal.domain.credentials import Invitation
from mdo_portal.domain.people import Person
from tests.web.people_house import House, house

__all__ = ["house"]
NEWCOMER = {"email": "neiuw@example.nl", "name": "N. Nieuw"}


def added_and_ended(house: House, by: str, place: str, role: str) -> str:
    """The page of somebody without an account, added by mistake."""
    form = NEWCOMER | {"role": role, "hospital_id": str(house.region.hospitals["ZEED"])}
    page = house.post(by, f"{place}/add", **form).headers["Location"]
    given = re.search(r"/people/roles/(?:board|hospital)/[0-9a-f-]+/end", house.person(by).get(page).text)
    assert given and house.post(by, given[0]).status_code == 302
    return page


@pytest.mark.parametrize("what", ["correct", "invite"])
@pytest.mark.parametrize("by", ["Aisha", "Lars"])
def test_who_ended_it_hears_that_they_may_not_and_is_not_offered_it(house: House, by: str, what: str) -> None:
    """A coordinator, and a link manager, were offered the button and told that something went wrong with us."""
    place = house.uro if by == "Aisha" else f"/people/hospital/{house.region.hospitals['ZEED']}"
    page = added_and_ended(house, by, place, "observer" if by == "Aisha" else "specialist")

    offered = f'"{page}/{what}"' in house.person(by).get(page).text
    answer = house.post(by, f"{page}/{what}", name="N. Nieuw", email="nieuw@example.nl", discipline="")

    assert not offered and answer.status_code in (403, 404)
    with house.database.transaction() as session:
        assert session.scalars(select(Person.email).where(Person.name == NEWCOMER["name"])).one() == NEWCOMER["email"]
        assert session.scalars(select(Invitation)).all() == []


@pytest.mark.parametrize(("by", "status"), [("Aisha", 302), ("Ada", 302)])
def test_given_a_role_again_they_are_changed_as_before(house: House, by: str, status: int) -> None:
    page = added_and_ended(house, "Aisha", house.uro, "observer")
    house.post("Aisha", f"{house.uro}/roles", person_id=page.rsplit("/", 1)[-1], role="observer")

    assert house.post(by, f"{page}/correct", name="N. Nieuw", email="nieuw@example.nl", discipline="").status_code == status
