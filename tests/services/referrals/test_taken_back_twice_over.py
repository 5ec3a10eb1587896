"""Taken off by a person, and then by the hospital's message too: undoing the first does not undo what the hospital said."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from mdo_portal.domain.board import Board, Meeting
from mdo_portal.domain.case import Case, CaseEvent, CaseState
from mdo_portal.domain.hospital import Hospital
from mdo_portal.domain.round import Round, RoundOutcome
from mdo_portal.errors import IllegalMove
from mdo_portal.exchange import IncomingReferral, Wire
from mdo_portal.services.cases import unseen
from mdo_portal.services.cases.worklist_rows import Filter
from mdo_portal.services.common.source import Source
from mdo_portal.services.decisions import outcomes
from mdo_portal.services.history import timeline
from mdo_portal.services.planning import planning
from mdo_portal.services.referrals import case_acts, referrals
from tests import make
from tests.make import NOW
from tests.people import Region

HOUR = timedelta(hours=1)


@pytest.fixture
def told() -> IncomingReferral:
    return make.referral(make.identity("1"), number="VW-1", sent_at=NOW - 9 * HOUR)


@pytest.fixture
def round_(session: Session, region: Region, zeed: Hospital, uro: Board, meeting: Meeting, told: IncomingReferral) -> Round:
    """Withdrawn in the room, by mistake."""
    case = referrals.register(session, told, Source(zeed, NOW, Wire.HL7V2))
    planned = planning.plan(session, case, meeting, uro, viewer=region.aisha, now=NOW)
    mistaken = RoundOutcome.WITHDRAWN
    outcomes.set_outcome(session, planned, case, mistaken, reason="verkeerde regel", board=uro, viewer=region.bram, now=NOW)
    return planned


def case_of(session: Session, round_: Round) -> Case:
    return session.get_one(Case, round_.case_id)


def take_back(session: Session, zeed: Hospital, told: IncomingReferral, hours: int = 2) -> None:
    over = replace(told, cancelled=True, sent_at=NOW + hours * HOUR)
    referrals.cancel(session, over, Source(zeed, NOW + hours * HOUR, Wire.HL7V2))


def undo(session: Session, round_: Round, region: Region, uro: Board) -> None:
    outcomes.take_back_outcome(session, round_, case_of(session, round_), board=uro, viewer=region.bram, now=NOW + 5 * HOUR)


def test_back_on_the_agenda_it_says_that_the_hospital_took_it_back(
    session: Session, region: Region, zeed: Hospital, uro: Board, told: IncomingReferral, round_: Round
) -> None:
    """It was discussed as if nothing was said."""
    for hours in (2, 3):  # said twice, told once
        take_back(session, zeed, told, hours)

    undo(session, round_, region, uro)

    case = case_of(session, round_)
    assert (case.state, case.cancel_told_at) == (CaseState.SCHEDULED, NOW + 2 * HOUR)
    assert session.scalar(select(func.count()).where(CaseEvent.what == "referral.cancelled")) == 1


@pytest.mark.parametrize("is_new", [False, True])
def test_nobody_need_look_at_what_says_what_stands_there_already(
    session: Session, region: Region, zeed: Hospital, told: IncomingReferral, round_: Round, is_new: bool
) -> None:
    """Each case that is withdrawn in the portal and in the EPD came on the list of what came after the discussion."""
    case = case_of(session, round_)
    if is_new:
        timeline.happened(session, case, "result.received", at=NOW + HOUR)

    take_back(session, zeed, told)

    listed = unseen.rows(session, region.aisha, Filter())
    assert [(row.id, row.since) for row in listed] == ([(case.id, NOW + HOUR)] if is_new else [])


def test_an_older_word_that_asks_does_not_bring_it_back(
    session: Session, zeed: Hospital, told: IncomingReferral, round_: Round
) -> None:
    take_back(session, zeed, told)

    late = replace(told, question_board="Eerder?", sent_at=NOW + HOUR)
    referrals.register(session, late, Source(zeed, NOW + 3 * HOUR, Wire.HL7V2))

    assert case_of(session, round_).state is CaseState.WITHDRAWN


@pytest.mark.parametrize("by", ["the hospital's message", "somebody there"])
def test_what_was_asked_anew_and_taken_back_since_is_not_put_back_from_a_page_of_before(
    session: Session, region: Region, zeed: Hospital, uro: Board, told: IncomingReferral, round_: Round, by: str
) -> None:
    case = case_of(session, round_)
    case_acts.reopen(session, case, "toch bespreken", viewer=region.aisha, now=NOW + HOUR)
    if by == "somebody there":
        case_acts.withdraw(session, case, "elders behandeld", viewer=region.dirk, now=NOW + 2 * HOUR)
    else:
        take_back(session, zeed, told)

    with pytest.raises(IllegalMove):
        undo(session, round_, region, uro)

    assert (case.state, round_.outcome) == (CaseState.WITHDRAWN, RoundOutcome.WITHDRAWN)
