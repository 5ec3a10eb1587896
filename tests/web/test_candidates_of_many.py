"""The candidates beside an agenda, where more wait than stand there."""

from __future__ import annotations

import re

import pytest

from mdo_portal.database import Database
from mdo_portal.domain.board import Meeting, MeetingState
from mdo_portal.domain.hospital import Hospital
from mdo_portal.services.meetings import meetings
from tests import make
from tests.people import Region
from tests.web.portal import app_on, signed_in


@pytest.mark.parametrize(("most", "is_cut"), [(2, True), (3, False)])
def test_the_number_above_them_is_of_all_that_wait(
    database: Database, region: Region, monkeypatch: pytest.MonkeyPatch, most: int, is_cut: bool
) -> None:
    """*Kandidaten 100* stood above the first hundred of five hundred, and below the hundredth that there were more."""
    monkeypatch.setattr(meetings, "MOST_CANDIDATES", most)
    with database.transaction() as session:
        zeed = session.get_one(Hospital, region.hospitals["ZEED"])
        for _ in range(3):
            make.case(session, zeed, board_id=region.boards["URO-P"])
    with app_on(database) as app:
        page = signed_in(app, database, region, "Aisha").get(f"/meetings/{region.meeting}").text

    assert re.search(r'<h2>Kandidaten <span class="count">3</span>', page)
    assert ("Hier staan de eerste 2, op uiterste datum." in page) is is_cut


@pytest.mark.parametrize("state", [MeetingState.CLOSED, MeetingState.SETTLED, MeetingState.CALLED_OFF])
def test_none_stand_beside_a_meeting_that_is_over(database: Database, region: Region, state: MeetingState) -> None:
    """Three waited there, without a button; nobody could do anything with them. The page that stood there lets go of them too."""
    with database.transaction() as session:
        make.case(session, session.get_one(Hospital, region.hospitals["ZEED"]), board_id=region.boards["URO-P"])
        session.get_one(Meeting, region.meeting).state = state
    with app_on(database) as app:
        aisha = signed_in(app, database, region, "Aisha")
        page, piece = (aisha.get(f"/meetings/{region.meeting}{part}").text for part in ("", "/piece/candidates"))

    assert "Kandidaten" not in page and "naar de kandidaten" not in page and "uit de lijst met kandidaten" not in page
    assert "hidden></section>" in piece and "van Voorbeeld" not in piece


def test_the_keys_of_the_beamer_are_those_that_do_something_there(database: Database, region: Region) -> None:
    with app_on(database) as app:
        bram = signed_in(app, database, region, "Bram")
        seat, wall = (bram.get(f"/meetings/{region.meeting}/room{asked}").text for asked in ("", "?beamer=1"))

    for words in ("volgende casus", "advies tekenen", "document sluiten, of de tekst verlaten"):
        assert words in seat and words not in wall
