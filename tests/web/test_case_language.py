"""What a hospital tells beside the case: the language somebody speaks stands with the patient, and a long list is folded."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask

from mdo_portal.database import Database
from mdo_portal.domain.board import Meeting, MeetingState
from mdo_portal.domain.hospital import Hospital
from mdo_portal.exchange import Fact, Section
from tests import make, pdf_text
from tests.people import Region
from tests.web.portal import app_on, signed_in

ASIDE = tuple(Fact(Section.OTHER, f"gegeven {n}", label=f"Soort {n:02}") for n in range(60))
SPEAKS = (Fact(Section.OTHER, "Tigrinya", label="Taal"), Fact(Section.OTHER, "ja", label="Tolk nodig"))


@pytest.fixture
def app(database: Database) -> Iterator[Flask]:
    with app_on(database) as running:
        yield running


def test_the_language_stands_with_the_patient_and_sixty_other_things_are_folded(
    app: Flask, database: Database, region: Region
) -> None:
    """Below sixty results nobody read that an interpreter is needed; in the room it was folded away, on paper under the diagnosis."""
    now = datetime.now(UTC)
    with database.transaction() as session:
        case = make.case(
            session,
            session.get_one(Hospital, region.hospitals["ZEED"]),
            now=now,
            board_id=region.boards["URO-P"],
            facts=(*make.COMPLETE, *ASIDE, *SPEAKS),
        )
        meeting = session.get_one(Meeting, region.meeting)
        meeting.starts_at, meeting.registration_closes_at = now + timedelta(days=2), now + timedelta(days=1)
        round_id = make.planned(session, case, meeting, viewer=region.aisha, now=now).id
        path = f"/cases/{case.id}"
    aisha = signed_in(app, database, region, "Aisha")
    page, sheet = aisha.get(path).text, pdf_text.whole(aisha.get(f"/meetings/{region.meeting}/cases.pdf").data)
    with database.transaction() as session:
        session.get_one(Meeting, region.meeting).state = MeetingState.OPEN
    room = aisha.get(f"/meetings/{region.meeting}/room?round={round_id}").text

    for shown in (page, room):
        patient = re.search(r'<div class="columns-5.*?<section>(.*?)</section>', shown, re.S)
        assert patient and "Taal en tolk" in patient[1] and "Tigrinya" in patient[1]
        assert shown.count("Tigrinya") == 1
    assert sheet.index("Taal en tolk") < sheet.index("Tigrinya") < sheet.index("Conditie")
    before, _, folded = page.partition("Nog 40")
    assert before.count("gegeven ") == 20 and folded.count("gegeven ") == 40


def test_a_label_that_is_the_heading_above_it_is_not_said_twice(app: Flask, database: Database, region: Region) -> None:
    """*Beloop* stood above *Beloop*, *Comorbiditeit* above *Comorbiditeit*. Below another value it stays: it would be taken for that one's."""
    told = (Fact(Section.COURSE, "flankpijn", label="Beloop"), Fact(Section.COMORBIDITY, "jicht", label="Voorgeschiedenis"))
    with database.transaction() as session:
        zeed = session.get_one(Hospital, region.hospitals["ZEED"])
        facts = (*told, Fact(Section.COMORBIDITY, "diabetes", label="Comorbiditeit"))
        path = f"/cases/{make.case(session, zeed, board_id=region.boards['URO-P'], facts=facts).id}"

    page = signed_in(app, database, region, "Aisha").get(path).text

    assert page.count(">Beloop</h3>") == 1 and "flankpijn" in page
    assert page.count(">Comorbiditeit</h3>") == 2
