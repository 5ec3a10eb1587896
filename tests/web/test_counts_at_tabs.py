"""The number at a tab goes along when the list below it is renewed: a page said 13 above a list of nine."""

from __future__ import annotations

import re

from sqlalchemy import update

from mdo_portal.domain.delivery import Delivery, DeliveryState
from tests.web.post_house import House, house

__all__ = ["house"]


def at_tab(text: str, name: str) -> list[str]:
    """What the number with this name says, as often as it stands there; with a mark where it is put in another's place."""
    found = re.findall(rf'<span id="{name}"([^>]*)>(\d+)</span>', text)
    return [f"{number}{' in its place' if 'hx-swap-oob' in more else ''}" for more, number in found]


def test_a_letter_that_arrived_meanwhile_is_counted_at_the_tab_no_more(house: House) -> None:
    letters = [house.letter(), house.letter()]
    aisha = house.person("Aisha")
    assert at_tab(aisha.get("/post").text, "post-waiting") == ["2"]
    with house.database.transaction() as session:
        session.execute(update(Delivery).where(Delivery.id == letters[0].id).values(state=DeliveryState.RECEIVED))

    assert at_tab(aisha.get("/post/rows").text, "post-waiting") == ["1 in its place"]
