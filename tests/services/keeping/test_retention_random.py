"""Whatever the state of a region: what is protected is never purged, what is due always is, and no row stays behind."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select, text, update
from sqlalchemy.orm import Session

from mdo_portal.domain.case import Case, CaseState
from mdo_portal.domain.delivery import Delivery, DeliveryState
from mdo_portal.domain.destruction import Tombstone
from mdo_portal.domain.retention import ENDED, Kind
from mdo_portal.services.keeping import holds, purging
from tests import make
from tests.people import Region
from tests.services.destruction import ids_of, left_behind
from tests.services.keeping.test_retention import NOW, finished


@dataclass(frozen=True)
class Told:
    """One case, as dealt."""

    patient: int
    days: int
    state: CaseState
    letter: DeliveryState
    hold: str
    live_round: bool


STATES = st.one_of(st.sampled_from(ENDED), st.sampled_from(CaseState))
LETTERS = st.one_of(st.just(DeliveryState.RECEIVED), st.sampled_from(DeliveryState))
TOLD = st.builds(
    Told,
    patient=st.integers(0, 2),
    days=st.one_of(st.integers(300, 360), st.integers(367, 3000)),
    state=STATES,
    letter=LETTERS,
    hold=st.sampled_from(["", "", "", "case", "patient", "lifted"]),
    live_round=st.sampled_from([False, False, False, True]),
)


def deal(session: Session, region: Region, told: Told, names: list[str]) -> Case:
    case = finished(session, region, at=NOW - timedelta(days=told.days), patient=make.identity(names[told.patient]))
    session.execute(update(Delivery).where(Delivery.case_id == case.id).values(state=told.letter))
    case.state, case.is_open = told.state, told.state not in (*ENDED, CaseState.DECIDED)
    if told.live_round:
        session.execute(text("UPDATE rounds SET outcome = NULL WHERE case_id = :id").bindparams(id=case.id))
    session.flush()
    return case


def hold(session: Session, region: Region, told: Told, case: Case, held_patients: set[uuid.UUID]) -> None:
    whole = told.hold == "patient"
    if not told.hold or (whole and case.patient_id in held_patients):
        return
    placed = holds.place(session, region.petra, case.id, whole_patient=whole, reason="klacht", now=NOW)
    if told.hold == "lifted":
        holds.lift(session, region.petra, placed.id, reason="klaar", now=NOW)
    if whole:
        held_patients.add(case.patient_id)


def may_go(told: Told, case: Case, held_patients: set[uuid.UUID]) -> bool:
    """The rule in plain words, beside the SQL that holds it."""
    held = told.hold == "case" or case.patient_id in held_patients
    arrived = told.letter in (DeliveryState.RECEIVED, DeliveryState.CANCELLED)  # or never left, and need not
    return told.state in ENDED and told.days > 366 and arrived and not held and not told.live_round


@settings(max_examples=8)
@given(st.lists(TOLD, min_size=1, max_size=6))
def test_what_is_protected_stays_and_what_is_due_goes_without_a_trace(
    session: Session, region: Region, dealt: list[Told]
) -> None:
    step = session.begin_nested()
    names, held = [make.number() for _ in range(3)], set[uuid.UUID]()
    cases = [deal(session, region, told, names) for told in dealt]
    for told, case in zip(dealt, cases, strict=True):
        hold(session, region, told, case, held)
    session.flush()
    ids = {case.id for case in cases}
    goes = {case.id for told, case in zip(dealt, cases, strict=True) if may_go(told, case, held)}
    trace = set[str]().union(*(ids_of(session, case) - {str(case.patient_id)} for case in cases if case.id in goes))
    patients_left = {case.patient_id for case in cases if case.id not in goes}
    patients_gone = {str(case.patient_id) for case in cases} - {str(one) for one in patients_left}

    while purging.purge(session, Kind.CASE, now=NOW, limit=2):
        pass
    session.expire_all()

    assert set(session.scalars(select(Case.id).where(Case.id.in_(ids)))) == ids - goes
    assert set(session.scalars(select(Tombstone.case_id))) == goes
    assert left_behind(session, trace | patients_gone) == []
    step.rollback()
    session.expunge_all()
