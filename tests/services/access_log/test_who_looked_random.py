"""Who looked, whatever was taken for one and apart again meanwhile: each look is told to whose case it is today, and to nobody else."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as some
from sqlalchemy import select
from sqlalchemy.orm import Session

from mdo_portal.domain.case import Case
from mdo_portal.domain.hospital import Hospital
from mdo_portal.domain.patient import Patient
from mdo_portal.domain.policy import Act
from mdo_portal.domain.told import Merge
from mdo_portal.services.access_log import audit, audit_breach, audit_lines, audit_patient
from mdo_portal.services.access_log.audit_lines import Wanted
from mdo_portal.services.identity import unmerging
from mdo_portal.services.patients import families
from tests import make
from tests.chance import examples
from tests.make import NOW
from tests.people import Region
from tests.services.merging import join

NUMBERS = "12345"
REFERRED = "123"
"""Under these a case came; the others a hospital only ever names when it says who is one with whom."""
STEPS = some.lists(
    some.one_of(
        some.tuples(some.just("merge"), some.sampled_from(NUMBERS), some.sampled_from(NUMBERS)),
        some.tuples(some.just("undo"), some.integers(0, 9), some.just("")),
        some.tuples(some.just("look"), some.sampled_from(REFERRED), some.just("")),
    ),
    max_size=14,
)


@settings(max_examples=examples(30), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
@example([("merge", "4", "1"), ("look", "1", ""), ("undo", 0, "")])
def test_each_look_is_told_to_whose_case_it_is_today(session: Session, region: Region, steps: list[tuple[str, Any, str]]) -> None:
    """The plain model: a case keeps the number it came under, and a patient is all the numbers that are one today."""
    trial = session.begin_nested()
    zeed = session.get_one(Hospital, region.hospitals["ZEED"])
    cases = {one: make.case(session, zeed, patient=make.identity(one)) for one in REFERRED}
    looks: list[tuple[str, int]] = []
    for what, one, other in steps:
        if what == "merge" and one != other:
            join(session, zeed, one, other)
        elif what == "undo" and (live := not_undone(session)):
            unmerging.undo(session, live[one % len(live)], now=NOW, person_id=None)
            session.flush()
        elif what == "look":
            looks.append((one, len(looks)))
            look(session, region, cases[one], len(looks) - 1)
    session.flush()
    session.expire_all()
    for patient in session.scalars(select(Patient).where(Patient.hospital_id == zeed.id)).all():
        if patient.local_number in NUMBERS:
            numbers = numbers_of(session, patient)
            expected = sorted(place for number, place in looks if number in numbers)
            assert found(session, zeed.id, patient) == (expected,) * 3, patient.local_number
    trial.rollback()
    session.expire_all()


def not_undone(session: Session) -> Sequence[Merge]:
    return session.scalars(select(Merge).where(Merge.undone_at.is_(None)).order_by(Merge.id)).all()


def look(session: Session, region: Region, case: Case, place: int) -> None:
    """Each on a day of its own: a line of its own everywhere."""
    session.refresh(case)
    audit.record(session, region.aisha, Act.CASE_READ, now=NOW - timedelta(days=place), case=case)


def numbers_of(session: Session, patient: Patient) -> set[str]:
    return {session.get_one(Patient, one).local_number for one in families.whole(session, patient)}


def found(session: Session, hospital_id: uuid.UUID, patient: Patient) -> tuple[list[int], list[int], list[int]]:
    """Which looks *Wie keek*, *Regels* and *Datalek* tell of this patient."""
    days = [
        (NOW - row.first_at).days
        for row in audit_patient.who_looked(session, families.whole(session, patient))
        if row.act == Act.CASE_READ
    ]
    wanted = audit_lines.with_patient(session, hospital_id, Wanted(act=Act.CASE_READ), patient.local_number)
    lines = [(NOW - line.at).days for line in audit_lines.page(session, hospital_id, wanted)]
    day = timedelta(days=1)
    report = [
        place
        for place in range(14)
        if audit_breach.report(
            session, hospital_id, since=NOW - place * day, until=NOW - place * day + timedelta(hours=1), of=wanted
        )
    ]
    return sorted(days), sorted(lines), report
