"""Taking in a referral: one case per number, whatever the wire; what is missing decides where it waits."""

from __future__ import annotations

from sqlalchemy.orm import Session

from mdo_portal.domain.case import CaseState
from mdo_portal.domain.hospital import Hospital
from tests import make
from tests.people import Region


def test_a_complete_referral_is_ready_for_its_board(session: Session, region: Region) -> None:
    zeed = session.get_one(Hospital, region.hospitals["ZEED"])

    case = make.case(session, zeed)

    assert (case.state, case.board_id, case.missing) == (CaseState.READY, region.boards["URO-P"], [])
