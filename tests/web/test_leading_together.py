"""Chair and coordinator lead one meeting from two screens: through the pages they have, as the web process may."""

from __future__ import annotations

import re
from datetime import UTC, datetime

from flask.testing import FlaskClient

from mdo_portal.database import Database
from mdo_portal.domain.board import Meeting
from mdo_portal.domain.hospital import Hospital
from mdo_portal.services import rooms
from tests import make
from tests.people import Region
from tests.web.portal import CSRF, app_on, signed_in


def _on(client: FlaskClient, room: str) -> list[str]:
    """Which round this screen saw on, as its buttons for the next and the previous case say."""
    return re.findall(r'name="on" form="room-(?:next|back)" value="([^"]*)"', client.get(room).text)


def test_of_two_who_press_next_on_the_same_case_one_goes_on(database: Database, region: Region) -> None:
    now = datetime.now(UTC)
    with database.transaction() as session:
        meeting = session.get_one(Meeting, region.meeting)
        meeting.starts_at = now
        zeed = session.get_one(Hospital, region.hospitals["ZEED"])
        cases = [make.case(session, zeed, now=now, board_id=region.boards["URO-P"]) for _ in range(3)]
        rounds = [make.planned(session, one, meeting, viewer=region.aisha, now=now).id for one in cases]
        rooms.open_meeting(session, meeting, now=now)
    room = f"/meetings/{region.meeting}/room"

    with app_on(database) as app:
        bram, aisha, mila = (signed_in(app, database, region, name) for name in ("Bram", "Aisha", "Mila"))
        (seen, _), (same, _) = _on(bram, room), _on(aisha, room)
        assert seen == same == str(rounds[0]) and _on(mila, room) == []
        for client in (bram, aisha):
            answer = client.post(f"{room}/next", data={"csrf_token": CSRF, "on": seen}, headers={"HX-Request": "true"})
            assert answer.status_code == 303

        assert _on(aisha, room) == [str(rounds[1])] * 2
