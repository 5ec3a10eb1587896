"""Telling the referrer that there is no advice, as people do it on the pages; and what the chair read is what the letter says."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from sqlalchemy import select

from mdo_portal.database import Database
from mdo_portal.domain.audit import AuditEntry
from mdo_portal.domain.board import Meeting
from mdo_portal.domain.case import CaseState
from mdo_portal.domain.round import Round, RoundOutcome
from mdo_portal.exchange import DecisionForm
from mdo_portal.services.room import rooms
from tests import make, pdf_text
from tests.people import PASSWORD, Region
from tests.services.ended import WHY, end, tell
from tests.web.decision_desk import MINUTE, Desk, differences, on_the_table, sent
from tests.web.portal import app_on

RESTORED = {"text": "De MRI is niet binnen.", "reason": "verkeerd onderzoek genoemd"}


@pytest.fixture
def desk(database: Database, region: Region) -> Iterator[Desk]:
    """A meeting that goes on, in which a case was deferred a few minutes ago."""
    now = datetime.now(UTC) - 9 * MINUTE
    with database.transaction() as session:
        round_ = on_the_table(session, region, now=now)
        rooms.open_meeting(session, session.get_one(Meeting, region.meeting), now=now)
        end(session, round_, RoundOutcome.DEFERRED, viewer=region.bram)
        made = (round_.id, round_.case_id)
    with app_on(database) as app:
        yield Desk(app, database, region, *made, now)


def room(desk: Desk, *, by: str = "Bram") -> str:
    return desk.page(f"/meetings/{desk.region.meeting}/room?round={desk.round_id}", by=by)


def signed(desk: Desk) -> None:
    (seen,) = re.findall(r'name="seen" value="([^"]+)"', desk.page(desk.at("outcome")))
    assert desk.post("outcome", seen=seen, password=PASSWORD).status_code == 303


def test_the_chair_goes_from_the_room_to_what_is_frozen_and_signs_it(desk: Desk) -> None:
    assert desk.at("outcome") in room(desk) and WHY in room(desk)
    page = desk.page(desk.at("outcome"))
    assert WHY in page and "geen advies gegeven" in page and "Doorgeschoven naar een volgende bespreking." in page

    signed(desk)

    assert [one.form for one in desk.signed()] == [DecisionForm.OUTCOME]
    assert desk.case().state is CaseState.DEFERRED
    for path in (desk.at("signed"), f"/cases/{desk.case_id}"):
        assert WHY in desk.page(path) and "Bericht zonder advies" in desk.page(path)
    assert "De verwijzer kreeg bericht van Bram" in room(desk) and 'name="outcome" value="discussed"' not in room(desk)


@pytest.mark.parametrize(
    ("outcome", "words"),
    [
        (RoundOutcome.REDIRECTED, "Doorverwezen naar een ander MDO."),
        (RoundOutcome.WITHDRAWN, "Ingetrokken: dit MDO bespreekt de casus niet."),
    ],
)
def test_a_redirected_and_a_withdrawn_case_are_told_as_a_deferred_one(desk: Desk, outcome: RoundOutcome, words: str) -> None:
    with desk.database.transaction() as session:
        end(session, session.get_one(Round, desk.round_id), outcome, viewer=desk.region.bram)
    assert words in desk.page(desk.at("outcome")) and desk.at("outcome") in desk.page(f"/cases/{desk.case_id}")

    signed(desk)

    (letter,) = sent(desk)
    assert ("Uitkomst", words) in letter.sections and words in desk.page(desk.at("signed"), by="Dirk")
    assert "Brief voor de patiënt" not in desk.page(f"/cases/{desk.case_id}", by="Dirk"), "there is no advice to explain"


def test_the_hospital_that_referred_reads_it_and_another_never_sees_it(desk: Desk) -> None:
    signed(desk)

    assert WHY in desk.page(desk.at("signed"), by="Dirk") and WHY in desk.page(f"/cases/{desk.case_id}", by="Dirk")
    assert "Herstellen…" not in desk.page(desk.at("signed"), by="Dirk")
    assert desk.who("Carla").get(desk.at("signed")).status_code == 404


@pytest.mark.parametrize("path", ["outcome", "recall"])
def test_only_a_chair_signs_it(desk: Desk, path: str) -> None:
    signed(desk)

    assert [desk.who(name).get(desk.at(path)).status_code for name in ("Aisha", "Dirk", "Carla")] == [403, 403, 404]
    assert desk.post(path, by="Aisha", reason="x").status_code == 403


def test_without_proof_of_who_it_is_nothing_is_signed(desk: Desk) -> None:
    (seen,) = re.findall(r'name="seen" value="([^"]+)"', desk.page(desk.at("outcome")))

    answer = desk.post("outcome", seen=seen, password="anders")

    assert answer.status_code == 422 and "Niet getekend." in answer.text and desk.signed() == []


def test_what_was_said_in_the_room_after_reading_is_not_signed_away(desk: Desk) -> None:
    (seen,) = re.findall(r'name="seen" value="([^"]+)"', desk.page(desk.at("outcome")))
    with desk.database.transaction() as session:
        end(
            session,
            session.get_one(Round, desk.round_id),
            RoundOutcome.DEFERRED,
            viewer=desk.region.bilal,
            why="Toch iets anders.",
        )

    answer = desk.post("outcome", seen=seen, password=PASSWORD, text=WHY)

    assert answer.status_code == 409 and "Toch iets anders." in answer.text and desk.signed() == []


def test_a_message_is_restored_and_recalled_and_every_page_says_what_holds(desk: Desk) -> None:
    signed(desk)
    assert "Waarom er geen advies is" in desk.page(desk.at("outcome"))

    assert desk.sign("outcome", **RESTORED).status_code == 303
    for path in (desk.at("signed"), f"/cases/{desk.case_id}"):
        assert RESTORED["text"] in desk.page(path) and RESTORED["reason"] in desk.page(path)
    assert desk.sign("recall", reason="verkeerde patiënt op tafel").status_code == 303

    assert [one.form for one in desk.signed()] == [DecisionForm.OUTCOME, DecisionForm.OUTCOME, DecisionForm.RECALL]
    assert "bericht ingetrokken" in desk.page(desk.at("signed")) and "Geldt niet meer." in desk.page(f"/cases/{desk.case_id}")
    assert 'name="outcome" value="discussed"' in room(desk), "the round is free again"
    assert desk.at("outcome") in room(desk)


@pytest.mark.parametrize("fields", [{"text": "", "reason": "x"}, {"text": "x", "reason": ""}])
def test_what_is_missing_is_said_at_its_field(desk: Desk, fields: dict[str, str]) -> None:
    signed(desk)

    answer = desk.post("outcome/read", **fields)

    assert answer.status_code == 422 and 'aria-invalid="true"' in answer.text


def test_the_letter_says_word_for_word_what_the_chair_read(desk: Desk) -> None:
    previews = [desk.post("outcome/preview.pdf").data]
    signed(desk)
    previews.append(desk.post("outcome/preview.pdf", **RESTORED).data)
    desk.sign("outcome", **RESTORED)
    previews.append(desk.post("recall/preview.pdf", reason="verkeerde patiënt").data)
    desk.sign("recall", reason="verkeerde patiënt")

    letters = sent(desk)

    assert [differences(preview, letter.letter_pdf) for preview, letter in zip(previews, letters, strict=True)] == [[], [], []]
    assert differences(previews[0], letters[1].letter_pdf), "this comparison can fail"
    assert "geen advies gegeven" in pdf_text.whole(letters[0].letter_pdf)


def test_what_an_epd_without_pdf_reads_says_all_of_it(desk: Desk) -> None:
    signed(desk)
    desk.sign("outcome", **RESTORED)
    desk.sign("recall", reason="verkeerde patiënt")
    number = desk.signed()[0].document_number

    first, restored, recalled = sent(desk)

    assert first.letter_title == f"MDO-bericht zonder advies {number}" and first.advice == ()
    assert first.sections == (
        ("Bericht zonder advies", "In deze bespreking is over uw patiënt geen advies gegeven."),
        ("Uitkomst", "Doorgeschoven naar een volgende bespreking."),
        ("Reden", WHY),
        ("Vraag aan het MDO", "Operatie of bestraling?"),
    )
    heading, text = restored.sections[0]
    assert heading == "Hersteld bericht zonder advies" and f"vervangt bericht {number}" in text and RESTORED["reason"] in text
    assert (restored.replaces_document_number, restored.form_there) == (number, DecisionForm.CORRECTION)
    assert recalled.sections[0][0] == "Intrekking bericht" and f"{number}-v2" in recalled.sections[0][1]
    assert (len(recalled.sections), recalled.form_there) == (1, DecisionForm.WITHDRAWAL)


def test_the_secretary_sees_what_the_referrer_was_not_told(desk: Desk) -> None:
    post = desk.page("/post", by="Aisha")
    assert "1 bespreking eindigde zonder advies" in post and f"round={desk.round_id}" in post
    assert "geen bericht aan de verwijzer" in desk.page(f"/meetings/{desk.region.meeting}", by="Aisha")
    assert "De verwijzer heeft hier geen bericht van." in room(desk, by="Aisha")
    assert "eindigde zonder advies" not in desk.page("/post", by="Dirk")

    signed(desk)

    post = desk.page("/post", by="Aisha")
    assert "eindigde zonder advies" not in post and "bericht zonder advies" in post
    assert "bericht zonder advies" in desk.page("/post?tab=all", by="Dirk")
    assert "geen bericht aan de verwijzer" not in desk.page(f"/meetings/{desk.region.meeting}", by="Aisha")


def test_in_the_closed_meeting_the_chair_finds_it_beside_the_case(desk: Desk) -> None:
    with desk.database.transaction() as session:
        rooms.close_meeting(session, session.get_one(Meeting, desk.region.meeting), now=datetime.now(UTC))

    assert desk.at("outcome") in desk.page(f"/meetings/{desk.region.meeting}/room")


def test_the_earlier_advice_stays_on_the_table_of_the_next_round(desk: Desk) -> None:
    """A case that was told about, planned again and is on now: the room shows no advice before it, and does not stumble."""
    with desk.database.transaction() as session:
        tell(session, session.get_one(Round, desk.round_id), viewer=desk.region.bram, now=desk.now)
        again = make.planned(session, desk.case(), session.get_one(Meeting, desk.region.meeting), viewer=desk.region.aisha)
        number = again.id

    page = desk.page(f"/meetings/{desk.region.meeting}/room?round={number}")

    assert "Vorig MDO-advies" not in page


def test_reading_and_signing_each_leave_their_line(desk: Desk) -> None:
    signed(desk)
    desk.page("/post", by="Aisha")

    with desk.database.transaction() as session:
        query = select(AuditEntry.act, AuditEntry.object_type, AuditEntry.detail).where(AuditEntry.act == "decision:sign")
        lines = [tuple(row) for row in session.execute(query)]
    assert ("decision:sign", "case", "outcome preview") in lines and ("decision:sign", "decision", "outcome") in lines


def test_the_list_of_what_was_not_told_is_a_line_too(desk: Desk) -> None:
    desk.page("/post", by="Aisha")

    with desk.database.transaction() as session:
        query = select(AuditEntry.hits).where(AuditEntry.act == "post:read", AuditEntry.detail == "untold")
        assert list(session.scalars(query)) == [1]
