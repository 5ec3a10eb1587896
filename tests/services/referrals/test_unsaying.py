"""What a message told a case that is not of its patient is over there, and what holds is what would hold without it."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from mdo_portal.domain.case import Case, CaseEvent, CaseFact, CaseState
from mdo_portal.domain.hospital import Hospital
from mdo_portal.exchange import Contact, Fact, Section, Wire
from mdo_portal.services.common.source import Source
from mdo_portal.services.referrals import referrals, unsaying
from tests import make
from tests.make import NOW
from tests.services.referral_house import present

NAME = "Gleason"


def told(session: Session, zeed: Hospital, minutes: int, value: str, question: str, gp: str = "") -> tuple[Case, uuid.UUID]:
    """The same referral, so many minutes later: its Gleason score, and what it asks."""
    message_id, facts = uuid.uuid4(), (Fact(Section.PATHOLOGY, value, NAME),) if value else ()
    referral = make.referral(make.identity("1"), number="VW-1", question_board=question, facts=facts, gp=Contact(name=gp))
    at = NOW + timedelta(minutes=minutes)
    case = referrals.register(session, referral, Source(zeed, at, Wire.HL7V2, message_id))
    session.flush()
    return case, message_id


def unsay(session: Session, case: Case, *messages: uuid.UUID) -> None:
    for message_id in messages:
        unsaying.unsay(session, case, message_id, now=NOW)


def scores(session: Session, case: Case) -> set[str]:
    return {text for label, text in present(session, case) if label == NAME}


def earlier_questions(session: Session, case: Case) -> list[str]:
    """As a page shows them."""
    query = select(CaseFact.text).where(
        CaseFact.case_id == case.id, CaseFact.label == "Eerdere vraag aan het MDO", CaseFact.status == ""
    )
    return [text for text in session.scalars(query.order_by(CaseFact.received_at)) if text]


def test_what_took_its_place_since_goes_on_to_hold_and_what_was_before_does_not_come_back(
    session: Session, zeed: Hospital
) -> None:
    case, _ = told(session, zeed, 0, "6", "A?")
    _, wrong = told(session, zeed, 1, "9", "B?")
    told(session, zeed, 2, "7", "C?")

    unsay(session, case, wrong)

    assert (scores(session, case), case.question_board) == ({"7"}, "C?")
    assert earlier_questions(session, case) == ["A?"], "what somebody else was asked about is no earlier question of this patient"


@pytest.mark.parametrize("newest_first", [True, False])
def test_of_two_messages_about_somebody_else_nothing_is_left_in_whichever_order_they_go(
    session: Session, zeed: Hospital, newest_first: bool
) -> None:
    case, _ = told(session, zeed, 0, "6", "A?", gp="H. Arts")
    wrong = [told(session, zeed, minutes, f"{8 + minutes}", f"{minutes}?", gp=f"H. {minutes}")[1] for minutes in (1, 2)]

    unsay(session, case, *(reversed(wrong) if newest_first else wrong))

    assert (scores(session, case), case.question_board, case.gp_name) == ({"6"}, "A?", "H. Arts")
    assert earlier_questions(session, case) == []


def test_where_nothing_stood_nothing_stands(session: Session, zeed: Hospital) -> None:
    case, _ = told(session, zeed, 0, "", "A?")
    _, wrong = told(session, zeed, 1, "9", "A?", gp="H. Arts")
    assert (scores(session, case), case.gp_name) == ({"9"}, "H. Arts")

    unsay(session, case, wrong)

    assert (scores(session, case), case.gp_name) == (set(), "")


def test_what_it_made_complete_is_incomplete_again_and_its_people_hear_so(session: Session, zeed: Hospital) -> None:
    case, _ = told(session, zeed, 0, "", "A?")
    _, wrong = told(session, zeed, 1, "9", "A?")
    assert "pathology" not in case.missing
    before = case.revision

    unsay(session, case, wrong)

    assert ("pathology" in case.missing, case.state) == (True, CaseState.INCOMPLETE)
    assert case.revision > before
    query = select(CaseEvent.what).where(CaseEvent.case_id == case.id).order_by(CaseEvent.at, CaseEvent.id)
    assert unsaying.UNSAID in session.scalars(query).all()


def test_a_message_that_told_this_case_nothing_changes_nothing(session: Session, zeed: Hospital) -> None:
    case, _ = told(session, zeed, 0, "6", "A?")
    before = case.revision

    unsay(session, case, uuid.uuid4())

    assert (scores(session, case), case.revision) == ({"6"}, before)
