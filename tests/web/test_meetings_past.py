"""A case on the agenda of a meeting that went by: nobody discussed it, and the lists say so until somebody acts."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import update

from mdo_portal.database import Database
from mdo_portal.domain.board import Meeting, MeetingState
from mdo_portal.domain.hospital import Hospital
from mdo_portal.domain.round import Round, RoundOutcome
from mdo_portal.zone import AMSTERDAM
from tests import make
from tests.people import Region
from tests.web.portal import app_on, signed_in


@pytest.fixture
def app(database: Database) -> Iterator[Flask]:
    with app_on(database) as running:
        yield running


def planned(database: Database, region: Region, starts_at: datetime, state: MeetingState) -> str:
    """One case on the agenda of a meeting that began, or was to begin, then; the address of that meeting."""
    now = datetime.now(UTC)
    with database.transaction() as session:
        meeting, zeed = session.get_one(Meeting, region.meeting), session.get_one(Hospital, region.hospitals["ZEED"])
        case = make.case(session, zeed, now=now, board_id=region.boards["URO-P"])
        make.planned(session, case, meeting, viewer=region.aisha)  # in good time
        meeting.starts_at, meeting.registration_closes_at, meeting.state = starts_at, starts_at - timedelta(days=1), state
    return f"/meetings/{region.meeting}"


@pytest.mark.parametrize("state", [MeetingState.PLANNED, MeetingState.OPEN, MeetingState.CLOSED])
def test_the_coordinator_reads_weeks_later_that_it_was_not_discussed(
    app: Flask, database: Database, region: Region, state: MeetingState
) -> None:
    """A meeting of Boxing Day that nobody held; one that was closed before its last case."""
    address = planned(database, region, datetime.now(UTC) - timedelta(days=20), state)
    aisha, carla = (signed_in(app, database, region, name) for name in ("Aisha", "Carla"))

    assert aisha.get("/worklist").text.count("vergadering voorbij") == 1
    meetings = aisha.get("/meetings").text
    assert address in meetings and "1 zonder uitkomst" in meetings
    assert address not in carla.get("/meetings").text


def test_of_a_meeting_that_is_to_come_nothing_is_said(app: Flask, database: Database, region: Region) -> None:
    planned(database, region, datetime.now(UTC) + timedelta(days=2), MeetingState.PLANNED)
    aisha = signed_in(app, database, region, "Aisha")

    assert "vergadering voorbij" not in aisha.get("/worklist").text
    assert "zonder uitkomst" not in aisha.get("/meetings").text


def test_a_meeting_of_months_ago_is_found_by_its_month(app: Flask, database: Database, region: Region) -> None:
    """For its report or its sheets; the list forgets a meeting after eight days, and only a case or the figures of a year led there."""
    address = planned(database, region, datetime.now(UTC) - timedelta(days=92), MeetingState.CLOSED)
    with database.transaction() as session:
        session.execute(update(Round).values(outcome=RoundOutcome.DISCUSSED))
        month = session.get_one(Meeting, region.meeting).starts_at.astimezone(AMSTERDAM).strftime("%Y-%m")
    aisha, carla = (signed_in(app, database, region, name) for name in ("Aisha", "Carla"))

    assert address not in aisha.get("/meetings").text and f'value="{month}"' in aisha.get("/meetings").text
    assert address in aisha.get(f"/meetings?month={month}").text
    assert address not in carla.get("/meetings").text and carla.get(f"/meetings?month={month}").status_code == 404
    assert [aisha.get(f"/meetings?month={odd}").status_code for odd in ("1999-01", "x", "2026-13")] == [404, 404, 404]
