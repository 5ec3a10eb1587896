"""A radiologist prepares on the case's page; the room, the agenda and the sheet have it, and who is not of the board does not."""

from __future__ import annotations

import io
import re
import zipfile

from flask import Flask
from sqlalchemy import select

from mdo_portal.database import Database
from mdo_portal.domain.round import Round
from tests.people import Region
from tests.web.coming_meeting import TOKEN, address, app
from tests.web.portal import signed_in

__all__ = ["address", "app"]
FOUND = "PI-RADS 5 links, geen kapseldoorgroei."


def test_what_a_radiologist_found_stands_in_the_room_under_imaging(
    app: Flask, database: Database, region: Region, address: str
) -> None:
    with database.transaction() as session:
        case_id, round_id = session.execute(select(Round.case_id, Round.id).where(Round.meeting_id == region.meeting)).one()
    mila, bram, dirk, carla = (signed_in(app, database, region, name) for name in ("Mila", "Bram", "Dirk", "Carla"))
    page = f"/cases/{case_id}"

    said = mila.post(f"{page}/preparation", data=TOKEN | {"text": FOUND, "seen": ""}, follow_redirects=True).text

    assert "Uw voorbereiding is bewaard" in said
    room = bram.get(f"{address}/room?round={round_id}").text
    column = room[room.index("Beeldvorming</h2>") : room.index("Pathologie</h2>")]
    assert FOUND in column and "Mila" in column and "radioloog" in column
    assert "voorbereid: radioloog" in bram.get(address).text
    assert FOUND in bram.get(page).text and 'name="text"' in bram.get(page).text
    assert FOUND not in dirk.get(page).text and "Voorbereiding" not in dirk.get(page).text
    archive = zipfile.ZipFile(io.BytesIO(dirk.post(f"{page}/export", data=TOKEN).data))
    assert FOUND in archive.read(f"cases/{case_id}/notes.txt").decode(), "whose patient it is may answer who asks for the record"
    assert dirk.post(f"{page}/preparation", data=TOKEN | {"text": "x", "seen": ""}).status_code == 403
    assert carla.post(f"{page}/preparation", data=TOKEN | {"text": "x", "seen": ""}).status_code == 404
    assert mila.post(f"{page}/preparation", data=TOKEN | {"text": "x", "seen": ""}).status_code == 409


def test_who_prepares_has_keys_for_it_and_is_shown_no_keys_that_do_nothing(
    app: Flask, database: Database, region: Region, address: str
) -> None:
    """Sixteen tabs a case led to the field; of nine keys that *Toetsen* named, six did nothing for a radiologist."""
    with database.transaction() as session:
        case_id = session.execute(select(Round.case_id).where(Round.meeting_id == region.meeting)).scalar_one()

    pages = {name: signed_in(app, database, region, name).get(f"/cases/{case_id}").text for name in ("Mila", "Bram", "Dirk")}

    shown = {name: re.search(r'<dl class="keys">(.*?)</dl>', page, re.DOTALL) for name, page in pages.items()}
    keys = {name: "".join(one for one in "pidmvga" if found and f"<kbd>{one}</kbd>" in found[1]) for name, found in shown.items()}
    assert keys == {"Mila": "v", "Bram": "pivga", "Dirk": "dma"}
    assert 'data-hotkey="v"' in pages["Mila"] and 'data-hotkey="mod+Enter"' in pages["Mila"]


def test_on_paper_there_is_no_panel_for_what_nobody_wrote(app: Flask, database: Database, region: Region, address: str) -> None:
    with database.transaction() as session:
        case_id = session.execute(select(Round.case_id).where(Round.meeting_id == region.meeting)).scalar_one()
    mila = signed_in(app, database, region, "Mila")
    page = f"/cases/{case_id}"
    unwritten = mila.get(page).text
    written = mila.post(f"{page}/preparation", data=TOKEN | {"text": FOUND, "seen": ""}, follow_redirects=True).text

    assert '<section class="panel no-print" id="preparation"' in unwritten
    assert '<section class="panel" id="preparation"' in written
