"""Whose post a screen may hear of: that of the own hospital, and of hospitals to which a board of theirs has sent a letter."""

from __future__ import annotations

import uuid

import pytest
from sqlalchemy.orm import Session

from mdo_portal.domain.board import Meeting
from mdo_portal.domain.hospital import Hospital
from mdo_portal.services.letters import post
from tests import make
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
