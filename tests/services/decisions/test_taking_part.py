"""Who took part in a discussion, and whether that was a quorum: as the letter says it, and every later letter about it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from mdo_portal.domain.board import Board, Meeting, Presence
from mdo_portal.domain.case import Case
from mdo_portal.domain.hospital import Hospital
from mdo_portal.domain.people import BoardMembership, Role
from mdo_portal.domain.round import Round, RoundOutcome
from mdo_portal.services.decisions import outcomes
from mdo_portal.services.room import presence, roll, rooms
from tests import make
from tests.make import NOW
from tests.people import Region

LATER = NOW + timedelta(days=400)


def case_of(session: Session, round_: Round) -> Case:
    return session.get_one(Case, round_.case_id)


def went_on(session: Session, region: Region) -> tuple[Round, Meeting]:
    """Bram discussed it alone, and went on to the next case four minutes later; Mila, the radiologist, came in after that."""
    meeting = session.get_one(Meeting, region.meeting)
    zeed = session.get_one(Hospital, region.hospitals["ZEED"])
    first, _ = (make.planned(session, make.case(session, zeed), meeting, viewer=region.aisha) for _ in range(2))
    presence.enter(session, meeting.id, region.bram, now=NOW)
    rooms.open_meeting(session, meeting, now=NOW)
    make.typed(session, first, "Operatie.")
    rooms.step(session, meeting, 1, now=NOW + timedelta(minutes=4))
    presence.enter(session, meeting.id, region.mila, now=NOW + timedelta(minutes=9))
    return first, meeting


def end(session: Session, round_: Round, region: Region, outcome: RoundOutcome, *, minutes: int) -> None:
    at, board = NOW + timedelta(minutes=minutes), session.get_one(Board, region.boards["URO-P"])
    outcomes.set_outcome(session, round_, case_of(session, round_), outcome, reason="", board=board, viewer=region.bram, now=at)


@pytest.mark.parametrize("again", ["said once", "said otherwise", "taken back and said"])
def test_who_came_after_the_meeting_went_on_took_no_part_however_late_the_outcome_is_given(
    session: Session, region: Region, again: str
) -> None:
    discussed, _ = went_on(session, region)
    end(session, discussed, region, RoundOutcome.DISCUSSED, minutes=12)
    if again == "taken back and said":
        board = session.get_one(Board, region.boards["URO-P"])
        case = case_of(session, discussed)
        outcomes.take_back_outcome(session, discussed, case, board=board, viewer=region.bram, now=NOW + timedelta(minutes=13))
    if again != "said once":
        end(session, discussed, region, RoundOutcome.LISTED, minutes=14)

    content = make.signed(session, discussed, viewer=region.bram, now=NOW + timedelta(minutes=15)).content

    assert [one["name"] for one in content["participants"]] == ["Bram"]
    assert content["quorum"] == {"met": False, "missing": ["radioloog"]}


def test_who_is_there_when_the_case_comes_on_once_more_takes_part(session: Session, region: Region) -> None:
    discussed, meeting = went_on(session, region)
    rooms.show(session, meeting, discussed.id, now=NOW + timedelta(minutes=11))
    end(session, discussed, region, RoundOutcome.DISCUSSED, minutes=12)

    content = make.signed(session, discussed, viewer=region.bram, now=NOW + timedelta(minutes=13)).content

    assert {one["name"] for one in content["participants"]} == {"Bram", "Mila"}


@pytest.mark.parametrize("seen", ["three days before", "during the meeting"])
def test_of_what_is_only_listed_those_took_part_who_were_there_since_the_meeting_was_opened(
    session: Session, region: Region, zeed: Hospital, seen: str
) -> None:
    """A hamerstuk is never shown. Mila had looked at the room before the meeting, and was not at it."""
    meeting = session.get_one(Meeting, region.meeting)
    _, listed = (make.planned(session, make.case(session, zeed), meeting, viewer=region.aisha) for _ in range(2))
    rooms.open_meeting(session, meeting, now=NOW)
    presence.enter(session, meeting.id, region.bram, now=NOW)
    minutes = timedelta(minutes=2) if seen == "during the meeting" else timedelta(days=-3)
    presence.enter(session, meeting.id, region.mila, now=NOW + minutes)
    make.typed(session, listed, "Actief volgen.")
    presence.still_here(session, [(meeting.id, region.bram.person_id)], now=NOW + timedelta(minutes=10))
    end(session, listed, region, RoundOutcome.LISTED, minutes=10)

    content = make.signed(session, listed, viewer=region.bram, now=NOW + timedelta(minutes=11)).content

    assert ("Mila" in {one["name"] for one in content["participants"]}) is (seen == "during the meeting")
    assert content["quorum"]["met"] is (seen == "during the meeting")


@pytest.mark.parametrize("role", [Role.OBSERVER, Role.MEMBER])
def test_who_only_observes_is_there_and_fills_no_place_of_the_quorum(
    session: Session, region: Region, zeed: Hospital, role: Role
) -> None:
    """A radiologist in training who watches; the same as a member, also when that ended the day after."""
    held = select(BoardMembership).where(BoardMembership.person_id == region.mila.person_id)
    membership = session.scalars(held).one()
    membership.role = role
    meeting, board = session.get_one(Meeting, region.meeting), session.get_one(Board, region.boards["URO-P"])
    for viewer in (region.bram, region.mila):
        presence.enter(session, meeting.id, viewer, now=NOW)
    round_ = make.planned(session, make.case(session, zeed), meeting, viewer=region.aisha)
    make.discussed(session, round_, viewer=region.bram)
    membership.ended_at = NOW + timedelta(days=1)

    content = make.signed(session, round_, viewer=region.bram).content

    shown = roll.roll(board, presence.present(session, meeting.id, now=NOW))
    named = {one["name"]: one["discipline"] for one in content["participants"]}
    assert named == {"Bram": "uroloog", "Mila": "toehoorder" if role is Role.OBSERVER else "radioloog"} and shown.count == 2
    assert content["quorum"]["met"] is shown.quorum.met is (role is Role.MEMBER)


@pytest.mark.parametrize(
    "role", ["ran out before", "begins later", "given afterwards", "ran out the day after", "given on the way"]
)
def test_a_role_fills_a_place_of_the_quorum_by_what_it_was_in_the_meeting(
    session: Session, region: Region, zeed: Hospital, role: str
) -> None:
    """Mila was a member until some day, or is one since, and watches besides."""
    membership = session.scalars(select(BoardMembership).where(BoardMembership.person_id == region.mila.person_id)).one()
    day = NOW.date()
    if role.startswith("ran out"):
        membership.ends_on = day - timedelta(days=1) if role == "ran out before" else day
    elif role == "begins later":
        membership.starts_on = day + timedelta(days=1)
    else:
        membership.given_at = NOW + (timedelta(days=1) if role == "given afterwards" else timedelta(minutes=3))
    watches = {"board_id": region.boards["URO-P"], "person_id": region.mila.person_id, "role": Role.OBSERVER}
    session.add(BoardMembership(given_at=NOW - timedelta(days=60), **watches))
    meeting = session.get_one(Meeting, region.meeting)
    for viewer in (region.bram, region.mila):
        presence.enter(session, meeting.id, viewer, now=NOW)
    presence.still_here(session, [(meeting.id, region.mila.person_id)], now=NOW + timedelta(minutes=5))
    round_ = make.planned(session, make.case(session, zeed), meeting, viewer=region.aisha)
    make.discussed(session, round_, viewer=region.bram)

    content = make.signed(session, round_, viewer=region.bram, now=NOW + timedelta(days=2)).content

    counts = role in ("ran out the day after", "given on the way")
    assert content["quorum"] == {"met": counts, "missing": [] if counts else ["radioloog"]}
    assert ("toehoorder" in {one["discipline"] for one in content["participants"]}) is not counts


@pytest.mark.parametrize("since", ["presence went at its term", "the board wants another discipline"])
def test_a_correction_says_who_discussed_it_as_the_first_letter_did(
    session: Session, region: Region, zeed: Hospital, since: str
) -> None:
    board, meeting = session.get_one(Board, region.boards["URO-P"]), session.get_one(Meeting, region.meeting)
    round_ = make.planned(session, make.case(session, zeed), meeting, viewer=region.aisha)
    make.discussed(session, round_, viewer=region.bram)
    for viewer in (region.bram, region.mila):
        presence.enter(session, meeting.id, viewer, now=NOW)
    first = make.signed(session, round_, viewer=region.bram).content
    if since == "presence went at its term":
        session.execute(delete(Presence))
    else:
        board.quorum = [*board.quorum, {"one_of": ["patholoog"]}]

    second = make.corrected(session, round_, viewer=region.bram, now=LATER).content

    assert first["quorum"] == second["quorum"] == {"met": True, "missing": []}
    assert first["participants"] == second["participants"] and len(second["participants"]) == 2


def test_who_looked_into_the_room_days_before_or_after_did_not_come(session: Session, region: Region) -> None:
    meeting = session.get_one(Meeting, region.meeting)
    presence.enter(session, meeting.id, region.mila, now=NOW - timedelta(days=2))
    presence.enter(session, meeting.id, region.bram, now=NOW - timedelta(days=2))
    assert presence.came(meeting, presence.attendees(session, meeting.id)) == []

    rooms.open_meeting(session, meeting, now=NOW)
    presence.enter(session, meeting.id, region.bram, now=NOW + timedelta(minutes=5))
    presence.still_here(session, [(meeting.id, region.bram.person_id)], now=NOW + timedelta(minutes=6))
    rooms.close_meeting(session, meeting, now=NOW + timedelta(minutes=30))
    for one in (region.mila, region.bilal):
        presence.enter(session, meeting.id, one, now=NOW + timedelta(days=1))

    assert [one.name for one in presence.came(meeting, presence.attendees(session, meeting.id))] == ["Bram"]


def test_who_looked_in_beforehand_and_stayed_away_was_not_called_away(session: Session, region: Region) -> None:
    meeting = session.get_one(Meeting, region.meeting)
    presence.enter(session, meeting.id, region.mila, now=NOW - timedelta(days=2))
    presence.enter(session, meeting.id, region.bilal, now=NOW - timedelta(minutes=1))
    presence.still_here(session, [(meeting.id, region.bilal.person_id)], now=NOW + timedelta(minutes=1))

    was = {one.name: one.had_left(NOW, NOW + timedelta(minutes=9)) for one in presence.attendees(session, meeting.id)}

    assert was == {"Mila": False, "Bilal": True}
