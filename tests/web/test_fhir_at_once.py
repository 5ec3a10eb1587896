"""Two requests of one hospital's system at the very same moment: it sent again before the first was answered, or two of its lines did."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask

from mdo_portal.database import Database
from mdo_portal.web import fhir_again
from tests.test_dispatch_races import Beside
from tests.web.fhir_house import TASK, app, client, messages, post

__all__ = ["app", "client"]
CONDITION = "identifier=urn:x|T-1"


def at_once(
    monkeypatch: pytest.MonkeyPatch, app: Flask, database: Database, second: Any, at: int, **headers: str
) -> tuple[Any, Any]:
    """The answers; the second asks when the first has looked so often, and seen that nothing is here yet."""
    answers, looked, looks = [], fhir_again.looked_for, []
    beside = Beside(database, lambda _: answers.append(post(app.test_client(use_cookies=False), "/fhir/Task", second, **headers)))

    def and_then(*which: Any) -> Any:
        found = looked(*which)
        looks.append(found)
        if len(looks) == at:
            beside.begin()
        return found

    monkeypatch.setattr(fhir_again, "looked_for", and_then)
    first = post(app.test_client(use_cookies=False), "/fhir/Task", TASK, **headers)
    beside.end()
    assert beside.failed == []
    return first, answers[0]


@pytest.mark.parametrize("at", [1, 2], ids=["as it came", "as it is stored"])
@pytest.mark.parametrize("described", ["", "otherwise"])
def test_of_two_that_are_to_be_made_once_one_is_taken_and_both_hear_where_it_is(
    monkeypatch: pytest.MonkeyPatch, app: Flask, database: Database, described: str, at: int
) -> None:
    """Both found that nothing was here, and both were taken."""
    again = TASK | ({"description": described} if described else {})
    first, second = at_once(monkeypatch, app, database, again, at, If_None_Exist=CONDITION)

    assert {first.status_code, second.status_code} == {200, 201}
    assert first.headers["Location"] == second.headers["Location"] and len(messages(database)) == 1
