"""What a page says to somebody for whom nothing stands there yet, or who came by an address that is none: what to do now."""

from __future__ import annotations

import pytest

from tests.web.post_house import House, house

__all__ = ["house"]


@pytest.mark.parametrize(
    ("name", "told", "not_told"),
    [
        ("Aisha", "Eén vergadering daarbuiten maakt u met Extra vergadering.", "zodra u lid bent"),
        ("Mila", "Vraag het de MDO-coördinator", "zodra u lid bent"),
    ],
)
def test_a_board_without_meetings_says_what_its_reader_can_do(house: House, name: str, told: str, not_told: str) -> None:
    """A new coordinator read that they would come when she was a member, which she was."""
    page = house.person(name).get("/meetings").text

    assert "Geen komende vergaderingen" in page
    assert told in page and not_told not in page


def test_an_address_that_belongs_to_a_form_says_so_to_who_opens_it(house: House) -> None:
    """*Pas aan wat er mis was*, it said to who had typed nothing."""
    answer = house.person("Lars").get("/inbox/find")

    assert answer.status_code == 405
    assert "hoort bij een knop of een formulier" in answer.text and "pas aan wat er mis was" not in answer.text
