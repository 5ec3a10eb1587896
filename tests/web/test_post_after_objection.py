"""The patient objects: the board's people see the own hospital's letter no more, and those whose letter it is have it in hand."""

from __future__ import annotations

import pytest

from mdo_portal.domain.case import Case
from mdo_portal.domain.delivery import Delivery, DeliveryState
from mdo_portal.services.identity import objections
from mdo_portal.services.letters import deliveries
from tests.make import NOW
from tests.web.portal import CSRF
from tests.web.post_house import House, house

__all__ = ["house"]

PRINT = b"%PDF-1.7 as it was printed once"


@pytest.mark.parametrize("state", [DeliveryState.REFUSED, DeliveryState.DEAD])
def test_the_own_hospital_prints_a_letter_that_did_not_arrive_and_says_that_it_has_it(house: House, state: DeliveryState) -> None:
    """It need not be carried to them: who treats the patient opens the very letter that did not come, and files it."""
    letter = house.letter(state=state, receipt_code="AE", sent_at=NOW)
    with house.database.transaction() as session:
        deliveries.keep_letter(session, letter.id, PRINT, sha256="0" * 64)
        objections.record(session, session.get_one(Case, letter.case_id), viewer=house.region.dirk, now=NOW)
    own, board, path = house.person("Dirk"), house.person("Aisha"), f"/deliveries/{letter.id}"

    assert path not in board.get("/post").text and board.get(f"{path}/letter").status_code == 404
    page = own.get("/post").text
    assert f"{path}/letter" in page and f"{path}/confirm" in page
    assert f"{path}/resend" not in page and f"{path}/paper" not in page
    assert own.get(f"{path}/letter").data == PRINT
    assert own.post(f"{path}/confirm", data={"csrf_token": CSRF}).status_code == 302
    with house.database.transaction() as session:
        assert session.get_one(Delivery, letter.id).state is DeliveryState.RECEIVED
