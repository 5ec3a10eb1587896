"""A worker of the tests tells what counts: nothing that went wrong, or was printed, is left out (tests/telling.py)."""

from __future__ import annotations

from argparse import Namespace
from typing import Any

import pytest

from tests.telling import briefly, is_looked_at

QUIET: dict[str, Any] = {"durations": None, "verbose": -1, "xmlpath": None}


def told(name: str, **said: Any) -> bool:
    heard: list[str] = []
    briefly(lambda one, **_: heard.append(one))(name, **said)
    return heard == [name]


def report(when: str, outcome: str = "passed", sections: tuple[str, ...] = ()) -> dict[str, Any]:
    return {"when": when, "outcome": outcome, "sections": list(sections)}


@pytest.mark.parametrize("when", ["setup", "call", "teardown"])
@pytest.mark.parametrize("more", [{"outcome": "failed"}, {"outcome": "skipped"}, {"sections": ("Captured log call",)}])
def test_what_went_wrong_or_was_said_is_told(when: str, more: dict[str, Any]) -> None:
    assert told("testreport", data=report(when, **more))


def test_of_a_test_that_went_well_it_is_told_once_and_that_the_next_may_come() -> None:
    every = [told("testreport", data=report(when)) for when in ("setup", "call", "teardown")]

    assert every == [False, True, False]
    assert [told(name) for name in ("logstart", "logfinish", "runtest_protocol_complete", "workerfinished")] == [
        False,
        False,
        True,
        True,
    ]


@pytest.mark.parametrize(
    ("asked", "all_of_it"), [({}, False), ({"durations": 9}, True), ({"verbose": 1}, True), ({"xmlpath": "x"}, True)]
)
def test_who_looks_at_the_tests_themselves_is_told_all(asked: dict[str, Any], all_of_it: bool) -> None:
    config: Any = Namespace(option=Namespace(**QUIET | asked))

    assert is_looked_at(config) is all_of_it
