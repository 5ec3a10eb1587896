"""Wie is dit? on the screen: side by side, decided by keyboard alone, logged, taken back; another hospital's question is not there."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from mdo_portal.database import Database
from mdo_portal.domain.audit import AuditEntry
from mdo_portal.domain.board import Meeting
from mdo_portal.domain.case import Case
from mdo_portal.domain.hospital import Hospital
from mdo_portal.domain.patient import Patient
from mdo_portal.domain.people import Role
from mdo_portal.domain.told import Merge
from tests import make
from tests.identity_questions import merge
from tests.make import BSN, OTHER_BSN
from tests.people import Region
from tests.test_reception import hand_in, understand_all
from tests.web.identity_house import House, house
from tests.web.portal import CSRF, app_on, signed_in

__all__ = ["house"]


@pytest.mark.parametrize("role", [Role.SPECIALIST, Role.CASE_MANAGER, Role.LINK_MANAGER, Role.SECRETARY])
def test_who_knows_the_patients_of_the_hospital_sees_both_side_by_side(house: House, role: Role) -> None:
    client = house.person(role)

    listed = client.get("/identities").text
    page = client.get(f"/identities/{house.conflict_id}").text

    assert f"/identities/{house.conflict_id}" in listed
    assert "Voorbeeld" not in listed, "the list names nobody"
    table = re.search(r'<table class="rows rows-compare" id="identities-compare">.*?</table>', page, re.DOTALL)
    assert table is not None
    assert table[0].count("van Voorbeeld") == 2
    assert "verschilt" in table[0]
    assert BSN not in page
    assert OTHER_BSN not in page


def test_another_hospitals_question_is_not_there(house: House) -> None:
    client = house.person(Role.SPECIALIST, "KREE")

    assert client.get(f"/identities/{house.conflict_id}").status_code == 404
    assert house.decide(client, "same") == 404
    assert "REF^I12" not in client.get("/identities").text


def test_decided_the_message_is_read_and_who_decided_stands_in_the_log(house: House) -> None:
    client = house.person(Role.CASE_MANAGER)

    assert house.decide(client, "other") == 302
    understand_all(house.database, now=datetime.now(UTC))

    assert house.state() == ["understood", "understood"]
    page = client.get(f"/identities/{house.conflict_id}").text
    assert "een andere persoon" in page
    assert "case_manager ZEED" in page
    with house.database.transaction() as session:
        lines = session.execute(select(AuditEntry.act, AuditEntry.detail).where(AuditEntry.act.like("identity:%"))).all()
    assert ("identity:decide", "other") in [tuple(line) for line in lines]
    assert "identity:read" in {line.act for line in lines}


def test_a_decision_is_taken_back_on_the_same_page(house: House) -> None:
    client = house.person(Role.CASE_MANAGER)
    house.decide(client, "same")
    understand_all(house.database, now=datetime.now(UTC))

    page = client.get(f"/identities/{house.conflict_id}").text
    assert "Beslissing terugdraaien" in page
    assert client.post(f"/identities/{house.conflict_id}/undo", data={"csrf_token": CSRF}).status_code == 302
    understand_all(house.database, now=datetime.now(UTC))

    assert "Vastleggen" in client.get(f"/identities/{house.conflict_id}").text
    with house.database.transaction() as session:
        owners = session.scalars(select(Case.patient_id).where(Case.referral_number.in_(("VW-1", "VW-2")))).all()
    assert len(set(owners)) == 2


@pytest.mark.parametrize(
    ("decision", "form"),
    [("", {}), ("aside", {"reason": ""}), ("corrected", {}), ("corrected", {"right_bsn": "123456789"}), ("delete", {})],
)
def test_what_cannot_be_decided_so_changes_nothing(house: House, decision: str, form: dict[str, str]) -> None:
    client = house.person(Role.SPECIALIST)

    assert house.decide(client, decision, **form) == 409
    understand_all(house.database, now=datetime.now(UTC))

    assert house.state() == ["understood", "identity_conflict"]


def test_who_left_something_out_reads_that_above_the_question_with_what_was_typed(house: House) -> None:
    """A page that said *Dat kan nu niet* took its place, with a way to the beginning and the number that was spelled out gone."""
    client, path = house.person(Role.SPECIALIST), f"/identities/{house.conflict_id}/decide"
    typed = {
        "csrf_token": CSRF,
        "decision": "corrected",
        "reason": "gebeld met balie",
        "right_number": "4711",
        "right_bsn": "123456789",
    }

    page = client.post(path, data=typed).text
    form = page.partition('<form class="stack decide"')[2]

    assert "Dit BSN klopt niet" in page and "identities-compare" in page
    assert re.search(r'value="corrected" checked', form) and 'value="4711"' in form and "gebeld met balie" in form
    asked = client.post(path, data={"csrf_token": CSRF, "decision": "aside"}).text
    assert "Schrijf bij Toelichting waarom" in asked.partition('id="f-reason-error"')[2], "where it is to be typed"


def test_a_question_that_a_colleague_answered_meanwhile_shows_that_answer(house: House) -> None:
    client = house.person(Role.SPECIALIST)
    house.decide(house.person(Role.CASE_MANAGER), "other")

    page = client.post(f"/identities/{house.conflict_id}/decide", data={"csrf_token": CSRF, "decision": "same"}).text

    assert "Hierover is al beslist" in page and "case_manager ZEED" in page and "Vastleggen" not in page


def test_everything_on_the_page_is_reached_by_keyboard(house: House) -> None:
    page = house.person(Role.SPECIALIST).get(f"/identities/{house.conflict_id}").text
    form = re.search(r"<form class=\"stack decide\".*?</form>", page, re.DOTALL)
    assert form is not None
    controls = re.findall(r"<(?:input|textarea|button)[^>]*>", form[0])
    assert len(re.findall(r'type="radio"', form[0])) == 4
    assert not any('tabindex="-1"' in one or "onclick" in one for one in controls)
    assert form[0].count("<legend") == 1


def test_the_form_of_another_page_is_refused(house: House) -> None:
    client = house.person(Role.SPECIALIST)
    answer = client.post(f"/identities/{house.conflict_id}/decide", data={"decision": "same"})
    assert answer.status_code == 403


def test_a_merge_shows_on_agenda_and_case_and_is_undone_there(database: Database, region: Region) -> None:
    """Never silent: the secretary sees it on the agenda, reads it on the case, and takes it apart again."""
    now = datetime.now(UTC)
    with database.transaction() as session:
        meeting = session.get_one(Meeting, region.meeting)
        meeting.starts_at, meeting.registration_closes_at = now + timedelta(days=2), now + timedelta(days=1)
        zeed = session.get_one(Hospital, region.hospitals["ZEED"])
        case = make.case(session, zeed, patient=make.identity("1"), now=now, number="VW-1", board_id=meeting.board_id)
        make.planned(session, case, meeting, viewer=region.bram, now=now)
    hand_in(database, region, merge("M9", "2", "1"), now=now)
    understand_all(database, now=now)

    with app_on(database) as app:
        bram = signed_in(app, database, region, "Bram")
        assert "patiëntnummers samengevoegd" in bram.get(f"/meetings/{region.meeting}").text
        page = bram.get(f"/cases/{case.id}").text
        assert "Patiëntnummers samengevoegd" in page
        with database.transaction() as session:
            merge_id = session.scalars(select(Merge.id)).one()
        cees = House(app, database, region, merge_id).person(Role.CASE_MANAGER)
        assert "Samenvoegen terugdraaien" in cees.get(f"/cases/{case.id}").text
        assert cees.post(f"/identities/merges/{merge_id}/undo", data={"csrf_token": CSRF}).status_code == 302
        understand_all(database, now=now)
        assert "Patiëntnummers samengevoegd" not in cees.get(f"/cases/{case.id}").text
    with database.transaction() as session:
        assert session.scalars(select(Merge.undone_at)).one() is not None


def test_an_objection_is_recorded_and_lifted_for_all_the_numbers_and_the_page_says_so(database: Database, region: Region) -> None:
    now = datetime.now(UTC)
    with database.transaction() as session:
        zeed = session.get_one(Hospital, region.hospitals["ZEED"])
        case = make.case(session, zeed, patient=make.identity("1"), now=now, number="VW-1")
    hand_in(database, region, merge("M9", "2", "1"), now=now)
    understand_all(database, now=now)

    with app_on(database) as app:
        cees = House(app, database, region, case.id).person(Role.CASE_MANAGER)
        assert "Dit geldt voor alle samengevoegde nummers" in cees.get(f"/cases/{case.id}").text
        for what, holds in (("record", True), ("lift", False)):
            assert cees.post(f"/cases/{case.id}/objection/{what}", data={"csrf_token": CSRF}).status_code == 302
            with database.transaction() as session:
                assert set(session.scalars(select(Patient.objects).where(Patient.local_number.in_(("1", "2"))))) == {holds}
                assert session.get_one(Case, case.id).objected is holds
