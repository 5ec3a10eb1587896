"""What a browser carries while it is away: by the state of its own window, once, and for ten minutes."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from flask import Flask

from mdo_portal.web import on_the_way
from tests.make import NOW


@pytest.fixture(autouse=True)
def browser() -> Iterator[None]:
    app = Flask(__name__)
    app.secret_key = "s" * 40
    with app.test_request_context("/"):
        yield


def left(*states: str) -> None:
    for state in states:
        on_the_way.keep("oidc", state, {"for": state}, started_at=NOW)


def back(state: str, *, minutes: float = 0, kind: str = "oidc") -> str | None:
    found = on_the_way.take(kind, state, now=NOW + timedelta(minutes=minutes))
    return found[0]["for"] if found else None


def test_two_windows_come_back_each_to_its_own_and_each_once() -> None:
    left("one", "two")

    assert [back(state) for state in ("two", "one", "two", "one")] == ["two", "one", None, None]


def test_a_state_that_nobody_left_with_takes_nothing_away() -> None:
    left("one")

    assert (back("another"), back("one", kind="launch"), back("one")) == (None, None, "one")


def test_who_is_away_for_more_than_ten_minutes_begins_anew() -> None:
    left("one", "two")

    assert (back("one", minutes=10), back("two", minutes=10.1), back("two")) == ("one", None, None)


def test_of_more_than_three_windows_the_oldest_begins_anew() -> None:
    left("one", "two", "three", "four")

    assert [back(state) for state in ("one", "two", "three", "four")] == [None, "two", "three", "four"]
