"""Who somebody is changes at the very moment at which that is asked, answered, taken back or told: nobody waits for who waits for them."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from mdo_portal import database as ours
from mdo_portal.database import Database
from mdo_portal.domain.case import Case, CaseEvent
from mdo_portal.domain.hospital import Hospital
from mdo_portal.domain.identity_conflict import ConflictKind, Decision
from mdo_portal.domain.patient import Patient
from mdo_portal.domain.told import Merge
from mdo_portal.exchange import PatientLink, Wire
from mdo_portal.services.common.source import Source
from mdo_portal.services.history import standing
from mdo_portal.services.identity import apart, merges, unmerging
from mdo_portal.services.patients import conflicts, families, patient_feed, patients
from tests import make
from tests.identity_questions import CONFLICTS, STRANGER, born, decide, merge, opened, referral, states, take_back
from tests.make import NOW
from tests.people import Region
from tests.reception_house import hand_in, understand_all
from tests.test_dispatch_races import Beside


def begins_at(
    monkeypatch: pytest.MonkeyPatch,
    database: Database,
    module: Any,
    name: str,
    act: Callable[[Session], Any],
    *,
    after: bool = False,
) -> Beside:
    """Somebody else begins with `act` the first time that `module.name` is called, or when that is done."""
    beside, real = Beside(database, act), getattr(module, name)

    def meanwhile(*which: Any, **how: Any) -> Any:
        monkeypatch.setattr(module, name, real)
        found = real(*which, **how) if after else None
        beside.begin()
        return found if after else real(*which, **how)

    monkeypatch.setattr(module, name, meanwhile)
    monkeypatch.setattr(ours, "ENDED_FOR_ANOTHER", ())  # whom PostgreSQL ended for another is not done once more
    return beside


def merges_another(session: Session, number: str) -> None:
    """Who has this number here is the same as somebody else, if that row is still there."""
    query = select(Patient).where(Patient.local_number == number, Patient.merged_into.is_(None))
    one = session.scalars(query.where(Patient.family == STRANGER).with_for_update()).one_or_none()
    if one is not None:
        merges.join(session, patients.add(session, one.hospital_id, make.identity("99"), now=NOW), one, now=NOW)


@pytest.mark.parametrize("of", ["who had no number", "who has it now"])
def test_a_number_that_is_corrected_and_a_merge_of_whose_it_is_do_not_wait_for_each_other(
    database: Database, region: Region, monkeypatch: pytest.MonkeyPatch, of: str
) -> None:
    """The answer had the case and wanted its patient; so had taking it back."""
    nine = born(referral("9", patient="9", family=STRANGER), "19701231")
    odd = nine.replace(b"M9", b"M2").replace(b"VW-9", b"VW-2").replace(b"|9^^^", b"|1^^^")
    hand_in(database, region, nine, referral("1"), odd.replace(b"31|F", b"31|M").replace(b"121500", b"121600"))
    understand_all(database)
    chosen = decide(database, Decision.OTHER)
    take_back(database, chosen)

    if of == "who had no number":
        beside = begins_at(monkeypatch, database, unmerging, "forget_unused", partial(merges_another, number=""))
        decide(database, Decision.CORRECTED, number="9")
    else:
        decide(database, Decision.CORRECTED, number="9")
        beside = begins_at(monkeypatch, database, apart, "untell", partial(merges_another, number="9"))
        take_back(database, chosen)
    beside.end()

    assert beside.failed == []
    assert [one.id for one in opened(database)] == ([] if of == "who had no number" else [chosen])


def named(number: str) -> Select[Patient]:
    return select(Patient).where(Patient.local_number == number)


def merged(session: Session, kept: str = "99", gone: str = "1") -> None:
    merges.join(session, session.scalars(named(kept)).one(), session.scalars(named(gone)).one(), now=NOW)


def told_of(database: Database, number: str) -> list[str]:
    with database.transaction() as session:
        events = select(CaseEvent.what).join(Case, Case.id == CaseEvent.case_id).where(Case.referral_number == number)
        return list(session.scalars(events.order_by(CaseEvent.at, CaseEvent.id)))


def links(session: Session, region: Region, *numbers: str, linked: bool = True) -> None:
    one, other = (make.identity(number) for number in numbers)
    told, zeed = PatientLink((one, other), linked=linked, event="A24"), session.get_one(Hospital, region.hospitals["ZEED"])
    patient_feed.link(session, told, Source(zeed, NOW, Wire.HL7V2))


def test_that_a_number_is_linked_is_told_of_whom_it_is_when_that_is_merged_meanwhile(
    database: Database, region: Region, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It was told of nobody: the patient had no cases any more."""
    hand_in(database, region, referral("1"), referral("99", patient="99"))
    understand_all(database)

    beside = begins_at(monkeypatch, database, patient_feed, "_links", merged)
    with database.transaction() as session:
        links(session, region, "1", "404")
    beside.end()

    assert (beside.failed, told_of(database, "VW-1")[-2:]) == ([], ["patient.linked", "patient.merged"])


def test_two_numbers_that_are_linked_no_more_and_a_merge_of_both_do_not_wait_for_each_other(
    database: Database, region: Region, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The one held the cases of the one and wanted those of the other, the merge all of them in their own order."""
    hand_in(database, region, referral("1"), referral("2", patient="2"))
    understand_all(database)
    with database.transaction() as session:
        links(session, region, "1", "2")
        cases = select(Patient.local_number).join(Case, Case.patient_id == Patient.id).where(Patient.local_number.in_(("1", "2")))
        first, last = session.scalars(cases.order_by(Case.id))

    beside = begins_at(monkeypatch, database, standing, "cases_of", partial(merged, kept=last, gone=first), after=True)
    with database.transaction() as session:
        links(session, region, last, first, linked=False)
    beside.end()

    assert (beside.failed, told_of(database, f"VW-{first}")[-2:]) == ([], ["patient.unlinked", "patient.merged"])


@pytest.mark.parametrize(("module", "name"), [(conflicts, "_open"), (standing, "cases_of")])
def test_a_question_about_who_somebody_is_and_a_merge_of_whom_it_is_about_do_not_wait_for_each_other(
    database: Database, region: Region, monkeypatch: pytest.MonkeyPatch, module: Any, name: str
) -> None:
    """The question was told to the cases, and then written down under the patient; or to nobody, when the merge was there first."""
    fits, odd = CONFLICTS[ConflictKind.OTHER_BSN]
    hand_in(database, region, fits, referral("99", patient="99"))
    understand_all(database)
    hand_in(database, region, odd)

    beside = begins_at(monkeypatch, database, module, name, merged)
    understand_all(database)
    beside.end()

    assert (beside.failed, states(database)[-1]) == ([], "identity_conflict")
    assert told_of(database, "VW-1")[-2:] == ["message.held", "patient.merged"]


def test_a_message_that_waits_for_two_patients_holds_their_cases_in_the_order_of_everybody(
    database: Database, region: Region, monkeypatch: pytest.MonkeyPatch
) -> None:
    odd = [born(referral(f"1{one}", patient=one, family=STRANGER), "19701231") for one in "12"]
    hand_in(database, region, referral("1"), referral("2", patient="2"), referral("3"), *odd)
    understand_all(database)
    hand_in(database, region, merge("M4", "1", "2"))

    def holds(session: Session) -> None:  # as who defers, or calls a meeting off
        two = select(Case).where(Case.referral_number.in_(("VW-2", "VW-3"))).order_by(Case.id).with_for_update(**ours.HELD)
        assert len(session.scalars(two).all()) == 2

    beside = begins_at(monkeypatch, database, standing, "cases_of", holds, after=True)
    understand_all(database)
    beside.end()

    assert (beside.failed, states(database)[-1]) == ([], "waits_for_identity")
    assert [told_of(database, f"VW-{one}").count("message.held") for one in "123"] == [2, 2, 2]


def test_several_families_are_held_in_one_order_whoever_is_named_first(
    session: Session, region: Region, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = [patients.add(session, region.hospitals["ZEED"], make.identity(str(one)), now=NOW) for one in range(6)]
    locked, held = families.locked, []

    def holds(session: Session, one: uuid.UUID) -> list[Patient]:
        held.append(one)
        return locked(session, one)

    monkeypatch.setattr(families, "locked", holds)

    assert families.roots_locked(session, rows[::-1]) == rows[::-1]
    assert held == sorted(one.id for one in rows)


def test_whose_numbers_are_taken_apart_meanwhile_is_held_by_themselves(
    database: Database, region: Region, monkeypatch: pytest.MonkeyPatch
) -> None:
    hand_in(database, region, referral("1"), referral("99", patient="99"))
    understand_all(database)
    with database.transaction() as session:
        merged(session)

    def taken_apart(session: Session) -> None:
        unmerging.undo(session, session.scalars(select(Merge)).one(), now=NOW, person_id=None)

    beside = begins_at(monkeypatch, database, families, "locked", taken_apart)
    with database.transaction() as session:
        gone = session.scalars(named("1")).one()
        assert families.roots_locked(session, [gone]) == [gone]
    beside.end()
    assert beside.failed == []
