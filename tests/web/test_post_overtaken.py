"""A letter that is sent again while what replaces it may be there already: the page says that it does not go."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest
from sqlalchemy import select, update

from mdo_portal.domain.decision import Decision
from mdo_portal.domain.delivery import Delivery
from mdo_portal.domain.round import Round
from tests import make
from tests.web.portal import CSRF
from tests.web.post_house import House, house

__all__ = ["house"]


@pytest.mark.parametrize("newer_is_held", [True, False])
def test_who_sends_an_overtaken_letter_again_hears_that_it_does_not_go(house: House, newer_is_held: bool) -> None:
    """It was said to go, and was gone from the list."""
    first = house.letter(state="refused", receipt_code="AE")
    correct(house, first, held=newer_is_held)

    page = house.person("Aisha").post(f"/deliveries/{first.id}/resend", data={"csrf_token": CSRF}, follow_redirects=True).text

    assert ("De brief gaat niet opnieuw weg" in page) is newer_is_held
    assert ("De brief gaat nu opnieuw weg" in page) is not newer_is_held


@pytest.mark.parametrize(
    ("overtaken", "going", "staying"),
    [
        (0, "2 brieven gaan nu opnieuw weg", ""),
        (1, "1 brief gaat nu opnieuw weg", "1 brief gaat niet opnieuw weg"),
        (2, "", "2 brieven gaan niet opnieuw weg"),
    ],
)
def test_who_sends_all_again_hears_how_many_of_them_do_not_go(house: House, overtaken: int, going: str, staying: str) -> None:
    """All were said to go, and some were gone from the list."""
    letters = [house.letter(state="refused", receipt_code="AE") for _ in range(2)]
    for letter in letters[:overtaken]:
        correct(house, letter, held=True)

    zeed = str(house.region.hospitals["ZEED"])
    page = house.person("Aisha").post("/post/resend", data={"csrf_token": CSRF, "hospital": zeed}, follow_redirects=True).text

    assert re.findall(r"\d brie\w+ ga\w+ nu opnieuw weg", page) == ([going] if going else [])
    assert re.findall(r"\d brie\w+ ga\w+ niet opnieuw weg", page) == ([staying] if staying else [])


def correct(house: House, letter: Delivery, *, held: bool) -> None:
    """What replaces it, which may be there if it is held."""
    now = datetime.now(UTC)
    with house.database.transaction() as session:
        round_id = session.scalars(select(Decision.round_id).where(Decision.id == letter.decision_id)).one()
        decision = make.corrected(session, session.get_one(Round, round_id), viewer=house.region.bram, now=now)
        newer = make.delivery_of(session, decision)
        if held:
            session.execute(update(Delivery).where(Delivery.id == newer.id).values(held_at=now, hold_reason="restored"))
