"""The coordinator says that a meeting is not held: everybody reads it, its cases are back on the work list, and nobody else may."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from mdo_portal.database import Database
from mdo_portal.domain.board import Board, Meeting
from mdo_portal.domain.feast_days import kings_day
from mdo_portal.domain.hospital import Hospital
from mdo_portal.domain.round import Round
from tests import make
from tests.people import Region
from tests.web.coming_meeting import TOKEN, address, app
from tests.web.portal import signed_in

__all__ = ["address", "app"]


def test_the_coordinator_calls_it_off_and_the_board_reads_that(
    app: Flask, database: Database, region: Region, address: str
) -> None:
    aisha, bram = (signed_in(app, database, region, name) for name in ("Aisha", "Bram"))
    shown = aisha.get(address).text
    assert "1 casus gaat terug naar de werklijst" in shown and "krijgen op een werkdag een mail" in shown  # as meeting_mails does
    assert "Laat vervallen" not in bram.get(address).text

    page = aisha.post(f"{address}/calling-off/off", data=TOKEN, follow_redirects=True).text

    assert "1 casus staat weer op de werklijst" in page and "Gaat toch door" in page and "Open vergadering" not in page
    for shown in (bram.get(address).text, bram.get("/meetings").text, bram.get(f"{address}/room").text):
        assert "Vervalt" in shown or "vervalt" in shown

    again = aisha.post(f"{address}/calling-off/on", data=TOKEN, follow_redirects=True).text
    assert "gaat toch door" in again and "Vervalt…" in again


@pytest.mark.parametrize("what", ["off", "on"])
def test_who_does_not_plan_this_board_does_not(app: Flask, database: Database, region: Region, address: str, what: str) -> None:
    for name in ("Bram", "Carla", "Dirk"):
        client: FlaskClient = signed_in(app, database, region, name)
        assert client.post(f"{address}/calling-off/{what}", data=TOKEN).status_code in (403, 404)


def test_a_meeting_on_a_feast_day_says_which_before_anybody_is_planned_into_it(
    app: Flask, database: Database, region: Region, address: str
) -> None:
    """A series is every Tuesday; that one of them is Koningsdag showed when nobody came."""
    feast = next(day for year in (0, 1) if (day := kings_day(datetime.now(UTC).year + year)) > datetime.now(UTC).date())
    with database.transaction() as session:
        meeting = session.get_one(Meeting, region.meeting)
        meeting.starts_at = datetime.combine(feast, time(10), UTC)
        meeting.registration_closes_at = meeting.starts_at - timedelta(days=1)
        waits = make.case(session, session.get_one(Hospital, region.hospitals["ZEED"]), board_id=region.boards["URO-P"]).id
    aisha = signed_in(app, database, region, "Aisha")

    pages = [aisha.get(one).text for one in ("/meetings", address)]

    assert all("Koningsdag</span>" in one for one in pages)
    assert "(Koningsdag)" in aisha.get(f"/cases/{waits}").text, "where the meeting is chosen"


def test_what_stood_on_it_is_planned_from_the_list_that_the_page_leads_to(
    app: Flask, database: Database, region: Region, address: str
) -> None:
    aisha = signed_in(app, database, region, "Aisha")
    aisha.post(f"{address}/calling-off/off", data=TOKEN)

    assert f'href="/worklist?board={region.boards["URO-P"]}">Naar de werklijst</a>' in aisha.get(address).text
    assert "Naar de werklijst" not in signed_in(app, database, region, "Mila").get(address).text


def test_moving_and_planning_are_called_the_same_on_the_button_and_in_the_dialog(
    app: Flask, database: Database, region: Region, address: str
) -> None:
    with database.transaction() as session:
        make.meeting(session, session.get_one(Board, region.boards["URO-P"]), starts_at=datetime.now(UTC) + timedelta(days=9))
        zeed = session.get_one(Hospital, region.hospitals["ZEED"])
        waits = make.case(session, zeed, board_id=region.boards["URO-P"]).id
        planned = session.scalars(select(Round.case_id).where(Round.meeting_id == region.meeting)).one()
    aisha = signed_in(app, database, region, "Aisha")

    for case_id, word in ((waits, "Plannen"), (planned, "Verplaatsen")):
        page = aisha.get(f"/cases/{case_id}").text
        dialog = page[page.index('id="plan-dialog"') :]
        assert f"</svg>{word}</button>" in dialog[: dialog.index("</dialog>")].replace("\n", "")
        assert f"{word} <kbd" in page
