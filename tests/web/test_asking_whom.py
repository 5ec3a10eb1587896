"""A question to the referrer says who will read it: of a hospital that only sends messages nobody may look into the portal at all."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from flask import Flask
from sqlalchemy import update

from mdo_portal.database import Database
from mdo_portal.domain.hospital import Channel, Hospital, Level
from mdo_portal.domain.link import Link
from mdo_portal.domain.people import Membership
from tests import make
from tests.people import Region
from tests.web.portal import CSRF, app_on, signed_in

SOMEBODY, NOBODY = "staat op hun werklijst", "leest nu niemand mee"


@dataclass(frozen=True)
class House:
    app: Flask
    database: Database
    region: Region
    case_id: uuid.UUID

    def asks(self, name: str = "Aisha") -> tuple[str, str]:
        """What this person reads above a question: on the case, and beside the work list."""
        client = signed_in(self.app, self.database, self.region, name)
        pages = [client.get(path).text for path in (f"/cases/{self.case_id}", f"/worklist/brief?case={self.case_id}")]
        return tuple(page.partition('id="ask-dialog"')[2].partition("</dialog>")[0] for page in pages)  # type: ignore[return-value]

    def link_page(self, name: str = "Ada") -> str:
        return signed_in(self.app, self.database, self.region, name).get(f"/links/{self.region.hospitals['ZEED']}").text

    def nobody_refers(self) -> None:
        zeed = self.region.hospitals["ZEED"]
        with self.database.transaction() as session:
            session.execute(
                update(Membership)
                .where(Membership.hospital_id == zeed, Membership.role == "specialist")
                .values(ended_at=make.NOW)
            )

    def writes_over(self, channel: Channel) -> None:
        zeed = self.region.hospitals["ZEED"]
        with self.database.transaction() as session:
            session.execute(update(Link).where(Link.hospital_id == zeed).values(channel_out=channel, level=Level.FHIR))


@pytest.fixture
def house(database: Database, region: Region) -> Iterator[House]:
    with database.transaction() as session:
        case_id = make.case(session, session.get_one(Hospital, region.hospitals["ZEED"])).id
    with app_on(database) as app:
        yield House(app, database, region, case_id)


def test_a_question_to_a_hospital_where_somebody_refers_stands_on_their_work_list(house: House) -> None:
    assert all(SOMEBODY in said and NOBODY not in said for said in house.asks())


def test_a_question_that_nobody_would_read_says_so_before_it_is_asked(house: House) -> None:
    house.nobody_refers()

    for said in house.asks():
        assert SOMEBODY not in said and NOBODY in said
        assert "bel" in said


def test_a_question_that_goes_to_the_system_of_the_hospital_says_where_it_goes(house: House) -> None:
    house.nobody_refers()
    house.writes_over(Channel.FHIR)

    for said in house.asks():
        assert SOMEBODY not in said
        assert "gaat naar het EPD van Ziekenhuis ZEED" in said


def test_what_is_said_after_asking_is_as_true(house: House) -> None:
    aisha = signed_in(house.app, house.database, house.region, "Aisha")
    house.nobody_refers()

    sent = aisha.post(f"/cases/{house.case_id}/ask", data={"csrf_token": CSRF, "text": "Graag de MRI."}, follow_redirects=True)

    assert sent.status_code == 200
    assert "de verwijzer ziet hem" not in sent.text and "vraag het zelf na" in sent.text


def test_the_page_of_a_link_says_that_nobody_there_reads_what_is_asked(house: House) -> None:
    assert "leest mee in het portaal" not in house.link_page()

    house.nobody_refers()

    assert "leest mee in het portaal" in house.link_page()
    assert "leest mee in het portaal" in house.link_page("Lars")


def test_the_page_of_a_link_says_that_letters_still_go_on_paper(house: House) -> None:
    assert "op papier" not in house.link_page().partition('id="runs"')[2].partition("</section>")[0]

    house.writes_over(Channel.PAPER)

    told = house.link_page().partition('id="runs"')[2].partition("</section>")[0]
    assert "op papier" in told and "/settings#way-back" in told
