"""What is followed was advised and signed, and what came in late is seen by the board: not by a statement of who treats (ADR 0109)."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from mdo_portal.database import Database
from mdo_portal.domain.board import Meeting
from mdo_portal.domain.follow_up import FollowUp
from mdo_portal.domain.hospital import Hospital
from mdo_portal.services.room import advice
from tests import make
from tests.people import Region, person_id
from tests.services.wall_house import Tries, standing, tries, whose

__all__ = ["standing", "tries"]
pytestmark = pytest.mark.xdist_group("wall")  # one house for all of them
LED = {"Bram", "Aisha", "Bilal"}


@pytest.fixture(scope="module")
def things(standing: tuple[Database, Database], region: Region) -> dict[str, uuid.UUID]:
    """Of ZEED, before Uro-prostaat: an advice that Bram signed, of which a colleague must hear what came; something came in since."""
    now = datetime.now(UTC)
    with standing[0].transaction() as session:
        zeed, meeting = session.get_one(Hospital, region.hospitals["ZEED"]), session.get_one(Meeting, region.meeting)
        meeting.starts_at, meeting.registration_closes_at = (now + timedelta(hours=one) for one in (24, 9))
        case = make.case(session, zeed, board_id=region.boards["URO-P"], number="75-1", patient=make.identity("75-1"))
        round_ = make.discussed(session, make.planned(session, case, meeting, viewer=region.bram), viewer=region.bram)
        item = advice.add(session, round_, person_id=person_id("Bram"), now=now)
        advice.change(session, round_, item.id, {"text": "Operatie."}, seen=item.revision, person_id=person_id("Bram"), now=now)
        decision = make.signed(session, round_, viewer=region.bram)
        case.unseen_since = now
        followed = session.scalars(select(FollowUp).where(FollowUp.round_id == round_.id)).one()
        return {"item": followed.id, "decision": decision.id, "case": case.id}


OTHERWISE = """INSERT INTO follow_ups SELECT (jsonb_populate_record(f, jsonb_build_object('id', gen_random_uuid(), 'position', 9, 'text', 'Niets doen'))).*
    FROM follow_ups f WHERE f.id = :item"""
STATEMENTS: dict[str, tuple[str, set[str]]] = {
    "something else was advised": (OTHERWISE, {"Bram"}),
    "an advice is replaced": ("UPDATE follow_ups SET superseded_by_id = :decision, state = 'superseded', closed_at = now(), closed_by = access.person() WHERE id = :item", {"Bram"}),
    "the board heard what came of it": ("UPDATE follow_ups SET told_at = now() WHERE id = :item", LED),
    "it was carried out": (
        "UPDATE follow_ups SET state = 'carried_out', closed_by = access.person(), closed_at = now() WHERE id = :item", LED | {"Dirk"},
    ),
    "somebody saw what came in": ("UPDATE cases SET unseen_since = NULL WHERE id = :case", LED),
    "something came in": ("UPDATE cases SET unseen_since = now() WHERE id = :case", LED | {"Dirk"}),
}  # fmt: skip


@pytest.mark.parametrize("what", STATEMENTS)
def test_what_is_followed_is_what_was_signed(tries: Tries, things: dict[str, uuid.UUID], what: str) -> None:
    statement, may = STATEMENTS[what]

    assert whose(tries, statement, things) == may
