"""A grant is taken back on its own case only; the hour of a broken glass runs out by itself."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from mdo_portal.domain.case import Case, CaseEvent
from mdo_portal.domain.grant import CaseGrant, GrantKind
from mdo_portal.domain.hospital import Hospital
from mdo_portal.errors import NotFound
from mdo_portal.services.people import grants
from tests import make
from tests.make import NOW
from tests.people import Region, person_id


@pytest.fixture
def case(session: Session, zeed: Hospital) -> Case:
    return make.case(session, zeed)


def granted(session: Session, case: Case, kind: GrantKind = GrantKind.SECOND_READER) -> CaseGrant:
    made = CaseGrant(
        case_id=case.id, hospital_id=case.hospital_id, kind=kind, person_id=person_id("Carla"), to_hospital_id=None,
        reason="revisie van de coupes", begins_at=NOW, ends_at=NOW + timedelta(days=3), given_by=person_id("Dirk"), given_at=NOW,
    )  # fmt: skip
    session.add(made)
    session.flush()
    return made


def end(session: Session, case: Case, grant_id: uuid.UUID, region: Region, *, hours: int = 1) -> None:
    grants.end(session, case, grant_id, viewer=region.dirk, now=NOW + timedelta(hours=hours))


def test_of_another_case_none_or_a_broken_glass_is_not_found(
    session: Session, region: Region, zeed: Hospital, case: Case
) -> None:
    of_another, glass = granted(session, make.case(session, zeed)), granted(session, case, GrantKind.EMERGENCY)

    for grant_id in (of_another.id, glass.id, uuid.uuid4()):
        with pytest.raises(NotFound):
            end(session, case, grant_id, region)

    assert (of_another.ended_at, glass.ended_at) == (None, None)


def test_taken_back_twice_it_ended_the_first_time(session: Session, region: Region, case: Case) -> None:
    grant = granted(session, case)

    for hours in (1, 2):
        end(session, case, grant.id, region, hours=hours)

    assert (grant.ended_at, grant.ended_by) == (NOW + timedelta(hours=1), region.dirk.person_id)
    events = select(CaseEvent.at).where(CaseEvent.case_id == case.id, CaseEvent.what == "grant.ended")
    assert session.scalars(events).all() == [NOW + timedelta(hours=1)]


def test_a_grant_holds_from_its_first_moment_until_just_before_its_last_or_until_it_is_taken_back(
    session: Session, region: Region, case: Case
) -> None:
    grant, instant = granted(session, case), timedelta(microseconds=1)
    (row,) = grants.of_case(session, case.id)
    moments = (grant.begins_at - instant, grant.begins_at, grant.ends_at - instant, grant.ends_at)
    assert [row.holds(at) for at in moments] == [False, True, True, False]

    end(session, case, grant.id, region)

    (row,) = grants.of_case(session, case.id)
    assert not row.holds(grant.begins_at + instant)
