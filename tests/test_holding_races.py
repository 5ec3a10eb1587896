"""A privacy officer puts a patient on hold while somebody else is at that patient's case: neither waits for who waits for them."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import event, select
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from mdo_portal.database import HELD, Database
from mdo_portal.domain.board import Meeting
from mdo_portal.domain.case import Case, CaseState
from mdo_portal.domain.destruction import LegalHold
from mdo_portal.domain.hospital import Hospital
from mdo_portal.domain.patient import Patient
from mdo_portal.services.decisions import outcomes
from mdo_portal.services.identity import merges
from mdo_portal.services.keeping import holds
from mdo_portal.services.patients import patients
from mdo_portal.services.planning import undecided
from mdo_portal.services.room import rooms
from tests import make
from tests.make import NOW
from tests.people import Region, board_of
from tests.test_dispatch_races import Beside


def held(database: Database) -> list[tuple[uuid.UUID | None, uuid.UUID | None]]:
    with database.transaction() as session:
        return [(one.patient_id, one.case_id) for one in session.scalars(select(LegalHold))]


def test_who_puts_a_patient_on_hold_and_who_defers_a_case_to_the_next_agenda_do_not_wait_for_each_other(
    database: Database, region: Region, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The one had the patient against all and wanted the case, the other the case, and had PostgreSQL look at its patient."""
    with database.transaction() as session:
        meeting, board = session.get_one(Meeting, region.meeting), board_of(session, region)
        case = make.case(session, session.get_one(Hospital, region.hospitals["ZEED"]))
        round_id = make.planned(session, case, meeting, viewer=region.aisha).id
        later_id = make.meeting(session, board, starts_at=meeting.starts_at + timedelta(days=7)).id
        rooms.open_meeting(session, meeting, now=NOW)
        rooms.close_meeting(session, meeting, now=NOW, said=None)
    officer = Beside(
        database, lambda session: holds.place(session, region.petra, case.id, whole_patient=True, reason="klacht", now=NOW)
    )
    ends = outcomes.set_outcome

    def while_they_hold(*which: Any, **how: Any) -> None:
        officer.begin()
        ends(*which, **how)

    monkeypatch.setattr(outcomes, "set_outcome", while_they_hold)
    with database.transaction() as session:
        meeting, into = session.get_one(Meeting, region.meeting), session.get_one(Meeting, later_id)
        board = board_of(session, region)
        undecided.defer(session, meeting, board, {round_id}, reason="tijd", into=into, viewer=region.bilal, now=NOW)
    officer.end()

    assert (officer.failed, held(database)) == ([], [(case.patient_id, None)])
    with database.transaction() as session:
        assert session.get_one(Case, case.id).state is CaseState.SCHEDULED


def test_a_hold_holds_whose_case_it_is_by_then(database: Database, region: Region) -> None:
    """Numbers were merged between the look at the case and the hold: it held who had it before, and the patient could go meanwhile."""
    with database.transaction() as session:
        zeed = session.get_one(Hospital, region.hospitals["ZEED"])
        case = make.case(session, zeed)
        kept_id = patients.add(session, zeed.id, make.identity(), now=NOW).id
    merged: list[str] = []

    def merge_first(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if "hold_still" in statement and not merged:
            merged.append(statement)
            with database.transaction() as session:
                merges.join(session, session.get_one(Patient, kept_id), session.get_one(Patient, case.patient_id), now=NOW)

    event.listen(database.engine, "before_cursor_execute", merge_first)
    try:
        with database.transaction() as session:
            holds.place(session, region.petra, case.id, whole_patient=True, reason="klacht", now=NOW)
            with database.transaction() as beside, pytest.raises(OperationalError):
                _changes(beside, kept_id)
    finally:
        event.remove(database.engine, "before_cursor_execute", merge_first)

    assert held(database) == [(kept_id, None)]


def _changes(session: Session, patient_id: uuid.UUID) -> None:
    """As far as the first row that it wants."""
    session.execute(select(Patient.id).where(Patient.id == patient_id).with_for_update(nowait=True, **HELD)).one()
