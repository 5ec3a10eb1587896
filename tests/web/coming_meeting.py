"""A meeting that is to come, on the application as web processes run it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask

from mdo_portal.database import Database
from mdo_portal.domain.board import Meeting
from mdo_portal.domain.hospital import Hospital
from tests import make
from tests.people import Region
from tests.web.portal import CSRF, app_on

TOKEN = {"csrf_token": CSRF}


@pytest.fixture
def app(database: Database) -> Iterator[Flask]:
    with app_on(database) as running:
        yield running


@pytest.fixture
def address(database: Database, region: Region) -> str:
    """A meeting in two days with one case on its agenda, which Bram presents."""
    now = datetime.now(UTC)
    with database.transaction() as session:
        meeting, zeed = session.get_one(Meeting, region.meeting), session.get_one(Hospital, region.hospitals["ZEED"])
        meeting.starts_at, meeting.registration_closes_at = now + timedelta(days=2), now + timedelta(days=1)
        case = make.case(session, zeed, now=now, board_id=region.boards["URO-P"])
        make.planned(session, case, meeting, viewer=region.aisha, now=now).presenter = "Bram"
    return f"/meetings/{region.meeting}"
