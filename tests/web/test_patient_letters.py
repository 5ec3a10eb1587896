"""The clinician of the patient's own hospital writes, reads and releases the letter; nobody else sees it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select
from werkzeug.test import TestResponse

from mdo_portal.database import Database
from mdo_portal.domain.audit import AuditEntry
from mdo_portal.domain.people import Membership, Role
from mdo_portal.domain.round import Round
from tests import make, pdf_text
from tests.people import Region, person_id
from tests.web.decision_desk import on_the_agenda
from tests.web.portal import CSRF, app_on, signed_in

TEXT = "Artsen hebben over u gesproken. Zij adviseren een operatie."


@dataclass(frozen=True)
class Desk:
    app: Flask
    database: Database
    region: Region
    case: str
    round_id: object

    def get(self, name: str, what: str = "") -> TestResponse:
        return signed_in(self.app, self.database, self.region, name).get(f"{self.case}/patient-letter{what}")

    def post(self, name: str, what: str, **form: str) -> TestResponse:
        client = signed_in(self.app, self.database, self.region, name)
        return client.post(f"{self.case}/patient-letter/{what}", data=form | {"csrf_token": CSRF})

    def seen(self) -> str:
        found = re.search(r'name="seen" value="(\d+)"', self.get("Dirk").text)
        assert found is not None
        return found[1]

    def written(self) -> None:
        self.post("Dirk", "begin", seen="0")
        self.post("Dirk", "save", seen="1", text=TEXT)

    def released(self) -> None:
        self.written()
        assert self.post("Dirk", "read", seen="2", text=TEXT).status_code == 302
        assert self.post("Dirk", "release", seen="3").status_code == 302

    def correct(self) -> None:
        now = datetime.now(UTC)
        with self.database.transaction() as session:
            make.corrected(session, session.get_one(Round, self.round_id), viewer=self.region.bram, now=now)


@pytest.fixture
def desk(database: Database, region: Region) -> Iterator[Desk]:
    now = datetime.now(UTC)
    with database.transaction() as session:
        soon, closes = now + timedelta(days=2), now + timedelta(days=1)
        round_ = on_the_agenda(session, region, now=now, starts_at=soon, closes_at=closes)
        make.signed(session, make.discussed(session, round_, viewer=region.bram, now=now), viewer=region.bram, now=now)
        path, round_id = f"/cases/{round_.case_id}", round_.id
    with app_on(database) as app:
        yield Desk(app, database, region, path, round_id)


def test_from_the_case_to_a_released_letter(desk: Desk) -> None:
    case = signed_in(desk.app, desk.database, desk.region, "Dirk")
    assert "Concept maken" in case.get(desk.case).text
    assert (
        "Het overleg schreef"
        in case.post(f"{desk.case}/patient-letter/begin", data={"seen": "0", "csrf_token": CSRF}, follow_redirects=True).text
    )

    refused = desk.post("Dirk", "read", seen="1")
    assert refused.status_code == 422 and "plekken die u moet invullen" in refused.text
    desk.post("Dirk", "save", seen="1", text=TEXT)
    assert "Concept — niet aan de patiënt geven" in pdf_text.whole(desk.get("Dirk", "/letter.pdf").data)
    assert desk.post("Dirk", "release", seen="2").status_code == 409
    desk.post("Dirk", "read", seen="2", text=TEXT)
    assert "Ik heb deze brief gelezen" not in desk.get("Dirk").text
    desk.post("Dirk", "release", seen="3")

    text = pdf_text.whole(desk.get("Dirk", "/letter.pdf").data)
    assert "Zij adviseren een operatie." in text and "Concept" not in text
    page = desk.get("Dirk").text
    assert "Afdrukken" in page and "vrijgegeven" in page
    assert "Brief voor de patiënt vrijgegeven door Dirk" in case.get(desk.case).text


def test_each_step_has_its_line_in_the_log(desk: Desk) -> None:
    desk.released()
    with desk.database.transaction() as session:
        acts = select(AuditEntry.act, AuditEntry.detail, AuditEntry.categories).where(AuditEntry.act.like("patient_letter:%"))
        done = session.execute(acts.order_by(AuditEntry.seq)).all()
    assert [(act, detail) for act, detail, _ in done] == [
        ("patient_letter:write", "begin"), ("patient_letter:write", "save"), ("patient_letter:write", "read"),
        ("patient_letter:release", ""),
    ]  # fmt: skip
    assert {tuple(categories) for *_, categories in done} == {("letter",)}


def test_a_corrected_decision_marks_the_released_letter_as_outdated(desk: Desk) -> None:
    desk.released()
    desk.correct()

    assert "Deze brief is verouderd." in desk.get("Dirk").text
    assert "verouderd" in signed_in(desk.app, desk.database, desk.region, "Dirk").get(desk.case).text


@pytest.mark.parametrize(("name", "status"), [("Carla", 404), ("Bram", 403), ("Aisha", 403), ("Mila", 403)])
def test_it_is_for_the_own_hospital_only(desk: Desk, name: str, status: int) -> None:
    desk.released()
    assert {desk.get(name, what).status_code for what in ("", "/letter.pdf")} == {status}
    assert {desk.post(name, what, seen="4", text="x").status_code for what in ("begin", "save", "read", "release")} == {status}


def test_a_case_manager_writes_but_does_not_release(desk: Desk) -> None:
    with desk.database.transaction() as session:
        held = session.scalars(select(Membership).where(Membership.person_id == person_id("Dirk"))).one()
        held.role = Role.CASE_MANAGER
    desk.written()
    assert desk.post("Dirk", "read", seen="2", text=TEXT).status_code == 302
    assert "Een specialist van uw ziekenhuis geeft de brief vrij." in desk.get("Dirk").text
    assert desk.post("Dirk", "release", seen="3").status_code == 403


def test_a_case_manager_is_not_asked_to_read_again_what_a_specialist_read(desk: Desk) -> None:
    """*Wie vrijgeeft, leest zelf* stood under a button that did nothing, for somebody who never releases."""
    for name, role in (("Dirk", Role.SPECIALIST), ("Lars", Role.CASE_MANAGER)):
        with desk.database.transaction() as session:
            held = session.scalars(select(Membership).where(Membership.person_id == person_id(name))).one()
            held.role = role
    desk.written()
    desk.post("Dirk", "read", seen="2", text=TEXT)

    page = desk.get("Lars").text

    assert "Een specialist van uw ziekenhuis geeft de brief vrij." in page
    assert "Wie vrijgeeft, leest zelf" not in page and "Ik heb deze brief gelezen" not in page


def test_what_was_typed_on_an_old_page_is_not_kept_over_another(desk: Desk) -> None:
    desk.written()
    assert desk.post("Dirk", "save", seen="1", text="Anders.").status_code == 409
    assert desk.seen() == "2"
