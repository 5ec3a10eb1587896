"""The web form of a hospital that takes part in one board: who can choose from one has chosen, and is not asked to."""

from __future__ import annotations

import html

from tests.web.test_links import Portal, portal

__all__ = ["portal"]


def form(portal: Portal, who: str) -> str:
    return html.unescape(portal.person(who).get("/register").text)


def test_the_only_board_of_the_hospital_is_chosen_already(portal: Portal) -> None:
    page, board = form(portal, "Dirk"), portal.region.boards["URO-P"]

    assert f'<option value="{board}" selected' in page and "Kies een MDO." not in page


def test_of_two_boards_nobody_chooses_for_you(portal: Portal) -> None:
    page = form(portal, "Bram")

    assert "Kies een MDO." in page and not any(f'<option value="{one}" selected' in page for one in portal.region.boards.values())
