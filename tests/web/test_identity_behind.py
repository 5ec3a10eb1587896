"""How much waits behind a question is said where it is answered: one that holds up ten messages is answered first."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from mdo_portal.domain.people import Role
from tests.identity_questions import referral
from tests.make import BSN
from tests.test_reception import hand_in, understand_all
from tests.web.identity_house import House, house

__all__ = ["house"]


def wait_behind(house: House, *numbers: str) -> None:
    hand_in(house.database, house.region, *[referral(one, bsn=BSN) for one in numbers], now=datetime.now(UTC))
    understand_all(house.database, now=datetime.now(UTC))


def test_a_question_says_how_many_later_messages_wait_for_its_answer(house: House) -> None:
    before = house.person(Role.LINK_MANAGER).get("/identities").text
    wait_behind(house, "3", "4")

    page = house.person(Role.LINK_MANAGER).get("/identities").text

    assert "van deze patiënt wacht" not in before
    assert "2 latere berichten van deze patiënt wachten ook" in page


@pytest.mark.parametrize(("role", "code"), [(Role.CASE_MANAGER, "ZEED"), (Role.LINK_MANAGER, "DELT")])
def test_who_may_not_see_the_inbox_of_that_hospital_sees_no_number(house: House, role: Role, code: str) -> None:
    wait_behind(house, "3")

    answer = house.person(role, code).get("/identities")

    assert answer.status_code == 200 and "van deze patiënt wacht" not in answer.text
