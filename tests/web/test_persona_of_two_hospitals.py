"""In the demo too somebody may work for two hospitals: one click for the first, and a change on the way."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import update

from mdo_portal.database import Database
from mdo_portal.domain.people import Membership, Person, Role
from tests.people import Region, person_id
from tests.web.portal import app_on


@pytest.fixture
def persona(database: Database, region: Region) -> None:
    with database.transaction() as session:
        session.add(Membership(person_id=person_id("Bram"), hospital_id=region.hospitals["ZEED"], role=Role.PRIVACY_OFFICER))
        session.execute(update(Person).where(Person.id == person_id("Bram")).values(persona="Van twee huizen"))


def test_a_persona_of_two_hospitals_changes_to_the_other_and_back(database: Database, region: Region, persona: None) -> None:
    with app_on(database) as app:
        client = app.test_client()

        def send(path: str, page: str, **form: str) -> int:
            token = re.search(r'name="csrf_token" value="([^"]+)"', client.get(page).text)
            assert token is not None
            return client.post(path, data={"csrf_token": token[1], **form}).status_code

        assert send(f"/sign-in/as/{person_id('Bram')}", "/sign-in") == 302
        assert "Ander ziekenhuis" in client.get("/account").text
        read = []
        for code in ("ZEED", "DELT"):
            assert send("/hospital", "/hospital", hospital_id=str(region.hospitals[code])) == 302
            read.append(client.get("/log").status_code)
    assert read == [200, 403], "the access log is the privacy officer's, of that one hospital"
