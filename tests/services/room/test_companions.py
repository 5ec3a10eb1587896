"""Who watches along at somebody's screen is in the room: for the quorum, for the decision, as long as that screen is."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from mdo_portal.domain.board import Meeting, Presence
from mdo_portal.domain.hospital import Hospital
from mdo_portal.domain.people import BoardMembership, Membership, Role
from mdo_portal.errors import IllegalMove, NotFound
from mdo_portal.services.room import companions, presence, roll, rooms
from tests.make import NOW
from tests.people import Region, board_of, person_id

MINUTE = timedelta(minutes=1)


def here(session: Session, meeting: Meeting, at: datetime) -> dict[str, str]:
    """Who is in the room at that moment, and at whose screen."""
    return {one.name: one.at_screen_of for one in presence.present(session, meeting.id, now=at)}


def say(session: Session, region: Region, meeting: Meeting, *names: str, at: datetime = NOW, who: str = "Aisha") -> None:
    viewer = getattr(region, who.lower())
    presence.still_here(session, [(meeting.id, viewer.person_id)], now=at)
    companions.say(session, meeting, {person_id(name) for name in names}, viewer, now=at)


@pytest.fixture(autouse=True)
def aisha_is_there(session: Session, region: Region, meeting: Meeting) -> None:
    presence.enter(session, meeting.id, region.aisha, now=NOW)


def test_who_watches_along_is_there_and_fills_a_place_of_the_quorum(session: Session, region: Region, meeting: Meeting) -> None:
    board = board_of(session, region)
    assert "radioloog" in roll.quorum(board, presence.present(session, meeting.id, now=NOW)).missing

    say(session, region, meeting, "Mila")

    assert here(session, meeting, NOW) == {"Aisha": "", "Mila": "Aisha"}
    assert "radioloog" not in roll.quorum(board, presence.present(session, meeting.id, now=NOW)).missing


def test_they_are_there_as_long_as_the_screen_is_and_come_back_with_it(
    session: Session, region: Region, meeting: Meeting
) -> None:
    say(session, region, meeting, "Mila")
    presence.still_here(session, [(meeting.id, region.aisha.person_id)], now=NOW + MINUTE)
    assert here(session, meeting, NOW + MINUTE) == {"Aisha": "", "Mila": "Aisha"}

    presence.leave(session, meeting.id, region.aisha.person_id, now=NOW + MINUTE)
    assert here(session, meeting, NOW + 2 * MINUTE) == {}

    presence.enter(session, meeting.id, region.aisha, now=NOW + 5 * MINUTE)
    assert here(session, meeting, NOW + 5 * MINUTE) == {"Aisha": "", "Mila": "Aisha"}
    mila = next(one for one in presence.attendees(session, meeting.id) if one.name == "Mila")
    assert not mila.was_here(NOW + 3 * MINUTE, NOW + 4 * MINUTE)


def test_after_a_long_time_nobody_is_believed_to_sit_there_still(session: Session, region: Region, meeting: Meeting) -> None:
    say(session, region, meeting, "Mila")

    presence.enter(session, meeting.id, region.aisha, now=NOW + 30 * MINUTE)

    assert here(session, meeting, NOW + 30 * MINUTE) == {"Aisha": ""}


def test_who_is_crossed_off_has_left_and_does_not_come_back_with_the_screen(
    session: Session, region: Region, meeting: Meeting
) -> None:
    say(session, region, meeting, "Mila")

    say(session, region, meeting, at=NOW + 5 * MINUTE)
    presence.enter(session, meeting.id, region.aisha, now=NOW + 6 * MINUTE)

    assert here(session, meeting, NOW + 6 * MINUTE) == {"Aisha": ""}
    mila = next(one for one in presence.attendees(session, meeting.id) if one.name == "Mila")
    assert mila.was_here(NOW + MINUTE, NOW + 2 * MINUTE) and mila.had_left(NOW, NOW + 6 * MINUTE)


def test_who_was_ticked_by_mistake_has_not_been_there(session: Session, region: Region, meeting: Meeting) -> None:
    say(session, region, meeting, "Mila")

    say(session, region, meeting, "Bilal", at=NOW + MINUTE)

    assert {one.name for one in presence.attendees(session, meeting.id)} == {"Aisha", "Bilal"}

    say(session, region, meeting, "Bilal", "Mila", at=NOW + 5 * MINUTE)
    mila = next(one for one in presence.attendees(session, meeting.id) if one.name == "Mila")
    assert (mila.first_seen_at, mila.was_here(NOW, NOW + 2 * MINUTE), mila.here(NOW + 5 * MINUTE)) == (
        NOW + 5 * MINUTE, False, True,
    )  # fmt: skip


def test_who_has_a_screen_of_their_own_is_at_that_one(session: Session, region: Region, meeting: Meeting) -> None:
    say(session, region, meeting, "Mila")
    presence.enter(session, meeting.id, region.mila, now=NOW + MINUTE)
    say(session, region, meeting, "Mila", at=NOW + MINUTE)

    presence.leave(session, meeting.id, region.aisha.person_id, now=NOW + MINUTE)

    assert here(session, meeting, NOW + MINUTE + timedelta(seconds=30)) == {"Mila": ""}


def test_one_sits_at_one_screen(session: Session, region: Region, meeting: Meeting) -> None:
    presence.enter(session, meeting.id, region.bram, now=NOW)
    say(session, region, meeting, "Mila")

    say(session, region, meeting, "Mila", who="Bram")
    say(session, region, meeting, who="Bram", at=NOW + timedelta(seconds=1))

    assert here(session, meeting, NOW)["Mila"] == "Aisha"
    shown = {one.name: (one.is_mine, one.is_elsewhere) for one in companions.choices(session, meeting, region.bram, now=NOW)}
    assert (shown["Mila"], shown["Bilal"]) == ((False, True), (False, False))


def test_the_list_begins_with_ones_own_hospital_and_names_who_works_for_two_once(
    session: Session, region: Region, meeting: Meeting, zeed: Hospital
) -> None:
    session.add(BoardMembership(board_id=meeting.board_id, person_id=person_id("Dirk"), role=Role.MEMBER))
    session.add(Membership(hospital_id=zeed.id, person_id=person_id("Bram"), role=Role.SPECIALIST))

    shown = {who: companions.choices(session, meeting, getattr(region, who), now=NOW) for who in ("mila", "dirk")}

    assert [(one.name, one.hospital[-4:]) for one in shown["mila"]] == [
        ("Aisha", "DELT"), ("Bilal", "DELT"), ("Bram", "DELT"), ("Dirk", "ZEED"),
    ]  # fmt: skip
    assert [(one.name, one.hospital[-4:]) for one in shown["dirk"]] == [
        ("Bram", "ZEED"), ("Aisha", "DELT"), ("Bilal", "DELT"), ("Mila", "DELT"),
    ]  # fmt: skip


def test_who_only_observes_or_is_no_member_is_not_to_be_chosen(session: Session, region: Region, meeting: Meeting) -> None:
    session.add(BoardMembership(board_id=meeting.board_id, person_id=person_id("Dirk"), role=Role.OBSERVER))

    assert [one.name for one in companions.choices(session, meeting, region.aisha, now=NOW)] == ["Bilal", "Bram", "Mila"]
    for name in ("Dirk", "Carla"):
        with pytest.raises(NotFound):
            say(session, region, meeting, name)

    assert set(session.scalars(select(Presence.person_id))) == {region.aisha.person_id}


def test_nobody_is_said_to_be_there_from_outside_the_room_or_afterwards(
    session: Session, region: Region, meeting: Meeting
) -> None:
    with pytest.raises(IllegalMove):
        say(session, region, meeting, "Mila", who="Bram")

    rooms.open_meeting(session, meeting, now=NOW)
    rooms.close_meeting(session, meeting, now=NOW)
    with pytest.raises(IllegalMove):
        say(session, region, meeting, "Mila")
