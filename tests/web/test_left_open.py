"""The next morning: a meeting that nobody closed says so where its coordinator comes, is closed with a time, and its cases go on together."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import select

from mdo_portal.database import Database
from mdo_portal.domain.board import Board, Meeting, MeetingState
from mdo_portal.domain.case import Case, CaseState
from mdo_portal.domain.hospital import Hospital
from mdo_portal.domain.people import BoardMembership, Role
from mdo_portal.domain.round import Round, RoundOutcome
from mdo_portal.services.room import rooms
from mdo_portal.zone import AMSTERDAM
from tests import make
from tests.people import Region
from tests.web.coming_meeting import TOKEN, app
from tests.web.portal import signed_in

__all__ = ["app"]


@pytest.fixture
def began(database: Database, region: Region) -> datetime:
    """A meeting of yesterday at noon, Dutch time, with two cases of which the first is on since."""
    at = (datetime.now(AMSTERDAM) - timedelta(days=1)).replace(hour=12, minute=0, second=0, microsecond=0).astimezone(UTC)
    with database.transaction() as session:
        meeting, zeed = session.get_one(Meeting, region.meeting), session.get_one(Hospital, region.hospitals["ZEED"])
        for _ in range(2):
            case = make.case(session, zeed, now=at, board_id=region.boards["URO-P"])
            make.planned(session, case, meeting, viewer=region.aisha, now=at - timedelta(days=3))
        meeting.starts_at = at
        rooms.open_meeting(session, meeting, now=at)
    return at


def rounds(database: Database, region: Region) -> list[tuple[UUID, RoundOutcome | None, CaseState]]:
    with database.transaction() as session:
        query = select(Round.id, Round.outcome, Case.state).join(Case, Case.id == Round.case_id)
        found = session.execute(query.where(Round.meeting_id == region.meeting).order_by(Round.position))
        return [(row[0], row[1], row[2]) for row in found]


def test_the_coordinator_closes_it_with_a_time_and_defers_what_was_not_discussed(
    app: Flask, database: Database, region: Region, began: datetime
) -> None:
    aisha, address = signed_in(app, database, region, "Aisha"), f"/meetings/{region.meeting}"
    listed = aisha.get("/meetings").text
    assert "Niet gesloten" in listed and "2 zonder uitkomst" in listed
    assert listed.index("Nog niet afgemaakt") < listed.index("Niet gesloten") < listed.index("Afgelopen vergaderingen")
    assert 'value="12:00"' in aisha.get(address).text and 'value="12:00"' in aisha.get(f"{address}/room").text

    refused = aisha.post(f"{address}/room/close", data=TOKEN)
    early = aisha.post(f"{address}/room/close", data=TOKEN | {"until": "11:58"})
    aisha.post(f"{address}/room/close", data=TOKEN | {"until": "12:30"})

    assert (refused.status_code, early.status_code) == (409, 409)
    with database.transaction() as session:
        meeting = session.get_one(Meeting, region.meeting)
        assert (meeting.state, meeting.closed_at) == (MeetingState.CLOSED, began + timedelta(minutes=30))
        coming = make.meeting(
            session, session.get_one(Board, region.boards["URO-P"]), starts_at=datetime.now(UTC) + timedelta(days=6)
        )
    page = aisha.get(address).text
    assert (
        "2 casussen zonder uitkomst" in page and len(re.findall('name="round"[^>]* checked', page)) == 1
    )  # what was on may have been discussed
    chosen = [str(one) for one, _, _ in rounds(database, region)]

    told = {"round": chosen, "reason": "Geen tijd meer", "into": str(coming.id)}
    after = aisha.post(f"{address}/undecided", data=TOKEN | told, follow_redirects=True).text

    assert "2 casussen zijn doorgeschoven" in after and "zonder uitkomst" not in after
    assert [(outcome, state) for _, outcome, state in rounds(database, region)] == [
        (RoundOutcome.DEFERRED, CaseState.SCHEDULED)
    ] * 2
    assert aisha.post(f"{address}/undecided", data=TOKEN | told).status_code == 409  # from a page of before


def test_who_leads_two_boards_defers_no_case_onto_the_agenda_of_the_other(
    app: Flask, database: Database, region: Region, began: datetime
) -> None:
    """None of its own people would look for it there."""
    with database.transaction() as session:
        session.add(BoardMembership(person_id=region.aisha.person_id, board_id=region.boards["GI"], role=Role.SECRETARY))
        rooms.close_meeting(session, session.get_one(Meeting, region.meeting), now=began + timedelta(minutes=30))
        of_the_other = make.meeting(
            session, session.get_one(Board, region.boards["GI"]), starts_at=datetime.now(UTC) + timedelta(days=6)
        )
    told = {
        "round": [str(one) for one, _, _ in rounds(database, region)],
        "reason": "Geen tijd meer",
        "into": str(of_the_other.id),
    }

    refused = signed_in(app, database, region, "Aisha").post(f"/meetings/{region.meeting}/undecided", data=TOKEN | told)

    assert refused.status_code == 404
    assert [(outcome, state) for _, outcome, state in rounds(database, region)] == [(None, CaseState.SCHEDULED)] * 2


def test_while_it_goes_on_its_cases_are_not_deferred_together(
    app: Flask, database: Database, region: Region, began: datetime
) -> None:
    """From a page of when it was closed: it was opened once more, and the first is on."""
    with database.transaction() as session:
        session.get_one(Meeting, region.meeting).current_since = datetime.now(UTC)
    told = {"round": [str(one) for one, _, _ in rounds(database, region)], "reason": "Geen tijd meer"}

    refused = signed_in(app, database, region, "Aisha").post(f"/meetings/{region.meeting}/undecided", data=TOKEN | told)

    assert refused.status_code == 409
    assert [outcome for _, outcome, _ in rounds(database, region)] == [None, None]


def test_who_does_not_lead_reads_that_it_was_not_closed_and_can_do_nothing(
    app: Flask, database: Database, region: Region, began: datetime
) -> None:
    mila, address = signed_in(app, database, region, "Mila"), f"/meetings/{region.meeting}"

    page = mila.get(address).text

    assert "Deze vergadering is niet gesloten" in page and 'name="until"' not in page
    chosen = {"round": [str(one) for one, _, _ in rounds(database, region)], "reason": "x"}
    assert mila.post(f"{address}/undecided", data=TOKEN | chosen).status_code == 403


def test_the_number_at_meetings_is_of_the_boards_one_leads(
    app: Flask, database: Database, region: Region, began: datetime
) -> None:
    pages = [signed_in(app, database, region, name).get("/meetings").text for name in ("Aisha", "Mila")]

    assert ["Vraagt aandacht: 1" in page for page in pages] == [True, False]  # Carla's own meeting is none of Aisha's
