"""What stands ready when a demo begins. That the lines and the screens do it is what a demo shows; here is what it is made of."""

from __future__ import annotations

import pytest

from mdo_portal.commands.demo import week
from mdo_portal.commands.demo.fill import LINKED
from mdo_portal.commands.demo.places import free_places
from mdo_portal.wiring_region import invented_region


def test_every_board_has_something_planned_and_every_epd_something_left_to_send() -> None:
    cases = {case.code: case for case in invented_region().cases}
    boards = {board.code for board in invented_region().boards}

    assert {cases[code].board for code in week.PLANNED} == boards == {cases[code].board for code in week.KEPT_BACK}
    assert {cases[code].hospital for code in week.KEPT_BACK} == set(LINKED)
    assert {cases[code].hospital for code in week.PLANNED} <= set(LINKED) and not {*week.PLANNED} & {*week.KEPT_BACK}


def test_a_demo_whose_hospitals_are_silent_goes_on_and_says_what_is_not_there(capsys: pytest.CaptureFixture[str]) -> None:
    week.begin(free_places(), invented_region())

    assert "The coming meetings were not filled" in capsys.readouterr().err
