"""Pages where the system has colours of its own (Windows high contrast), or its reader asked for more contrast."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator

from mdo_portal.domain.board import Meeting, MeetingState
from mdo_portal.domain.hospital import Hospital
from tests import make
from tests.web.decision_desk import on_the_agenda
from tests.web.people_house import House, house
from tests.web.test_narrow_in_browser import narrow

__all__ = ["house"]
pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("journeys")]
FORCED: dict[str, Any] = {"forced_colors": "active"}
MORE: dict[str, Any] = {"contrast": "more"}
#: of a text and of the line around a panel: how much lighter or darker than what it stands on (WCAG 1.4.6 and 1.4.11)
CONTRAST = """([words, line]) => {
  const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  const light = colour => { canvas.fillStyle = colour; canvas.fillRect(0, 0, 1, 1);
    const [r, g, b] = [...canvas.getImageData(0, 0, 1, 1).data].map(x => x / 255).map(x => x <= 0.04045 ? x / 12.92 : ((x + 0.055) / 1.055) ** 2.4);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b; };
  const against = (one, other) => (Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05);
  const under = getComputedStyle(document.querySelector(line)).backgroundColor;
  return [against(light(getComputedStyle(document.querySelector(words)).color), light(under)),
    against(light(getComputedStyle(document.querySelector(line)).borderTopColor), light(under))]; }"""

TICKED = {
    kind: f'<label class="check"><input class="form-check-input" type="{kind}"><span>keuze</span></label>'
    for kind in ("checkbox", "radio")
}


def middle(box: Locator) -> bytes:
    """What one sees inside it, without the line around it."""
    at = box.bounding_box()
    assert at
    inside = {"x": at["x"] + 4, "y": at["y"] + 4, "width": at["width"] - 8, "height": at["height"] - 8}
    return box.page.screenshot(clip=inside, caret="initial")  # type: ignore[arg-type]


def test_where_one_is_has_a_line_where_the_system_has_its_own_colours(browser: Browser, house: House) -> None:
    """Only a background and a shadow said so, and forced colours take both away: the menu, the boards, the tabs, the chosen line."""
    look = "all => all.filter(one => getComputedStyle(one).outlineStyle === 'none').map(one => one.outerHTML.slice(0, 80))"
    for name, path, least in (("Aisha", "/worklist", 2), ("Aisha", "/post", 2), ("Lars", "/inbox", 3)):
        with narrow(browser, house, name, path, **FORCED) as page:
            current = page.locator("[aria-current]:not([aria-current=false])")
            assert current.count() >= least and current.evaluate_all(look) == []


def test_what_came_is_full_and_what_is_missing_empty_where_the_system_has_its_own_colours(browser: Browser, house: House) -> None:
    """The background went: what had come was a thin ring, and what was missing a thick one."""
    with house.database.transaction() as session:
        make.case(session, session.get_one(Hospital, house.region.hospitals["ZEED"]), facts=make.COMPLETE[:2])
    filled = "all => all.filter(one => getComputedStyle(one).backgroundColor === getComputedStyle(one).borderTopColor).length"
    with narrow(browser, house, "Aisha", "/worklist", **FORCED) as page:
        came, missing = page.locator(".dot:not(.dot-missing, .dot-asked, .dot-not-needed)"), page.locator(".dot-missing")
        assert came.count() and missing.count()
        assert (came.evaluate_all(filled), missing.evaluate_all(filled)) == (came.count(), 0)


def test_how_full_a_meeting_is_has_a_line_around_it_where_the_system_has_its_own_colours(browser: Browser, house: House) -> None:
    with narrow(browser, house, "Aisha", f"/meetings/{house.region.meeting}", **FORCED) as page:
        assert page.locator(".gauge progress").evaluate("one => getComputedStyle(one).borderTopStyle") == "solid"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_what_is_ticked_is_seen_where_the_system_has_its_own_colours(browser: Browser, house: House, scheme: str) -> None:
    """The tick was white, on a fill that those colours take away: every box and every choice looked empty."""
    with narrow(browser, house, "Dirk", "/register", **FORCED, color_scheme=scheme) as page:
        for kind in ("checkbox", "radio"):
            page.locator("main").evaluate(f"one => one.insertAdjacentHTML('afterbegin', `{TICKED[kind]}`)")
            box = page.locator(f"main > .check:first-child .form-check-input[type={kind}]")
            empty = middle(box)
            box.evaluate("one => { one.checked = true; }")
            assert middle(box) != empty, kind


def test_the_outcome_that_was_chosen_has_a_line_where_the_system_has_its_own_colours(browser: Browser, house: House) -> None:
    """Only a fill told *Besproken* from *Hamerstuk*."""
    with house.database.transaction() as session:
        now = datetime.now(UTC)
        round_ = on_the_agenda(session, house.region, now=now, starts_at=now + timedelta(hours=1), closes_at=now)
        session.get_one(Meeting, round_.meeting_id).state = MeetingState.OPEN
        make.discussed(session, round_, viewer=house.region.bram, now=now)
        path = f"/meetings/{round_.meeting_id}/room?round={round_.id}"
    with narrow(browser, house, "Bram", path, **FORCED) as page:
        lines = page.locator(".outcomes .btn[aria-pressed]").evaluate_all(
            "all => all.map(one => [one.value, getComputedStyle(one).outlineStyle])"
        )
        assert lines[:2] == [["discussed", "solid"], ["listed", "none"]]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_who_asks_for_more_contrast_gets_it(browser: Browser, house: House, scheme: str) -> None:
    """The quietest words and the thinnest lines were as thin as for everybody."""
    with narrow(browser, house, "Aisha", "/worklist", **MORE, color_scheme=scheme) as page:
        words, line = page.evaluate(CONTRAST, [".rows thead th", ".rows-wrap"])
        assert words >= 7 and line >= 3
