"""Somebody acts on a page that shows an agenda of before: what others did meanwhile stays, and who cannot act any more is told why."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from mdo_portal.domain.board import Board, Meeting
from mdo_portal.domain.case import Case, CaseEvent, CaseState
from mdo_portal.domain.hospital import Hospital
from mdo_portal.domain.round import Round, RoundOutcome
from mdo_portal.errors import IllegalMove, Stale
from mdo_portal.services.decisions import outcomes
from mdo_portal.services.meetings import meetings
from mdo_portal.services.planning import planning
from mdo_portal.services.referrals import case_acts
from mdo_portal.services.room import rooms
from tests import make
from tests.make import NOW
from tests.people import Region


@pytest.fixture
def rounds(session: Session, region: Region, zeed: Hospital, meeting: Meeting) -> list[Round]:
    """Four on the agenda."""
    return [make.planned(session, make.case(session, zeed), meeting, viewer=region.aisha) for _ in range(4)]


def case_of(session: Session, round_: Round) -> Case:
    return session.get_one(Case, round_.case_id)


@pytest.mark.parametrize("ended", [RoundOutcome.DISCUSSED, RoundOutcome.LISTED])
def test_a_discussed_case_is_not_planned_from_a_list_of_before_and_its_advice_can_be_signed(
    session: Session, region: Region, uro: Board, meeting: Meeting, rounds: list[Round], ended: RoundOutcome
) -> None:
    """It went onto the next agenda, and the advice of this one could never be signed."""
    case = case_of(session, rounds[0])
    make.typed(session, rounds[0], "Operatie.")
    outcomes.set_outcome(session, rounds[0], case, ended, reason="", board=uro, viewer=region.bram, now=NOW)
    next_week = make.meeting(session, uro, starts_at=meeting.starts_at + timedelta(days=7))

    with pytest.raises(IllegalMove):
        planning.plan(session, case, next_week, uro, viewer=region.aisha, now=NOW)

    assert make.signed(session, rounds[0], viewer=region.bram).case_id == case.id


def test_a_case_that_is_planned_where_it_stands_already_keeps_its_place(
    session: Session, region: Region, uro: Board, meeting: Meeting, rounds: list[Round]
) -> None:
    """Two coordinators chose the same meeting: the second put it at the end, and off everybody's screen when it was on."""
    rooms.open_meeting(session, meeting, now=NOW)
    told = session.scalar(select(func.count()).where(CaseEvent.case_id == rounds[0].case_id))

    again = planning.plan(session, case_of(session, rounds[0]), meeting, uro, viewer=region.aisha, now=NOW)

    assert again.id == meeting.current_round_id == rounds[0].id
    assert [row.round_id for row in meetings.agenda(session, meeting.id)] == [one.id for one in rounds]
    assert session.scalar(select(func.count()).where(CaseEvent.case_id == rounds[0].case_id)) == told


def test_a_deferral_is_not_undone_once_the_referrer_took_the_case_back(
    session: Session, region: Region, uro: Board, rounds: list[Round]
) -> None:
    case = case_of(session, rounds[0])
    outcomes.set_outcome(
        session, rounds[0], case, RoundOutcome.DEFERRED, reason="PA ontbreekt", board=uro, viewer=region.bram, now=NOW
    )
    case_acts.withdraw(session, case, "elders behandeld", viewer=region.dirk, now=NOW)

    with pytest.raises(IllegalMove):
        outcomes.take_back_outcome(session, rounds[0], case, board=uro, viewer=region.bram, now=NOW)

    assert (case.state, case.reason, rounds[0].outcome) == (CaseState.WITHDRAWN, "elders behandeld", RoundOutcome.DEFERRED)


def test_what_has_no_outcome_or_was_planned_again_is_not_taken_back(
    session: Session, region: Region, uro: Board, meeting: Meeting, rounds: list[Round]
) -> None:
    """From a page of before: the case stood on two agendas, or its timeline said once more that it was planned."""
    case, told = case_of(session, rounds[0]), {"board": uro, "viewer": region.bram, "now": NOW}
    with pytest.raises(Stale):
        outcomes.take_back_outcome(session, rounds[0], case, **told)  # type: ignore[arg-type]
    outcomes.set_outcome(session, rounds[0], case, RoundOutcome.DEFERRED, reason="PA volgt", **told)  # type: ignore[arg-type]
    later = make.meeting(session, uro, starts_at=meeting.starts_at + timedelta(days=7))
    make.planned(session, case, later, viewer=region.aisha)

    with pytest.raises(Stale):
        outcomes.take_back_outcome(session, rounds[0], case, **told)  # type: ignore[arg-type]

    assert rounds[0].outcome is RoundOutcome.DEFERRED
    assert session.scalars(select(Round.meeting_id).where(Round.case_id == case.id, Round.outcome.is_(None))).all() == [later.id]


def test_undoing_a_planning_takes_nothing_off_the_agenda_onto_which_a_colleague_moved_it_meanwhile(
    session: Session, region: Region, uro: Board, meeting: Meeting, rounds: list[Round]
) -> None:
    """The message *Gepland* still stood there, with its *Ongedaan maken*."""
    case = case_of(session, rounds[0])
    later = make.meeting(session, uro, starts_at=meeting.starts_at + timedelta(days=7))
    make.planned(session, case, later, viewer=region.bram)

    with pytest.raises(Stale):
        planning.unplan(session, case, meeting, uro, viewer=region.aisha, now=NOW)

    assert case.state is CaseState.SCHEDULED
    assert session.scalars(select(Round.meeting_id).where(Round.case_id == case.id)).all() == [later.id]


def test_an_order_that_names_a_case_of_another_agenda_changes_nothing(
    session: Session, region: Region, zeed: Hospital, uro: Board, meeting: Meeting, rounds: list[Round]
) -> None:
    """As many as there are: one was taken off meanwhile, and stands on next week's."""
    later = make.meeting(session, uro, starts_at=meeting.starts_at + timedelta(days=7))
    elsewhere = make.planned(session, make.case(session, zeed), later, viewer=region.aisha)

    for wanted in ([*(one.id for one in rounds[:3]), elsewhere.id], [one.id for one in (*rounds[:3], rounds[0])]):
        with pytest.raises(Stale):
            planning.reorder(session, meeting, wanted)

    assert [row.round_id for row in meetings.agenda(session, meeting.id)] == [one.id for one in rounds]


def test_a_withdrawal_by_mistake_is_undone(session: Session, region: Region, uro: Board, rounds: list[Round]) -> None:
    case = case_of(session, rounds[0])
    case_acts.withdraw(session, case, "verkeerde regel", viewer=region.aisha, now=NOW)

    outcomes.take_back_outcome(session, rounds[0], case, board=uro, viewer=region.bram, now=NOW)

    assert case.state is CaseState.SCHEDULED


@pytest.mark.parametrize("meanwhile", ["nothing", "withdrawn"])
def test_a_reason_that_is_put_right_stands_on_the_case_too(
    session: Session, region: Region, uro: Board, rounds: list[Round], meanwhile: str
) -> None:
    """The room said the new reason, and the page of the case the old one; what the referrer said since stays."""
    case = case_of(session, rounds[0])

    def defer(reason: str) -> None:
        outcomes.set_outcome(
            session, rounds[0], case, RoundOutcome.DEFERRED, reason=reason, board=uro, viewer=region.bram, now=NOW
        )

    defer("PA ontbreekt")
    if meanwhile == "withdrawn":
        case_acts.withdraw(session, case, "elders behandeld", viewer=region.dirk, now=NOW)
    defer("MRI ontbreekt")

    assert case.reason == ("MRI ontbreekt" if meanwhile == "nothing" else "elders behandeld")
    assert rounds[0].outcome_reason == "MRI ontbreekt"


def test_of_two_who_press_next_at_once_one_goes_on(session: Session, meeting: Meeting, rounds: list[Round]) -> None:
    """Chair and coordinator both lead: a case was passed over on everybody's screen."""
    rooms.open_meeting(session, meeting, now=NOW)

    for _ in range(2):
        rooms.step(session, meeting, 1, now=NOW, seen=str(rounds[0].id))

    assert meeting.current_round_id == rounds[1].id
    rooms.step(session, meeting, 1, now=NOW, seen=str(rounds[1].id))
    rooms.step(session, meeting, -1, now=NOW, seen=str(rounds[1].id))
    assert meeting.current_round_id == rounds[2].id


def test_after_a_case_that_was_taken_off_the_next_is_the_first_that_was_not_discussed(
    session: Session, region: Region, uro: Board, meeting: Meeting, rounds: list[Round]
) -> None:
    """Everybody's screen went back to the first of the agenda, discussed an hour ago."""
    rooms.open_meeting(session, meeting, now=NOW)
    make.discussed(session, rounds[0], viewer=region.bram)
    rooms.step(session, meeting, 1, now=NOW)
    planning.unplan(session, case_of(session, rounds[1]), meeting, uro, viewer=region.aisha, now=NOW)

    rooms.step(session, meeting, 1, now=NOW, seen="")

    assert meeting.current_round_id == rounds[2].id


def test_when_all_was_discussed_the_next_of_nowhere_is_nowhere_and_back_is_the_last(
    session: Session, region: Region, uro: Board, meeting: Meeting, rounds: list[Round]
) -> None:
    rooms.open_meeting(session, meeting, now=NOW)
    for one in rounds[1:]:
        make.discussed(session, one, viewer=region.bram)
    planning.unplan(session, case_of(session, rounds[0]), meeting, uro, viewer=region.aisha, now=NOW)

    rooms.step(session, meeting, 1, now=NOW)
    assert meeting.current_round_id is None
    rooms.step(session, meeting, -1, now=NOW)
    assert meeting.current_round_id == rounds[3].id
