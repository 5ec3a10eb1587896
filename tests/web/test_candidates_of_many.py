"""The candidates beside an agenda, where more wait than stand there."""

from __future__ import annotations

import re

import pytest

from mdo_portal.database import Database
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
