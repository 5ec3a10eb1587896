"""Two people at two agendas at the same moment: nobody waits for somebody who waits for them."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from types import ModuleType
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from mdo_portal import database as ours
from mdo_portal.database import Database
from mdo_portal.domain.hospital import Hospital
from mdo_portal.domain.round import Round
from mdo_portal.services import planning
from tests import make
from tests.people import Region, board_of
from tests.test_dispatch_races import Beside
from tests.web.portal import CSRF, app_on, signed_in

NOW = datetime.now(UTC)


@dataclass
class House:
    """Two meetings to come, each with one case."""

    database: Database
    region: Region
    app: Flask
    meetings: list[uuid.UUID]
    cases: list[uuid.UUID]

    def posts(self, name: str, path: str, **told: str) -> Callable[[], int]:
        client = signed_in(self.app, self.database, self.region, name)
        return lambda: client.post(path, data={"csrf_token": CSRF, **told}).status_code

    def moves(self, case: int, to: int) -> Callable[[], int]:
        return self.posts("Aisha", f"/cases/{self.cases[case]}/plan", meeting_id=str(self.meetings[to]))


@pytest.fixture
def house(database: Database, region: Region, monkeypatch: pytest.MonkeyPatch) -> Iterator[House]:
    monkeypatch.setattr(ours, "ENDED_FOR_ANOTHER", ())  # whom PostgreSQL ended for another is not done once more
    with database.transaction() as session:
        zeed, board = session.get_one(Hospital, region.hospitals["ZEED"]), board_of(session, region)
        meetings = [make.meeting(session, board, starts_at=NOW + timedelta(days=days)) for days in (3, 10)]
        cases = [make.case(session, zeed, now=NOW, board_id=board.id) for _ in meetings]
        for case, meeting in zip(cases, meetings, strict=True):
            make.planned(session, case, meeting, viewer=region.aisha, now=NOW)
    with app_on(database) as app:
        yield House(database, region, app, [one.id for one in meetings], [one.id for one in cases])


def both(
    house: House, monkeypatch: pytest.MonkeyPatch, first: Callable[[], int], second: Callable[[], int], at: tuple[ModuleType, str]
) -> list[int]:
    """What both are answered, when the second begins while the first stands before `at`."""
    answers: list[int] = []

    def acts(_: Session) -> None:
        answers.append(second())

    beside, real = Beside(house.database, acts), getattr(*at)

    def begins(*which: Any, **how: Any) -> Any:
        monkeypatch.setattr(*at, real)
        beside.begin()
        return real(*which, **how)

    monkeypatch.setattr(*at, begins)
    answers.append(first())
    beside.end()
    assert beside.failed == []
    return answers


def test_two_cases_that_change_places_do_not_wait_for_each_other(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each had the agenda that it was going to and wanted the one that it left."""
    answers = both(house, monkeypatch, house.moves(0, to=1), house.moves(1, to=0), (planning, "plan"))

    assert answers == [302, 302]
    with house.database.transaction() as session:
        stand = {case_id: meeting_id for case_id, meeting_id in session.execute(select(Round.case_id, Round.meeting_id))}
        assert [stand[one] for one in house.cases] == house.meetings[::-1]
