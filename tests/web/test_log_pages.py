"""The privacy officer's pages: who looked, the review, a breach; what belongs to another hospital stays away."""

from __future__ import annotations

import csv
import io
import json
import re
import uuid
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select, update

from mdo_portal.domain.audit import REFUSED, AuditEntry
from mdo_portal.domain.case import Case
from mdo_portal.domain.people import Person
from mdo_portal.domain.policy import Act, Relation
from mdo_portal.domain.viewer import Viewer
from mdo_portal.services.access_log import audit
from tests import make, pdf_text
from tests.people import person_id
from tests.web.log_house import NUMBER, OTHER_NUMBER, House, house, rows_of
from tests.web.portal import CSRF

__all__ = ["house"]


def test_the_log_filters_by_person_patient_act_and_period(house: House) -> None:
    aisha, today = str(person_id("Aisha")), f"{datetime.now(UTC) - timedelta(days=1):%Y-%m-%d}"

    assert "Aisha" in rows_of(house.ask("/log", number=NUMBER, since=today))
    assert "Dirk" not in rows_of(house.ask("/log", person=aisha))
    assert "Aisha" not in rows_of(house.ask("/log", act="document:read"))
    assert "Geen regels" in house.ask("/log", until="2020-01-01")
    assert "Dirk" in rows_of(house.ask("/log", until="9999-12-31")), "the last day of all is typed by who means: without an end"
    assert "Geen regels" in house.ask("/log", number="0")
    assert "Geen regels" in house.ask("/log", odd="1", number=NUMBER)


def test_the_log_goes_back_page_by_page_without_a_double_or_a_gap(house: House) -> None:
    with house.database.transaction() as session:
        for _ in range(230):
            audit.record(session, house.region.dirk, Act.WORKLIST_READ, now=make.NOW)
    seen: list[str] = []
    page = house.ask("/log", until="2026-12-31", act="worklist:read")
    while len(seen) <= 230:
        seen += re.findall(r'data-row="(\d+)"', page)
        older = re.search(r'name="before" value="([^"]+)"', page)
        if older is None:
            break
        page = house.ask("/log", until="2026-12-31", act="worklist:read", before=older[1])

    assert len(seen) == len(set(seen)) == 230


def test_another_hospitals_patient_is_nowhere(house: House) -> None:
    for page in (
        house.person("Petra").get("/log").text,
        house.ask("/log/patient", number=OTHER_NUMBER),
        house.ask("/log/patient", number=make.OTHER_BSN),
        house.ask("/log/breach", since="2020-01-01T00:00", until="2099-01-01T00:00"),
        house.person("Petra").get("/log/review").text,
    ):
        assert "Anderman" not in page and "Carla" not in rows_of(page) and OTHER_NUMBER not in rows_of(page)


def test_a_number_stands_in_no_address(house: House) -> None:
    pages = (house.ask("/log", number=NUMBER), house.ask("/log/patient", number=NUMBER))
    assert not any(re.search(rf'(?:href|action|src)="[^"]*{NUMBER}', page) for page in pages)


def test_who_looked_merges_what_one_person_did_of_a_kind_on_a_day(house: House) -> None:
    page = house.ask("/log/patient", number=NUMBER)

    assert re.search(r"Aisha.*?Bekeek uw gegevens.*?3 keer", rows_of(page), re.S)
    assert "coördinator van het overleg · Ziekenhuis DELT" in page
    assert "hoort bij het team dat uw situatie bespreekt; verwijzing waarvan u weet" in page


def test_a_patient_is_found_by_bsn_too_also_as_an_epd_shows_it(house: House) -> None:
    copied = f"{make.BSN[:4]}.{make.BSN[4:6]}.{make.BSN[6:]}"
    assert "Bekeek een document" in house.ask("/log/patient", number=copied)


def test_names_can_be_left_out(house: House) -> None:
    rows = rows_of(house.ask("/log/patient", number=NUMBER, without_names="1"))
    assert "Aisha" not in rows and "coördinator van het overleg" in rows


def test_the_overview_is_dutch_whatever_the_officer_reads(house: House) -> None:
    with house.database.transaction() as session:
        session.execute(update(Person).where(Person.name == "Petra").values(language="en"))

    assert "Bekeek uw gegevens" in house.ask("/log/patient", number=NUMBER)


def test_the_csv_opens_in_dutch_excel_and_starts_no_formula(house: House) -> None:
    with house.database.transaction() as session:
        session.execute(update(Person).where(Person.name == "Aisha").values(name="=cmd()\r\nAisha\x1b[31m;x"))
        aisha = session.get_one(Person, person_id("Aisha"))
        viewer = Viewer(aisha.id, aisha.name, house.region.hospitals["DELT"])
        case = session.get_one(Case, house.case_id)
        audit.record(session, viewer, Act.NOTE_READ, now=datetime.now(UTC), case=case, relation=Relation.BOARD)

    text = house.ask("/log/patient", number=NUMBER, format="csv")

    assert text.startswith("\ufeff")
    rows = list(csv.reader(io.StringIO(text.removeprefix("\ufeff")), delimiter=";"))
    assert rows[0][0] == "eerste keer" and {len(row) for row in rows} == {10}
    assert len(text.removeprefix("\ufeff").strip().split("\r\n")) == len(rows)
    assert any(row[5] == "'=cmd() Aisha [31m;x" for row in rows)


def test_the_pdf_says_the_same_and_names_the_patient_only_inside(house: House) -> None:
    answer = house.person("Petra").post("/log/patient", data={"csrf_token": CSRF, "number": NUMBER, "format": "pdf"})
    said = " ".join(pdf_text.whole(answer.data).split())

    assert answer.mimetype == "application/pdf"
    assert "Bekeek uw gegevens" in said and "van Voorbeeld" in said and "Aisha" in said
    assert NUMBER not in answer.headers["Content-Disposition"]


def test_asking_who_looked_is_logged_with_the_patient(house: House) -> None:
    house.ask("/log/patient", number=NUMBER)
    house.ask("/log/patient", number=NUMBER, format="csv")

    with house.database.transaction() as session:
        lines = session.execute(
            select(AuditEntry.patient_id, AuditEntry.detail).where(AuditEntry.act == Act.LOG_PATIENT).order_by(AuditEntry.seq)
        ).all()
    assert [line.detail for line in lines] == ["page", "csv"]
    assert all(line.patient_id for line in lines)


def test_the_owner_hospital_sees_an_attempt_from_elsewhere(house: House) -> None:
    assert house.person("Carla").get(f"/cases/{house.case_id}").status_code == 404

    with house.database.transaction() as session:
        line = session.scalars(select(AuditEntry).where(AuditEntry.outcome == REFUSED)).one()
    assert (line.case_id, line.hospital_id) == (house.case_id, house.region.hospitals["ZEED"])
    assert (line.acting_hospital_id, line.policy) == (house.region.hospitals["KREE"], "case:read/none")
    assert "geweigerd" in rows_of(house.ask("/log", odd="1"))
    assert "Probeerde uw gegevens te openen; dat werd geweigerd" in house.ask("/log/patient", number=NUMBER)


def test_an_attempt_at_nothing_leaves_a_line_too(house: House) -> None:
    """The same work for what is somebody else's and for what is not there."""
    assert house.person("Carla").get(f"/cases/{uuid.uuid4()}").status_code == 404

    with house.database.transaction() as session:
        line = session.scalars(select(AuditEntry).where(AuditEntry.outcome == REFUSED)).one()
    assert (line.case_id, line.patient_id, line.hospital_id) == (None, None, house.region.hospitals["KREE"])


def test_a_breach_report_says_who_saw_what_of_whom(house: House) -> None:
    page = house.ask("/log/breach", since="2020-01-01T00:00", until="2099-01-01T00:00")
    assert re.search(rf"Aisha.*?casus bekeken.*?3 keer.*?{NUMBER}", rows_of(page), re.S)

    text = house.ask(
        "/log/breach", since="2020-01-01T00:00", until="2099-01-01T00:00", person=str(person_id("Dirk")), format="csv"
    )
    rows = list(csv.reader(io.StringIO(text.removeprefix("\ufeff")), delimiter=";"))
    assert {row[0] for row in rows[1:]} == {"Dirk"} and NUMBER in {row[5] for row in rows}


def test_the_breach_form_is_filled_in_for_one_click(house: House) -> None:
    page = house.person("Petra").get("/log/breach").text
    times = dict(re.findall(r'name="(since|until)" value="([^"]+)"', page))

    assert rows_of(house.ask("/log/breach", **times))


@pytest.mark.parametrize(("since", "until"), [("", ""), ("2026-01-02T00:00", "2026-01-01T00:00"), ("gisteren", "morgen")])
def test_a_period_that_is_none_gets_a_sentence(house: House, since: str, until: str) -> None:
    answer = house.person("Petra").post("/log/breach", data={"csrf_token": CSRF, "since": since, "until": until})
    assert answer.status_code == 400 and "niets opgezocht" in answer.text


def test_a_breach_form_that_cannot_be_answered_keeps_what_was_typed(house: House) -> None:
    asked = {"since": "2026-01-02T00:00", "until": "2026-01-01T00:00", "number": NUMBER, "person": str(person_id("Dirk"))}
    page = house.person("Petra").post("/log/breach", data={"csrf_token": CSRF, **asked}).text

    assert all(f'value="{one}"' in page for one in (asked["since"], asked["until"], NUMBER))
    assert f'value="{asked["person"]}" selected' in page
    assert re.search(r'id="f-since"[^>]*aria-invalid="true"', page)


@pytest.mark.parametrize("path", ["/log", "/log/patient", "/log/review", "/log/breach"])
def test_every_view_of_the_log_stands_under_it_in_the_header(house: House, path: str) -> None:
    assert re.search(r'<a href="/log" aria-current="page">Logboek', house.person("Petra").get(path).text)


def test_the_export_is_one_audit_event_per_line_without_a_name_of_a_patient(house: House) -> None:
    text = house.ask("/log/export")
    events = [json.loads(line) for line in text.splitlines()]

    assert {event["resourceType"] for event in events} == {"AuditEvent"}
    assert not [word for word in ("Voorbeeld", NUMBER, make.BSN) if word in make.without_ids(text)]
    read = next(event for event in events if event["subtype"][0]["code"] == "case:read")
    assert (read["action"], read["outcome"], read["agent"][0]["name"]) == ("R", "0", "Aisha")
    assert [entity["name"] for entity in read["entity"]] == ["patient", "case"]
