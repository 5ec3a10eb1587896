"""Whoever reads a case by a grant is led to no page that is not for them."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta

import pytest

from mdo_portal.database import Database
from mdo_portal.domain.board import Meeting
from mdo_portal.domain.case import Case
from mdo_portal.domain.hospital import Hospital
from mdo_portal.services.people import grants
from mdo_portal.services.people.grants import Wanted
from tests import make
from tests.people import Region, person_id
from tests.web.portal import app_on, signed_in


@pytest.fixture
def case_id(database: Database, region: Region) -> uuid.UUID:
    """A case of ZEED on the agenda of Uro-prostaat; Carla, who has no part in that, was asked to look too."""
    now = datetime.now(UTC)
    with database.transaction() as session:
        case = make.case(session, session.get_one(Hospital, region.hospitals["ZEED"]), now=now, board_id=region.boards["URO-P"])
        meeting = session.get_one(Meeting, region.meeting)
        meeting.starts_at, meeting.registration_closes_at = now + timedelta(days=2), now + timedelta(days=1)
        make.planned(session, case, meeting, viewer=region.aisha, now=now)
        wanted = Wanted(person_id("Carla"), False, (now + timedelta(days=3)).date(), "revisie van de coupes")
        grants.give(session, session.get_one(Case, case.id), wanted, viewer=region.dirk, now=now)
        return case.id


@pytest.mark.parametrize(("name", "is_led"), [("Carla", False), ("Dirk", False), ("Mila", True), ("Aisha", True)])
def test_only_who_may_open_the_meeting_is_led_to_its_agenda(
    database: Database, region: Region, case_id: uuid.UUID, name: str, is_led: bool
) -> None:
    with app_on(database) as app:
        browser = signed_in(app, database, region, name)
        page, agenda = browser.get(f"/cases/{case_id}"), browser.get(f"/meetings/{region.meeting}")

    assert page.status_code == 200
    assert (f"/meetings/{region.meeting}" in page.text, agenda.status_code == 200) == (is_led, is_led)
