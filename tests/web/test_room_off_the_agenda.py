"""A screen stood at a case that goes off the agenda while the chair is at another: it becomes the other's whole, and never piece by piece."""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from mdo_portal.database import Database
from mdo_portal.domain.board import Meeting
from mdo_portal.domain.case import Case
from mdo_portal.domain.hospital import Hospital
from mdo_portal.services.identity import objections
from mdo_portal.services.room import rooms
from tests import make
from tests.people import Region
from tests.web.portal import Portal, app_on

PIECES = ("case", "conclusion", "document", "advice")


@pytest.fixture
def rounds(database: Database, region: Region) -> list[uuid.UUID]:
    """Two; the second is on, and the patient of the first objects."""
    now = datetime.now(UTC)
    with database.transaction() as session:
        meeting, zeed = session.get_one(Meeting, region.meeting), session.get_one(Hospital, region.hospitals["ZEED"])
        meeting.starts_at = now + timedelta(minutes=1)
        cases = [make.case(session, zeed, now=now, board_id=region.boards["URO-P"]) for _ in range(2)]
        planned = [make.planned(session, case, meeting, viewer=region.aisha, now=now) for case in cases]
        rooms.open_meeting(session, meeting, now=now)
        rooms.show(session, meeting, planned[1].id, now=now)
        objections.record(session, session.get_one(Case, cases[0].id), viewer=region.dirk, now=now)
        return [round_.id for round_ in planned]


@pytest.fixture
def portal(database: Database, region: Region, rounds: list[uuid.UUID]) -> Iterator[Portal]:
    with app_on(database) as app:
        yield Portal(app, database, region)


@pytest.mark.parametrize("piece", PIECES)
def test_what_is_asked_for_of_a_case_that_went_off_comes_as_the_whole_of_the_case_that_is_on(
    portal: Portal, region: Region, rounds: list[uuid.UUID], piece: str
) -> None:
    """The scribe saw the name and the conclusion of the one beside the case and the recommendations of the other, and typed there."""
    gone, on = map(str, rounds)

    answer = portal.person("Bram").get(f"/meetings/{region.meeting}/room/piece/{piece}?round={gone}")

    assert set(re.findall(r'id="(room-(?:banner|case|conclusion|advice|document))"', answer.text)) == {
        "room-banner", "room-case", "room-conclusion", "room-advice", "room-document",
    }  # fmt: skip
    assert gone not in answer.text and f'data-round="{on}"' in answer.text
    assert answer.headers["HX-Retarget"] == answer.headers["HX-Reselect"] == "#room-case"
    assert answer.headers["X-Off-The-Agenda"] == gone
    assert "van de agenda" in json.loads(answer.headers["HX-Trigger"])["toast"]["text"]


@pytest.mark.parametrize("piece", PIECES)
def test_a_piece_of_the_case_that_is_on_is_that_piece(
    portal: Portal, region: Region, rounds: list[uuid.UUID], piece: str
) -> None:
    answer = portal.person("Bram").get(f"/meetings/{region.meeting}/room/piece/{piece}?round={rounds[1]}")

    assert 'id="room-conclusion"' not in answer.text or piece == "conclusion"
    assert ('id="room-banner"' in answer.text) is (piece == "case") and "HX-Retarget" not in answer.headers


def test_what_somebody_wrote_into_an_address_is_no_header(portal: Portal, region: Region, rounds: list[uuid.UUID]) -> None:
    answer = portal.person("Bram").get(f"/meetings/{region.meeting}/room/piece/case?round=x%0d%0aSet-Cookie:%20a=b")

    assert answer.status_code == 200 and answer.headers["X-Off-The-Agenda"] == ""
