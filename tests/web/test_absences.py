"""A member says on the agenda page that they cannot come, the board reads it, and the coordinator is warned of an empty place."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import update

from mdo_portal.database import Database
from mdo_portal.domain.board import Meeting
from mdo_portal.domain.people import BoardMembership, Role
from mdo_portal.zone import day_of
from tests import pdf_text
from tests.people import Region, person_id
from tests.web.coming_meeting import TOKEN, address, app
from tests.web.portal import signed_in

__all__ = ["address", "app"]


def test_a_member_says_so_everybody_reads_it_and_the_coordinator_is_warned(
    app: Flask, database: Database, region: Region, address: str
) -> None:
    mila, bram, aisha = (signed_in(app, database, region, name) for name in ("Mila", "Bram", "Aisha"))
    assert "Iemand afmelden" not in mila.get(address).text and "Iemand afmelden" in aisha.get(address).text

    page = mila.post(f"{address}/absence/tell", data=TOKEN, follow_redirects=True).text
    bram.post(f"{address}/absence/tell", data={**TOKEN, "substitute": person_id("Bilal")})

    assert "De afmelding is bewaard" in page and "Ik kan toch" in page and "Ik kan niet…" not in page
    assert "heeft niemand meer" not in mila.get(address).text and "niemand meer: radioloog" not in mila.get("/meetings").text
    shown = aisha.get(address).text
    assert "Zoek een vervanger voor: radioloog." in shown and "in de plaats: Bilal" in shown and "kan niet komen" in shown
    assert "niemand meer: radioloog" in aisha.get("/meetings").text
    paper = pdf_text.joined(pdf_text.whole(aisha.get(f"{address}/agenda.pdf").data))
    assert "nogniemand(afgemeld:Mila)" in paper and "Bilal(afgemeld:Bram(indeplaats:Bilal))" in paper

    back = mila.post(f"{address}/absence/back", data=TOKEN, follow_redirects=True).text

    assert "De afmelding is ingetrokken" in back and "Ik kan niet…" in back
    assert "niemand meer" not in aisha.get("/meetings").text


def test_the_coordinator_notes_it_for_somebody_and_takes_it_back(
    app: Flask, database: Database, region: Region, address: str
) -> None:
    aisha, mila = (signed_in(app, database, region, name) for name in ("Aisha", "Mila"))
    told = {**TOKEN, "person": person_id("Mila"), "words": "<b>een collega</b>"}

    aisha.post(f"{address}/absence/tell", data=told)

    page = mila.get(address).text
    assert "genoteerd door Aisha" in page and "in de plaats: &lt;b&gt;een collega" in page
    assert "heeft niemand meer" not in aisha.get(address).text
    again = aisha.post(f"{address}/absence/back", data={**TOKEN, "person": person_id("Mila")}, follow_redirects=True).text
    assert "genoteerd door" not in again


@pytest.mark.parametrize(
    ("name", "over", "status"),
    [
        ("Carla", {}, 404),
        ("Dirk", {}, 403),
        ("Mila", {"person": person_id("Bram")}, 403),
        ("Aisha", {"person": person_id("Dirk")}, 404),
        ("Mila", {"substitute": person_id("Bram")}, 422),
        ("Mila", {"person": "niemand"}, 409),
        ("Mila", {"csrf_token": ""}, 403),
    ],
)
def test_who_may_not_or_names_somebody_else_changes_nothing(
    app: Flask, database: Database, region: Region, address: str, name: str, over: dict[str, str | uuid.UUID], status: int
) -> None:
    answer = signed_in(app, database, region, name).post(f"{address}/absence/tell", data={**TOKEN, **over})

    assert answer.status_code == status
    page = signed_in(app, database, region, "Aisha").get(address).text
    assert "Iemand afmelden" in page and "Afgemeld" not in page


def test_who_only_watches_says_nothing(app: Flask, database: Database, region: Region, address: str) -> None:
    with database.transaction() as session:
        mila = update(BoardMembership).where(BoardMembership.person_id == person_id("Mila"))
        session.execute(mila.values(role=Role.OBSERVER))

    client = signed_in(app, database, region, "Mila")

    page = client.get(address).text
    assert "Wie er moet zijn" in page and "Ik kan niet…" not in page
    assert client.post(f"{address}/absence/tell", data=TOKEN).status_code == 403


def test_that_nobody_will_chair_is_read_weeks_before(app: Flask, database: Database, region: Region, address: str) -> None:
    """*Geen vervanger genoemd* stood beside two urologists; that nobody else may sign stood nowhere."""
    aisha, mila, bram, bilal = (signed_in(app, database, region, name) for name in ("Aisha", "Mila", "Bram", "Bilal"))
    warning = "Voor deze vergadering is er geen voorzitter."

    bram.post(f"{address}/absence/tell", data=TOKEN)

    shown = aisha.get(address).text
    assert warning not in shown and "voorzitten kan: Bilal" in shown

    bilal.post(f"{address}/absence/tell", data=TOKEN)

    shown = aisha.get(address).text
    assert warning in shown and "Afgemeld: Bilal, Bram." in shown and f"/people/board/{region.boards['URO-P']}" in shown
    assert warning not in mila.get(address).text, "a member can do nothing about it"


@pytest.mark.parametrize(("days_before", "is_told"), [(0, False), (1, True)])
def test_who_chairs_until_the_day_before_does_not_chair_it(
    app: Flask, database: Database, region: Region, address: str, days_before: int, is_told: bool
) -> None:
    with database.transaction() as session:
        last = day_of(session.get_one(Meeting, region.meeting).starts_at) - timedelta(days=days_before)
        session.execute(update(BoardMembership).where(BoardMembership.role == Role.CHAIR).values(ends_on=last))

    shown = signed_in(app, database, region, "Aisha").get(address).text

    assert ("Op die dag heeft niemand die rol." in shown) is is_told
