"""Findings: what the rules point at, who judges them, and what stays open."""

from __future__ import annotations

import re
import uuid
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from mdo_portal.domain.audit import AuditEntry
from mdo_portal.domain.audit_review import AuditReview
from mdo_portal.domain.case import Case
from mdo_portal.domain.hospital import Hospital
from mdo_portal.domain.people import Membership, Person, Role
from mdo_portal.domain.policy import Act, Relation
from mdo_portal.domain.viewer import Viewer
from mdo_portal.services.access_log import audit
from tests import make
from tests.people import Region, person_id
from tests.web.log_house import House, house, rows_of
from tests.web.portal import CSRF

__all__ = ["house"]


def reader(session: Session, region: Region, name: str) -> Viewer:
    """Somebody of ZEED with this name."""
    made = Person(name=name, email=f"{uuid.uuid4()}@example.nl")
    session.add(made)
    session.flush()
    session.add(Membership(person_id=made.id, hospital_id=region.hospitals["ZEED"], role=Role.SPECIALIST))
    return Viewer(made.id, name, region.hospitals["ZEED"], frozenset({Role.SPECIALIST}))


def read_by(house: House, name: str, *, at: datetime | None = None, act: Act = Act.CASE_READ, detail: str = "") -> None:
    with house.database.transaction() as session:
        case = session.get_one(Case, house.case_id)
        who = reader(session, house.region, name)
        audit.record(session, who, act, now=at or datetime.now(UTC), case=case, relation=Relation.OWN_HOSPITAL, detail=detail)


@pytest.mark.parametrize(
    ("name", "rule"),
    [
        ("dr. A.B. van Voorbeeld", "mogelijk eigen dossier"),
        ("Anna Voorbeeld", "mogelijk eigen dossier"),
        ("drs. K. Voorbeeld-de Wit", "zelfde achternaam"),
        ("M. Onbekend", "casus op geen enkele agenda"),
    ],
)
def test_the_rules_point_at(house: House, name: str, rule: str) -> None:
    read_by(house, name)
    page = rows_of(house.person("Petra").get("/log/review").text)

    assert re.search(rf"{re.escape(name)}.*?{rule}", page, re.S)


def test_a_finding_about_another_hospitals_patient_says_why_there_is_no_number(house: House) -> None:
    with house.database.transaction() as session:
        case = session.get_one(Case, house.other_case_id)
        who = reader(session, house.region, "M. Onbekend")
        audit.record(session, who, Act.GLASS_BREAK, now=datetime.now(UTC), case=case, relation=Relation.EMERGENCY, detail="spoed")
    page = rows_of(house.person("Petra").get("/log/review?rule=glass").text)

    assert "<td><small>patiënt van een ander ziekenhuis</small></td>" in page


def test_the_glass_is_always_pointed_at_with_its_reason(house: House) -> None:
    read_by(house, "M. Onbekend", act=Act.GLASS_BREAK, detail="spoed op de SEH")
    page = rows_of(house.person("Petra").get("/log/review?rule=glass").text)

    assert "noodinzage" in page and "spoed op de SEH" in page


def test_whoever_is_named_in_the_case_or_prepares_the_meeting_is_not_pointed_at(house: House) -> None:
    read_by(house, "dr. D. Dirksen")  # refers, says the case
    page = rows_of(house.person("Petra").get("/log/review?rule=no+link").text)

    assert "Dirksen" not in page and "Aisha" not in page


def test_a_day_with_many_more_patients_than_usual_is_pointed_at(house: House) -> None:
    with house.database.transaction() as session:
        who = reader(session, house.region, "M. Onbekend")
        zeed = session.get_one(Hospital, house.region.hospitals["ZEED"])
        cases = [make.case(session, zeed) for _ in range(20)]
        for ago in range(1, 8):
            audit.record(session, who, Act.CASE_READ, now=datetime.now(UTC) - timedelta(days=ago), case=cases[0])
        for case in cases:
            audit.record(session, who, Act.CASE_READ, now=datetime.now(UTC), case=case)

    page = rows_of(house.person("Petra").get("/log/review?rule=volume").text)
    assert "20 patiënten, gewoonlijk 1" in page


def test_a_judgement_is_signed_off_logged_and_shown(house: House) -> None:
    read_by(house, "M. Onbekend")
    petra = house.person("Petra")
    key = re.findall(r'name="finding" value="(no link[^"]+)"', petra.get("/log/review").text)[-1]

    refused = petra.post("/log/review/judge", data={"csrf_token": CSRF, "finding": key, "verdict": "asked"})
    assert refused.status_code == 400 and "nog niets vastgelegd" in refused.text
    petra.post("/log/review/judge", data={"csrf_token": CSRF, "finding": key, "verdict": "in order", "note": "waarneming"})

    assert key not in petra.get("/log/review").text
    assert "waarneming" in petra.get("/log/review?all=1").text
    with house.database.transaction() as session:
        made = session.scalars(select(AuditReview)).one()
        line = session.scalars(select(AuditEntry).where(AuditEntry.object_type == "review")).one()
    assert (made.finding, made.lines != [], line.object_id, line.detail) == (key, True, str(made.id), "in order")


def test_what_one_person_did_on_one_day_is_judged_with_one_answer_and_each_finding_has_it(house: House) -> None:
    at = datetime.now(UTC) - timedelta(hours=1)
    with house.database.transaction() as session:
        who, other = reader(session, house.region, "M. Onbekend"), reader(session, house.region, "N. Anders")
        zeed = session.get_one(Hospital, house.region.hospitals["ZEED"])
        for case in [make.case(session, zeed) for _ in range(4)]:
            audit.record(session, who, Act.CASE_READ, now=at, case=case, relation=Relation.OWN_HOSPITAL)
        audit.record(session, other, Act.CASE_READ, now=at, case=case, relation=Relation.OWN_HOSPITAL)
    petra = house.person("Petra")
    page = petra.get("/log/review?rule=no+link").text
    (together,) = [form for form in re.findall(r"<form.*?</form>", page, re.S) if "één toelichting bij alle" in form]
    keys = re.findall(r'name="finding" value="([^"]+)"', together)
    assert len(keys) == 4 and "4 keer" in together and "M. Onbekend" in together

    answer = petra.post("/log/review/judge", data={"csrf_token": CSRF, "finding": keys, "verdict": "in order", "note": "dienst"})

    assert answer.status_code == 302
    left = petra.get("/log/review?rule=no+link").text
    assert "N. Anders" in rows_of(left) and not any(key in left for key in keys)
    with house.database.transaction() as session:
        assert {one.finding for one in session.scalars(select(AuditReview))} == set(keys)
        logged = session.scalars(select(AuditEntry).where(AuditEntry.object_type == "review", AuditEntry.detail == "in order"))
        assert len(logged.all()) == 4


def test_an_answer_to_all_leaves_alone_what_a_colleague_closed_meanwhile(house: House) -> None:
    with house.database.transaction() as session:
        who = reader(session, house.region, "M. Onbekend")
        zeed = session.get_one(Hospital, house.region.hospitals["ZEED"])
        for case in [make.case(session, zeed) for _ in range(3)]:
            audit.record(session, who, Act.CASE_READ, now=datetime.now(UTC), case=case, relation=Relation.OWN_HOSPITAL)
    petra = house.person("Petra")
    keys = sorted(set(re.findall(r'name="finding" value="(no link[^"]+)"', petra.get("/log/review?rule=no+link").text)))
    petra.post("/log/review/judge", data={"csrf_token": CSRF, "finding": keys[0], "verdict": "incident", "note": "gemeld"})

    petra.post("/log/review/judge", data={"csrf_token": CSRF, "finding": [keys[0], "no link:gone"], "verdict": "in order"})
    petra.post("/log/review/judge", data={"csrf_token": CSRF, "finding": keys, "verdict": "in order"})

    with house.database.transaction() as session:
        said = {one.finding: one.verdict.value for one in session.scalars(select(AuditReview))}
    assert said == {key: "incident" if key == keys[0] else "in order" for key in keys}


def test_a_finding_that_was_asked_about_stays_open(house: House) -> None:
    read_by(house, "M. Onbekend")
    petra = house.person("Petra")
    key = re.findall(r'name="finding" value="(no link[^"]+)"', petra.get("/log/review").text)[-1]
    petra.post("/log/review/judge", data={"csrf_token": CSRF, "finding": key, "verdict": "asked", "note": "gemaild"})

    assert key in petra.get("/log/review").text


def test_what_waits_longer_than_a_week_is_counted_in_the_navigation(house: House) -> None:
    read_by(house, "M. Onbekend", at=datetime.now(UTC) - timedelta(days=9))
    page = house.person("Petra").get("/log/review").text

    assert re.search(r"wacht(en)? langer dan een week", page)
    assert re.search(r'Logboek<span class="count', page)


def test_another_hospitals_officer_judges_nothing_of_ours(house: House) -> None:
    read_by(house, "M. Onbekend")
    key = re.findall(r'name="finding" value="([^"]+)"', house.person("Petra").get("/log/review").text)[0]
    with house.database.transaction() as session:
        session.add(
            Membership(person_id=person_id("Carla"), hospital_id=house.region.hospitals["KREE"], role=Role.PRIVACY_OFFICER)
        )
    carla = house.person("Carla")

    assert key not in carla.get("/log/review").text
    answer = carla.post("/log/review/judge", data={"csrf_token": CSRF, "finding": key, "verdict": "in order"})
    assert answer.status_code == 404
    with house.database.transaction() as session:
        assert session.scalar(select(func.count()).select_from(AuditReview)) == 0
