"""A revision that changes nothing: the chair reads so before it goes to everybody who has the advice."""

from __future__ import annotations

from mdo_portal.domain.round import Round
from tests import make
from tests.web.decision_desk import MINUTE, Desk
from tests.web.test_decision_forms import desk

__all__ = ["desk"]
SAME = "Er is niets gewijzigd: deze herziening zegt hetzelfde als het getekende advies."


def test_who_signs_a_revision_in_which_nothing_was_changed_is_told(desk: Desk) -> None:
    desk.post("correct")

    assert SAME in desk.page(desk.at("sign"))


def test_of_one_that_says_something_else_nothing_is_said(desk: Desk) -> None:
    desk.post("correct")
    with desk.database.transaction() as session:
        round_ = session.get_one(Round, desk.round_id)
        make.typed(session, round_, " Toch bestraling.", now=desk.now + 8 * MINUTE)

    assert SAME not in desk.page(desk.at("sign"))
