"""Who referred takes a case back that stands on an agenda: by the rights that PostgreSQL gives them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from mdo_portal.database import Database
from mdo_portal.domain.board import Meeting
from mdo_portal.domain.case import Case, CaseState
from mdo_portal.domain.hospital import Hospital
from mdo_portal.domain.round import Round, RoundOutcome
from tests import make
from tests.people import Region
from tests.web.portal import CSRF, app_on, signed_in


def test_the_referrer_withdraws_a_planned_case_and_its_agenda_says_so(database: Database, region: Region) -> None:
    now = datetime.now(UTC)
    with database.transaction() as session:
        meeting = session.get_one(Meeting, region.meeting)
        meeting.starts_at, meeting.registration_closes_at = now + timedelta(days=2), now + timedelta(days=1)
        case = make.case(session, session.get_one(Hospital, region.hospitals["ZEED"]), now=now, board_id=region.boards["URO-P"])
        round_id = make.planned(session, case, meeting, viewer=region.aisha, now=now).id

    with app_on(database) as app:
        dirk = signed_in(app, database, region, "Dirk")
        answer = dirk.post(f"/cases/{case.id}/withdraw", data={"csrf_token": CSRF, "reason": "elders behandeld"})

    assert answer.status_code == 302
    with database.transaction() as session:
        assert session.get_one(Case, case.id).state is CaseState.WITHDRAWN
        assert session.get_one(Round, round_id).outcome is RoundOutcome.WITHDRAWN
