"""What the page of a case says of who else may read it, and who can be chosen there."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from mdo_portal.domain.case import Case, CaseEvent
from mdo_portal.domain.grant import CaseGrant, GrantKind
from mdo_portal.domain.hospital import Hospital
from mdo_portal.domain.people import Membership, Person, Role
from mdo_portal.domain.policy import Act
from mdo_portal.errors import IllegalMove, Incomplete
from mdo_portal.services.people import grants
from mdo_portal.services.people.grants import Wanted
from tests import make
from tests.make import NOW
from tests.people import Region, person_id, viewer
from tests.services.people.test_grants_ending import granted

HOUR = timedelta(hours=1)


@pytest.fixture
def case(session: Session, zeed: Hospital) -> Case:
    return make.case(session, zeed)


def glass(session: Session, case: Case, **over: Any) -> CaseGrant:
    made = granted(session, case, GrantKind.EMERGENCY)
    for column, value in ({"ends_at": NOW + HOUR} | over).items():
        setattr(made, column, value)
    session.flush()
    return made


def test_the_grants_of_this_case_are_listed_newest_first_with_their_readers(
    session: Session, region: Region, zeed: Hospital, case: Case
) -> None:
    granted(session, make.case(session, zeed))
    granted(session, case)
    newer = granted(session, case, GrantKind.TREATING_HOSPITAL)
    newer.person_id, newer.to_hospital_id, newer.given_at = None, region.hospitals["KREE"], NOW + HOUR
    session.flush()

    kreek = session.get_one(Hospital, region.hospitals["KREE"]).name
    assert [(row.person, row.hospital, row.given_by) for row in grants.of_case(session, case.id)] == [
        (None, kreek, "Dirk"),
        ("Carla", None, "Dirk"),
    ]


def test_who_looks_through_broken_glass_reads_until_when(session: Session, region: Region, zeed: Hospital, case: Case) -> None:
    glass(session, case)
    glass(session, case, ends_at=NOW + 2 * HOUR)
    glass(session, make.case(session, zeed), ends_at=NOW + 3 * HOUR)

    assert grants.emergency_until(session, region.carla, case.id, now=NOW) == NOW + 2 * HOUR
    assert grants.emergency_until(session, region.carla, case.id, now=NOW + 2 * HOUR) is None


@pytest.mark.parametrize("otherwise", [{"kind": GrantKind.SECOND_READER}, {"ended_at": NOW}, {"person_id": person_id("Bram")}])
def test_who_reads_it_otherwise_or_no_more_does_not(
    session: Session, region: Region, case: Case, otherwise: dict[str, object]
) -> None:
    glass(session, case, **otherwise)

    assert grants.emergency_until(session, region.carla, case.id, now=NOW) is None


def test_that_the_glass_was_broken_stands_on_the_case_with_who_did(session: Session, region: Region, case: Case) -> None:
    grants.told(session, case, viewer=region.carla, now=NOW)

    told = session.scalars(select(CaseEvent).where(CaseEvent.case_id == case.id, CaseEvent.what == "glass.broken")).one()
    assert (told.person_id, told.at) == (region.carla.person_id, NOW)


@pytest.mark.parametrize(
    ("otherwise", "reads"),
    [
        ({"person_id": person_id("Carla")}, True),
        ({"person_id": None, "to_hospital_id": "KREE", "kind": GrantKind.TREATING_HOSPITAL}, True),
        ({"person_id": None, "to_hospital_id": "ODUL", "kind": GrantKind.TREATING_HOSPITAL}, False),
        ({"person_id": person_id("Bram")}, False),
        ({"begins_at": NOW + HOUR}, False),
        ({"begins_at": NOW - HOUR, "ends_at": NOW}, False),
        ({"ended_at": NOW}, False),
    ],
    ids=["theirs", "their hospital's", "another hospital's", "somebody else's", "not yet", "over", "taken back"],
)
def test_only_a_grant_of_their_own_that_holds_opens_a_case_whatever_postgresql_says(
    session: Session, region: Region, case: Case, otherwise: dict[str, Any], reads: bool
) -> None:
    """The first wall by itself: who asks here is shown every row."""
    if otherwise.get("to_hospital_id"):
        otherwise = otherwise | {"to_hospital_id": region.hospitals[otherwise["to_hospital_id"]]}
    session.execute(update(CaseGrant).where(CaseGrant.id == granted(session, case).id).values(**otherwise))

    carla = viewer(session, "Carla", region.hospitals)

    assert bool(carla.relations(Act.CASE_READ, hospital_id=case.hospital_id, case_id=case.id)) is reads


def names(session: Session, case: Case) -> tuple[list[str], list[str]]:
    people, hospitals = grants.possible_readers(session, case, now=NOW)
    return [one.name for one in people], [one.name for one in hospitals]


def test_clinicians_of_elsewhere_can_be_chosen_and_every_hospital_but_its_own(
    session: Session, region: Region, zeed: Hospital, case: Case
) -> None:
    for name, role in (("Petra", Role.CASE_MANAGER), ("Aisha", Role.CASE_MANAGER)):
        at = region.hospitals["ZEED" if name == "Petra" else "DELT"]
        session.add(Membership(person_id=person_id(name), hospital_id=at, role=role))
    session.flush()

    people, hospitals = names(session, case)

    assert people == ["Aisha", "Bilal", "Bram", "Carla", "Mila"]
    assert hospitals == sorted(hospitals) and len(hospitals) == 3 and zeed.name not in hospitals


@pytest.mark.parametrize("why", ["shut out", "left"])
def test_who_is_shut_out_or_left_can_not(session: Session, case: Case, why: str) -> None:
    if why == "shut out":
        session.execute(update(Person).where(Person.id == person_id("Carla")).values(disabled_at=NOW))
    else:
        session.execute(update(Membership).where(Membership.person_id == person_id("Carla")).values(ended_at=NOW))

    assert "Carla" not in names(session, case)[0]


def test_giving_it_says_why_and_open_pages_look_again(session: Session, region: Region, case: Case) -> None:
    def give(reason: str) -> None:
        until = (NOW + timedelta(days=3)).date()
        grants.give(session, case, Wanted(person_id("Carla"), False, until, reason), viewer=region.dirk, now=NOW)

    with pytest.raises(IllegalMove, match="reden"):
        give("  ")
    with pytest.raises(IllegalMove, match="einddatum"):
        grants.give(session, case, Wanted(person_id("Carla"), False, None, "revisie"), viewer=region.dirk, now=NOW)
    assert session.scalars(select(CaseGrant)).all() == []

    shown = case.revision
    give(" revisie ")

    assert (session.scalars(select(CaseGrant.reason)).one(), case.revision) == ("revisie", shown + 1)


def test_a_grant_to_nobody_we_know_of_is_refused(session: Session, region: Region, case: Case) -> None:
    until = (NOW + timedelta(days=3)).date()
    for reader, is_hospital in ((None, False), (uuid.uuid4(), True), (person_id("Carla"), True)):
        with pytest.raises(Incomplete) as refused:
            grants.give(session, case, Wanted(reader, is_hospital, until, "revisie"), viewer=region.dirk, now=NOW)
        assert list(refused.value.fields) == ["reader"]
