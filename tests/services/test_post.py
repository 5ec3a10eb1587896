"""Whose post a screen may hear of: that of the own hospital, and of hospitals to which a board of theirs sends letters."""

from __future__ import annotations

import uuid

import pytest
from sqlalchemy.orm import Session

from mdo_portal.domain.board import Meeting
from mdo_portal.domain.hospital import Hospital
from mdo_portal.services import post
from tests import make
from tests.people import Region

#: name -> the hospitals of whose post they may hear; URO-P is of ZEED, DELT and ODUL, GI of KREE and DELT
HEARS = {
    "Aisha": {"ZEED", "DELT", "ODUL"},
    "Bram": {"ZEED", "DELT", "ODUL"},
    "Carla": {"KREE", "DELT"},
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


def test_a_hospital_that_left_the_board_is_heard_of_while_its_letters_are_on_the_list(session: Session, region: Region) -> None:
    kree = session.get_one(Hospital, region.hospitals["KREE"])
    case = make.case(session, kree, board_id=region.boards["URO-P"])
    assert not post.concerns(session, region.aisha, kree.id)

    round_ = make.planned(session, case, session.get_one(Meeting, region.meeting), viewer=region.aisha)
    make.signed(session, make.discussed(session, round_, viewer=region.bram), viewer=region.bram)

    assert post.concerns(session, region.aisha, kree.id)
