"""While nobody takes the calls of hospitals, whoever looks after a link reads that, and that it is not the hospital's doing."""

from __future__ import annotations

import pytest

from mdo_portal.domain.people import Role
from tests.listens import somebody_listens
from tests.web.identity_house import House, house
from tests.web.test_certificates_ending import counted, pages

__all__ = ["house"]

SAID = "Het portaal neemt nu geen HL7 v2-berichten aan."


@pytest.mark.parametrize("role", [Role.LINK_MANAGER, Role.ADMINISTRATOR])
def test_that_nobody_listens_stands_above_the_link_above_the_overview_and_in_the_menu(house: House, role: Role) -> None:
    with somebody_listens(house.database):
        before = pages(house, role)

    overview, page = pages(house, role)

    for one in (overview, page):
        assert SAID in one and "er gaat niets verloren" in one
        assert ("mdo-portal listen" in one) is (role is Role.ADMINISTRATOR)
    assert SAID not in "".join(before) and counted(overview) == counted(before[0]) + 1


def test_a_hospital_that_sends_over_fhir_hears_nothing_of_it(house: House) -> None:
    client = house.person(Role.LINK_MANAGER, "DELT")

    overview, page = client.get("/links").text, client.get(f"/links/{house.region.hospitals['DELT']}").text

    assert SAID not in overview + page and counted(overview) == 0
