"""The coordinator of a board makes nobody who sees what only another hospital sees: a board's coordinator asks and says there too who a patient is."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from mdo_portal.domain.people import BoardMembership, Membership, Person, Role
from tests.people import person_id
from tests.web.people_house import House, house

__all__ = ["house"]
SOMEBODY = {"email": "nieuw@example.nl", "name": "N. Nieuw"}


def boards_roles(house: House, email: str) -> list[Role]:
    query = select(BoardMembership.role).join(Person, Person.id == BoardMembership.person_id)
    with house.database.transaction() as session:
        return list(session.scalars(query.where(Person.email == email, BoardMembership.ended_at.is_(None))))


@pytest.mark.parametrize(("name", "code", "is_made"), [("Aisha", "ZEED", False), ("Aisha", "DELT", True), ("Ada", "ZEED", True)])
def test_a_coordinator_adds_another_for_her_own_hospital_only(house: House, name: str, code: str, is_made: bool) -> None:
    form = SOMEBODY | {"role": "secretary", "hospital_id": str(house.region.hospitals[code])}

    answer = house.post(name, f"{house.uro}/add", **form)

    assert answer.status_code == (302 if is_made else 403)
    assert boards_roles(house, SOMEBODY["email"]) == ([Role.SECRETARY] if is_made else [])


def test_nor_in_two_steps(house: House) -> None:
    form = SOMEBODY | {"role": "observer", "hospital_id": str(house.region.hospitals["ZEED"])}
    made = house.post("Aisha", f"{house.uro}/add", **form).headers["Location"].rsplit("/", 1)[-1]

    assert house.post("Aisha", f"{house.uro}/roles", person_id=made, role="secretary").status_code == 403
    assert boards_roles(house, SOMEBODY["email"]) == [Role.OBSERVER]


@pytest.mark.parametrize("role", [Role.SPECIALIST, Role.SECRETARY])
def test_whom_the_hospital_itself_gave_such_a_role_may_be_one(house: House, role: Role) -> None:
    with house.database.transaction() as session:
        session.scalars(select(Membership).where(Membership.person_id == person_id("Dirk"))).one().role = role

    assert house.post("Aisha", f"{house.uro}/roles", person_id=person_id("Dirk"), role="secretary").status_code == 302
