"""A hold is its own hospital's: who sets, sees and lifts it, and what the log says of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from mdo_portal.domain.audit import AuditEntry
from mdo_portal.domain.hospital import Hospital
from mdo_portal.domain.viewer import Viewer
from mdo_portal.errors import Incomplete, NotFound, Stale
from mdo_portal.services.keeping import holds
from tests import make
from tests.make import NOW
from tests.people import Region
from tests.services.destruction import officer

MINUTE = timedelta(minutes=1)


def elsewhere(session: Session, region: Region) -> Viewer:
    """A privacy officer of another hospital."""
    return replace(officer(session, region), hospital_id=region.hospitals["KREE"])


def test_the_list_holds_what_stands_of_the_own_hospital_and_names_its_patient(session: Session, region: Region) -> None:
    zeed = session.get_one(Hospital, region.hospitals["ZEED"])
    one, other, third = (make.case(session, zeed, patient=make.identity(number), number=f"VW-{number}") for number in "123")
    holds.place(session, region.petra, one.id, whole_patient=False, reason="klacht", now=NOW)
    holds.place(session, region.petra, other.id, whole_patient=True, reason="onderzoek", now=NOW + MINUTE)
    over = holds.place(session, region.petra, third.id, whole_patient=False, reason="over", now=NOW)
    holds.lift(session, region.petra, over.id, reason="klaar", now=NOW)
    session.flush()

    seen = [(row.of_patient, row.referral_number, row.patient_number, row.reason) for row in holds.standing(session, zeed.id)]

    assert seen == [(True, None, "2", "onderzoek"), (False, "VW-1", "1", "klacht")]
    assert holds.standing(session, region.hospitals["KREE"]) == []


def test_nobody_sets_or_lifts_one_of_another_hospital(session: Session, region: Region) -> None:
    case = make.case(session, session.get_one(Hospital, region.hospitals["ZEED"]))
    hold = holds.place(session, region.petra, case.id, whole_patient=False, reason="klacht", now=NOW)
    stranger = elsewhere(session, region)

    with pytest.raises(NotFound):
        holds.place(session, stranger, case.id, whole_patient=False, reason="x", now=NOW)
    with pytest.raises(NotFound):
        holds.lift(session, stranger, hold.id, reason="x", now=NOW)
    assert hold.lifted_at is None


def test_it_is_set_and_lifted_with_a_reason_once_and_the_log_says_who(session: Session, region: Region) -> None:
    case = make.case(session, session.get_one(Hospital, region.hospitals["ZEED"]))
    with pytest.raises(Incomplete):
        holds.place(session, region.petra, case.id, whole_patient=False, reason="  ", now=NOW)
    hold = holds.place(session, region.petra, case.id, whole_patient=False, reason=" klacht ", now=NOW)
    with pytest.raises(Incomplete):
        holds.lift(session, region.petra, hold.id, reason=" ", now=NOW)
    holds.lift(session, region.petra, hold.id, reason=" klaar ", now=NOW)
    with pytest.raises(Stale):
        holds.lift(session, region.petra, hold.id, reason="nog eens", now=NOW)
    session.flush()

    assert (hold.reason, hold.lift_reason) == ("klacht", "klaar")
    lines = session.scalars(select(AuditEntry).where(AuditEntry.object_type == "hold").order_by(AuditEntry.seq)).all()
    assert [(line.detail, line.person_id, line.object_id) for line in lines] == [
        (said, region.petra.person_id, str(hold.id)) for said in ("set", "lifted")
    ]
