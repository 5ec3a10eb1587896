"""Of which hospital with patients on the agenda nobody comes: said beforehand on the agenda, and in the room to everybody."""

from __future__ import annotations

import html
import re
from datetime import UTC, datetime

import pytest
from flask import Flask
from flask.testing import FlaskClient

from mdo_portal.database import Database
from mdo_portal.domain.board import Meeting
from mdo_portal.domain.hospital import Hospital
from mdo_portal.domain.people import BoardMembership, Role
from mdo_portal.services.room import presence, rooms
from tests import make
from tests.people import Region, person_id
from tests.web.coming_meeting import TOKEN, address, app
from tests.web.portal import signed_in

__all__ = ["address", "app"]


def _named(page: str, where: str) -> str:
    """The words of that piece, on one line."""
    found = re.search(rf"<(\w+)[^>]* id=\"{where}\".*?</\1>", page, re.DOTALL)
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", found[0].partition(">")[2])).split()) if found else ""


def _before(client: FlaskClient, address: str) -> str:
    return _named(client.get(address).text, "unaccompanied")


@pytest.fixture
def dirk_is_a_member(database: Database, region: Region) -> None:
    with database.transaction() as session:
        whose = {"person_id": person_id("Dirk"), "board_id": region.boards["URO-P"]}
        session.add(BoardMembership(**whose, role=Role.MEMBER))


def test_a_hospital_that_has_nobody_on_the_board_is_named_before_the_meeting(
    app: Flask, database: Database, region: Region, address: str
) -> None:
    """The quorum was complete and nobody in the room knew the patient; it came out when the case was on."""
    with database.transaction() as session:
        odul = session.get_one(Hospital, region.hospitals["ODUL"])
        for _ in range(2):
            case = make.case(session, odul, now=datetime.now(UTC), board_id=region.boards["URO-P"])
            make.planned(session, case, session.get_one(Meeting, region.meeting), viewer=region.aisha, now=datetime.now(UTC))

    assert _before(signed_in(app, database, region, "Mila"), address) == "Ziekenhuis ODUL 2 casussen Ziekenhuis ZEED 1 casus"


def test_who_is_on_the_board_brings_them_until_they_cannot_come(
    app: Flask, database: Database, region: Region, address: str, dirk_is_a_member: None
) -> None:
    aisha = signed_in(app, database, region, "Aisha")
    assert _before(aisha, address) == ""

    aisha.post(f"{address}/absence/tell", data={**TOKEN, "person": person_id("Dirk")})

    assert _before(aisha, address) == "Ziekenhuis ZEED 1 casus"


def test_in_the_room_it_is_said_until_somebody_of_that_hospital_comes_in_or_the_case_is_done(
    app: Flask, database: Database, region: Region, address: str, dirk_is_a_member: None
) -> None:
    bram = signed_in(app, database, region, "Bram")

    def below() -> str:
        return _named(bram.get(f"{address}/room/piece/presence").text, "room-unaccompanied")

    assert below() == "", "nobody is missed before it begins"
    with database.transaction() as session:
        rooms.open_meeting(session, session.get_one(Meeting, region.meeting), now=datetime.now(UTC))
        presence.enter(session, region.meeting, region.aisha, now=datetime.now(UTC))
    assert below() == "niemand van Ziekenhuis ZEED (1) (Ziekenhuis ZEED: nog 1 casus)"
    assert _before(bram, address) == "Ziekenhuis ZEED 1 casus"

    with database.transaction() as session:
        presence.enter(session, region.meeting, region.dirk, now=datetime.now(UTC))

    assert below() == "" == _before(bram, address)


def test_who_only_watches_brings_nobody(app: Flask, database: Database, region: Region, address: str) -> None:
    with database.transaction() as session:
        whose = {"person_id": person_id("Dirk"), "board_id": region.boards["URO-P"]}
        session.add(BoardMembership(**whose, role=Role.OBSERVER))
        rooms.open_meeting(session, session.get_one(Meeting, region.meeting), now=datetime.now(UTC))
        presence.enter(session, region.meeting, region.dirk, now=datetime.now(UTC))

    page = signed_in(app, database, region, "Bram").get(f"{address}/room/piece/presence").text

    assert "Ziekenhuis ZEED: nog 1 casus" in _named(page, "room-unaccompanied")
