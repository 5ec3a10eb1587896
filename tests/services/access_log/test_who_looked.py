"""Who looked at a patient, as that patient may ask; and who saw what, as the notification of a breach asks."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from mdo_portal.domain.audit import REFUSED
from mdo_portal.domain.case import Case
from mdo_portal.domain.hospital import Hospital
from mdo_portal.domain.policy import Act, Relation
from mdo_portal.domain.told import Merge
from mdo_portal.services.access_log import audit, audit_breach, audit_lines, audit_patient
from mdo_portal.services.access_log.audit_lines import Wanted
from mdo_portal.services.identity import unmerging
from tests import make
from tests.make import NOW
from tests.people import Region
from tests.services.merging import merge, told

DAY, HOUR = timedelta(days=1), timedelta(hours=1)


def a_case(session: Session, region: Region) -> Case:
    return make.case(session, session.get_one(Hospital, region.hospitals["ZEED"]), now=NOW - 30 * DAY)


def test_looks_stand_in_the_order_in_which_they_were_and_only_those_of_the_period(session: Session, region: Region) -> None:
    case = a_case(session, region)
    for viewer, ago in ((region.aisha, 1), (region.carla, 3), (region.dirk, 2), (region.mila, 0)):
        audit.record(session, viewer, Act.CASE_READ, now=NOW - ago * DAY, case=case)
    audit.record(session, region.bram, Act.CASE_READ, now=NOW - DAY, case=a_case(session, region))

    def looked(**period: datetime) -> list[str]:
        found = audit_patient.who_looked(session, [case.patient_id], **period)
        return [row.person_name for row in found if row.act == "case:read"]

    assert looked() == ["Carla", "Dirk", "Aisha", "Mila"]
    assert looked(since=NOW - 2 * DAY, until=NOW) == ["Dirk", "Aisha"]


def test_a_day_is_one_by_the_clock_on_the_wall(session: Session, region: Region) -> None:
    case, midnight = a_case(session, region), datetime(2026, 2, 27, 23, 0, tzinfo=UTC)
    for at in (midnight - HOUR, midnight, midnight + 22 * HOUR):
        audit.record(session, region.aisha, Act.CASE_READ, now=at, case=case)

    rows = [row for row in audit_patient.who_looked(session, [case.patient_id]) if row.act == "case:read"]

    assert [(row.first_at, row.last_at, row.times) for row in rows] == [
        (midnight - HOUR, midnight - HOUR, 1),
        (midnight, midnight + 22 * HOUR, 2),
    ]


def test_what_was_refused_or_done_in_an_emergency_is_no_part_of_the_rest_and_says_why(session: Session, region: Region) -> None:
    case = a_case(session, region)
    audit.record(session, region.carla, Act.CASE_READ, now=NOW, case=case, outcome=REFUSED)
    for reason in ("SEH", "", "SEH"):
        emergency = bool(reason)
        audit.record(session, region.carla, Act.CASE_READ, now=NOW + HOUR, case=case, emergency=emergency, reason=reason)

    rows = [row for row in audit_patient.who_looked(session, [case.patient_id]) if row.act == "case:read"]

    assert sorted((row.outcome, row.emergency, row.times, row.reasons) for row in rows) == [
        (0, False, 1, []),
        (0, True, 2, ["SEH"]),
        (REFUSED, False, 1, []),
    ]


def test_a_breach_report_counts_by_patient_and_names_no_patient_of_another_hospital(session: Session, region: Region) -> None:
    """DELT asks what its people saw: of two patients of ZEED it reads how often each, and neither's number."""
    for case in (a_case(session, region), a_case(session, region)):
        for _ in range(2):
            audit.record(session, region.aisha, Act.CASE_READ, now=NOW, case=case, relation=Relation.BOARD)

    def reported(hospital: str) -> list[tuple[bool, str, int]]:
        rows = audit_breach.report(session, region.hospitals[hospital], since=NOW, until=NOW + HOUR)
        return [(row.patient_number is not None, row.owner, row.times) for row in rows if row.person_name == "Aisha"]

    owner = session.get_one(Hospital, region.hospitals["ZEED"]).name
    assert reported("DELT") == [(False, owner, 2)] * 2
    assert reported("ZEED") == [(True, owner, 2)] * 2
    assert reported("KREE") == []


def test_a_breach_report_begins_at_its_first_moment_and_ends_before_its_last(session: Session, region: Region) -> None:
    case = a_case(session, region)
    for at in (NOW - HOUR, NOW, NOW + HOUR):
        audit.record(session, region.dirk, Act.CASE_READ, now=at, case=case)

    rows = audit_breach.report(session, region.hospitals["ZEED"], since=NOW, until=NOW + HOUR)

    assert [(row.first_at, row.times) for row in rows if row.person_name == "Dirk"] == [(NOW, 1)]


def test_a_look_while_two_people_were_taken_for_one_is_told_to_whose_case_it_was(session: Session, region: Region) -> None:
    """The other read who had looked at a stranger's case, and the patient whose case it was never heard of it."""
    whose = looked_at_while_one(session, region)
    assert looked(session, *whose.values()) == ["Aisha", "Carla"], "one patient, as was thought"

    apart_again(session)

    assert {name: looked(session, one) for name, one in whose.items()} == {"hers": ["Aisha"], "anothers": ["Carla"]}


def test_the_log_and_the_report_of_a_breach_find_a_patient_under_every_number_and_no_other(
    session: Session, region: Region
) -> None:
    looked_at_while_one(session, region)
    assert {number: found_under(session, region, number) for number in "12"} == {one: (["Aisha", "Carla"],) * 2 for one in "12"}

    apart_again(session)

    assert {number: found_under(session, region, number) for number in "12"} == {"1": (["Aisha"],) * 2, "2": (["Carla"],) * 2}


def test_the_log_and_the_report_of_a_breach_name_whose_case_it_was(session: Session, region: Region) -> None:
    """Whom the hospital must tell that somebody saw their case is not the other, with whom they were once taken for one."""
    looked_at_while_one(session, region)
    apart_again(session)

    zeed, wanted = region.hospitals["ZEED"], Wanted(act=Act.CASE_READ)
    lines = audit_lines.page(session, zeed, wanted)
    report = audit_breach.report(session, zeed, since=NOW, until=NOW + HOUR, of=wanted)

    for rows in (lines, report):
        assert sorted((row.person_name, row.patient_number) for row in rows) == [("Aisha", "1"), ("Carla", "2")]


def test_one_who_saw_both_while_they_were_one_saw_two_patients(session: Session, region: Region) -> None:
    looked_at_while_one(session, region)
    for case in session.scalars(select(Case).where(Case.hospital_id == region.hospitals["ZEED"])):
        audit.record(session, region.dirk, Act.CASE_READ, now=NOW, case=case)
    apart_again(session)

    report = audit_breach.report(session, region.hospitals["ZEED"], since=NOW, until=NOW + HOUR)

    assert sorted(row.patient_number or "" for row in report if row.person_name == "Dirk") == ["1", "2"]


def looked_at_while_one(session: Session, region: Region) -> dict[str, uuid.UUID]:
    """A hospital took 1 for 2: Aisha looks at the case of the one, Carla at that of the other. Whose these cases are."""
    zeed = session.get_one(Hospital, region.hospitals["ZEED"])
    hers = make.case(session, zeed, patient=make.identity("1"))
    whose = {"hers": hers.patient_id}
    merge(session, zeed, told("2", "1"))
    anothers = make.case(session, zeed, patient=make.identity("2"))
    audit.record(session, region.aisha, Act.CASE_READ, now=NOW, case=hers)
    audit.record(session, region.carla, Act.CASE_READ, now=NOW, case=anothers)
    return whose | {"anothers": anothers.patient_id}


def apart_again(session: Session) -> None:
    unmerging.undo(session, session.scalars(select(Merge)).one(), now=NOW + HOUR, person_id=None)
    session.flush()


def looked(session: Session, *patient_ids: uuid.UUID) -> list[str]:
    rows = audit_patient.who_looked(session, list(patient_ids))
    return sorted(row.person_name for row in rows if row.act == "case:read")


def found_under(session: Session, region: Region, number: str) -> tuple[list[str], list[str]]:
    """Who looked, by the lines of the log and by the report of a breach."""
    zeed = region.hospitals["ZEED"]
    wanted = audit_lines.with_patient(session, zeed, Wanted(act=Act.CASE_READ), number)
    lines = audit_lines.page(session, zeed, wanted)
    report = audit_breach.report(session, zeed, since=NOW, until=NOW + HOUR, of=wanted)
    return sorted(row.person_name for row in lines), sorted(row.person_name for row in report)
