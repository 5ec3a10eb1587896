"""An objection to sharing when numbers are merged: it holds for the whole family, and undone each has its own again."""

from __future__ import annotations

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from mdo_portal.domain.board import Meeting
from mdo_portal.domain.case import Case, CaseEvent, CaseState
from mdo_portal.domain.hospital import Hospital
from mdo_portal.domain.patient import Patient
from mdo_portal.domain.round import Round, RoundOutcome
from mdo_portal.domain.told import Merge
from mdo_portal.errors import IllegalMove
from mdo_portal.exchange import MergedNumbers, PatientMerge, Unreadable, Wire
from mdo_portal.services.cases import cases
from mdo_portal.services.common.source import Source
from mdo_portal.services.identity import merges, objections, unmerging
from mdo_portal.services.patients import patients
from tests import make
from tests.make import NOW
from tests.people import Region


def row(session: Session, zeed: Hospital, number: str) -> Patient:
    found = patients.by_local_number(session, zeed.id, number)
    assert found is not None
    return found


def join(session: Session, zeed: Hospital, kept: str, gone: str) -> Merge:
    merge = merges.join(session, row(session, zeed, kept), row(session, zeed, gone), now=NOW)
    assert merge is not None
    return merge


def objected(session: Session, *of: Case) -> list[bool]:
    session.flush()
    session.expire_all()
    return [session.get_one(Case, one.id).objected for one in of]


def events_of(session: Session, case: Case) -> list[str]:
    return list(session.scalars(select(CaseEvent.what).where(CaseEvent.case_id == case.id).order_by(CaseEvent.id)))


@pytest.mark.parametrize("objector", ["1", "2"])
def test_an_objection_of_either_holds_for_both_and_undone_each_has_its_own(
    session: Session, region: Region, zeed: Hospital, objector: str
) -> None:
    made = {number: make.case(session, zeed, patient=make.identity(number)) for number in "12"}
    objections.record(session, made[objector], viewer=region.bram, now=NOW)

    merge = join(session, zeed, "1", "2")

    assert objected(session, *made.values()) == [True, True]
    assert all(cases.banner(session, one).objects for one in made.values())
    for number in "12":
        with pytest.raises(Unreadable, match="objection"):
            make.case(session, zeed, patient=make.identity(number))
    other = made["2" if objector == "1" else "1"]
    assert other.state is CaseState.WITHDRAWN, "off the lists of others, as every case of somebody who objects"
    assert "objection.recorded" in events_of(session, other)

    unmerging.undo(session, merge, now=NOW, person_id=None)

    assert objected(session, *made.values()) == [objector == "1", objector == "2"]
    assert other.is_open, "it was never this patient's objection: the case stands on somebody's list again"
    assert "objection.lifted" in events_of(session, other)
    assert make.case(session, zeed, patient=make.identity("2" if objector == "1" else "1")).objected is False
    with pytest.raises(Unreadable, match="objection"):
        make.case(session, zeed, patient=make.identity(objector))


def test_an_objection_leaves_the_agenda_of_the_other_number_too(session: Session, region: Region, zeed: Hospital) -> None:
    first, planned = (make.case(session, zeed, patient=make.identity(number)) for number in "12")
    make.planned(session, planned, session.get_one(Meeting, region.meeting), viewer=region.bram)
    objections.record(session, first, viewer=region.bram, now=NOW)

    join(session, zeed, "1", "2")

    assert session.scalars(select(Round.outcome).where(Round.case_id == planned.id)).all() == [RoundOutcome.WITHDRAWN]


def test_made_while_they_are_one_it_stays_with_both(session: Session, region: Region, zeed: Hospital) -> None:
    first, second = (make.case(session, zeed, patient=make.identity(number)) for number in "12")
    merge = join(session, zeed, "1", "2")
    objections.record(session, first, viewer=region.bram, now=NOW)
    assert objected(session, first, second) == [True, True]

    unmerging.undo(session, merge, now=NOW, person_id=None)

    assert objected(session, first, second) == [True, True]
    assert [row(session, zeed, number).objects for number in "12"] == [True, True]


@pytest.mark.parametrize("objector", ["1", "2", "3"])
def test_lifted_for_one_it_is_lifted_for_all_their_numbers(
    session: Session, region: Region, zeed: Hospital, objector: str
) -> None:
    made = {number: make.case(session, zeed, patient=make.identity(number)) for number in "123"}
    objections.record(session, made[objector], viewer=region.bram, now=NOW)
    done = [join(session, zeed, "2", "1"), join(session, zeed, "3", "2")]
    assert objected(session, *made.values()) == [True, True, True]

    objections.lift(session, made["1"], viewer=region.bram, now=NOW)

    assert objected(session, *made.values()) == [False, False, False]
    assert [row(session, zeed, number).objects for number in "123"] == [False, False, False]
    for merge in done:
        unmerging.undo(session, merge, now=NOW, person_id=None)
    assert objected(session, *made.values()) == [False, False, False]


def test_what_stands_already_is_not_recorded_or_lifted_twice(session: Session, region: Region, zeed: Hospital) -> None:
    first, second = (make.case(session, zeed, patient=make.identity(number)) for number in "12")
    objections.record(session, second, viewer=region.bram, now=NOW)
    join(session, zeed, "1", "2")

    objections.lift(session, first, viewer=region.bram, now=NOW)

    with pytest.raises(IllegalMove):
        objections.lift(session, second, viewer=region.bram, now=NOW)


def test_a_number_that_the_merge_made_here_has_no_objection_of_its_own(session: Session, region: Region, zeed: Hospital) -> None:
    case = make.case(session, zeed, patient=make.identity("1"))
    objections.record(session, case, viewer=region.bram, now=NOW)
    told = PatientMerge((MergedNumbers(make.identity("2"), (("ZEED", "1"),)),), event="A40")

    merges.apply(session, told, Source(zeed, NOW, Wire.HL7V2))

    assert objected(session, case) == [True]
    with pytest.raises(Unreadable, match="objection"):
        make.case(session, zeed, patient=make.identity("2"))
    assert not row(session, zeed, "2").objects


def test_an_objection_is_not_cleaned_away_with_a_number_that_nothing_came_under(
    session: Session, region: Region, zeed: Hospital
) -> None:
    """Made while they were one, it may be of either: also of the number that is here because of the merge only."""
    case = make.case(session, zeed, patient=make.identity("1"))
    told = PatientMerge((MergedNumbers(make.identity("1"), (("ZEED", "3"),)),), event="A40")
    merges.apply(session, told, Source(zeed, NOW, Wire.HL7V2))
    objections.record(session, case, viewer=region.bram, now=NOW)

    unmerging.undo(session, session.scalars(select(Merge)).one(), now=NOW, person_id=None)

    with pytest.raises(Unreadable, match="objection"):
        make.case(session, zeed, patient=make.identity("3"))
