"""What comes late is older than what was said since: it asks for nothing that was taken back, and takes nothing back that was asked anew."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy.orm import Session

from mdo_portal.domain.case import Case, CaseState
from mdo_portal.domain.hospital import Hospital
from mdo_portal.domain.identifiers import new_id
from mdo_portal.exchange import IncomingAnswer, IncomingReferral, Wire
from mdo_portal.services.common.source import Source
from mdo_portal.services.referrals import questions, referrals
from tests import make
from tests.make import NOW

HOUR = timedelta(hours=1)


@pytest.fixture
def told(session: Session, zeed: Hospital) -> IncomingReferral:
    return make.referral(make.identity("1"), number="VW-1", sent_at=NOW - 9 * HOUR)


@pytest.fixture
def case(session: Session, zeed: Hospital, told: IncomingReferral) -> Case:
    return referrals.register(session, told, Source(zeed, NOW, Wire.FHIR))


def take_back(session: Session, zeed: Hospital, told: IncomingReferral, sent_at: datetime | None, hours: int = 1) -> None:
    over = replace(told, cancelled=True, sent_at=sent_at)
    referrals.cancel(session, over, Source(zeed, NOW + hours * HOUR, Wire.FHIR))


def ask_by_task(session: Session, zeed: Hospital, told: IncomingReferral, sent_at: datetime | None) -> None:
    task = IncomingAnswer(referral_number="VW-1", patient=told.patient, sent_at=sent_at, asks=True)
    questions.answered(session, task, Source(zeed, NOW + 2 * HOUR, Wire.FHIR, new_id()))


def test_a_task_that_was_on_its_way_when_the_referral_was_taken_back_does_not_bring_it_back(
    session: Session, zeed: Hospital, told: IncomingReferral, case: Case
) -> None:
    take_back(session, zeed, told, NOW)

    ask_by_task(session, zeed, told, NOW - HOUR)

    assert case.state is CaseState.WITHDRAWN


@pytest.mark.parametrize("sent_at", [NOW + HOUR, NOW - timedelta(minutes=4), None])
def test_a_task_that_asks_since_brings_it_back(
    session: Session, zeed: Hospital, told: IncomingReferral, case: Case, sent_at: datetime | None
) -> None:
    """So does one of nearly the same moment, or without a moment: where nobody can tell, it must stand on somebody's list."""
    take_back(session, zeed, told, NOW)

    ask_by_task(session, zeed, told, sent_at)

    assert case.state is not CaseState.WITHDRAWN


def test_nor_does_an_older_referral_which_says_nothing_new(
    session: Session, zeed: Hospital, told: IncomingReferral, case: Case
) -> None:
    take_back(session, zeed, told, NOW)

    late = replace(told, question_board="Eerder?", sent_at=NOW - HOUR)
    referrals.register(session, late, Source(zeed, NOW + 2 * HOUR, Wire.FHIR))

    assert (case.state, case.question_board) == (CaseState.WITHDRAWN, told.question_board)


def test_what_was_taken_back_at_no_moment_is_asked_anew_by_whatever_comes_later(
    session: Session, zeed: Hospital, told: IncomingReferral, case: Case
) -> None:
    take_back(session, zeed, told, None)

    ask_by_task(session, zeed, told, NOW - 3 * HOUR)

    assert case.state is not CaseState.WITHDRAWN


def test_an_older_word_that_takes_back_marks_a_case_that_was_asked_anew(
    session: Session, zeed: Hospital, told: IncomingReferral, case: Case
) -> None:
    """It was off the work list, and the hospital waited for an advice."""
    referrals.register(session, replace(told, sent_at=NOW), Source(zeed, NOW + HOUR, Wire.FHIR))

    take_back(session, zeed, told, NOW - HOUR, hours=2)

    assert (case.state is CaseState.WITHDRAWN, case.cancel_told_at) == (False, NOW + 2 * HOUR)
