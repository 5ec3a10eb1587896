"""A letter that is sent again while what replaces it may be there already: the page says that it does not go."""

from __future__ import annotations

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
    now = datetime.now(UTC)
    with house.database.transaction() as session:
        round_id = session.scalars(select(Decision.round_id).where(Decision.id == first.decision_id)).one()
        decision = make.corrected(session, session.get_one(Round, round_id), viewer=house.region.bram, now=now)
        newer = make.delivery_of(session, decision)
        if newer_is_held:
            session.execute(update(Delivery).where(Delivery.id == newer.id).values(held_at=now, hold_reason="restored"))

    page = house.person("Aisha").post(f"/deliveries/{first.id}/resend", data={"csrf_token": CSRF}, follow_redirects=True).text

    assert ("De brief gaat niet opnieuw weg" in page) is newer_is_held
    assert ("De brief gaat nu opnieuw weg" in page) is not newer_is_held
