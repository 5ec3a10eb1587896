"""Who watches along is ticked in the room, and everybody in it sees them there."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from flask import Flask
from sqlalchemy import select

from mdo_portal.database import Database
from mdo_portal.domain.audit import AuditEntry
from mdo_portal.domain.policy import Act
from mdo_portal.services.room import presence
from tests.people import Region, person_id
from tests.web.coming_meeting import TOKEN, address, app
from tests.web.portal import signed_in

__all__ = ["address", "app"]
FRAGMENT = {"HX-Request": "true"}


@pytest.fixture(autouse=True)
def aisha_is_there(database: Database, region: Region) -> None:
    with database.transaction() as session:
        presence.enter(session, region.meeting, region.aisha, now=datetime.now(UTC))


def test_who_is_ticked_stands_below_for_everybody(app: Flask, database: Database, region: Region, address: str) -> None:
    aisha, bram = (signed_in(app, database, region, name) for name in ("Aisha", "Bram"))
    room, along = f"{address}/room", f"{address}/room/companions"
    assert "Wie kijkt mee?" in aisha.get(room).text and "Mila" in aisha.get(along, headers=FRAGMENT).text

    answer = aisha.post(along, data={**TOKEN, "along": [person_id("Mila")]}, headers=FRAGMENT)

    said = json.loads(answer.headers["HX-Trigger"])
    assert answer.status_code == 204 and said["closeDialog"] and said["toast"]["text"] == "1 collega kijkt met u mee."
    below = bram.get(f"{room}/piece/presence").text
    assert "Mila (Ziekenhuis DELT; aan het scherm van Aisha)" in below and "(Ziekenhuis DELT)" in below
    assert "is al in de vergadering" in bram.get(along, headers=FRAGMENT).text
    assert "Mila" in aisha.get(address).text

    nobody = aisha.post(along, data=TOKEN, headers=FRAGMENT)

    assert "Er kijkt niemand met u mee." in json.loads(nobody.headers["HX-Trigger"])["toast"]["text"]
    assert "aan het scherm van" not in bram.get(f"{room}/piece/presence").text
    with database.transaction() as session:
        lines = session.scalars(select(AuditEntry).where(AuditEntry.act == Act.ROOM_SHARE)).all()
    assert [(one.person_name, one.object_id, one.hits) for one in lines] == [("Aisha", str(region.meeting), 0)] * 2, "no patient"


@pytest.mark.parametrize(
    ("name", "along", "status"),
    [("Carla", "Carla", 404), ("Dirk", "Mila", 403), ("Aisha", "Carla", 404), ("Aisha", "", 409), ("Bram", "Mila", 409)],
)
def test_who_may_not_is_no_member_or_has_no_screen_there_changes_nothing(
    app: Flask, database: Database, region: Region, address: str, name: str, along: str, status: int
) -> None:
    chosen = person_id(along) if along else "niemand"

    answer = signed_in(app, database, region, name).post(f"{address}/room/companions", data={**TOKEN, "along": chosen})

    assert answer.status_code == status
    below = signed_in(app, database, region, "Bram").get(f"{address}/room/piece/presence").text
    assert "Aisha" in below and "Mila" not in below
