"""A message that its sender calls a test, or is not sure of, becomes a case that says so wherever somebody plans, discusses or signs it."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from mdo_portal.commands import migrate
from mdo_portal.database import Database
from mdo_portal.domain.board import Meeting
from mdo_portal.domain.case import Case
from mdo_portal.domain.round import Round
from mdo_portal.services.referrals.cautions import CLEARED
from tests import make
from tests.make import NOW
from tests.people import Region
from tests.reception_house import hand_in, understand_all
from tests.test_rereading import read_again
from tests.web.portal import CSRF, app_on, signed_in

HOUR = timedelta(hours=1)


def message(number: str, *, test: bool = False, unsure: bool = False, question: str = "Operatie of bestraling?") -> bytes:
    """The referral VW-7 of ZEED."""
    said = make.hl7_referral(number, referral_number="VW-7", question=question)
    said = said.replace(b"|P|2.5|", b"|T|2.5|") if test else said
    return said.replace(b"||19600101|F", b"||19600101|F" + b"|" * 24 + b"DOUT") if unsure else said


def addition(number: str) -> bytes:
    """Only a value to the same referral: it asks nothing."""
    asked = message(number).decode().split("\r")
    return "\r".join(one for one in asked if not one.startswith(("OBX|1", "PRD|RT"))).replace("MDO^Uro-prostaat^L", "").encode()


def case_of(database: Database) -> Case:
    with database.transaction() as session:
        return session.scalars(select(Case).where(Case.referral_number == "VW-7")).one()


def heard(database: Database, region: Region, *messages: bytes) -> list[list[str]]:
    """What the case says against itself after each of these."""
    told = []
    for at, raw in enumerate(messages):
        hand_in(database, region, raw, now=NOW + at * HOUR)
        understand_all(database, now=NOW + at * HOUR)
        told.append(case_of(database).cautions)
    return told


def test_a_test_stays_one_until_it_is_asked_again_as_it_should_be(database: Database, region: Region) -> None:
    said = heard(database, region, message("M1", test=True), addition("M2"), message("M3"), message("M4", unsure=True))

    assert said == [["test"], ["test"], [], ["unsure"]]


def test_an_ordinary_referral_says_nothing_against_itself(database: Database, region: Region) -> None:
    assert heard(database, region, message("M1")) == [[]]


def test_a_first_message_that_asks_nothing_makes_its_case(database: Database, region: Region) -> None:
    """Made and judged before it is stored, it had no list to add to: the message waited for ever."""
    assert heard(database, region, addition("M1")) == [[]]


def test_a_case_of_before_says_it_too(database: Database, region: Region) -> None:
    """Its message had said so all along; the migration reads it there."""
    heard(database, region, message("M1", test=True, unsure=True))
    database.close()

    migrate.downgrade(database.url, to="0057")
    migrate.upgrade(database.url)

    assert case_of(database).cautions == ["test", "unsure"]


def result(number: str, *, test: bool) -> bytes:
    """A laboratory value of the same patient."""
    raw = make.hl7_change(number).replace(b"ADT^A08^ADT_A01", b"ORU^R01^ORU_R01")
    raw = raw.replace(b"|P|2.5", b"|T|2.5") if test else raw
    return raw + b"OBR|1||L1|LAB^Lab^L\rOBX|1|NM|PSA^PSA^L||4.1|ug/L|||||F|||20260302\r"


def test_a_test_result_on_the_case_of_a_real_patient_is_said_to_be_one(database: Database, region: Region) -> None:
    """An invented value stood among the patient's own, and nothing on the case said that it was one."""
    assert heard(database, region, message("M1"), result("R1", test=False), result("R2", test=True)) == [[], [], ["test"]]


@pytest.fixture
def discussed(database: Database, region: Region) -> uuid.UUID:
    """A test of which the sender is not sure either, discussed and not signed: the round."""
    heard(database, region, message("M0", unsure=True), message("M1", test=True, unsure=True))
    with database.transaction() as session:
        case = session.get_one(Case, case_of(database).id)
        now = datetime.now(UTC)
        meeting = session.get_one(Meeting, region.meeting)
        meeting.starts_at = meeting.registration_closes_at = now - HOUR
        make.planned(session, case, meeting, viewer=region.aisha, now=now - 2 * HOUR)
        return make.discussed(
            session, session.scalars(select(Round).where(Round.case_id == case.id)).one(), viewer=region.bram, now=now
        ).id


def test_who_plans_discusses_and_signs_reads_it(database: Database, region: Region, discussed: uuid.UUID) -> None:
    case = case_of(database)
    with app_on(database) as app:
        aisha, bram = (signed_in(app, database, region, name) for name in ("Aisha", "Bram"))
        pages = {
            "list": aisha.get("/worklist").text,
            "brief": aisha.get(f"/worklist/brief?case={case.id}").text,
            "agenda": aisha.get(f"/meetings/{region.meeting}").text,
            "case": aisha.get(f"/cases/{case.id}?since=intake").text,
            "room": bram.get(f"/meetings/{region.meeting}/room?round={discussed}").text,
            "sign": bram.get(f"/rounds/{discussed}/sign").text,
        }

    for place, page in pages.items():
        assert "Proefbericht, volgens de afzender" in page, place
        assert "Afzender weet niet zeker wie dit is" in page, place
    assert "Vraag het ziekenhuis of het echt bedoeld is" in pages["case"]
    assert (
        "</span>Proefbericht, volgens de afzender · Afzender weet niet zeker wie dit is</ins>" in pages["case"]
    )  # it became one
    assert "gaat als echte brief naar het EPD" in pages["sign"]


def test_who_looks_for_candidates_reads_it(database: Database, region: Region) -> None:
    heard(database, region, message("M1", test=True))
    with app_on(database) as app:
        page = signed_in(app, database, region, "Aisha").get(f"/meetings/{region.meeting}").text

    assert "Proefbericht, volgens de afzender" in page


def test_a_mark_that_the_hospital_explained_is_taken_away_by_who_asked(database: Database, region: Region) -> None:
    """Until the hospital sent it anew, a real patient was called a test."""
    heard(database, region, message("M1", test=True, unsure=True))
    path = f"/cases/{case_of(database).id}"
    with app_on(database) as app:
        aisha = signed_in(app, database, region, "Aisha")
        page = aisha.get(path).text
        form = {"csrf_token": CSRF, "caution": "test", "answer": "mw. Jansma, applicatiebeheer: echt bedoeld"}
        said = aisha.post(f"{path}/clear", data=form, follow_redirects=True).text

    assert page.count("Voorbehoud weghalen") == 2
    assert case_of(database).cautions == ["unsure"]
    assert "Nagevraagd, het is geen proef: mw. Jansma, applicatiebeheer: echt bedoeld" in said
    read_again(database)
    assert case_of(database).cautions == ["unsure"]  # the same message read once more says nothing anew
    assert heard(database, region, message("M2", test=True)) == [["test"]]


@pytest.mark.parametrize("doubt", CLEARED)
def test_each_doubt_has_a_name_under_which_its_answer_is_noted(database: Database, region: Region, doubt: str) -> None:
    """That of a form that is not done had none: a fold without a word."""
    heard(database, region, message("M1"))
    with database.transaction() as session:
        session.scalars(select(Case).where(Case.referral_number == "VW-7")).one().cautions = [doubt]
    with app_on(database) as app:
        page = signed_in(app, database, region, "Aisha").get(f"/cases/{case_of(database).id}").text

    assert page.count("Voorbehoud weghalen") == page.count("<summary>Nagevraagd: ") == 1


def test_who_plans_with_a_key_reads_there_what_to_ask_first(database: Database, region: Region) -> None:
    """The window named what was still missing, and not that nobody knows whose case it is."""
    heard(database, region, message("M1", unsure=True))
    with database.transaction() as session:
        meeting, tomorrow = session.get_one(Meeting, region.meeting), datetime.now(UTC) + timedelta(days=1)
        meeting.starts_at = meeting.registration_closes_at = tomorrow
    with app_on(database) as app:
        brief = signed_in(app, database, region, "Aisha").get(f"/worklist/brief?case={case_of(database).id}").text

    window = brief.partition('id="plan-dialog"')[2].partition("</dialog>")[0]
    assert "Afzender weet niet zeker wie dit is. Vraag het ziekenhuis om wie het gaat voordat u deze casus bespreekt." in window
