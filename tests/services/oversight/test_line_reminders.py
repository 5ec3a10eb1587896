"""Who looks after a line is told by mail before its certificates end: once for each step, and only while there is something to do."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from threading import Thread

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from mdo_portal.database import Database
from mdo_portal.domain.hospital import Level
from mdo_portal.domain.identifiers import new_id
from mdo_portal.domain.link import Link, LinkCertificate
from mdo_portal.domain.people import Membership, Person, Role
from mdo_portal.services.oversight import line_reminders
from tests.people import Region, person_id

END = datetime(2026, 3, 27, 10, 0, tzinfo=UTC)  # a Friday: all its steps are working days
DAY = timedelta(days=1)


@pytest.fixture
def line(session: Session, region: Region) -> LinkCertificate:
    """The one certificate of ZEED, whose link manager is Lars."""
    return bound(session, region)


def bound(session: Session, region: Region, code: str = "ZEED", *, ends: datetime = END) -> LinkCertificate:
    link = session.get_one(Link, region.links[code].link_id)
    link.level = Level.HL7V2
    made = LinkCertificate(
        id=new_id(), link_id=link.id, fingerprint=new_id().hex * 2, subject="CN=epd", expires_at=ends, bound_at=END - 300 * DAY
    )
    session.add(made)
    session.flush()
    return made


def told(session: Session, at: datetime) -> list[str]:
    found = []
    while (one := line_reminders.claim(session, now=at)) is not None:
        found.append(one.email)
    return found


def test_the_link_manager_is_told_fourteen_seven_three_and_one_day_before_the_end_and_once_after_it(
    session: Session, line: LinkCertificate
) -> None:
    mornings = [END - DAY * days for days in range(20, -20, -1)]

    assert [(END - at).days for at in mornings if told(session, at)] == [14, 7, 3, 1, 0]


def test_each_step_is_told_once_however_often_is_looked(session: Session, line: LinkCertificate) -> None:
    for days in (14, 7, 3, 1, 0):
        assert told(session, END - DAY * days) == ["lars@example.nl"]
        assert told(session, END - DAY * days + timedelta(hours=2)) == []


def test_a_worker_that_was_down_tells_the_nearest_step_and_not_those_that_went_by(
    session: Session, line: LinkCertificate
) -> None:
    for days in (4, -3):
        assert told(session, END - DAY * days) == ["lars@example.nl"]
        assert told(session, END - DAY * days + timedelta(hours=2)) == []


def test_nobody_is_mailed_at_night_or_in_the_weekend(session: Session, line: LinkCertificate) -> None:
    for moment in (END + DAY, END.replace(hour=3), END.replace(hour=18)):
        assert told(session, moment) == []


def test_nobody_is_told_when_the_next_certificate_is_bound_already_or_the_line_needs_none(
    session: Session, region: Region, line: LinkCertificate
) -> None:
    following = bound(session, region, ends=END + 301 * DAY)
    assert told(session, END - DAY * 7) == []

    following.withdrawn_at = END - DAY * 7
    session.get_one(Link, line.link_id).level = Level.FHIR
    session.flush()
    assert told(session, END - DAY * 7) == []


def test_of_a_line_whose_certificate_was_renewed_the_next_end_is_told_anew(session: Session, line: LinkCertificate) -> None:
    assert told(session, END) == ["lars@example.nl"]

    line.expires_at = END + 294 * DAY
    session.flush()

    assert told(session, END + DAY * 3) == []
    assert told(session, line.expires_at - DAY * 7) == ["lars@example.nl"]


def test_without_a_link_manager_the_administrators_are_told(session: Session, region: Region, line: LinkCertificate) -> None:
    held = session.scalars(select(Membership).where(Membership.person_id == person_id("Lars"))).one()
    held.ended_at = END - 30 * DAY
    session.flush()

    assert told(session, END - DAY * 7) == ["ada@example.nl"]


def test_who_may_not_sign_in_any_more_is_not_told_and_no_link_manager_of_another_hospital(
    session: Session, region: Region, line: LinkCertificate
) -> None:
    session.add(Person(id=person_id("Karin"), name="Karin", email="karin@example.nl"))
    session.flush()
    session.add(Membership(person_id=person_id("Karin"), hospital_id=region.hospitals["KREE"], role=Role.LINK_MANAGER))
    session.get_one(Person, person_id("Lars")).disabled_at = END - 30 * DAY
    session.flush()

    assert told(session, END - DAY * 7) == ["ada@example.nl"]


def test_several_lines_that_end_together_are_one_mail(session: Session, region: Region, line: LinkCertificate) -> None:
    bound(session, region, "KREE", ends=END + timedelta(hours=1))
    session.get_one(Person, person_id("Lars")).disabled_at = END - 30 * DAY
    session.flush()

    assert told(session, END - DAY * 4) == ["ada@example.nl"]

    line.expires_at = END + 294 * DAY
    session.flush()
    assert told(session, END - DAY * 4) == []  # of the other line too was told


def test_what_the_mail_server_did_not_take_is_tried_again(session: Session, line: LinkCertificate) -> None:
    one = line_reminders.claim(session, now=END - DAY * 7)
    assert one is not None

    line_reminders.put_back(session, one)
    session.flush()

    assert told(session, END - DAY * 7) == ["lars@example.nl"]


def test_of_two_workers_one_writes_the_mail(database: Database, region: Region) -> None:
    with database.transaction() as session:
        bound(session, region)
    others: list[object] = []

    def other() -> None:
        with database.transaction() as session:
            others.append(line_reminders.claim(session, now=END - DAY * 7))

    beside = Thread(target=other)
    with database.transaction() as session:
        assert line_reminders.claim(session, now=END - DAY * 7) is not None
        beside.start()
        beside.join(timeout=0.3)
    beside.join(timeout=10)

    assert others == [None]
