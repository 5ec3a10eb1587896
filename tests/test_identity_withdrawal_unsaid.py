"""A withdrawal that came by an answer to *Who is this?* is nobody's word about this case any more, once that answer is taken back."""

from __future__ import annotations

import uuid

import pytest
from sqlalchemy import select

from mdo_portal.database import Database
from mdo_portal.domain.board import Meeting
from mdo_portal.domain.case import Case, CaseEvent, CaseState
from mdo_portal.domain.identity_conflict import Decision
from mdo_portal.services.history.timeline import SENTENCES
from mdo_portal.services.identity import objections
from tests import make
from tests.identity_questions import STRANGER, born, decide, opened, referral, states, take_back
from tests.people import Region
from tests.test_identity_taken_back import NINTH, asked_by_a_result, comes

__all__ = ["asked_by_a_result"]

UNSAID = "referral.cancel_unsaid"


def withdrawal(control_id: str, number: str = "1", *, patient: str = "1") -> bytes:
    raw = referral(control_id, patient=patient, family=STRANGER).replace(f"VW-{control_id}".encode(), f"VW-{number}".encode())
    return born(raw.replace(b"REF^I12^REF_I12", b"REF^I14^REF_I12"), "19701231")


OF_STRANGER = withdrawal("7")
OF_NINTH, OWN = withdrawal("7", "9"), withdrawal("8", "9", patient="9")
"""The same of the case of patient 9, who has that name: by an answer that put it under that number, and by their own hospital."""


def stands(database: Database, number: str = "1") -> tuple[CaseState, bool, list[str]]:
    """The state of this referral, whether it is marked as taken back, and what its history says of that."""
    with database.transaction() as session:
        case = session.scalars(select(Case).where(Case.referral_number == f"VW-{number}")).one()
        query = select(CaseEvent.what).where(CaseEvent.case_id == case.id, CaseEvent.what.like("referral.cancel%"))
        return case.state, case.cancel_told_at is not None, list(session.scalars(query.order_by(CaseEvent.id)))


def question(database: Database, number: str) -> str:
    with database.transaction() as session:
        return session.scalars(select(Case.question_board).where(Case.referral_number == f"VW-{number}")).one()


def test_what_came_later_under_the_answer_leaves_the_case_as_it_stood(asked_by_a_result: Database, region: Region) -> None:
    before, _, _ = stands(asked_by_a_result)
    chosen = decide(asked_by_a_result, Decision.SAME)
    comes(asked_by_a_result, region, OF_STRANGER)
    assert stands(asked_by_a_result) == (CaseState.WITHDRAWN, False, ["referral.cancelled"])

    take_back(asked_by_a_result, chosen)

    assert stands(asked_by_a_result) == (before, False, ["referral.cancelled", UNSAID])
    assert states(asked_by_a_result)[-1] == "waits_for_identity"
    assert "%(hospital)s" in SENTENCES[UNSAID]


def test_so_does_the_withdrawal_that_asked_by_itself(database: Database, region: Region) -> None:
    comes(database, region, referral("1"))
    before, _, _ = stands(database)
    comes(database, region, OF_STRANGER)
    chosen = decide(database, Decision.SAME)
    assert stands(database)[0] is CaseState.WITHDRAWN

    take_back(database, chosen)

    assert stands(database) == (before, False, ["referral.cancelled", UNSAID])
    assert [one.id for one in opened(database)] == [chosen]


def test_called_the_same_once_more_it_is_withdrawn_once_more(asked_by_a_result: Database, region: Region) -> None:
    chosen = decide(asked_by_a_result, Decision.SAME)
    comes(asked_by_a_result, region, OF_STRANGER)
    take_back(asked_by_a_result, chosen)

    decide(asked_by_a_result, Decision.SAME)

    assert stands(asked_by_a_result)[0] is CaseState.WITHDRAWN


def test_who_looked_before_sees_that_there_is_news(asked_by_a_result: Database, region: Region) -> None:
    chosen = decide(asked_by_a_result, Decision.SAME)
    comes(asked_by_a_result, region, OF_STRANGER)
    with asked_by_a_result.transaction() as session:
        session.scalars(select(Case).where(Case.referral_number == "VW-1")).one().news_at = None

    take_back(asked_by_a_result, chosen)

    with asked_by_a_result.transaction() as session:
        assert session.scalars(select(Case.news_at).where(Case.referral_number == "VW-1")).one() is not None


def test_on_an_agenda_it_is_marked_no_more(asked_by_a_result: Database, region: Region) -> None:
    chosen = decide(asked_by_a_result, Decision.SAME)
    with asked_by_a_result.transaction() as session:
        case = session.scalars(select(Case).where(Case.referral_number == "VW-1")).one()
        make.planned(session, case, session.get_one(Meeting, region.meeting), viewer=region.aisha)
    comes(asked_by_a_result, region, OF_STRANGER)
    assert stands(asked_by_a_result)[:2] == (CaseState.SCHEDULED, True)

    take_back(asked_by_a_result, chosen)

    assert stands(asked_by_a_result) == (CaseState.SCHEDULED, False, ["referral.cancelled", UNSAID])


def test_whose_patient_objects_by_now_stays_off_every_list(asked_by_a_result: Database, region: Region) -> None:
    """It stood open again, and once the objection was lifted it was planned though nobody had asked anew."""
    chosen = decide(asked_by_a_result, Decision.SAME)
    comes(asked_by_a_result, region, OF_STRANGER)
    with asked_by_a_result.transaction() as session:
        case = session.scalars(select(Case).where(Case.referral_number == "VW-1")).one()
        objections.record(session, case, viewer=region.dirk, now=make.NOW)

    take_back(asked_by_a_result, chosen)

    assert stands(asked_by_a_result) == (CaseState.WITHDRAWN, False, ["referral.cancelled", UNSAID])


@pytest.fixture
def put_under_nine(asked_by_a_result: Database, region: Region) -> tuple[Database, uuid.UUID]:
    comes(asked_by_a_result, region, NINTH)
    return asked_by_a_result, decide(asked_by_a_result, Decision.CORRECTED, number="9")


def test_one_that_its_own_hospital_took_back_since_is_left_to_a_person(
    put_under_nine: tuple[Database, uuid.UUID], region: Region
) -> None:
    """The second word left no line of its own: nobody may say that the case is wanted."""
    database, chosen = put_under_nine
    comes(database, region, OF_NINTH, OWN)

    take_back(database, chosen)

    state, is_marked, _ = stands(database, "9")
    assert (state in (CaseState.READY, CaseState.INCOMPLETE), is_marked) == (True, True)


def test_one_that_was_withdrawn_before_stays_so(put_under_nine: tuple[Database, uuid.UUID], region: Region) -> None:
    database, chosen = put_under_nine
    comes(database, region, OWN, OF_NINTH)

    take_back(database, chosen)

    assert stands(database, "9") == (CaseState.WITHDRAWN, False, ["referral.cancelled"])


def test_who_asked_in_the_name_of_somebody_else_asked_nothing(put_under_nine: tuple[Database, uuid.UUID], region: Region) -> None:
    """Withdrawn by its own hospital, and asked anew by a message of another patient: a person looks."""
    database, chosen = put_under_nine
    comes(database, region, OWN, born(referral("5", family=STRANGER), "19701231").replace(b"VW-5", b"VW-9"))
    assert stands(database, "9")[0] is not CaseState.WITHDRAWN

    take_back(database, chosen)

    assert stands(database, "9")[1], "marked as taken back by its hospital"


def test_what_the_patients_own_referral_adds_is_held_against_it_no_more(
    put_under_nine: tuple[Database, uuid.UUID], region: Region
) -> None:
    """The withdrawal said of itself that it was later than what the hospital says now of its own patient."""
    database, chosen = put_under_nine
    comes(database, region, OF_NINTH.replace(b"20260302121500", b"20260302151500"))
    take_back(database, chosen)

    own = referral("5", patient="9", family=STRANGER, question="Toch bestralen?")
    comes(database, region, born(own, "19701231").replace(b"VW-5", b"VW-9"))

    assert question(database, "9") == "Toch bestralen?"


def test_on_an_agenda_the_own_hospitals_later_word_keeps_the_mark(
    put_under_nine: tuple[Database, uuid.UUID], region: Region
) -> None:
    """The second word left no line of its own here either: the board discussed a patient whose hospital had taken the case back."""
    database, chosen = put_under_nine
    with database.transaction() as session:
        case = session.scalars(select(Case).where(Case.referral_number == "VW-9")).one()
        make.planned(session, case, session.get_one(Meeting, region.meeting), viewer=region.aisha)
    comes(database, region, OF_NINTH, OWN)

    take_back(database, chosen)

    assert stands(database, "9")[:2] == (CaseState.SCHEDULED, True)
