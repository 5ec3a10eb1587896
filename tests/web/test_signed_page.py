"""Where the letters of a signed advice are, on the page that a chair sees after signing."""

from __future__ import annotations

from sqlalchemy import update

from mdo_portal.domain.delivery import Delivery
from tests.web.decision_desk import Desk
from tests.web.test_decision_forms import desk

__all__ = ["desk"]


def test_a_letter_that_was_never_tried_is_not_called_on_its_way_now(desk: Desk) -> None:
    """Behind a hospital that is away it may wait for hours."""
    page = desk.page(desk.at("signed"))

    assert "Klaar om te versturen." in page and "Wordt nu verstuurd." not in page


def test_a_letter_that_is_under_way_is_not_said_to_be_without_an_answer(desk: Desk) -> None:
    """A second after signing the chair read that nobody had answered, and when it would be tried again."""
    with desk.database.transaction() as session:
        session.execute(update(Delivery).values(attempts=1, receipt_code=""))

    page = desk.page(desk.at("signed"))

    assert "Wordt nu verstuurd." in page and "nog geen antwoord" not in page
