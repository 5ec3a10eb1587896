"""Whatever happens in whatever order: no objection is lost, no case stands at a patient nobody named, undone is as it never was."""

from __future__ import annotations

import uuid

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some
from sqlalchemy import select
from sqlalchemy.orm import Session

from mdo_portal.domain.case import Case
from mdo_portal.domain.hospital import Hospital
from mdo_portal.domain.patient import Patient
from mdo_portal.domain.told import Merge
from mdo_portal.exchange import MergedNumbers, PatientMerge, Unreadable, Wire
from mdo_portal.services.common.source import Source
from mdo_portal.services.identity import merges, objections, unmerging
from mdo_portal.services.patients import families, patients
from mdo_portal.services.patients.rulings import Conflict
from tests import make
from tests.chance import examples
from tests.make import NOW
from tests.people import Region

NUMBERS = "1234"
STEPS = some.lists(
    some.one_of(
        some.tuples(some.just("told"), some.sampled_from(NUMBERS), some.sampled_from(NUMBERS)),
        some.tuples(some.just("again"), some.just(""), some.just("")),
        some.tuples(some.just("decided"), some.sampled_from("12"), some.sampled_from("12")),
        some.tuples(some.just("undo"), some.sampled_from(NUMBERS), some.just("")),
        some.tuples(some.just("object"), some.sampled_from("12"), some.just("")),
        some.tuples(some.just("lift"), some.sampled_from("12"), some.just("")),
        some.tuples(some.just("refer"), some.sampled_from(NUMBERS), some.just("")),
    ),
    max_size=14,
)


class Model:
    """What must hold, kept apart from the portal: the tree of numbers, who objects, and what a person took apart."""

    def __init__(self) -> None:
        self.into: dict[str, str] = {}
        self.objects: set[str] = set()
        self.apart: set[frozenset[str]] = set()
        self.last = ("1", "3")

    def root(self, number: str) -> str:
        while number in self.into:
            number = self.into[number]
        return number

    def family(self, number: str) -> set[str]:
        return {one for one in NUMBERS if self.root(one) == self.root(number)}

    def objected(self, number: str) -> bool:
        return bool(self.family(number) & self.objects)


@pytest.fixture
def two(session: Session, region: Region) -> dict[str, uuid.UUID]:
    """Two cases before any example, each under a number of its own: what an example does to them is rolled back."""
    zeed = session.get_one(Hospital, region.hospitals["ZEED"])
    return {number: make.case(session, zeed, patient=make.identity(number)).id for number in "12"}


@settings(max_examples=examples(20), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
def test_any_sequence_loses_no_objection_and_names_nobody_else(
    session: Session, region: Region, two: dict[str, uuid.UUID], steps: list[tuple[str, str, str]]
) -> None:
    trial = session.begin_nested()
    try:
        _sequence(session, region, two, steps)
    finally:
        trial.rollback()
        session.expire_all()


def _sequence(session: Session, region: Region, two: dict[str, uuid.UUID], steps: list[tuple[str, str, str]]) -> None:
    zeed, model = session.get_one(Hospital, region.hospitals["ZEED"]), Model()
    cases = {number: session.get_one(Case, one) for number, one in two.items()}
    home = {one: number for number, one in two.items()}
    for what, one, other in steps:
        _step(session, region, zeed, model, cases, home, what, one, other)
        _check(session, zeed, model, home)
    while live := _live(session):
        _undo(session, model, live[-1])
        _check(session, zeed, model, home)
    assert all(session.get_one(Case, one).home_patient_id is None for one in home)


def _step(
    session: Session, region: Region, zeed: Hospital, model: Model, cases: dict[str, Case], home: dict[uuid.UUID, str],
    what: str, one: str, other: str,
) -> None:  # fmt: skip
    if what in ("told", "again"):
        model.last = (one, other) if what == "told" else model.last
        _told(session, zeed, model, *model.last)
    elif what == "decided":
        _joined(session, model, merges.join(session, _row(session, zeed, one), _row(session, zeed, other), now=NOW), one, other)
    elif what == "undo" and (live := _live(session)):
        _undo(session, model, live[int(one) % len(live)])
    elif what == "object" and not model.objected(one):
        objections.record(session, cases[one], viewer=region.bram, now=NOW)
        model.objects |= model.family(one)
    elif what == "lift" and model.objected(one):
        objections.lift(session, cases[one], viewer=region.bram, now=NOW)
        model.objects -= model.family(one)
    elif what == "refer":
        _referred(session, zeed, model, home, one)


def _told(session: Session, zeed: Hospital, model: Model, kept: str, gone: str) -> None:
    """The hospital's word alone: never what a person took apart, and never two who both have cases."""
    message = PatientMerge((MergedNumbers(make.identity(kept), (("ZEED", gone),)),), event="A40")
    before = _live(session)
    try:
        with session.begin_nested():
            merges.apply(session, message, Source(zeed, NOW, Wire.HL7V2))
    except Conflict:
        return
    session.flush()
    made = [one for one in _live(session) if one not in before]
    for merge in made:
        pairs = {frozenset((a, b)) for a in model.family(kept) for b in model.family(gone)}
        assert not pairs & model.apart, "a person took these apart: that is a question"
        _joined(session, model, merge, kept, gone)


def _joined(session: Session, model: Model, merge: Merge | None, kept: str, gone: str) -> None:
    if merge is not None:
        model.into[model.root(gone)] = model.root(kept)


def _undo(session: Session, model: Model, merge: Merge) -> None:
    kept, gone = merge.kept_number, merge.gone_number
    unmerging.undo(session, merge, now=NOW, person_id=None)
    session.flush()
    del model.into[gone]
    model.apart.add(frozenset((kept, gone)))


def _referred(session: Session, zeed: Hospital, model: Model, home: dict[uuid.UUID, str], number: str) -> None:
    refused = model.objected(number)
    try:
        with session.begin_nested():
            home[make.case(session, zeed, patient=make.identity(number)).id] = number
        assert not refused, "somebody who objects is not taken in"
    except Unreadable as unreadable:
        assert refused and unreadable.reason == "objection"


def _check(session: Session, zeed: Hospital, model: Model, home: dict[uuid.UUID, str]) -> None:
    """As the database has it: each patient is asked once, however many cases stand there."""
    session.flush()
    session.expire_all()
    rows = {row.id: row for row in session.scalars(select(Patient).where(Patient.hospital_id == zeed.id))}
    objects: dict[uuid.UUID, bool] = {}
    for case in session.scalars(select(Case).where(Case.id.in_(home))):
        stands = rows[case.patient_id]
        assert stands.local_number == model.root(home[case.id]), "a case stands under the root of its own number"
        if stands.id not in objects:
            objects[stands.id] = families.objects(session, stands)
        assert case.objected == model.objected(home[case.id]) == objects[stands.id]
    for row in rows.values():
        if row.local_number in NUMBERS:
            assert row.objects == (row.local_number in model.objects), "each row keeps its own objection"


def _live(session: Session) -> list[Merge]:
    return list(session.scalars(select(Merge).where(Merge.undone_at.is_(None)).order_by(Merge.at, Merge.id)))


def _row(session: Session, zeed: Hospital, number: str) -> Patient:
    found = patients.by_local_number(session, zeed.id, number)
    assert found is not None
    return found
