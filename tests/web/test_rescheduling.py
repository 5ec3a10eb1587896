"""The coordinator holds a meeting on another day, or one beside the series: everybody reads when it is, and nobody else may."""

from __future__ import annotations

import re
from datetime import UTC, datetime, time, timedelta

import pytest
from sqlalchemy import select

from mdo_portal.domain.board import Board, Meeting
from mdo_portal.domain.hospital import Hospital
from mdo_portal.zone import AMSTERDAM
from tests import make
from tests.web.people_house import House, house
from tests.web.portal import CSRF
from tests.web.test_board_pages import board_form

__all__ = ["house"]


@pytest.fixture
def case_path(house: House) -> str:
    """A case on the agenda of the board's meeting, which is in nine days."""
    now = datetime.now(UTC)
    with house.database.transaction() as session:
        meeting, zeed = session.get_one(Meeting, house.region.meeting), session.get_one(Hospital, house.region.hospitals["ZEED"])
        meeting.starts_at = meeting.series_at = now.replace(second=0, microsecond=0) + timedelta(days=9)
        meeting.registration_closes_at = now + timedelta(days=8)
        case = make.case(session, zeed, now=now, board_id=house.region.boards["URO-P"])
        make.planned(session, case, meeting, viewer=house.region.aisha, now=now)
        return f"/cases/{case.id}"


def _form(**over: object) -> dict[str, object]:
    day = (datetime.now(UTC) + timedelta(days=10)).date()
    usual = {"day": day, "hour": "07:45", "minutes": "60", "place": "Zaal 3", "video_url": "", "csrf_token": CSRF}
    return usual | over


def test_the_coordinator_moves_it_and_the_board_reads_that(house: House, case_path: str) -> None:
    aisha, bram = (house.person(name) for name in ("Aisha", "Bram"))
    address = f"/meetings/{house.region.meeting}"
    assert f'href="{address}/when"' in aisha.get(address).text and f"{address}/when" not in bram.get(address).text
    form = aisha.get(f"{address}/when").text
    assert "Vergadering wijzigen" in form and "op een werkdag een mail" in form  # as services/meetings/meeting_mails.py does

    page = aisha.post(f"{address}/when", data=_form(), follow_redirects=True).text

    assert "is verzet naar" in page
    for shown in (bram.get(address).text, bram.get("/meetings").text):
        assert "verzet, was" in shown and "07:45" in shown
    assert "is verzet naar" in aisha.get(case_path).text


def test_who_was_second_moves_no_meeting_back(house: House, case_path: str) -> None:
    """Two coordinators had the form open: one moved it to another day, and the other, who named a room, to the day it had been."""
    aisha = house.person("Aisha")
    address = f"/meetings/{house.region.meeting}/when"
    (read_before,) = re.findall(r'name="seen" value="([^"]*)"', aisha.get(address).text)
    assert aisha.post(address, data=_form(seen=read_before)).status_code == 302

    second = aisha.post(address, data=_form(hour="09:15", place="Zaal Noord", seen=read_before))

    assert second.status_code == 409 and "intussen gewijzigd" in second.text and "Zaal Noord" in second.text
    assert "07:45" in aisha.get("/meetings").text and "09:15" not in aisha.get("/meetings").text
    (read_now,) = re.findall(r'name="seen" value="([^"]*)"', second.text)
    assert aisha.post(address, data=_form(hour="09:15", place="Zaal Noord", seen=read_now)).status_code == 302


@pytest.mark.parametrize(
    ("over", "words"),
    [
        ({"day": "morgen"}, "Vul een datum in"),
        ({"day": "2020-01-01"}, "nog komt"),
        ({"hour": ""}, "Vul een tijd in"),
        ({"minutes": "veel"}, "Vul een getal in"),
        ({"minutes": "9" * 5_000}, "Vul een getal in"),
        ({"day": "0001-01-01", "hour": "00:00"}, "Vul een datum in"),
        ({"video_url": "javascript:alert(1)"}, "Begint met https"),
    ],
)
@pytest.mark.parametrize("path", ["when", "new"])
def test_what_cannot_be_is_said_and_what_was_typed_stays(
    house: House, case_path: str, path: str, over: dict[str, object], words: str
) -> None:
    aisha = house.person("Aisha")
    address = "/meetings/new" if path == "new" else f"/meetings/{house.region.meeting}/when"

    answer = aisha.post(address, data=_form(place="Zaal Noord", board=house.region.boards["URO-P"], **over))

    assert answer.status_code == 422 and words in answer.text and "Zaal Noord" in answer.text


def test_an_extra_meeting_comes_on_the_list(house: House) -> None:
    aisha, bram = (house.person(name) for name in ("Aisha", "Bram"))
    assert "/meetings/new" in aisha.get("/meetings").text and "/meetings/new" not in bram.get("/meetings").text
    assert "Uro-prostaat" in aisha.get("/meetings/new").text

    page = aisha.post("/meetings/new", data=_form(board=house.region.boards["URO-P"]), follow_redirects=True).text

    assert "staat op de lijst" in page and "extra" in page and "Zaal 3" in page
    assert "extra" in bram.get("/meetings").text


def test_a_board_must_be_chosen(house: House) -> None:
    answer = house.person("Aisha").post("/meetings/new", data=_form(board=""))

    assert answer.status_code == 422 and "Kies een MDO" in answer.text


@pytest.mark.parametrize("name", ["Bram", "Carla", "Dirk"])
def test_who_does_not_plan_this_board_does_not(house: House, name: str) -> None:
    client = house.person(name)

    assert client.get(f"/meetings/{house.region.meeting}/when").status_code in (403, 404)
    assert client.post(f"/meetings/{house.region.meeting}/when", data=_form()).status_code in (403, 404)
    assert client.post("/meetings/new", data=_form(board=house.region.boards["URO-P"])).status_code in (403, 404)


def test_who_changes_the_day_of_a_board_hears_which_meetings_stay_where_they_are(house: House) -> None:
    """The administrator sees no case; that cases stand on an agenda is all that is said."""
    path = f"/manage/boards/{house.region.boards['URO-P']}"
    form = board_form(house, code="URO-P", name="Uro-prostaat", weekday="2", starts="16:00")
    house.post("Ada", path, **form)
    with house.database.transaction() as session:
        uro, zeed = (
            session.get_one(Board, house.region.boards["URO-P"]),
            session.get_one(Hospital, house.region.hospitals["ZEED"]),
        )
        coming = select(Meeting).where(Meeting.board_id == uro.id, Meeting.starts_at > datetime.now(UTC) + timedelta(days=8))
        planned = session.scalars(coming.order_by(Meeting.starts_at)).all()[0]
        make.planned(session, make.case(session, zeed, board_id=uro.id), planned, viewer=house.region.aisha)
        stays = planned.id

    changed = form | {"weekday": "4", "starts": "08:00", "csrf_token": CSRF}
    page = house.person("Ada").post(path, data=changed, follow_redirects=True).text

    assert "1 vergadering met casussen op de agenda staat nog op haar eigen dag of tijd" in page
    with house.database.transaction() as session:
        found = session.scalars(select(Meeting).where(Meeting.board_id == house.region.boards["URO-P"]))
        local = {one.id: one.starts_at.astimezone(AMSTERDAM) for one in found if one.starts_at > datetime.now(UTC)}
    assert local.pop(stays).weekday() == 2
    assert {(at.weekday(), at.time()) for at in local.values()} == {(4, time(8))}
