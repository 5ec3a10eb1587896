"""A meeting that was opened by mistake, next week's say, is to come again, as if nobody had touched it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from mdo_portal.database import Database
from mdo_portal.domain.board import Meeting, MeetingState
from mdo_portal.domain.case import Case
from mdo_portal.domain.hospital import Hospital
from mdo_portal.domain.round import Round, RoundOutcome
from mdo_portal.errors import IllegalMove
from mdo_portal.services.decisions import outcomes
from mdo_portal.services.meetings import meetings
from mdo_portal.services.referrals import case_acts
from mdo_portal.services.room import conclusions, presence, rooms
from tests import make
from tests.make import NOW
from tests.people import Region, board_of
from tests.web.portal import CSRF, app_on, signed_in

MINUTE = timedelta(minutes=1)


@pytest.fixture
def rounds(session: Session, region: Region, zeed: Hospital, meeting: Meeting) -> list[Round]:
    """Two; the meeting is open and the first is on."""
    found = [make.planned(session, make.case(session, zeed), meeting, viewer=region.aisha) for _ in range(2)]
    rooms.open_meeting(session, meeting, now=NOW)
    return found


def test_it_is_to_come_again_and_can_be_opened_when_its_time_comes(
    session: Session, meeting: Meeting, rounds: list[Round]
) -> None:
    rooms.step(session, meeting, 1, now=NOW + MINUTE)

    rooms.not_yet(session, meeting)

    assert (meeting.state, meeting.opened_at, meeting.current_round_id) == (MeetingState.PLANNED, None, None)
    assert [(one.started_at, one.ended_at) for one in rounds] == [(None, None)] * 2
    rooms.open_meeting(session, meeting, now=meeting.starts_at)
    assert (meeting.opened_at, rounds[0].started_at) == (meeting.starts_at, meeting.starts_at)


def test_what_was_typed_stays(session: Session, meeting: Meeting, rounds: list[Round]) -> None:
    make.typed(session, rounds[0], "Actief volgen.")

    rooms.not_yet(session, meeting)

    notes = conclusions.notes_of(session, rounds[0].id)
    assert "Actief volgen." in [conclusions.text_of(session, one.id) for one in notes.values()]


@pytest.mark.parametrize("outcome", [RoundOutcome.DISCUSSED, RoundOutcome.LISTED, RoundOutcome.DEFERRED])
def test_not_once_a_discussion_ended(
    session: Session, region: Region, meeting: Meeting, rounds: list[Round], outcome: RoundOutcome
) -> None:
    """A hamerstuk is ended without being shown."""
    ended = rounds[1] if outcome is RoundOutcome.LISTED else rounds[0]
    case = session.get_one(Case, ended.case_id)
    told = {"reason": "geen tijd", "board": board_of(session, region), "viewer": region.bram, "now": NOW + MINUTE}
    outcomes.set_outcome(session, ended, case, outcome, **told)  # type: ignore[arg-type]

    with pytest.raises(IllegalMove, match="al een casus besproken"):
        rooms.not_yet(session, meeting)
    assert meeting.state is MeetingState.OPEN and meeting.opened_at == NOW


def test_a_case_that_was_withdrawn_before_is_no_discussion(
    session: Session, region: Region, zeed: Hospital, meeting: Meeting
) -> None:
    round_ = make.planned(session, case := make.case(session, zeed), meeting, viewer=region.aisha)
    case_acts.withdraw(session, case, "op verzoek", viewer=region.dirk, now=NOW)
    rooms.open_meeting(session, meeting, now=NOW)

    rooms.not_yet(session, meeting)

    assert (meeting.state, round_.outcome) == (MeetingState.PLANNED, RoundOutcome.WITHDRAWN)


def test_who_was_there_by_mistake_was_not_there_when_it_is_held(
    session: Session, region: Region, meeting: Meeting, rounds: list[Round]
) -> None:
    presence.enter(session, meeting.id, region.mila, now=NOW)
    rooms.not_yet(session, meeting)
    held = meeting.starts_at
    presence.enter(session, meeting.id, region.bram, now=held)
    rooms.open_meeting(session, meeting, now=held)
    make.typed(session, rounds[0], "Actief volgen.")
    presence.still_here(session, [(meeting.id, region.bram.person_id)], now=held + MINUTE)
    told = {"reason": "", "board": board_of(session, region), "viewer": region.bram, "now": held + MINUTE}
    outcomes.set_outcome(session, rounds[0], session.get_one(Case, rounds[0].case_id), RoundOutcome.DISCUSSED, **told)  # type: ignore[arg-type]

    content = make.signed(session, rounds[0], viewer=region.bram, now=held + 2 * MINUTE).content

    assert [one["name"] for one in content["participants"]] == ["Bram"]


def test_who_leads_takes_it_back_from_the_room_and_a_member_does_not(database: Database, region: Region) -> None:
    with database.transaction() as session:
        found = session.get_one(Meeting, region.meeting)
        rooms.open_meeting(session, found, now=NOW)
        meetings.changed(session, found)
    room = f"/meetings/{region.meeting}/room"
    with app_on(database) as app:
        bram, mila = (signed_in(app, database, region, name) for name in ("Bram", "Mila"))
        assert "Toch nog niet openen" in bram.get(room).text and "Toch nog niet openen" not in mila.get(room).text
        assert mila.post(f"{room}/not_yet", data={"csrf_token": CSRF}).status_code == 403

        page = bram.post(f"{room}/not_yet", data={"csrf_token": CSRF}, follow_redirects=True).text

    assert "Open vergadering" in page and "Toch nog niet openen" not in page
