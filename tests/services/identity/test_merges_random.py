"""Numbers that are one patient, whatever happens in whatever order: every case under its own root, and undone exactly."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some
from sqlalchemy import select
from sqlalchemy.orm import Session

from mdo_portal.domain.case import Case
from mdo_portal.domain.hospital import Hospital
from mdo_portal.domain.patient import Patient
from mdo_portal.domain.told import Merge
from mdo_portal.services.identity import unmerging
from mdo_portal.services.patients import patients
from tests import make
from tests.chance import examples
from tests.make import NOW
from tests.services.merging import join

STEPS = some.lists(
    some.one_of(
        some.tuples(some.just("merge"), some.sampled_from("123456"), some.sampled_from("123456")),
        some.tuples(some.just("again"), some.integers(0, 9), some.just("")),
        some.tuples(some.just("undo"), some.integers(0, 9), some.just("")),
        some.tuples(some.just("refer"), some.sampled_from("123456"), some.just("")),
    ),
    max_size=12,
)


@pytest.fixture
def three(session: Session, zeed: Hospital) -> dict[uuid.UUID, str]:
    """Three cases before any example, each under a number of its own: what an example does to them is rolled back."""
    return {make.case(session, zeed, patient=make.identity(one)).id: one for one in "123"}


@settings(max_examples=examples(30), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
def test_any_sequence_keeps_every_case_under_its_own_root_and_undoing_all_restores_all(
    session: Session, zeed: Hospital, three: dict[uuid.UUID, str], steps: list[tuple[str, Any, str]]
) -> None:
    """Joined by a person as well as by messages; referrals come in between. Twice is once, and undone is as it never was."""
    trial = session.begin_nested()
    origin = dict(three)
    done: list[tuple[str, str]] = []
    for what, one, other in steps:
        if what == "undo" and (live := _live(session)):
            unmerging.undo(session, live[one % len(live)], now=NOW, person_id=None)
        elif what == "refer":
            case = make.case(session, zeed, patient=make.identity(one))
            origin[case.id] = one
        elif what in ("merge", "again") and (what == "merge" or done):
            pair = (one, other) if what == "merge" else done[one % len(done)]
            join(session, zeed, *pair)
            done.append(pair)
        _check(session, zeed, origin)
    for left in _live(session):
        unmerging.undo(session, left, now=NOW, person_id=None)
    session.flush()
    session.expire_all()
    for case in session.scalars(select(Case).where(Case.id.in_(origin))):
        assert session.get_one(Patient, case.patient_id).local_number == origin[case.id]
        assert case.home_patient_id is None
    trial.rollback()
    session.expire_all()


def _live(session: Session) -> Sequence[Merge]:
    return session.scalars(select(Merge).where(Merge.undone_at.is_(None)).order_by(Merge.id)).all()


def _check(session: Session, zeed: Hospital, origin: dict[uuid.UUID, str]) -> None:
    """As the database has it: two questions, however many cases there are."""
    session.flush()
    session.expire_all()
    rows = {row.local_number: row for row in session.scalars(select(Patient).where(Patient.hospital_id == zeed.id))}
    for case in session.scalars(select(Case).where(Case.id.in_(origin))):
        root = patients.root(session, rows[origin[case.id]])
        assert root is not None and case.patient_id == root.id, "a case stands under the root of its own number"
        assert root.hospital_id == zeed.id
