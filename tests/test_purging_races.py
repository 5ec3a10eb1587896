"""A case goes while somebody else is at its patient or its letter: nobody waits for somebody who waits for them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from mdo_portal.database import Database
from mdo_portal.domain.case import Case
from mdo_portal.domain.delivery import Delivery, DeliveryState
from mdo_portal.domain.patient import Patient
from mdo_portal.domain.retention import Kind
from mdo_portal.exchange import Receipt, ReceiptKind
from mdo_portal.services.identity import merges
from mdo_portal.services.keeping import destroy_requests, destruction, purging
from mdo_portal.services.letters import acknowledging, deliveries
from mdo_portal.services.letters.receipts import COMMIT
from mdo_portal.services.patients import patients
from tests import make
from tests.outbox_house import AE
from tests.people import Region
from tests.services.destruction import asked, officer
from tests.services.keeping.test_retention import NOW, finished
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


def kept(session: Session, region: Region) -> Case:
    """Its letter was kept by the hospital's system; its application may yet say no."""
    case = finished(session, region)
    letter_of(session, case).receipt_code = COMMIT
    return case


def letter_of(session: Session, case: Case, *, held: bool = False) -> Delivery:
    query = select(Delivery).where(Delivery.case_id == case.id)
    return session.scalars(query.with_for_update() if held else query).one()


def test_nor_do_the_purge_and_a_late_word_about_its_letter(
    database: Database, region: Region, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The purge had the case and wanted its letter, the word the letter and then its case."""
    with database.transaction() as session:
        case = kept(session, region)
        number = letter_of(session, case).id.hex
    no = Receipt(ReceiptKind.REFUSED, "AE")
    late = Beside(database, lambda session: acknowledging.acknowledge(session, case.hospital_id, number, no, NOW))
    destroy = destruction.destroy

    def while_it_comes(*which: Any, **how: Any) -> Any:
        late.begin()
        return destroy(*which, **how)

    monkeypatch.setattr(destruction, "destroy", while_it_comes)
    with database.transaction() as session:
        assert purging.purge(session, Kind.CASE, now=YEARS_LATER) == 1
    late.end()

    assert late.failed == []  # of a letter that is gone nobody speaks


def test_a_case_of_which_somebody_holds_a_letter_goes_the_next_time(database: Database, region: Region) -> None:
    with database.transaction() as session:
        case = kept(session, region)
    gone: list[int] = []
    purges = Beside(database, lambda session: gone.append(purging.purge(session, Kind.CASE, now=YEARS_LATER)))
    with database.transaction() as session:
        letter_of(session, case, held=True)
        purges.begin()
    purges.end()
    with database.transaction() as session:
        gone.append(purging.purge(session, Kind.CASE, now=YEARS_LATER))

    assert gone == [0, 1]


def test_who_destroys_at_a_patients_request_waits_for_a_late_word_about_a_letter_and_looks_again(
    database: Database, region: Region
) -> None:
    """Refused after all: it is on somebody's list, and its case stays until they are done with it."""
    with database.transaction() as session:
        case, pim = kept(session, region), officer(session, region)
        request_id = asked(session, region, case).id
    approves = Beside(database, lambda session: destroy_requests.approve(session, pim, request_id, now=NOW))
    with database.transaction() as session:
        letter = letter_of(session, case, held=True)
        approves.begin()
        deliveries.write_down(session, letter, AE, now=NOW)
    approves.end()

    assert [type(one).__name__ for one in approves.failed] == ["Stale"]
    with database.transaction() as session:
        assert letter_of(session, case).state is DeliveryState.REFUSED
