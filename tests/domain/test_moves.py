"""States change by one table of allowed moves per noun; everything else is refused with a sentence."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

import pytest

from mdo_portal.domain.board import MEETING_MOVES, Meeting, MeetingState
from mdo_portal.domain.case import CASE_MOVES, OPEN_STATES, WAITING, Case, CaseState
from mdo_portal.domain.delivery import DELIVERY_MOVES, Delivery, DeliveryState
from mdo_portal.domain.inbound import INBOUND_MOVES, InboundMessage, InboundState
from mdo_portal.errors import IllegalMove
from tests.make import NOW

TABLES: list[tuple[type[StrEnum], Mapping[Any, frozenset[Any]]]] = [
    (CaseState, CASE_MOVES),
    (MeetingState, MEETING_MOVES),
    (DeliveryState, DELIVERY_MOVES),
    (InboundState, INBOUND_MOVES),
]


def pairs(states: type[StrEnum], moves: Mapping[Any, frozenset[Any]], *, allowed: bool) -> list[Any]:
    found = [(before, after) for before in states for after in states if (after in moves[before]) is allowed]
    return [pytest.param(*pair, id="-to-".join(pair)) for pair in found]


@pytest.mark.parametrize(("states", "moves"), TABLES)
def test_every_state_stands_in_its_table(states: type[StrEnum], moves: Mapping[Any, frozenset[Any]]) -> None:
    assert set(moves) == set(states)
    assert set().union(*moves.values()) <= set(states)


def a_case(state: CaseState) -> Case:
    return Case(state=state, revision=4, is_open=state in OPEN_STATES)


@pytest.mark.parametrize(("before", "after"), pairs(CaseState, CASE_MOVES, allowed=True))
def test_a_case_moves_as_its_table_says(before: CaseState, after: CaseState) -> None:
    case = a_case(before)

    case.move(after, now=NOW, reason="spoed")

    assert (case.state, case.state_since, case.reason, case.revision) == (after, NOW, "spoed", 5)
    assert case.is_open is (after in OPEN_STATES)


@pytest.mark.parametrize(("before", "after"), pairs(CaseState, CASE_MOVES, allowed=False))
def test_a_case_makes_no_other_move(before: CaseState, after: CaseState) -> None:
    case = a_case(before)

    with pytest.raises(IllegalMove, match=r"\w+\."):
        case.move(after, now=NOW)

    assert (case.state, case.revision) == (before, 4)


@pytest.mark.parametrize(("before", "after"), pairs(MeetingState, MEETING_MOVES, allowed=False))
def test_a_meeting_makes_no_other_move(before: MeetingState, after: MeetingState) -> None:
    meeting = Meeting(state=before)

    with pytest.raises(IllegalMove, match=r"\w+\."):
        meeting.move(after)

    assert meeting.state is before


@pytest.mark.parametrize(("before", "after"), pairs(DeliveryState, DELIVERY_MOVES, allowed=False))
def test_a_letter_makes_no_other_move(before: DeliveryState, after: DeliveryState) -> None:
    delivery = Delivery(state=before)

    with pytest.raises(IllegalMove, match=r"\w+\."):
        delivery.move(after)

    assert delivery.state is before


@pytest.mark.parametrize(("before", "after"), pairs(InboundState, INBOUND_MOVES, allowed=False))
def test_a_message_makes_no_other_move(before: InboundState, after: InboundState) -> None:
    message = InboundMessage(state=before)

    with pytest.raises(IllegalMove, match=r"\w+\."):
        message.move(after)

    assert message.state is before


def test_what_was_received_stays_received() -> None:
    assert DELIVERY_MOVES[DeliveryState.RECEIVED] == {DeliveryState.REFUSED}, "only where a commit was all that was said"


def test_what_was_understood_is_read_once_more_or_asks_anew_and_is_never_put_aside() -> None:
    assert INBOUND_MOVES[InboundState.UNDERSTOOD] == {InboundState.KEPT, InboundState.UNREADABLE}


def test_a_case_that_waits_can_always_be_withdrawn() -> None:
    assert all(CaseState.WITHDRAWN in CASE_MOVES[state] for state in WAITING)
