"""Whose post a screen may hear of: that of the own hospital, and of hospitals to which a board of theirs has sent a letter."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from mdo_portal.domain.board import Board, Meeting
from mdo_portal.domain.delivery import DeliveryState
from mdo_portal.domain.hospital import Channel, Hospital
from mdo_portal.services.letters import post, post_waiting
from mdo_portal.services.room import advice
from tests import make
from tests.make import NOW
from tests.people import Region

#: name -> the hospitals of whose post they may hear while no letter was sent
HEARS: dict[str, set[str]] = {
    "Aisha": set(),
    "Bram": {"DELT"},
    "Carla": {"KREE"},
    "Mila": {"DELT"},
    "Dirk": {"ZEED"},
    "Lars": {"ZEED"},
    "Petra": set(),
    "Ada": set(),
}


@pytest.mark.parametrize("name", HEARS)
def test_nobody_hears_of_the_post_of_a_hospital_that_is_not_theirs(session: Session, region: Region, name: str) -> None:
    heard = {code for code, one in region.hospitals.items() if post.concerns(session, region.viewers[name], one)}

    assert heard == HEARS[name]
    assert not post.concerns(session, region.viewers[name], uuid.uuid4())


def test_who_leads_a_board_hears_of_the_hospitals_that_got_its_letters(session: Session, region: Region) -> None:
    zeed = session.get_one(Hospital, region.hospitals["ZEED"])
    case = make.case(session, zeed, board_id=region.boards["URO-P"])
    assert not post.concerns(session, region.aisha, zeed.id)

    round_ = make.planned(session, case, session.get_one(Meeting, region.meeting), viewer=region.aisha)
    make.signed(session, make.discussed(session, round_, viewer=region.bram), viewer=region.bram)

    assert post.concerns(session, region.aisha, zeed.id) and post.concerns(session, region.bram, zeed.id)
    assert not post.concerns(session, region.carla, zeed.id)
    assert not post.concerns(session, region.aisha, region.hospitals["KREE"])


def test_beside_a_case_stand_its_own_letters_and_nobody_elses(session: Session, region: Region) -> None:
    zeed, meeting = session.get_one(Hospital, region.hospitals["ZEED"]), session.get_one(Meeting, region.meeting)
    letters = []
    for _ in range(2):
        case = make.case(session, zeed, board_id=region.boards["URO-P"])
        round_ = make.discussed(session, make.planned(session, case, meeting, viewer=region.aisha), viewer=region.bram)
        letters.append(make.delivery_of(session, make.signed(session, round_, viewer=region.bram)))

    for letter in letters:
        assert [row.id for row in post.rows(session, region.bram, everything=True, case_id=letter.case_id)] == [letter.id]


def test_the_number_in_the_menu_is_what_the_rows_say(session: Session, region: Region) -> None:
    """It reads less of a letter than a row does: of each kind one that is pressing and one that is not, and those of another board."""
    carla, kree = region.carla, session.get_one(Hospital, region.hospitals["KREE"])
    others = make.case(session, kree, board_id=region.boards["GI"])
    elsewhere = make.planned(session, others, session.get_one(Meeting, region.other_meeting), viewer=carla)
    make.signed(session, make.discussed(session, elsewhere, viewer=carla), viewer=carla)
    session.get_one(Board, region.boards["GI"]).late_hours = 1000
    zeed, meeting = session.get_one(Hospital, region.hospitals["ZEED"]), session.get_one(Meeting, region.meeting)
    letters = []
    for due_on in ("", (NOW - timedelta(days=1)).date().isoformat(), (NOW + timedelta(days=40)).date().isoformat()) * 4:
        case = make.case(session, zeed, board_id=region.boards["URO-P"])
        round_ = make.discussed(session, make.planned(session, case, meeting, viewer=region.aisha), viewer=region.bram)
        item = advice.add(session, round_, person_id=region.bram.person_id, now=NOW)
        advice.change(session, round_, item.id, {"text": "x", "due_on": due_on}, seen=1, person_id=region.bram.person_id, now=NOW)
        letters.append(make.delivery_of(session, make.signed(session, round_, viewer=region.bram)))
    for n, letter in enumerate(letters):
        letter.channel = (Channel.MLLP, Channel.PAPER)[n % 2].value
        letter.created_at = NOW - timedelta(hours=(1, 5, 300)[n // 4])
    letters[0].state, letters[2].held_at, letters[9].state = DeliveryState.REFUSED, NOW, DeliveryState.RECEIVED
    session.flush()

    rows = post.rows(session, region.aisha)
    pressing = [bool(row.is_stuck or row.marks(NOW)) for row in rows]
    counted = post_waiting.waiting(session, region.aisha, now=NOW)
    assert counted == (len(rows), sum(pressing), sum(row.held_at is not None for row in rows))
    assert 1 < sum(pressing) < len(rows) - 1
