"""What each rule points at in the access log, and what it leaves alone: a privacy officer reads nothing else of thousands of lines."""

from __future__ import annotations

import uuid
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy.orm import Session

from mdo_portal.domain.audit import REFUSED
from mdo_portal.domain.audit_review import Rule
from mdo_portal.domain.board import Meeting
from mdo_portal.domain.case import Case
from mdo_portal.domain.hospital import Hospital
from mdo_portal.domain.policy import Act
from mdo_portal.domain.viewer import Viewer
from mdo_portal.services.access_log import audit, audit_findings
from mdo_portal.services.access_log.audit_findings import Finding
from tests import make
from tests.make import NOW
from tests.people import Region

DAY, WEEK = timedelta(days=1), timedelta(weeks=1)


def pointed_at(session: Session, region: Region, rule: Rule, *, hospital: str = "ZEED") -> list[Finding]:
    found = audit_findings.find(session, region.hospitals[hospital], now=NOW)
    return [one for one in found if one.rule is rule]


def a_case(session: Session, region: Region, *, hospital: str = "ZEED") -> Case:
    return make.case(session, session.get_one(Hospital, region.hospitals[hospital]))


def called(viewer: Viewer, name: str) -> Viewer:
    return replace(viewer, name=name)


# At night


@pytest.mark.parametrize(
    ("at", "is_night"),
    [
        (datetime(2026, 3, 1, 21, 59, tzinfo=UTC), False),
        (datetime(2026, 3, 1, 22, 0, tzinfo=UTC), True),
        (datetime(2026, 3, 2, 4, 59, tzinfo=UTC), True),
        (datetime(2026, 3, 2, 5, 0, tzinfo=UTC), False),
    ],
)
def test_the_night_is_from_eleven_to_six_by_the_clock_on_the_wall(
    session: Session, region: Region, at: datetime, is_night: bool
) -> None:
    audit.record(session, region.dirk, Act.CASE_READ, now=at, case=a_case(session, region))

    assert [one.person_name for one in pointed_at(session, region, Rule.NIGHT)] == ["Dirk"] * is_night


# What was refused


def test_a_refused_attempt_at_a_case_is_pointed_at_apart_from_what_the_same_person_read(session: Session, region: Region) -> None:
    case = a_case(session, region)
    audit.record(session, region.carla, Act.CASE_READ, now=NOW, case=case)
    audit.record(session, region.carla, Act.CASE_READ, now=NOW, case=case, outcome=REFUSED)

    (found,) = pointed_at(session, region, Rule.REFUSED)

    assert (found.person_name, found.count) == ("Carla", 1)


def test_attempts_at_what_is_not_there_count_from_three_of_one_person_on_one_day(session: Session, region: Region) -> None:
    def tries(viewer: Viewer, at: datetime, times: int) -> None:
        for _ in range(times):
            audit.refused(session, viewer, Act.CASE_READ, now=at, object_type="case", object_id=uuid.uuid4())

    tries(region.dirk, NOW, 2)
    tries(region.dirk, NOW - DAY, 2)
    tries(region.lars, NOW, 2)
    tries(region.carla, NOW, 3)
    tries(region.petra, NOW - 9 * WEEK, 3)
    for _ in range(3):
        audit.record(session, region.petra, Act.WORKLIST_READ, now=NOW)
    assert pointed_at(session, region, Rule.REFUSED) == []

    tries(region.dirk, NOW, 1)

    assert [(one.person_name, one.count, one.at) for one in pointed_at(session, region, Rule.REFUSED)] == [("Dirk", 3, NOW)]
    assert [one.person_name for one in pointed_at(session, region, Rule.REFUSED, hospital="KREE")] == ["Carla"]


# Who has nothing to do with a case


def test_who_reads_a_case_that_is_on_an_agenda_or_that_they_worked_on_is_not_pointed_at(session: Session, region: Region) -> None:
    planned, worked_on, neither = (a_case(session, region) for _ in range(3))
    make.planned(session, planned, session.get_one(Meeting, region.meeting), viewer=region.aisha)
    audit.record(session, region.mila, Act.DOCUMENT_ADD, now=NOW, case=worked_on)
    for case in (planned, worked_on, neither):
        audit.record(session, region.mila, Act.CASE_READ, now=NOW, case=case)

    assert [one.lines for one in pointed_at(session, region, Rule.NO_LINK)] == [_lines_of(session, region, neither)]


def test_who_only_tried_to_work_on_it_has_nothing_to_do_with_it(session: Session, region: Region) -> None:
    case = a_case(session, region)
    audit.record(session, region.mila, Act.DOCUMENT_ADD, now=NOW, case=case, outcome=REFUSED)
    audit.record(session, region.mila, Act.CASE_READ, now=NOW, case=case)

    assert [one.person_name for one in pointed_at(session, region, Rule.NO_LINK)] == ["Mila"]


def test_a_refusal_or_an_emergency_is_no_second_finding_of_who_has_nothing_to_do_with_it(
    session: Session, region: Region
) -> None:
    audit.record(session, region.carla, Act.CASE_READ, now=NOW, case=a_case(session, region), outcome=REFUSED)
    audit.record(session, region.carla, Act.GLASS_BREAK, now=NOW, case=a_case(session, region), reason="SEH")

    found = audit_findings.find(session, region.hospitals["ZEED"], now=NOW)
    assert sorted(one.rule.value for one in found) == ["glass", "refused"]


def _lines_of(session: Session, region: Region, case: Case) -> tuple[int, ...]:
    reads = audit_findings.reads_of(session, region.hospitals["ZEED"], since=NOW - DAY)
    return tuple(line for read in reads if read.case_id == case.id for line in sorted(read.lines))


# A surname


def test_of_a_patient_of_another_hospital_no_name_is_compared(session: Session, region: Region) -> None:
    """The officer would read in a finding what somebody is called who is no patient of theirs."""
    namesake = called(region.mila, "M. van Voorbeeld")
    audit.record(session, namesake, Act.CASE_READ, now=NOW, case=a_case(session, region))

    assert [one.person_name for one in pointed_at(session, region, Rule.SAME_SURNAME)] == ["M. van Voorbeeld"]
    assert pointed_at(session, region, Rule.SAME_SURNAME, hospital="DELT") == []
    (elsewhere,) = pointed_at(session, region, Rule.NO_LINK, hospital="DELT")
    assert (elsewhere.elsewhere, elsewhere.patient_number) == (True, None)


# Many patients


@pytest.mark.parametrize(("usual", "opened", "is_odd"), [(4, 14, False), (4, 15, True), (5, 15, False), (5, 16, True)])
def test_a_day_is_odd_above_three_times_what_one_usually_opens_from_fifteen_on(
    session: Session, region: Region, usual: int, opened: int, is_odd: bool
) -> None:
    cases = [a_case(session, region) for _ in range(opened)]
    for ago, many in ((0, opened), (1, usual), (2, usual)):
        for case in cases[:many]:
            audit.record(session, region.dirk, Act.CASE_READ, now=NOW - ago * DAY, case=case)
            audit.record(session, region.dirk, Act.DOCUMENT_READ, now=NOW - ago * DAY, case=case)
    audit.record(session, region.dirk, Act.CASE_READ, now=NOW, case=a_case(session, region), outcome=REFUSED)

    found = [(one.person_name, one.count, one.usual) for one in pointed_at(session, region, Rule.VOLUME)]

    assert found == ([("Dirk", opened, usual)] if is_odd else [])


# By lot


def test_of_each_of_the_last_four_weeks_ten_lines_are_drawn_and_the_lot_is_cast_once(session: Session, region: Region) -> None:
    case = a_case(session, region)
    for ago in range(6):
        for _ in range(12):
            audit.record(session, region.dirk, Act.CASE_READ, now=NOW - ago * WEEK, case=case)
        audit.record(session, region.carla, Act.CASE_READ, now=NOW - ago * WEEK, case=case, outcome=REFUSED)

    drawn = pointed_at(session, region, Rule.SAMPLE)

    assert sorted(one.at for one in drawn) == [NOW - ago * WEEK for ago in (4, 3, 2, 1) for _ in range(10)]
    assert {one.person_name for one in drawn} == {"Dirk"}, "what was refused is pointed at already"
    audit.record(session, region.dirk, Act.CASE_READ, now=NOW, case=case)
    assert pointed_at(session, region, Rule.SAMPLE) == drawn
    assert pointed_at(session, region, Rule.SAMPLE, hospital="KREE") == []


# How far back


def test_after_eight_weeks_nothing_is_pointed_at(session: Session, region: Region) -> None:
    for at in (NOW - 8 * WEEK, NOW - 8 * WEEK - timedelta(minutes=1)):
        audit.record(session, region.carla, Act.GLASS_BREAK, now=at, case=a_case(session, region), reason="SEH")

    assert [one.at for one in pointed_at(session, region, Rule.GLASS)] == [NOW - 8 * WEEK]
    assert audit_findings.emergencies(session, region.hospitals["ZEED"], now=NOW) == pointed_at(session, region, Rule.GLASS)
