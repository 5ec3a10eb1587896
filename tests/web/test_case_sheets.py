"""The sheets of a meeting: who is of the board prints every case that is still to be discussed, and each is a line in the access log."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select, update

from mdo_portal.database import Database
from mdo_portal.domain.audit import AuditEntry
from mdo_portal.domain.board import Meeting
from mdo_portal.domain.case import Case
from mdo_portal.domain.hospital import Hospital
from mdo_portal.domain.people import BoardMembership, Role
from mdo_portal.domain.round import Round
from mdo_portal.exchange import PersonName
from mdo_portal.services.identity import objections
from tests import make, pdf_text
from tests.people import Region, person_id
from tests.web.portal import app_on, signed_in

NAMES = ("Eerste", "Tweede", "Besproken", "Bezwaar")


@pytest.fixture
def cases(database: Database, region: Region) -> dict[str, uuid.UUID]:
    """Four on one agenda: two to discuss, one that was discussed, one whose patient objects."""
    now = datetime.now(UTC)
    with database.transaction() as session:
        meeting = session.get_one(Meeting, region.meeting)
        meeting.starts_at, meeting.registration_closes_at = now + timedelta(days=2), now + timedelta(days=1)
        zeed = session.get_one(Hospital, region.hospitals["ZEED"])
        made: dict[str, Case] = {}
        rounds: dict[str, Round] = {}
        for n, name in enumerate(NAMES):
            patient = make.identity(f"47{n}", name=PersonName(family=name))
            made[name] = make.case(session, zeed, now=now, board_id=region.boards["URO-P"], patient=patient)
            rounds[name] = make.planned(session, made[name], meeting, viewer=region.aisha, now=now)
        make.discussed(session, rounds["Besproken"], viewer=region.bram, now=now)
        objections.record(session, made["Bezwaar"], viewer=region.dirk, now=now)
        return {name: one.id for name, one in made.items()}


def test_a_member_gets_a_sheet_of_what_is_still_to_be_discussed_and_who_only_observes_gets_none(
    database: Database, region: Region, cases: dict[str, uuid.UUID]
) -> None:
    address = f"/meetings/{region.meeting}/cases.pdf"
    with app_on(database) as app:
        mila = signed_in(app, database, region, "Mila")
        offered, answer = address in mila.get(f"/meetings/{region.meeting}").text, mila.get(address)
        with database.transaction() as session:
            only_looks = update(BoardMembership).where(BoardMembership.person_id == person_id("Mila"))
            session.execute(only_looks.values(role=Role.OBSERVER))
        observes = address in mila.get(f"/meetings/{region.meeting}").text, mila.get(address).status_code

    told = [[name for name in NAMES if name in page] for page in pdf_text.pages(answer.data)]
    assert (offered, told, observes) == (True, [["Eerste"], ["Tweede"]], (False, 403))
    with database.transaction() as session:
        looks = select(AuditEntry.object_id).where(AuditEntry.detail == "case sheet", AuditEntry.person_id == person_id("Mila"))
        assert set(session.scalars(looks)) == {str(cases["Eerste"]), str(cases["Tweede"])}
