"""A case goes at the end of its term while somebody else is at its patient: nobody waits for somebody who waits for them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy.orm import Session

from mdo_portal.database import Database
from mdo_portal.domain.case import Case
from mdo_portal.domain.patient import Patient
from mdo_portal.domain.retention import Kind
from mdo_portal.services import destruction, merges, patients, purging
from tests import make
from tests.people import Region
from tests.services.test_retention import NOW, finished
from tests.test_dispatch_races import Beside

YEARS_LATER = NOW + timedelta(days=9_000)


def test_who_merges_its_patient_and_the_purge_do_not_wait_for_each_other(
    database: Database, region: Region, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The purge had the case and wanted its patient, the merge the patient and then its cases: PostgreSQL ended one of them."""
    with database.transaction() as session:
        case_id = finished(session, region).id
        patient_id = session.get_one(Case, case_id).patient_id

    def merged(session: Session) -> None:
        patient = session.get_one(Patient, patient_id)
        merges.join(session, patients.add(session, patient.hospital_id, make.identity("9"), now=NOW), patient, now=NOW)

    beside = Beside(database, merged)
    destroy = destruction.destroy

    def while_they_merge(*which: Any, **how: Any) -> Any:
        beside.begin()
        return destroy(*which, **how)

    monkeypatch.setattr(destruction, "destroy", while_they_merge)
    with database.transaction() as session:
        assert purging.purge(session, Kind.CASE, now=YEARS_LATER) == 1
    beside.end()

    assert [type(one).__name__ for one in beside.failed] in ([], ["NoResultFound"])  # of who is gone nothing is merged
    with database.transaction() as session:
        assert session.get(Case, case_id) is None
