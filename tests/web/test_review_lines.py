"""From a finding the privacy officer goes to what happened: the lines of that patient on that day."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from mdo_portal.database import Database
from mdo_portal.domain.hospital import Hospital
from mdo_portal.domain.policy import Act
from mdo_portal.services.access_log import audit
from tests import make
from tests.people import Region
from tests.web.portal import CSRF, app_on, signed_in


def test_a_finding_leads_to_its_lines(database: Database, region: Region) -> None:
    amsterdam = ZoneInfo("Europe/Amsterdam")
    # three in the morning: whatever the hour of this test, the rule on the night points at it
    last_night = (datetime.now(amsterdam) - timedelta(days=1)).replace(hour=3)
    now = last_night.astimezone(UTC)
    with database.transaction() as session:
        zeed = session.get_one(Hospital, region.hospitals["ZEED"])
        case = make.case(session, zeed, now=now, patient=make.identity("4711"))
        audit.record(session, region.bram, Act.CASE_READ, now=now, case=case)
    with app_on(database) as app:
        petra = signed_in(app, database, region, "Petra")
        page = petra.get("/log/review").text
        form = re.search(r'<form method="post" action="/log" class="no-print">(.*?)</form>', page, re.DOTALL)
        assert form is not None
        asked = dict(re.findall(r'name="(number|since|until)" value="([^"]*)"', form[1]))
        lines = petra.post("/log", data={"csrf_token": CSRF, **asked}).text

    day = last_night.date().isoformat()
    assert asked == {"number": "4711", "since": day, "until": day}
    assert "casus bekeken" in lines and "Bram" in lines
