"""An agenda from which a patient's objection took a case: it is led and put in order as everybody sees it, by the own hospital's people too."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask

from mdo_portal.database import Database
from mdo_portal.domain.board import Board, Meeting
from mdo_portal.domain.case import Case
from mdo_portal.domain.hospital import Hospital
from mdo_portal.domain.round import Round
from mdo_portal.services.identity import objections
from tests import make
from tests.people import Region
from tests.web.portal import CSRF, app_on, signed_in


@pytest.fixture
def rounds(database: Database, region: Region) -> list[uuid.UUID]:
    """Three of the hospital of Aisha and Bram; the patient of the second objects."""
    now = datetime.now(UTC)
    with database.transaction() as session:
        meeting = session.get_one(Meeting, region.meeting)
        meeting.starts_at, meeting.registration_closes_at = now + timedelta(days=2), now + timedelta(days=1)
        delt = session.get_one(Hospital, region.hospitals["DELT"])
        cases = [make.case(session, delt, now=now, board_id=region.boards["URO-P"]) for _ in range(3)]
        planned = [make.planned(session, case, meeting, viewer=region.aisha, now=now) for case in cases]
        objections.record(session, session.get_one(Case, cases[1].id), viewer=region.bram, now=now)
        return [round_.id for round_ in planned]


@pytest.fixture
def app(database: Database, rounds: list[uuid.UUID]) -> Iterator[Flask]:
    with app_on(database) as made:
        yield made


def test_the_coordinator_of_the_patients_own_hospital_puts_what_is_left_in_order(
    app: Flask, database: Database, region: Region, rounds: list[uuid.UUID]
) -> None:
    aisha, meeting = signed_in(app, database, region, "Aisha"), f"/meetings/{region.meeting}"
    first, gone, last = map(str, rounds)
    assert gone not in aisha.get(meeting).text

    answer = aisha.post(f"{meeting}/order", data={"csrf_token": CSRF, "row": [last, first]})

    assert answer.status_code == 200
    assert re.findall(r'data-row="([0-9a-f-]{36})"', answer.text)[:2] == [last, first]


def test_the_chair_goes_on_to_the_next_case_that_is_left(
    app: Flask, database: Database, region: Region, rounds: list[uuid.UUID]
) -> None:
    bram = signed_in(app, database, region, "Bram")
    for act in ("open", "next"):
        bram.post(f"/meetings/{region.meeting}/room/{act}", data={"csrf_token": CSRF})

    with database.transaction() as session:
        assert session.get_one(Meeting, region.meeting).current_round_id == rounds[2]


@pytest.mark.parametrize("leads", [True, False])
def test_where_it_was_on_the_room_says_how_many_wait_and_not_that_all_was_heard(
    app: Flask, database: Database, region: Region, rounds: list[uuid.UUID], leads: bool
) -> None:
    """*Alle casussen zijn aan de orde geweest*, on the beamer, with twenty-three to go: the chair was told to close the meeting."""
    bram, room = signed_in(app, database, region, "Bram"), f"/meetings/{region.meeting}/room"
    bram.post(f"{room}/open", data={"csrf_token": CSRF})
    reader = bram if leads else signed_in(app, database, region, "Aisha")

    for left, taken in ((1, rounds[0]), (0, rounds[2])):
        with database.transaction() as session:
            round_ = session.get_one(Round, taken)
            session.get_one(Meeting, region.meeting).current_round_id = taken
            objections.record(session, session.get_one(Case, round_.case_id), viewer=region.bram, now=datetime.now(UTC))
        said = reader.get(room).text
        assert ("Er wacht nog 1 casus." in said) is bool(left)
        assert ("Er is nu geen casus aan de orde" in said) is bool(left)
        assert ("Er staat geen casus op de agenda" in said) is (left == 0)
        assert "Alle casussen zijn aan de orde geweest" not in said


def test_of_a_meeting_that_began_with_nothing_the_room_says_no_more_than_that(
    app: Flask, database: Database, region: Region
) -> None:
    """That all had been heard, and of the first that was planned then, that a case had gone off the agenda: whose patient objects, one
    asks."""
    with database.transaction() as session:
        empty = make.meeting(
            session, session.get_one(Board, region.boards["URO-P"]), starts_at=datetime.now(UTC) + timedelta(days=3)
        )
        room = f"/meetings/{empty.id}/room"
    bram = signed_in(app, database, region, "Bram")
    bram.post(f"{room}/open", data={"csrf_token": CSRF})
    said = bram.get(room).text
    assert "Er staat geen casus op de agenda" in said and "Alle casussen zijn" not in said

    with database.transaction() as session:
        late = make.case(session, session.get_one(Hospital, region.hospitals["DELT"]), board_id=region.boards["URO-P"])
        meeting = session.get_one(Meeting, empty.id)
        make.planned(session, late, meeting, viewer=region.aisha, now=datetime.now(UTC))
    said = bram.get(room).text
    assert "Er is nu geen casus aan de orde" in said and "Er wacht nog 1 casus." in said
