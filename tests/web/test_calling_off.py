"""The coordinator says that a meeting is not held: everybody reads it, its cases are back on the work list, and nobody else may."""

from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient

from mdo_portal.database import Database
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
