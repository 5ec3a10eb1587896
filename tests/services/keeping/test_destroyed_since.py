"""A backup is put back: what was destroyed on a patient's request since is asked again, and is back unseen for nobody."""

from __future__ import annotations

import json
import uuid
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from mdo_portal.commands import audit, destroyed
from mdo_portal.commands.restored import destroyed as asked_again
from mdo_portal.database import Database
from mdo_portal.domain.audit import AuditEntry
from mdo_portal.domain.case import Case
from mdo_portal.domain.destruction import DestroyRequest, Tombstone
from mdo_portal.services.keeping import destroy_requests, destroyed_since
from mdo_portal.services.keeping.destroyed_since import Destroyed
from tests.people import Region
from tests.services.destruction import asked, officer
from tests.services.keeping.test_retention import LATELY, NOW, finished


@dataclass
class Restored:
    """A request of the region that was carried out after the backup, told outside; and the database as the backup has it."""

    database: Database
    region: Region
    case_id: uuid.UUID
    anchors: Path

    def say(self) -> list[str]:
        return list(asked_again(self.database, self.anchors, now=NOW))

    def requests(self) -> list[DestroyRequest]:
        with self.database.transaction() as session:
            found = list(session.scalars(select(DestroyRequest)))
            session.expunge_all()
        return found


@pytest.fixture
def back(database: Database, region: Region, tmp_path: Path) -> Restored:
    """Destroyed in a transaction that is taken back: the case is there as before, and outside it is known that it went."""
    anchors = tmp_path / "anchors"
    with database.transaction() as session:
        case_id = finished(session, region, at=LATELY).id
    with database.transaction() as session, session.begin_nested() as gone:
        told = _destroyed(session, region, case_id)
        gone.rollback()
    for line in destroyed.lines_of(told):
        audit.append(anchors, line)
    return Restored(database, region, case_id, anchors)


def _destroyed(session: Session, region: Region, case_id: uuid.UUID) -> Destroyed:
    request = asked(session, region, session.get_one(Case, case_id))
    destroy_requests.approve(session, officer(session, region), request.id, now=NOW)
    assert session.get(Case, case_id) is None
    return destroyed_since.executed(session, since=NOW - timedelta(days=1))[0]


def test_it_waits_for_a_privacy_officer_again_and_goes_by_the_door_and_then_nothing_is_asked(back: Restored) -> None:
    said = back.say()

    (request,) = back.requests()
    assert said == ["1 requests of patients that were carried out since are back; privacy officers find them under Bewaren."]
    assert (request.requested_by, request.letter_on, request.executed_at) == (back.region.petra.person_id, LATELY.date(), None)
    with back.database.transaction() as session:
        assert session.scalars(select(AuditEntry.act).order_by(AuditEntry.seq.desc())).first() == "destroy.again"
        destroy_requests.approve(session, officer(session, back.region), request.id, now=NOW)
        assert session.get(Case, back.case_id) is None
        assert session.scalars(select(Tombstone.case_id)).all() == [back.case_id]
    assert back.say()[0].startswith("0 requests") and len(back.requests()) == 1


def test_twice_is_the_same_as_once_also_when_it_was_noted_before_the_backup(back: Restored) -> None:
    with back.database.transaction() as session:
        asked(session, back.region, session.get_one(Case, back.case_id))

    assert back.say() == back.say()
    assert len(back.requests()) == 1
    assert "nothing here says what" in next(iter(asked_again(back.database, None, now=NOW)))


def test_a_line_can_be_forged_or_cut_or_name_somebody_unknown_and_the_others_count(back: Restored) -> None:
    """Whoever may write to syslog destroys nothing by it, and reaches no other hospital's case; syslog cuts what is long."""
    whole = back.anchors.read_text()
    line = json.loads(whole)

    back.anchors.write_text(json.dumps(line | {"hospital": str(back.region.hospitals["DELT"])}) + "\n")
    assert back.say()[0].startswith("0 requests")
    back.anchors.write_text(json.dumps(line | {"asked_by": str(uuid.uuid4())}) + "\n")
    first, by_hand = back.say()
    assert first.startswith("1 requests") and str(back.case_id) in by_hand and back.requests() == []
    back.anchors.write_text(f"{whole[:90]}\n<85>1 x mdo audit-anchor - {whole}")
    first, cut = back.say()

    assert first.startswith("1 requests") and cut.startswith("1 lines of that file")
    assert len(back.requests()) == 1


def test_it_is_told_outside_once_beside_the_ends_of_the_chains(database: Database, region: Region) -> None:
    with database.transaction() as session:
        told = _destroyed(session, region, finished(session, region, at=LATELY).id)
        session.execute(update(DestroyRequest).values(executed_at=func.now()))
    lines, known = list[str](), set[uuid.UUID]()

    destroyed.tell(database, lines.append, told=known)
    destroyed.tell(database, lines.append, told=known)

    assert [json.loads(line)["case"] for line in lines] == [str(one) for one in told.case_ids]
    assert known == {told.request_id}
