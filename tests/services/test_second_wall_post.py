"""No statement makes a letter received, given up or forgotten: what a person says of it, they say as themselves (ADR 0109)."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from mdo_portal.database import Database
from mdo_portal.domain.board import Meeting
from mdo_portal.domain.hospital import Hospital
from tests import make
from tests.people import Region
from tests.services.wall_house import Tries, standing, tries, whose

__all__ = ["standing", "tries"]
pytestmark = pytest.mark.xdist_group("wall")  # one house for all of them


@pytest.fixture(scope="module")
def letter(standing: tuple[Database, Database], region: Region) -> dict[str, uuid.UUID]:
    """A signed advice of Uro-prostaat whose letter to ZEED waits to leave."""
    now = datetime.now(UTC)
    with standing[0].transaction() as session:
        zeed, meeting = session.get_one(Hospital, region.hospitals["ZEED"]), session.get_one(Meeting, region.meeting)
        meeting.starts_at, meeting.registration_closes_at = (now + timedelta(hours=one) for one in (24, 9))
        case = make.case(session, zeed, board_id=region.boards["URO-P"], number="74-1", patient=make.identity("74-1"))
        round_ = make.planned(session, case, meeting, viewer=region.bram)
        made = make.signed(session, make.discussed(session, round_, viewer=region.bram), viewer=region.bram)
        return {"letter": make.delivery_of(session, made).id}


#: who sees it, and may say by the pages that it is there, put it on paper or send it again: who treats there, who leads the board, and
#: who connects that hospital
ACTS = {"Dirk", "Bram", "Aisha", "Bilal", "Lars"}
MY_NAME = "(SELECT name FROM people WHERE id = access.person())"
BY_HAND = "UPDATE deliveries SET state = 'received', received_at = now(), receipt_code = 'hand', next_attempt_at = NULL, confirmed_by = {}, receipt_reference = {} WHERE id = :letter"
SAYS = "UPDATE deliveries SET {} WHERE id = :letter"
STATEMENTS: dict[str, tuple[str, set[str]]] = {
    "it is there, says who says so": (BY_HAND.format("access.person()", MY_NAME), ACTS),
    "it is there, under another's name": (BY_HAND.format("access.person()", "'Mila'"), set()),
    "it is there, and nobody said so": (BY_HAND.format("NULL", "''"), set()),
    "its system said that it is there": (SAYS.format("state = 'received', receipt_code = 'AA', received_at = now()"), set()),
    "its system refused it": (SAYS.format("state = 'refused', receipt_code = 'AR', next_attempt_at = NULL"), set()),
    "it was given up": (SAYS.format("state = 'dead', next_attempt_at = NULL"), set()),
    "it need not go": (SAYS.format("state = 'cancelled', receipt_code = 'replaced', next_attempt_at = NULL"), set()),
    "it went": (SAYS.format("state = 'sent', sent_at = now()"), set()),
    "it goes in nine years": (SAYS.format("next_attempt_at = now() + interval '9 years'"), set()),
    "it never goes": (SAYS.format("next_attempt_at = NULL"), set()),
    "somebody has it for nine years": (SAYS.format("leased_until = now() + interval '9 years'"), set()),
    "it is held": (SAYS.format("held_at = now(), hold_reason = 'restored'"), set()),
    "it goes another way": (SAYS.format("channel = 'folder'"), set()),
    "it goes now": (SAYS.format("next_attempt_at = now()"), ACTS),
    "it goes on paper": (SAYS.format("channel = 'paper', next_attempt_at = now()"), ACTS),
    "it was printed": (SAYS.format("channel = 'paper', state = 'sent', sent_at = now()"), ACTS),
}  # fmt: skip


@pytest.mark.parametrize("what", STATEMENTS)
def test_of_a_letter_is_said_what_a_page_says(tries: Tries, letter: dict[str, uuid.UUID], what: str) -> None:
    statement, may = STATEMENTS[what]

    assert whose(tries, statement, letter) == may


def test_a_copy_for_others_need_not_go_once_the_patient_objects(
    standing: tuple[Database, Database], tries: Tries, letter: dict[str, uuid.UUID]
) -> None:
    objects = "UPDATE patients SET objects = {} WHERE id = (SELECT c.patient_id FROM deliveries l JOIN cases c ON c.id = l.case_id WHERE l.id = :letter)"
    to_gp = "UPDATE deliveries SET audience = '{}' WHERE id = :letter"
    cancelled = SAYS.format("state = 'cancelled', next_attempt_at = NULL")
    for audience, said in (("referrer", set()), ("gp", ACTS)):
        with standing[0].transaction() as session:
            session.execute(text(objects.format("true")), letter)
            session.execute(text(to_gp.format(audience)), letter)
        try:
            assert whose(tries, cancelled, letter) == said - {"Lars"}  # who sees no patient
        finally:
            with standing[0].transaction() as session:
                session.execute(text(objects.format("false")), letter)
                session.execute(text(to_gp.format("referrer")), letter)


WAS = """UPDATE deliveries SET state = 'received', channel = 'paper', receipt_code = 'hand', next_attempt_at = NULL, received_at = now(),
    before_by_hand = {} WHERE id = :letter"""
REFUSED_OVER_A_LINE = "jsonb_build_object('state', 'refused', 'channel', 'mllp', 'held_at', NULL)"
AGAIN = "before_by_hand = NULL, confirmed_by = NULL, received_at = NULL, receipt_code = 'AE'"
BACK: dict[str, tuple[str, str, set[str]]] = {
    "as it was": (REFUSED_OVER_A_LINE, SAYS.format(f"state = 'refused', channel = 'mllp', {AGAIN}"), ACTS),
    "as it never was": (REFUSED_OVER_A_LINE, SAYS.format(f"state = 'waiting', channel = 'mllp', {AGAIN}"), set()),
    "another way than it was": (REFUSED_OVER_A_LINE, SAYS.format(f"state = 'refused', channel = 'folder', {AGAIN}"), set()),
    "held, which it was not": (REFUSED_OVER_A_LINE, SAYS.format(f"state = 'refused', channel = 'mllp', held_at = now(), {AGAIN}"), set()),
    "and it was received": (REFUSED_OVER_A_LINE, SAYS.format("state = 'refused', channel = 'mllp', before_by_hand = NULL"), set()),
    "and once more later": (REFUSED_OVER_A_LINE, SAYS.format("state = 'refused', channel = 'mllp', received_at = NULL"), set()),
    "what its system said": ("NULL", SAYS.format(f"state = 'waiting', {AGAIN}"), set()),
    "to what one says oneself that it was": (REFUSED_OVER_A_LINE, SAYS.format("before_by_hand = jsonb_build_object('state', 'dead', 'channel', 'mllp')"), set()),
}  # fmt: skip


@pytest.mark.parametrize("what", BACK)
def test_what_is_taken_back_becomes_what_it_was_and_nothing_else(
    standing: tuple[Database, Database], tries: Tries, letter: dict[str, uuid.UUID], what: str
) -> None:
    """A statement could say that a letter of which its hospital has a receipt waits to be sent again."""
    was, statement, may = BACK[what]
    with standing[0].transaction() as session:
        session.execute(text(WAS.format(was)), letter)
    try:
        assert whose(tries, statement, letter) == may
    finally:
        with standing[0].transaction() as session:
            waits = "state = 'waiting', channel = 'mllp', received_at = NULL, receipt_code = '', next_attempt_at = now()"
            session.execute(text(SAYS.format(f"{waits}, before_by_hand = NULL")), letter)


@pytest.mark.parametrize(
    ("was", "may"),
    [("state, 'channel', channel", ACTS), ("'dead', 'channel', channel", set()), ("state, 'channel', 'folder'", set())],
)
def test_who_says_that_it_came_keeps_what_it_was_and_no_story(
    tries: Tries, letter: dict[str, uuid.UUID], was: str, may: set[str]
) -> None:
    by_hand = BY_HAND.format("access.person()", MY_NAME)
    keeps = by_hand.replace(" WHERE id = :letter", f", before_by_hand = jsonb_build_object('state', {was}) WHERE id = :letter")

    assert whose(tries, keeps, letter) == may
