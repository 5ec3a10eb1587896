"""From the moment that a patient objects no screen of the board shows them, and nothing says that their case waits for it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from mdo_portal.domain.board import Meeting
from mdo_portal.domain.case import Case, CaseState
from mdo_portal.domain.hospital import Hospital
from mdo_portal.domain.round import Round
from mdo_portal.errors import IllegalMove
from mdo_portal.services.identity import objections
from mdo_portal.services.referrals import case_acts
from mdo_portal.services.room import rooms
from tests import make
from tests.make import NOW
from tests.people import Region, board_of

MINUTE = timedelta(minutes=1)


@pytest.fixture
def case(session: Session, zeed: Hospital) -> Case:
    return make.case(session, zeed)


@pytest.fixture
def round_(session: Session, region: Region, meeting: Meeting, case: Case) -> Round:
    """On in a meeting that is open."""
    made = make.planned(session, case, meeting, viewer=region.aisha)
    rooms.open_meeting(session, meeting, now=NOW)
    return made


def objects(session: Session, region: Region, case: Case) -> None:
    objections.record(session, case, viewer=region.dirk, now=NOW + MINUTE)
    session.flush()


@pytest.mark.parametrize("was", ["on", "discussed", "withdrawn"])
def test_the_room_shows_it_no_longer_however_its_discussion_ended(
    session: Session, region: Region, meeting: Meeting, case: Case, round_: Round, was: str
) -> None:
    """What had its outcome and was still on stood on everybody's screen until the chair went on."""
    if was == "discussed":
        make.discussed(session, round_, viewer=region.bram)
    if was == "withdrawn":
        case_acts.withdraw(session, case, "elders behandeld", viewer=region.dirk, now=NOW)
    before = meeting.revision

    objects(session, region, case)

    assert meeting.current_round_id is None and meeting.revision > before


def test_every_agenda_on_which_it_ever_stood_looks_again_and_no_other(
    session: Session, region: Region, meeting: Meeting, case: Case, round_: Round
) -> None:
    make.signed(session, make.discussed(session, round_, viewer=region.bram), viewer=region.bram)
    other = make.meeting(session, board_of(session, region), starts_at=NOW + timedelta(days=9))
    before = (meeting.revision, other.revision)

    objects(session, region, case)

    assert (meeting.revision, other.revision) == (before[0] + 1, before[1])


def test_it_is_not_put_before_a_board_again_while_the_patient_objects(
    session: Session, region: Region, case: Case, round_: Round
) -> None:
    """The board does not see it: it waited to be planned by nobody, and who asked for it believed that it would be discussed."""
    objects(session, region, case)

    with pytest.raises(IllegalMove, match="bezwaar"):
        case_acts.reopen(session, case, "nieuwe vraag", viewer=region.dirk, now=NOW + 2 * MINUTE)
    assert case.state is CaseState.WITHDRAWN

    objections.lift(session, case, viewer=region.dirk, now=NOW + 3 * MINUTE)
    case_acts.reopen(session, case, "nieuwe vraag", viewer=region.dirk, now=NOW + 4 * MINUTE)
    assert case.state is CaseState.READY
