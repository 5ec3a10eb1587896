"""A meeting's agenda: planned in time or with a reason, one agenda per case, and nobody overwrites another's order."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from mdo_portal.domain.board import Board, Meeting, MeetingState
from mdo_portal.domain.case import Case, CaseEvent, CaseState
from mdo_portal.domain.hospital import Hospital
from mdo_portal.domain.round import Round, RoundOutcome
from mdo_portal.errors import IllegalMove, Stale
from mdo_portal.services.decisions import outcomes
from mdo_portal.services.history import timeline
from mdo_portal.services.meetings import meetings
from mdo_portal.services.planning import planning
from mdo_portal.services.referrals import case_acts, questions
from mdo_portal.services.room import rooms
from mdo_portal.web import printing
from tests import make
from tests.make import NOW
from tests.people import Region


def plan(session: Session, case: Case, meeting: Meeting, region: Region, *, now: datetime = NOW, late_reason: str = "") -> Round:
    board = session.get_one(Board, meeting.board_id)
    return planning.plan(session, case, meeting, board, viewer=region.aisha, now=now, late_reason=late_reason)


def order_of(session: Session, meeting: Meeting) -> list[object]:
    return [row.case_id for row in meetings.agenda(session, meeting.id)]


def test_cases_are_planned_one_behind_the_other(session: Session, region: Region, zeed: Hospital, meeting: Meeting) -> None:
    cases = [make.case(session, zeed) for _ in range(3)]

    rounds = [plan(session, case, meeting, region) for case in cases]

    assert [round_.position for round_ in rounds] == [1, 2, 3]
    assert order_of(session, meeting) == [case.id for case in cases]
    assert {case.state for case in cases} == {CaseState.SCHEDULED}


@pytest.mark.parametrize("closed_by", ["the clock", "a person"])
def test_after_closing_only_with_a_reason(
    session: Session, region: Region, zeed: Hospital, meeting: Meeting, closed_by: str
) -> None:
    case = make.case(session, zeed)
    now = meeting.registration_closes_at
    if closed_by == "a person":
        meetings.close_registration(session, meeting)
        now = NOW

    with pytest.raises(IllegalMove):
        plan(session, case, meeting, region, now=now, late_reason=" ")
    plan(session, case, meeting, region, now=now, late_reason="spoed")

    assert (case.state, case.reason) == (CaseState.SCHEDULED, "spoed")


@pytest.mark.parametrize("state", [MeetingState.PLANNED, MeetingState.REGISTRATION_CLOSED])
def test_nothing_is_planned_into_a_meeting_that_went_by_unless_it_is_held_after_all(
    session: Session, region: Region, zeed: Hospital, meeting: Meeting, state: MeetingState
) -> None:
    """The agenda of last week, still open on somebody's screen, or of a meeting that nobody held."""
    case, next_week = make.case(session, zeed), meeting.starts_at + timedelta(days=7)
    meeting.state = state

    with pytest.raises(IllegalMove):
        plan(session, case, meeting, region, now=next_week, late_reason="spoed")

    rooms.open_meeting(session, meeting, now=next_week)
    plan(session, case, meeting, region, now=next_week, late_reason="spoed")


@pytest.mark.parametrize("stood", ["on the work list", "on another agenda"])
def test_the_reason_for_planning_after_closing_stands_in_the_timeline(
    session: Session, region: Region, zeed: Hospital, meeting: Meeting, uro: Board, stood: str
) -> None:
    case = make.case(session, zeed)
    if stood == "on another agenda":
        plan(session, case, make.meeting(session, uro, starts_at=meeting.starts_at + timedelta(days=7)), region)

    plan(session, case, meeting, region, now=meeting.registration_closes_at, late_reason="drain geplaatst, kan niet wachten")

    session.flush()
    assert any("drain geplaatst" in said for said in told_of(session, case))


def told_of(session: Session, case: Case) -> list[str]:
    """The timeline in words."""
    return [
        timeline.SENTENCES[one.what] % one.details
        for one in session.scalars(select(CaseEvent).where(CaseEvent.case_id == case.id))
    ]


@pytest.mark.parametrize("state", [MeetingState.CLOSED, MeetingState.SETTLED])
def test_nothing_is_planned_into_a_meeting_that_is_over(
    session: Session, region: Region, zeed: Hospital, meeting: Meeting, state: MeetingState
) -> None:
    meeting.state = state

    with pytest.raises(IllegalMove):
        plan(session, make.case(session, zeed), meeting, region, late_reason="spoed")


def test_a_case_stands_on_one_agenda_at_a_time(
    session: Session, region: Region, zeed: Hospital, meeting: Meeting, uro: Board
) -> None:
    next_week = make.meeting(session, uro, starts_at=meeting.starts_at + timedelta(days=7))
    case = make.case(session, zeed)
    plan(session, case, meeting, region)
    revision = meeting.revision

    plan(session, case, next_week, region)

    assert (order_of(session, meeting), order_of(session, next_week)) == ([], [case.id])
    assert meeting.revision > revision


def test_a_case_that_was_shown_can_still_be_moved_to_next_week(
    session: Session, region: Region, zeed: Hospital, meeting: Meeting, uro: Board
) -> None:
    """Shown = it has notes. The round that goes must not hold the case in this meeting."""
    next_week = make.meeting(session, uro, starts_at=meeting.starts_at + timedelta(days=7))
    case = make.case(session, zeed)
    plan(session, case, meeting, region)
    rooms.open_meeting(session, meeting, now=NOW)

    plan(session, case, next_week, region, late_reason="tijd")

    assert (order_of(session, meeting), order_of(session, next_week)) == ([], [case.id])


def test_a_case_with_a_typed_conclusion_is_not_planned_away(
    session: Session, region: Region, zeed: Hospital, meeting: Meeting, uro: Board
) -> None:
    """What a person saw as saved is saved: such a case is deferred, with its conclusion."""
    case = make.case(session, zeed)
    make.typed(session, plan(session, case, meeting, region), "Operatie.")

    with pytest.raises(IllegalMove):
        plan(session, case, make.meeting(session, uro, starts_at=meeting.starts_at + timedelta(days=7)), region)
    with pytest.raises(IllegalMove):
        planning.unplan(session, case, meeting, uro, viewer=region.aisha, now=NOW)


def test_a_second_discussion_is_a_new_round(
    session: Session, region: Region, zeed: Hospital, meeting: Meeting, uro: Board
) -> None:
    case = make.case(session, zeed)
    first = plan(session, case, meeting, region)
    outcomes.set_outcome(
        session, first, case, RoundOutcome.DEFERRED, reason="wacht op PA", board=uro, viewer=region.bram, now=NOW
    )

    second = plan(session, case, make.meeting(session, uro, starts_at=meeting.starts_at + timedelta(days=7)), region)

    assert (first.number, second.number, case.state) == (1, 2, CaseState.SCHEDULED)


@pytest.mark.parametrize("ended", [RoundOutcome.DEFERRED, RoundOutcome.REDIRECTED])
def test_a_case_that_went_to_another_board_is_not_put_back_on_this_agenda(
    session: Session, region: Region, meeting: Meeting, uro: Board, ended: RoundOutcome
) -> None:
    """Who leads both boards may do it; those of the other look for it among what waits, and it would be gone from there."""
    case = make.case(session, session.get_one(Hospital, region.hospitals["DELT"]))
    first = plan(session, case, meeting, region)
    outcomes.set_outcome(session, first, case, ended, reason="hoort bij Lage GI", board=uro, viewer=region.bram, now=NOW)
    if ended is RoundOutcome.REDIRECTED:
        case_acts.reopen(session, case, "voor Lage GI", viewer=region.aisha, now=NOW)
    case.board_id = region.boards["GI"]

    with pytest.raises(IllegalMove):
        outcomes.take_back_outcome(session, first, case, board=uro, viewer=region.bram, now=NOW)
    with pytest.raises(IllegalMove):
        outcomes.set_outcome(
            session, first, case, RoundOutcome.WITHDRAWN, reason="toch niet", board=uro, viewer=region.bram, now=NOW
        )

    assert [one.case_id for one in meetings.candidates(session, region.boards["GI"]).shown] == [case.id]


@pytest.mark.parametrize("missing", [True, False])
def test_off_the_agenda_it_waits_as_before(
    session: Session, region: Region, zeed: Hospital, meeting: Meeting, uro: Board, missing: bool
) -> None:
    case = make.case(session, zeed, **({"facts": ()} if missing else {}))
    plan(session, case, meeting, region)

    planning.unplan(session, case, meeting, uro, viewer=region.aisha, now=NOW)

    assert case.state is (CaseState.INCOMPLETE if missing else CaseState.READY)
    with pytest.raises(Stale):
        planning.unplan(session, case, meeting, uro, viewer=region.aisha, now=NOW)


@pytest.mark.parametrize("asked_when", ["it waits", "it is planned"])
def test_off_the_agenda_it_waits_for_an_answer_that_did_not_come(
    session: Session, region: Region, zeed: Hospital, meeting: Meeting, uro: Board, asked_when: str
) -> None:
    case = make.case(session, zeed)
    if asked_when == "it is planned":
        plan(session, case, meeting, region)
    questions.ask(session, case, "Welke PSA?", viewer=region.aisha, now=NOW)
    if asked_when == "it waits":
        plan(session, case, meeting, region)

    planning.unplan(session, case, meeting, uro, viewer=region.aisha, now=NOW)

    assert case.state is CaseState.INFORMATION_REQUESTED


def test_the_agenda_stands_in_the_order_that_was_chosen(
    session: Session, region: Region, zeed: Hospital, meeting: Meeting
) -> None:
    rounds = [plan(session, make.case(session, zeed), meeting, region) for _ in range(4)]
    wanted = [rounds[at].id for at in (2, 0, 3, 1)]

    planning.reorder(session, meeting, wanted)

    assert [row.round_id for row in meetings.agenda(session, meeting.id)] == wanted


@pytest.mark.parametrize("closed_by", ["hand", "its hour", "both"])
def test_registration_that_is_opened_again_takes_cases_until_the_meeting_begins(
    session: Session, region: Region, zeed: Hospital, meeting: Meeting, closed_by: str
) -> None:
    """After the closing hour it said that registration was open again, and asked for a reason."""
    now = NOW if closed_by == "hand" else meeting.registration_closes_at + timedelta(minutes=1)
    if closed_by != "its hour":
        meetings.close_registration(session, meeting)

    meetings.reopen_registration(session, meeting, now=now)

    plan(session, make.case(session, zeed), meeting, region, now=now)
    with pytest.raises(IllegalMove):
        plan(session, make.case(session, zeed), meeting, region, now=meeting.starts_at)


@pytest.mark.parametrize("state", [MeetingState.OPEN, MeetingState.CALLED_OFF, MeetingState.CLOSED, MeetingState.PLANNED])
def test_registration_that_is_not_closed_is_not_opened_again(session: Session, meeting: Meeting, state: MeetingState) -> None:
    meeting.state = state

    with pytest.raises(IllegalMove):
        meetings.reopen_registration(session, meeting, now=NOW)
    assert meeting.state is state


@pytest.mark.parametrize("seen", ["one too few", "one too many", "one twice"])
def test_an_order_of_another_agenda_is_stale(
    session: Session, region: Region, zeed: Hospital, meeting: Meeting, seen: str
) -> None:
    rounds = [plan(session, make.case(session, zeed), meeting, region).id for _ in range(3)]
    other = session.scalars(select(Round.id).where(Round.meeting_id == region.other_meeting)).one()
    order = {"one too few": rounds[:2], "one too many": [*rounds, other], "one twice": [*rounds, rounds[0]]}[seen]

    with pytest.raises(Stale):
        planning.reorder(session, meeting, order)

    assert [row.round_id for row in meetings.agenda(session, meeting.id)] == rounds


def test_a_case_that_was_carried_over_twice_is_told_as_that_and_not_as_discussed(
    session: Session, region: Region, uro: Board, zeed: Hospital
) -> None:
    case = make.case(session, zeed)
    coming = [make.meeting(session, uro, starts_at=NOW + timedelta(days=days)) for days in (7, 14, 21, 28)]
    told = {"board": uro, "viewer": region.bram, "now": NOW}
    for one in coming[:2]:
        round_ = make.planned(session, case, one, viewer=region.aisha)
        outcomes.set_outcome(session, round_, case, RoundOutcome.DEFERRED, reason="scan volgt", **told)  # type: ignore[arg-type]
    assert [(one.deferred_before, one.case_id) for one in meetings.candidates(session, uro.id).shown] == [(2, case.id)]
    third = make.planned(session, case, coming[2], viewer=region.aisha)
    make.planned(session, make.case(session, zeed), coming[2], viewer=region.aisha)

    rows = meetings.agenda(session, coming[2].id)

    assert [(one.discussed_before, one.deferred_before) for one in rows] == [(0, 2), (0, 0)]
    paper = printing.agenda(coming[2], uro, rows, (), network=make.NETWORK)
    assert [one.mark for one in paper.blocks[0].items] == ["2 keer doorgeschoven", ""]
    third.outcome = RoundOutcome.DISCUSSED
    case.state = CaseState.READY
    fourth = make.planned(session, case, coming[3], viewer=region.aisha)
    assert [(one.round_id, one.discussed_before) for one in meetings.agenda(session, coming[3].id)] == [(fourth.id, 1)]
