"""The room of a meeting that is over: who is short is no question any more, and nothing there calls for anybody."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from sqlalchemy import update

from mdo_portal.database import Database
from mdo_portal.domain.board import Board, Meeting, MeetingState
from mdo_portal.domain.hospital import Hospital
from mdo_portal.services.room import rooms
from tests import make
from tests.people import Region
from tests.web.portal import app_on, signed_in


def seen(database: Database, region: Region, state: MeetingState, piece: str = "presence") -> str:
    quorum = [{"one_of": ["uroloog"]}, {"one_of": ["radioloog"]}]
    with database.transaction() as session:
        session.execute(update(Board).where(Board.code == "URO-P").values(quorum=quorum))
        session.execute(update(Meeting).where(Meeting.id == region.meeting).values(state=state, closed_at=datetime.now(UTC)))
    with app_on(database) as app:
        return signed_in(app, database, region, "Bram").get(f"/meetings/{region.meeting}/room/piece/{piece}").text


def test_while_it_goes_on_the_room_says_that_the_quorum_is_short_and_who_is_missing(database: Database, region: Region) -> None:
    piece = seen(database, region, MeetingState.OPEN)

    assert "Quorum onvoldoende" in piece and "ontbreekt" in piece and "Vergadering gesloten" not in piece


@pytest.mark.parametrize("state", [MeetingState.CLOSED, MeetingState.SETTLED])
def test_of_a_meeting_that_is_over_nobody_is_missing(database: Database, region: Region, state: MeetingState) -> None:
    piece = seen(database, region, state)

    assert "Vergadering gesloten" in piece and "Quorum" not in piece and "ontbreekt" not in piece


def test_who_has_no_javascript_reads_that_these_fields_take_no_words(database: Database, region: Region) -> None:
    with database.transaction() as session:
        case = make.case(session, session.get_one(Hospital, region.hospitals["ZEED"]))
        round_ = make.planned(session, case, session.get_one(Meeting, region.meeting), viewer=region.aisha)
        rooms.open_meeting(session, session.get_one(Meeting, region.meeting), now=datetime.now(UTC))
        assert round_.started_at is not None

    assert "<noscript><p" in seen(database, region, MeetingState.OPEN, "conclusion")


def test_of_a_meeting_that_is_over_nobody_is_asked_to_type(database: Database, region: Region) -> None:
    assert "Hier typt u samen" in seen(database, region, MeetingState.OPEN, "conclusion")

    over = seen(database, region, MeetingState.CLOSED, "conclusion")

    assert "Hier typt u samen" not in over and "Kies een casus om de conclusie te lezen." in over


@pytest.mark.parametrize(
    ("state", "said", "back"),
    [
        (MeetingState.OPEN, "De vergadering bespreekt nu geen casus.", "Terug naar de voorzitter"),
        (MeetingState.REGISTRATION_CLOSED, "De vergadering is nog niet open.", "Terug naar de vergadering"),
        (MeetingState.CLOSED, "De vergadering is gesloten.", "Terug naar de vergadering"),
    ],
)
def test_who_looks_at_a_case_reads_whether_there_is_a_meeting_to_go_back_to(
    database: Database, region: Region, state: MeetingState, said: str, back: str
) -> None:
    """After the meeting a chair read that it discussed no case now, and went back to the chair: themselves."""
    with database.transaction() as session:
        case = make.case(session, session.get_one(Hospital, region.hospitals["ZEED"]), board_id=region.boards["URO-P"])
        round_ = make.planned(session, case, session.get_one(Meeting, region.meeting), viewer=region.aisha)

    page = seen(database, region, state, f"case?round={round_.id}")

    assert said in page and back in page
