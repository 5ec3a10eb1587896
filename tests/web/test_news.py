"""What is new on a case, on the pages: three choices, marks in lists, a line in the log for each read, nothing for strangers."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from mdo_portal.database import Database
from mdo_portal.domain.audit import AuditEntry
from mdo_portal.domain.board import Meeting
from mdo_portal.domain.case import Case, CaseLook
from mdo_portal.domain.hospital import Hospital
from mdo_portal.exchange import Fact, Section, Wire
from mdo_portal.services.common.source import Source
from mdo_portal.services.referrals import referrals
from tests import make
from tests.people import Region
from tests.web.portal import app_on, signed_in


@pytest.fixture
def app(database: Database) -> Iterator[Flask]:
    with app_on(database) as made:
        yield made


@pytest.fixture
def case(database: Database, region: Region) -> Case:
    """Registered three days ago with a PSA of 12; since yesterday it is 8."""
    now, patient = datetime.now(UTC), make.identity("4711")
    with database.transaction() as session:
        zeed = session.get_one(Hospital, region.hospitals["ZEED"])
        for days, value in ((3, "12 ug/l"), (1, "8 ug/l")):
            facts = (*make.COMPLETE, Fact(Section.MARKER, value, "PSA", date(2026, 2, 1)))
            told = make.referral(patient, number="VW-1", facts=facts)
            made = referrals.register(session, told, Source(zeed, now - timedelta(days=days), Wire.HL7V2))
        meeting = session.get_one(Meeting, region.meeting)
        meeting.starts_at, meeting.registration_closes_at = now + timedelta(days=2), now + timedelta(days=1)
        make.planned(session, made, meeting, viewer=region.aisha, now=now)
    return made


def words(html: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html))


def test_the_page_shows_old_and_new_and_offers_the_moments_there_were(
    app: Flask, database: Database, region: Region, case: Case
) -> None:
    page = signed_in(app, database, region, "Aisha").get(f"/cases/{case.id}").text

    block = page.partition('id="case-news"')[2].partition("</section>")[0]
    assert re.search(r"PSA was 12 ug/l → is nu 8 ug/l", words(block))
    assert "u keek nog niet eerder" in block and "nog niet besproken" in block
    assert re.search(r'id="news-intake"[^>]*aria-current="true"', block)


def test_after_a_look_of_two_days_ago_that_is_the_moment(app: Flask, database: Database, region: Region, case: Case) -> None:
    with database.transaction() as session:
        looked = datetime.now(UTC) - timedelta(days=2)
        session.add(CaseLook(person_id=region.aisha.person_id, case_id=case.id, looked_at=looked, before_at=None))
    aisha = signed_in(app, database, region, "Aisha")
    listed = aisha.get("/worklist/").text if aisha.get("/worklist/").status_code == 200 else aisha.get("/worklist").text
    agenda = aisha.get(f"/meetings/{region.meeting}").text

    assert re.search(r'id="news-look"[^>]*aria-current="true"', aisha.get(f"/cases/{case.id}").text)
    assert "nieuw sinds uw blik" in words(listed) and "nieuw sinds uw blik" in words(agenda)
    again = aisha.get(f"/meetings/{region.meeting}").text  # read by now
    assert "nieuw sinds uw blik" not in words(again)


def test_the_block_alone_is_for_who_may_read_the_case_and_leaves_a_line(
    app: Flask, database: Database, region: Region, case: Case
) -> None:
    path = f"/cases/{case.id}/piece/news?since=intake"

    assert signed_in(app, database, region, "Carla").get(path).status_code == 404
    assert 'id="case-news"' in signed_in(app, database, region, "Aisha").get(path).text
    with database.transaction() as session:
        lines = select(AuditEntry.detail).where(AuditEntry.person_id == region.aisha.person_id, AuditEntry.case_id == case.id)
        assert "news" in session.scalars(lines).all()
        assert session.get(CaseLook, (region.aisha.person_id, case.id)) is None  # a piece is not yet a look at the whole
