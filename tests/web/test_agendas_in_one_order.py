"""Two people at the same agendas and cases at the same moment: nobody waits for somebody who waits for them."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from mdo_portal import database as ours
from mdo_portal.database import Database
from mdo_portal.domain.case import Case
from mdo_portal.domain.hospital import Hospital
from mdo_portal.domain.patient import Patient
from mdo_portal.domain.round import Round
from mdo_portal.services.common import changes
from mdo_portal.services.decisions import outcomes
from mdo_portal.services.history import standing
from mdo_portal.services.identity import merges
from mdo_portal.services.meetings import meetings
from mdo_portal.services.patients import patients
from mdo_portal.services.planning import planning
from mdo_portal.services.room import rooms
from tests import make
from tests.people import Region, board_of
from tests.test_dispatch_races import WAITS, Beside
from tests.web.portal import CSRF, app_on, signed_in

NOW = datetime.now(UTC)
HOUR = timedelta(hours=1)
WAITED_FOR = 20.0  #: seconds; whoever failed never waits


@dataclass
class House:
    """Two meetings to come. One patient has a case on each, the one that came last on the first; another has one on the first."""

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

    def objects(self) -> Callable[[], int]:
        return self.posts("Dirk", f"/cases/{self.cases[0]}/objection/record")

    def does(self, act: Callable[[Session], object]) -> Callable[[], int]:
        """A worker does it."""

        def done() -> int:
            with self.database.transaction() as session:
                act(session)
            return 200

        return done

    def tells(self, session: Session) -> None:
        """Something happened to the patient who has two cases."""
        patient = session.get_one(Patient, session.get_one(Case, self.cases[0]).patient_id)
        standing.happened(session, standing.cases_of(session, patient), "patient.changed", now=NOW, hospital="Zeeduyn")


@pytest.fixture
def house(database: Database, region: Region, monkeypatch: pytest.MonkeyPatch) -> Iterator[House]:
    monkeypatch.setattr(ours, "ENDED_FOR_ANOTHER", ())  # whom PostgreSQL ended for another is not done once more
    with database.transaction() as session:
        zeed, board = session.get_one(Hospital, region.hospitals["ZEED"]), board_of(session, region)
        coming = [make.meeting(session, board, starts_at=NOW + timedelta(days=days)) for days in (3, 10)]
        came = ((make.identity("1"), NOW), (make.identity("1"), NOW - HOUR), (make.identity("2"), NOW))
        cases = [make.case(session, zeed, patient=who, now=at, board_id=board.id) for who, at in came]
        for case, meeting in zip(cases, (*coming, coming[0]), strict=True):
            make.planned(session, case, meeting, viewer=region.aisha, now=NOW)
    with app_on(database) as app:
        yield House(database, region, app, [one.id for one in coming], [one.id for one in cases])


def both(
    house: House,
    monkeypatch: pytest.MonkeyPatch,
    first: Callable[[], int],
    second: Callable[[], int],
    at: tuple[object, str],
    *,
    kind: str = "",
) -> bool:
    """Whether both are answered as they should be, when the second begins while the first stands before `at`. `kind`: what it is called with."""
    answers: list[int] = []
    beside, real = Beside(house.database, lambda _: answers.append(second())), getattr(*at)

    def begins(*which: Any, **how: Any) -> Any:
        if not kind or kind in which:
            monkeypatch.setattr(*at, real)
            beside.begin()
        return real(*which, **how)

    monkeypatch.setattr(*at, begins)
    answers.append(first())
    beside.end()
    assert beside.failed == []
    return len(answers) == 2 and max(answers) < 400


def stand(house: House) -> list[uuid.UUID]:
    with house.database.transaction() as session:
        found = {one.case_id: one.meeting_id for one in session.scalars(select(Round))}
        return [found[one] for one in house.cases]


def test_two_cases_that_change_places_do_not_wait_for_each_other(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each had the agenda that it was going to and wanted the one that it left."""
    assert both(house, monkeypatch, house.moves(0, to=1), house.moves(1, to=0), (planning, "plan"))
    assert stand(house)[:2] == house.meetings[::-1]


def test_nor_do_who_moves_a_case_and_what_is_told_of_a_patient_with_cases_on_both(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A message told the agendas in the order in which the cases had come."""
    tells = house.does(house.tells)

    assert both(house, monkeypatch, tells, house.moves(2, to=1), (changes, "announce"), kind="meeting")
    assert stand(house)[2] == house.meetings[1]


def test_nor_do_they_and_such_a_patient_who_objects(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    for case, to in ((0, 1), (1, 0)):
        house.moves(case, to=to)()

    assert both(house, monkeypatch, house.objects(), house.moves(2, to=1), (meetings, "changed"))
    assert stand(house)[2] == house.meetings[1]


def test_nor_do_the_chair_who_goes_on_and_the_patient_of_the_case_that_is_on_who_objects(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The chair had the meeting and wanted the discussion that ends, the objection that discussion and then the meeting."""
    house.posts("Bram", f"/meetings/{house.meetings[0]}/room/open")()
    goes_on = house.posts("Bram", f"/meetings/{house.meetings[0]}/room/next")

    assert both(house, monkeypatch, goes_on, house.objects(), (rooms, "_show"))
    with house.database.transaction() as session:
        assert session.get_one(Case, house.cases[0]).objected


def test_nor_do_who_defers_what_a_meeting_did_not_come_to_and_a_merge_of_such_a_patient(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Deferred and planned at once its case changes twice: PostgreSQL then looks at its patient too, whom the merge had."""
    room = f"/meetings/{house.meetings[0]}/room"
    for act in ("open", "close"):
        house.posts("Bram", f"{room}/{act}")()
    with house.database.transaction() as session:
        chosen = session.scalars(select(Round.id).where(Round.case_id == house.cases[0])).one()
        other_id = patients.add(session, house.region.hospitals["ZEED"], make.identity("99"), now=NOW).id
    told = {"round": str(chosen), "reason": "tijd", "into": str(house.meetings[1])}
    defers = house.posts("Aisha", f"/meetings/{house.meetings[0]}/undecided", **told)

    def merged(session: Session) -> None:
        patient_id = session.get_one(Case, house.cases[0]).patient_id
        merges.join(session, session.get_one(Patient, other_id), session.get_one(Patient, patient_id), now=NOW)

    assert both(house, monkeypatch, defers, house.does(merged), (outcomes, "set_outcome"))
    with house.database.transaction() as session:
        assert session.get_one(Case, house.cases[0]).patient_id == other_id


def merged_once_more(house: House, session: Session) -> None:
    """Whose cases these are is settled, as after every merge."""
    merges.settle(session, [session.get_one(Case, house.cases[0]).patient_id], now=NOW, person_id=None)


def told(house: House, session: Session) -> None:
    house.tells(session)


@pytest.mark.parametrize("act", [told, merged_once_more])
def test_nor_do_two_who_hold_all_cases_of_one_patient(house: House, act: Callable[[House, Session], None]) -> None:
    """A message held them in the order in which they had come, a merge in that of the disk; who calls off their meeting in that of their numbers."""
    house.moves(1, to=0)()
    of_patient = select(Case).where(Case.id.in_(house.cases[:2]))
    for _ in range(9):  # until the first stands behind the second on the disk
        with house.database.transaction() as session:
            if session.scalars(of_patient.order_by(text("ctid"))).all()[1].id == house.cases[0]:
                break
            session.get_one(Case, house.cases[0]).revision += 1
    calls_off = house.posts("Aisha", f"/meetings/{house.meetings[0]}/calling-off/off")
    answers: list[int] = []
    others = (
        Beside(house.database, partial(act, house)),
        Beside(house.database, lambda _: answers.append(calls_off())),
    )
    with house.database.transaction() as session:
        session.get_one(Case, house.cases[1], with_for_update=True)  # for which each comes, as its first or as its last
        for count, one in enumerate(others, start=1):
            one.begin()
            until_so_many_wait(house.database, count)
    for one in others:
        one.end()

    assert ([one.failed for one in others], answers) == ([[], []], [302])


def until_so_many_wait(database: Database, count: int) -> None:
    until = time.monotonic() + WAITED_FOR
    while True:
        with database.transaction() as session:
            if session.scalar(text(WAITS)) == count:
                return
        assert time.monotonic() < until, "one of them waits for nobody"
        time.sleep(0.005)
