"""A case that was ended from the agenda, as a hamerstuk, and is shown after all: when it was discussed, and by whom."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy.orm import Session

from mdo_portal.domain.board import Board, Meeting
from mdo_portal.domain.case import Case
from mdo_portal.domain.hospital import Hospital
from mdo_portal.domain.round import Round, RoundOutcome
from mdo_portal.services.decisions import outcomes
from mdo_portal.services.room import presence, rooms
from tests import make
from tests.make import NOW
from tests.people import Region


def at(minutes: int) -> datetime:
    return NOW + timedelta(minutes=minutes)


def ends(session: Session, round_: Round, region: Region, uro: Board, outcome: RoundOutcome, *, minutes: int) -> None:
    case = session.get_one(Case, round_.case_id)
    outcomes.set_outcome(session, round_, case, outcome, reason="", board=uro, viewer=region.bram, now=at(minutes))


@pytest.fixture
def listed(session: Session, region: Region, zeed: Hospital, uro: Board, meeting: Meeting) -> Round:
    """Listed by Bram in the sixth minute, while another case is on. Mila, the radiologist, comes in the ninth."""
    _, listed = (make.planned(session, make.case(session, zeed), meeting, viewer=region.aisha) for _ in range(2))
    presence.enter(session, meeting.id, region.bram, now=NOW)
    rooms.open_meeting(session, meeting, now=NOW)
    make.typed(session, listed, "Actief volgen.")
    ends(session, listed, region, uro, RoundOutcome.LISTED, minutes=6)
    presence.enter(session, meeting.id, region.mila, now=at(9))
    presence.still_here(session, [(meeting.id, one.person_id) for one in (region.bram, region.mila)], now=at(14))
    return listed


def is_shown(session: Session, meeting: Meeting, round_: Round) -> None:
    """From the eleventh minute to the fourteenth."""
    rooms.show(session, meeting, round_.id, now=at(11))
    rooms.step(session, meeting, -1, now=at(14))


@pytest.mark.parametrize("how", ["said otherwise", "taken back and said"])
def test_who_was_there_when_it_was_discussed_after_all_took_part(
    session: Session, region: Region, uro: Board, meeting: Meeting, listed: Round, how: str
) -> None:
    is_shown(session, meeting, listed)
    if how == "taken back and said":
        case = session.get_one(Case, listed.case_id)
        outcomes.take_back_outcome(session, listed, case, board=uro, viewer=region.bram, now=at(19))
    ends(session, listed, region, uro, RoundOutcome.DISCUSSED, minutes=20)

    content = make.signed(session, listed, viewer=region.bram, now=at(21)).content

    assert ({one["name"] for one in content["participants"]}, content["quorum"]["met"]) == ({"Bram", "Mila"}, True)


def test_what_was_signed_as_listed_was_over_when_it_was_however_often_it_is_looked_at(
    session: Session, region: Region, meeting: Meeting, listed: Round
) -> None:
    """Who had left by then may object to it, also when they came back since."""
    make.signed(session, listed, viewer=region.bram, now=at(7))

    is_shown(session, meeting, listed)

    assert listed.ended_at == at(6)


def test_what_ended_while_it_was_on_was_over_then(
    session: Session, region: Region, uro: Board, meeting: Meeting, listed: Round
) -> None:
    rooms.show(session, meeting, listed.id, now=at(11))
    ends(session, listed, region, uro, RoundOutcome.DISCUSSED, minutes=12)
    rooms.step(session, meeting, -1, now=at(14))

    assert listed.ended_at == at(12)


def test_what_is_listed_after_the_meeting_was_closed_was_over_when_that_was(
    session: Session, region: Region, zeed: Hospital, uro: Board, meeting: Meeting
) -> None:
    """Who looked in the day after took no part in it."""
    _, round_ = (make.planned(session, make.case(session, zeed), meeting, viewer=region.aisha) for _ in range(2))
    rooms.open_meeting(session, meeting, now=NOW)
    rooms.close_meeting(session, meeting, now=at(30))

    ends(session, round_, region, uro, RoundOutcome.LISTED, minutes=600)

    assert round_.ended_at == at(30)
