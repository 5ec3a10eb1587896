"""The list of what is followed, a page at a time: nothing of it is out of reach, also when somebody answers while they read."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy.orm import Session

from mdo_portal.domain.follow_up import FollowUp
from mdo_portal.services.follow_up import follow_up_list
from mdo_portal.services.follow_up.follow_up_list import Filter, FollowPage, Passed
from tests.people import Region
from tests.services.follow_house import IMAGING, items_of, signed
from tests.services.following import DONE, close

DAYS = ("2026-03-20", "2026-03-20", "2026-03-20", "2026-03-25", "", "")


@pytest.fixture
def items(session: Session, region: Region, monkeypatch: pytest.MonkeyPatch) -> list[FollowUp]:
    """Six open items, two on a page: three of one day, two of no day."""
    monkeypatch.setattr(follow_up_list, "MOST", 2)
    told = (IMAGING | {"text": f"MRI {n}", "due_on": day} for n, day in enumerate(DAYS))
    return items_of(session, signed(session, region, *told))


def page(session: Session, region: Region, passed: Passed | None = None, *, everything: bool = False) -> FollowPage:
    return follow_up_list.page(session, region.dirk, Filter(everything=everything, passed=passed))


def pages(session: Session, region: Region, *, everything: bool = False) -> Iterator[list[str]]:
    found = page(session, region, everything=everything)
    yield [one.text for one in found.rows]
    while found.further:
        found = page(session, region, found.further, everything=everything)
        yield [one.text for one in found.rows]


def test_every_item_stands_on_one_page(session: Session, region: Region, items: list[FollowUp]) -> None:
    """Behind the first two hundred they were on none, and the search of the page did not find them."""
    assert list(pages(session, region)) == [["MRI 0", "MRI 1"], ["MRI 2", "MRI 3"], ["MRI 4", "MRI 5"]]


def test_what_is_answered_comes_behind_what_is_open_however_much_that_is(
    session: Session, region: Region, items: list[FollowUp]
) -> None:
    """*Ook afgehandelde* showed none of them while two hundred were open."""
    for item in (items[0], items[4], items[2]):
        close(session, region, item, DONE)

    assert [text for one in pages(session, region, everything=True) for text in one] == [
        "MRI 1", "MRI 3", "MRI 5", "MRI 0", "MRI 2", "MRI 4"
    ]  # fmt: skip


def test_who_answers_the_last_of_a_page_and_goes_on_passes_nothing_by(
    session: Session, region: Region, items: list[FollowUp]
) -> None:
    first = page(session, region)
    for item in items[:2]:
        close(session, region, item, DONE)

    assert [one.text for one in page(session, region, first.further).rows] == ["MRI 2", "MRI 3"]
