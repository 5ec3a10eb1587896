"""Planning is undone by a button: the case waits again as it did before, or no such button is offered."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest

from mdo_portal.database import Database
from mdo_portal.domain.board import Meeting
from mdo_portal.domain.case import Case, CaseState
from mdo_portal.domain.hospital import Hospital
from mdo_portal.domain.people import BoardMembership, Role
from mdo_portal.services.referrals import questions
from tests import make
from tests.people import Region, board_of
from tests.web.portal import CSRF, app_on, signed_in


@pytest.mark.parametrize("before", [CaseState.READY, CaseState.INFORMATION_REQUESTED])
def test_undone_it_waits_for_what_it_waited_for(database: Database, region: Region, before: CaseState) -> None:
    now = datetime.now(UTC)
    with database.transaction() as session:
        meeting = session.get_one(Meeting, region.meeting)
        meeting.starts_at, meeting.registration_closes_at = now + timedelta(days=2), now + timedelta(days=1)
        case = make.case(session, session.get_one(Hospital, region.hospitals["ZEED"]), now=now, board_id=region.boards["URO-P"])
        if before is CaseState.INFORMATION_REQUESTED:
            questions.ask(session, case, "Welke PSA?", viewer=region.aisha, now=now)

    with app_on(database) as app:
        aisha = signed_in(app, database, region, "Aisha")
        form = {"csrf_token": CSRF, "meeting_id": str(region.meeting)}
        answer = aisha.post(f"/cases/{case.id}/plan", data=form, headers={"HX-Request": "true"})
        told = [one for one in json.loads(answer.headers["HX-Trigger"]).values() if isinstance(one, dict) and "undo" in one]
        aisha.post(told[0]["undo"], data=form)

    with database.transaction() as session:
        assert session.get_one(Case, case.id).state is before


def test_who_coordinates_two_boards_plans_no_case_of_the_one_onto_an_agenda_of_the_other(
    database: Database, region: Region
) -> None:
    """The list of meetings beside a case names those of its board; its own people would look for it nowhere else."""
    now = datetime.now(UTC)
    with database.transaction() as session:
        session.add(BoardMembership(person_id=region.aisha.person_id, board_id=region.boards["GI"], role=Role.SECRETARY))
        elsewhere = make.meeting(session, board_of(session, region, "GI"), starts_at=now + timedelta(days=6))
        case = make.case(session, session.get_one(Hospital, region.hospitals["ZEED"]), now=now, board_id=region.boards["URO-P"])

    with app_on(database) as app:
        form = {"csrf_token": CSRF, "meeting_id": str(elsewhere.id)}
        answer = signed_in(app, database, region, "Aisha").post(f"/cases/{case.id}/plan", data=form)

    assert answer.status_code == 404
    with database.transaction() as session:
        assert session.get_one(Case, case.id).state is CaseState.READY
