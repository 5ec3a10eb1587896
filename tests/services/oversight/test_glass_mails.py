"""When somebody breaks the glass, the privacy officers of that patient's hospital are told by mail: once for each time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from mdo_portal.domain.grant import CaseGrant, GlassMailed, GrantKind
from mdo_portal.domain.hospital import Hospital
from mdo_portal.domain.people import Membership
from mdo_portal.services.oversight import glass_mails
from tests import make
from tests.people import Region, person_id

MORNING = datetime(2026, 3, 16, 8, 0, tzinfo=UTC)  # a Monday
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def broken(session: Session, region: Region, *, at: datetime, kind: GrantKind = GrantKind.EMERGENCY) -> CaseGrant:
    """Carla of KREE opened a patient of ZEED."""
    case = make.case(session, session.get_one(Hospital, region.hospitals["ZEED"]), now=at)
    grant = CaseGrant(
        case_id=case.id,
        hospital_id=case.hospital_id,
        kind=kind,
        person_id=person_id("Carla"),
        reason="spoed op de SEH",
        begins_at=at,
        ends_at=at + HOUR,
        given_by=person_id("Carla"),
        given_at=at,
    )
    session.add(grant)
    session.flush()
    return grant


def told(session: Session, at: datetime) -> list[tuple[str, int]]:
    """Who is mailed when a worker looks once, and of how many times."""
    found = []
    while (one := glass_mails.claim(session, now=at)) is not None:
        found.append((one.email, len(one.things)))
    return found


def test_the_privacy_officer_of_the_patients_hospital_is_told_once_for_each_time(session: Session, region: Region) -> None:
    broken(session, region, at=MORNING)
    assert told(session, MORNING) == [("petra@example.nl", 1)]
    assert told(session, MORNING + HOUR) == []

    broken(session, region, at=MORNING + HOUR)
    assert told(session, MORNING + HOUR) == [("petra@example.nl", 1)]


def test_what_happened_in_the_weekend_is_one_mail_on_monday(session: Session, region: Region) -> None:
    for hours in (40, 30, 20):
        broken(session, region, at=MORNING - HOUR * hours)

    assert told(session, MORNING - 20 * HOUR) == []
    assert told(session, MORNING) == [("petra@example.nl", 3)]


@pytest.mark.parametrize("kind", [GrantKind.SECOND_READER, GrantKind.TREATING_HOSPITAL])
def test_a_grant_that_was_given_is_no_emergency(session: Session, region: Region, kind: GrantKind) -> None:
    broken(session, region, at=MORNING, kind=kind)

    assert told(session, MORNING) == []


def test_who_is_no_privacy_officer_any_more_is_not_told(session: Session, region: Region) -> None:
    session.scalars(select(Membership).where(Membership.person_id == person_id("Petra"))).one().ended_at = MORNING - DAY
    broken(session, region, at=MORNING)

    assert told(session, MORNING) == []


def test_a_portal_that_is_mailed_for_the_first_time_does_not_tell_of_what_is_long_past(session: Session, region: Region) -> None:
    broken(session, region, at=MORNING - 8 * DAY)

    assert told(session, MORNING) == []


def test_what_the_mail_server_did_not_take_is_not_told(session: Session, region: Region) -> None:
    broken(session, region, at=MORNING)
    one = glass_mails.claim(session, now=MORNING)
    assert one is not None
    glass_mails.put_back(session, one)

    assert told(session, MORNING) == [("petra@example.nl", 1)]


def test_who_was_told_goes_with_the_case(session: Session, region: Region) -> None:
    grant = broken(session, region, at=MORNING)
    assert told(session, MORNING)
    session.delete(grant)
    session.flush()

    assert session.scalar(select(func.count()).select_from(GlassMailed)) == 0
