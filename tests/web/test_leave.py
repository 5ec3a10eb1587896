"""*Ik ben afwezig*: one page for all of one's boards, read at every meeting of these days, and in the room."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from mdo_portal.database import Database
from mdo_portal.domain.board import Meeting
from mdo_portal.domain.hospital import Hospital
from mdo_portal.domain.people import BoardMembership, Role
from mdo_portal.zone import day_of
from tests import make
from tests.people import Region, person_id
from tests.web.coming_meeting import TOKEN, address, app
from tests.web.portal import signed_in

__all__ = ["address", "app"]
PAGE = "/meetings/absence"


def weeks(region: Region, **over: str | uuid.UUID) -> dict[str, str | uuid.UUID]:
    today = day_of(datetime.now(UTC))
    days = {"first": today.isoformat(), "last": (today + timedelta(days=13)).isoformat()}
    return {**TOKEN, **days, "board": region.boards["URO-P"], **over}


def test_who_is_away_for_weeks_says_so_once_and_takes_it_back_as_a_whole(
    app: Flask, database: Database, region: Region, address: str
) -> None:
    bram, aisha = (signed_in(app, database, region, name) for name in ("Bram", "Aisha"))
    empty = bram.get(PAGE).text
    uro = region.boards["URO-P"]
    assert (
        "Bilal</option>" in empty and "Mila</option>" not in empty.split("f-person")[0] and "Trek deze afmelding in" not in empty
    )

    page = bram.post(PAGE, data=weeks(region, **{f"substitute-{uro}": person_id("Bilal")}), follow_redirects=True).text

    assert "De afmelding is bewaard voor 1 vergadering" in page and "in de plaats: Bilal" in page and "Ik kan toch" in page
    shown = aisha.get(address).text
    assert "tot en met" in shown and "in de plaats: Bilal" in shown
    assert "u kunt niet" in bram.get("/meetings").text and "u kunt niet" not in aisha.get("/meetings").text

    came = bram.post(f"{address}/absence/back", data={**TOKEN, "from": "leave"}, follow_redirects=True).text
    assert "komt wel" in came and "Trek deze afmelding in" in came and "u kunt niet" not in bram.get("/meetings").text
    back = bram.post(f"{PAGE}/back", data=weeks(region), follow_redirects=True).text
    assert "is ingetrokken" in back and "Trek deze afmelding in" not in back


def test_the_coordinator_notes_weeks_for_a_member_and_is_warned_of_the_empty_place(
    app: Flask, database: Database, region: Region, address: str
) -> None:
    aisha, mila = (signed_in(app, database, region, name) for name in ("Aisha", "Mila"))
    assert "Mila is afwezig" in aisha.get(f"{PAGE}?person={person_id('Mila')}").text

    aisha.post(PAGE, data=weeks(region, person=person_id("Mila")))

    assert "niemand meer: radioloog" in aisha.get("/meetings").text
    assert "genoteerd door Aisha" in mila.get(PAGE).text


@pytest.mark.parametrize(
    ("name", "over", "status", "said"),
    [
        ("Carla", {}, 404, ""),
        ("Dirk", {}, 403, ""),
        ("Mila", {"first": "morgen"}, 422, "Vul een datum in."),
        ("Mila", {"board": ""}, 422, "ten minste één MDO"),
        ("Mila", {"words": "x" * 121}, 422, "hoogstens 120 tekens"),
    ],
)
def test_who_may_not_or_fills_in_nonsense_changes_nothing(
    app: Flask,
    database: Database,
    region: Region,
    address: str,
    name: str,
    over: dict[str, str | uuid.UUID],
    status: int,
    said: str,
) -> None:
    words = {f"words-{region.boards['URO-P']}": over["words"]} if "words" in over else {}
    answer = signed_in(app, database, region, name).post(PAGE, data=weeks(region, **over, **words))

    assert answer.status_code == status and said in answer.text
    assert "Afgemeld" not in signed_in(app, database, region, "Aisha").get(address).text


def test_of_somebody_else_only_who_can_take_their_place_is_offered(
    app: Flask, database: Database, region: Region, address: str
) -> None:
    aisha = signed_in(app, database, region, "Aisha")
    offered = {one: aisha.get(f"{address}/absence/stand-in?person={person_id(one)}").text for one in ("Bram", "Mila")}

    assert "Bilal</option>" in offered["Bram"] and "Mila" not in offered["Bram"] and "Bram</option>" not in offered["Bram"]
    assert "niemand van deze discipline" in offered["Mila"]
    instead = aisha.get(address).text.split('id="absent-other-instead"')[1].split("</select>")[0]
    assert "Bilal" not in instead  # not before somebody is chosen


def test_the_room_names_who_said_not_to_come_until_they_do(app: Flask, database: Database, region: Region, address: str) -> None:
    mila, bram = (signed_in(app, database, region, name) for name in ("Mila", "Bram"))
    mila.post(f"{address}/absence/tell", data={**TOKEN, "words": "een radioloog van elders"})

    bram.post(f"{address}/room/open", data=TOKEN)

    for page in (f"{address}/room", f"{address}/room/piece/presence"):
        assert "Mila (radioloog), in de plaats: een radioloog van elders" in bram.get(page).text
    assert "in de plaats" not in bram.get(f"{address}/room/piece/agenda").text
    bram.post(f"{address}/room/close", data=TOKEN)
    assert "in de plaats" not in bram.get(f"{address}/room").text
    with database.transaction() as session:
        assert session.scalar(select(Meeting.state).where(Meeting.id == region.meeting)) == "closed"


def test_who_is_on_a_dozen_boards_has_them_on_one_screen_and_names_who_comes_where_somebody_does(
    app: Flask, database: Database, region: Region
) -> None:
    """Eleven boards with two fields each were two and a half screens, in which nobody found the button."""
    with database.transaction() as session:
        zeed = session.get_one(Hospital, region.hospitals["ZEED"])
        more = [make.board(session, f"M{n}", [zeed]) for n in range(4)]
        session.add_all(BoardMembership(person_id=person_id("Bram"), board_id=one.id, role=Role.MEMBER) for one in more)
    bram, uro = signed_in(app, database, region, "Bram"), region.boards["URO-P"]

    page = bram.get(PAGE).text
    assert page.count('<details class="fold" id="stand-in-') == page.count('name="board"') >= 5

    typed = weeks(region, **{f"words-{uro}": "dr. Invaller, uroloog"}) | {"last": "geen datum"}
    again = bram.post(PAGE, data=typed).text
    assert f'id="stand-in-{uro}" open' in again and again.count(" open><summary>Vervanger noemen") == 1
