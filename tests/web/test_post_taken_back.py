"""What people take back on the post page, and what they may say of a copy that goes no more."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest
from sqlalchemy import select, update

from mdo_portal.domain.audit import AuditEntry
from mdo_portal.domain.case import Case
from mdo_portal.domain.delivery import Audience, Delivery, DeliveryState
from mdo_portal.domain.patient import Patient
from mdo_portal.services.letters import deliveries
from tests.web.portal import CSRF
from tests.web.post_house import House, house

__all__ = ["house"]

WHY = {"csrf_token": CSRF, "reason": "verkeerde regel"}


def _words(page: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))


def _confirmed(house: House, who: str = "Aisha", **values: object) -> Delivery:
    letter = house.letter(**values)  # type: ignore[arg-type]
    with house.database.transaction() as session:
        deliveries.keep_letter(session, letter.id, b"%PDF-1.7", sha256="0" * 64)
    house.person(who).post(f"/deliveries/{letter.id}/confirm", data={"csrf_token": CSRF})
    assert house.now_is(letter).state is DeliveryState.RECEIVED
    return letter


def _withheld(house: House) -> Delivery:
    """A copy for the general practitioner that left without an answer, before its patient objected."""
    now = datetime.now(UTC)
    letter = house.letter(
        state="sent",
        receipt_code="withheld",
        sent_at=now,
        next_attempt_at=None,
        audience=Audience.GP,
        recipient_name="H.A. Huisarts",
    )
    with house.database.transaction() as session:
        patient_id = session.get_one(Case, letter.case_id).patient_id
        session.execute(update(Patient).where(Patient.id == patient_id).values(objects=True))
    return letter


def test_who_pressed_on_the_wrong_line_takes_it_back_with_a_reason(house: House) -> None:
    letter = _confirmed(
        house, state="refused", receipt_code="AE", receipt_text="patient unknown", channel="mllp", next_attempt_at=None
    )
    aisha = house.person("Aisha")
    page = aisha.get("/post?tab=all").text
    assert f'data-row-key="n" data-dialog-open="taken-back-{letter.id}"' in page
    assert "telefonisch of op papier bevestigd door Aisha" in _words(page)

    said = aisha.post(f"/deliveries/{letter.id}/taken-back", data=WHY, follow_redirects=True).text

    now = house.now_is(letter)
    assert (now.state, now.receipt_code, now.receipt_text, now.channel) == (
        DeliveryState.REFUSED,
        "AE",
        "patient unknown",
        "mllp",
    )
    assert "de brief is toch niet ontvangen" in said and "patient unknown" in said
    case = _words(aisha.get(f"/cases/{letter.case_id}").text)
    assert f"Brief {letter.document_number} is toch niet ontvangen door Ziekenhuis ZEED: verkeerde regel" in case


def test_the_log_keeps_both_lines(house: House) -> None:
    letter = _confirmed(house, "Dirk", state="sent", receipt_code="timeout")
    house.person("Aisha").post(f"/deliveries/{letter.id}/taken-back", data=WHY)

    with house.database.transaction() as session:
        lines = (
            select(AuditEntry.person_name, AuditEntry.act).where(AuditEntry.object_id == str(letter.id)).order_by(AuditEntry.at)
        )
        assert [tuple(one) for one in session.execute(lines)] == [("Dirk", "post:confirm"), ("Aisha", "post:take_back")]


def test_without_a_reason_it_stays(house: House) -> None:
    letter = _confirmed(house, state="refused", receipt_code="AE")

    answer = house.person("Aisha").post(f"/deliveries/{letter.id}/taken-back", data={"csrf_token": CSRF, "reason": " "})

    assert answer.status_code == 409 and "Schrijf op waarom" in answer.text
    assert house.now_is(letter).state is DeliveryState.RECEIVED


@pytest.mark.parametrize(("who", "status"), [("Dirk", 302), ("Aisha", 302), ("Lars", 403), ("Bram", 403), ("Carla", 404)])
def test_who_may_say_that_it_came_may_take_it_back(house: House, who: str, status: int) -> None:
    letter = _confirmed(house, state="sent", receipt_code="timeout")
    page = house.person(who).get("/post?tab=all").text

    assert (f"taken-back-{letter.id}" in page) is (status == 302)
    assert house.person(who).post(f"/deliveries/{letter.id}/taken-back", data=WHY).status_code == status
    assert house.now_is(letter).state is (DeliveryState.SENT if status == 302 else DeliveryState.RECEIVED)


def test_what_their_system_said_has_no_button_and_no_way_back(house: House) -> None:
    letter = house.letter(state="received", receipt_code="AA", received_at=datetime.now(UTC))
    aisha = house.person("Aisha")

    assert f"taken-back-{letter.id}" not in aisha.get("/post?tab=all").text
    assert aisha.post(f"/deliveries/{letter.id}/taken-back", data=WHY).status_code == 409
    assert house.now_is(letter).state is DeliveryState.RECEIVED


def test_a_copy_that_goes_no_more_and_that_they_do_not_have_is_off_the_list(house: House) -> None:
    letter = _withheld(house)
    dirk = house.person("Dirk")
    assert f'data-row-key="n" data-dialog-open="not-there-{letter.id}"' in dirk.get("/post").text

    said = dirk.post(f"/deliveries/{letter.id}/not-there", data={"csrf_token": CSRF}, follow_redirects=True).text

    now = house.now_is(letter)
    assert (now.state, now.receipt_code, now.named_id) == (DeliveryState.CANCELLED, "withheld", None)
    assert "de ontvanger heeft de brief niet" in said and str(letter.id) not in said
    assert "De ontvanger heeft hem niet. De brief gaat niet meer weg" in _words(dirk.get("/post?tab=all").text)
    assert f"H.A. Huisarts heeft brief {letter.document_number} niet" in _words(dirk.get(f"/cases/{letter.case_id}").text)


def test_so_it_is_said_when_the_patient_agreed_since(house: House) -> None:
    """The page offered it, and the database held it back: nothing but a false *Is ontvangen* took the copy off the list."""
    letter = _withheld(house)
    with house.database.transaction() as session:
        patient_id = session.get_one(Case, letter.case_id).patient_id
        session.execute(update(Patient).where(Patient.id == patient_id).values(objects=False))
    dirk = house.person("Dirk")
    assert f'data-dialog-open="not-there-{letter.id}"' in dirk.get("/post").text

    assert dirk.post(f"/deliveries/{letter.id}/not-there", data={"csrf_token": CSRF}).status_code == 302
    assert house.now_is(letter).state is DeliveryState.CANCELLED


def test_of_no_other_letter_that_is_said(house: House) -> None:
    letter = house.letter(state="sent", receipt_code="timeout")

    assert house.person("Dirk").post(f"/deliveries/{letter.id}/not-there", data={"csrf_token": CSRF}).status_code == 409
    assert house.now_is(letter).state is DeliveryState.SENT
