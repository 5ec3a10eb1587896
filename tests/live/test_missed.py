"""What a page may have missed between being made and being connected, also when the clock of the portal was put back meanwhile."""

from __future__ import annotations

from mdo_portal.live.registry import Registry

MADE_AT, HOUR = 100_000.0, 3_600.0
TOPICS = {"case:1", "case:2"}


def listening() -> Registry:
    made = Registry()
    made.listens(at=MADE_AT - 10)
    return made


def test_what_changed_since_the_page_was_made_was_missed() -> None:
    registry = listening()
    registry.changed("case:1", at=MADE_AT - 5, revision=3)
    registry.changed("case:2", at=MADE_AT + 5, revision=8)

    assert registry.changed_since(TOPICS, MADE_AT, now=MADE_AT + 6) == {"case:2": 8}


def test_a_page_from_later_than_now_may_have_missed_everything() -> None:
    """After a clock was put back an hour, nothing that changed in that hour was told to a page that had lost its line."""
    registry = listening()
    registry.changed("case:2", at=MADE_AT - HOUR + 5, revision=8)

    assert registry.changed_since(TOPICS, MADE_AT, now=MADE_AT - HOUR + 6) == {"case:1": 0, "case:2": 0}


def test_clocks_that_differ_a_little_are_no_clock_that_was_put_back() -> None:
    assert listening().changed_since(TOPICS, MADE_AT, now=MADE_AT - 1, slack=2.0) == {}
