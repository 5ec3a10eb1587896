"""A hold on numbers that were one: once they are two again it stands with whoever is there, and with nobody who is not."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from mdo_portal.domain.case import Case
from mdo_portal.domain.hospital import Hospital
from mdo_portal.domain.patient import Patient
from mdo_portal.domain.told import Merge
from mdo_portal.services.identity import unmerging
from mdo_portal.services.keeping import holds
from tests import make
from tests.make import NOW
from tests.people import Region
from tests.services.keeping_house import shield_of
from tests.services.merging import join, merge, told

HOUR = timedelta(hours=1)


def one_with_a_number_of_nobody(session: Session, region: Region, kept: str, gone: str) -> Case:
    """The case of 1, which the hospital says is one with 2; of 2 nobody had heard here."""
    zeed = session.get_one(Hospital, region.hospitals["ZEED"])
    case = make.case(session, zeed, patient=make.identity("1"))
    merge(session, zeed, told(kept, gone))
    return case


def hold(session: Session, region: Region, case: Case, reason: str) -> None:
    session.refresh(case)
    holds.place(session, region.petra, case.id, whole_patient=True, reason=reason, now=NOW + HOUR)
    session.flush()


def two_again(session: Session) -> None:
    unmerging.undo(session, session.scalars(select(Merge)).one(), now=NOW + 2 * HOUR, person_id=None)
    session.flush()
    session.expire_all()


def on_the_list(session: Session, region: Region) -> list[tuple[str | None, str]]:
    return sorted((row.patient_number, row.reason) for row in holds.standing(session, region.hospitals["ZEED"]))


@pytest.mark.parametrize(("kept", "gone"), [("2", "1"), ("1", "2")])
def test_a_hold_of_when_they_were_one_stands_once_with_whoever_is_left(
    session: Session, region: Region, kept: str, gone: str
) -> None:
    case = one_with_a_number_of_nobody(session, region, kept, gone)
    hold(session, region, case, "klacht")

    two_again(session)

    assert "2" not in session.scalars(select(Patient.local_number)).all(), "it was made for the merge"
    assert on_the_list(session, region) == [("1", "klacht")]
    assert shield_of(session, case) == "hold"


def test_a_second_hold_is_not_lost_with_the_number_that_was_made_for_the_merge(session: Session, region: Region) -> None:
    """Lifting the one would have let go what the other was to keep."""
    zeed = session.get_one(Hospital, region.hospitals["ZEED"])
    case = make.case(session, zeed, patient=make.identity("1"))
    hold(session, region, case, "onderzoek")
    merge(session, zeed, told("2", "1"))
    hold(session, region, case, "klacht")

    two_again(session)

    assert on_the_list(session, region) == [("1", "onderzoek"), ("2", "klacht")]


def test_a_hold_under_a_third_number_stands_once_with_who_is_one_with_it(session: Session, region: Region) -> None:
    """1 with 2, of whom nobody had heard, and then 3 with 1: 1 and 3 are one still, and come apart each keeps it."""
    case = one_with_a_number_of_nobody(session, region, "1", "2")
    first = session.scalars(select(Merge)).one()
    merge(session, session.get_one(Hospital, region.hospitals["ZEED"]), told("3", "1"))
    hold(session, region, case, "klacht")

    unmerging.undo(session, first, now=NOW + 2 * HOUR, person_id=None)
    session.flush()

    assert on_the_list(session, region) == [("3", "klacht")]
    assert shield_of(session, case) == "hold"
    unmerging.undo(
        session, session.scalars(select(Merge).where(Merge.undone_at.is_(None))).one(), now=NOW + 3 * HOUR, person_id=None
    )
    session.flush()
    assert shield_of(session, case) == "hold"


def test_a_hold_stays_with_both_when_a_further_number_went_on_since(session: Session, region: Region) -> None:
    """2 with 1, 1 with 3, put on hold, and then 3 with 5: neither 1 nor 5 is who the hold was set under."""
    zeed = session.get_one(Hospital, region.hospitals["ZEED"])
    of_both = [make.case(session, zeed, patient=make.identity(one)) for one in "12"]
    join(session, zeed, "1", "2")
    first = session.scalars(select(Merge)).one()
    merge(session, zeed, told("3", "1"))
    hold(session, region, of_both[1], "klacht")
    merge(session, zeed, told("5", "3"))

    unmerging.undo(session, first, now=NOW + 2 * HOUR, person_id=None)
    session.flush()
    session.expire_all()

    assert [shield_of(session, case) for case in of_both] == ["hold", "hold"]
    assert on_the_list(session, region) == [("2", "klacht"), ("3", "klacht")]
