"""What ended without an advice and was not told to the referrer is not forgotten: it stands on a list, and only where it belongs."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from mdo_portal.domain.board import Meeting
from mdo_portal.domain.case import Case
from mdo_portal.domain.hospital import Hospital
from mdo_portal.domain.round import Round
from mdo_portal.services.decisions import untold
from mdo_portal.services.meetings import meetings
from mdo_portal.services.referrals import case_acts
from tests import make
from tests.make import NOW
from tests.people import Region
from tests.services.ended import RECALLED, ended, tell


def listed(session: Session, region: Region) -> list[uuid.UUID]:
    return [one.round_id for one in untold.rows(session, region.aisha, now=NOW + timedelta(days=3))]


def test_what_the_referrer_was_not_told_stands_on_a_list_until_it_is(session: Session, region: Region) -> None:
    round_ = ended(session, region)
    make.discussed(session, _another(session, region), viewer=region.bram)
    assert listed(session, region) == [round_.id]
    assert [one.is_untold for one in meetings.agenda(session, region.meeting)] == [True, False]

    tell(session, round_, viewer=region.bram)
    assert listed(session, region) == []
    assert not any(one.is_untold for one in meetings.agenda(session, region.meeting))

    tell(session, round_, RECALLED, viewer=region.bram)
    assert listed(session, region) == [round_.id]


def _another(session: Session, region: Region) -> Round:
    case = make.case(session, session.get_one(Hospital, region.hospitals["DELT"]))
    return make.planned(session, case, session.get_one(Meeting, region.meeting), viewer=region.aisha)


def test_what_was_decided_since_or_is_of_others_or_of_long_ago_does_not_stand_on_it(session: Session, region: Region) -> None:
    round_ = ended(session, region)
    assert untold.rows(session, region.dirk, now=NOW) == [], "of the hospital's post, not of a board's"
    assert untold.rows(session, region.aisha, now=NOW + timedelta(days=60)) == []

    again = make.planned(
        session, session.get_one(Case, round_.case_id), session.get_one(Meeting, region.meeting), viewer=region.aisha
    )
    make.signed(session, make.discussed(session, again, viewer=region.bram), viewer=region.bram)

    assert listed(session, region) == []


def test_planned_again_or_another_patient_decided_it_stays_on_it(session: Session, region: Region) -> None:
    round_ = ended(session, region)
    make.planned(session, session.get_one(Case, round_.case_id), session.get_one(Meeting, region.meeting), viewer=region.aisha)
    make.signed(session, make.discussed(session, _another(session, region), viewer=region.bram), viewer=region.bram)

    assert listed(session, region) == [round_.id]


def test_what_was_decided_before_does_not_tell_how_the_next_discussion_ended(session: Session, region: Region) -> None:
    decided = _another(session, region)
    make.signed(session, make.discussed(session, decided, viewer=region.bram), viewer=region.bram)
    case = session.get_one(Case, decided.case_id)
    case_acts.reopen(session, case, "nieuwe vraag", viewer=region.aisha, now=NOW)

    again = ended(session, region, case=case)

    assert listed(session, region) == [again.id]


def test_what_was_withdrawn_outside_a_meeting_does_not_stand_on_it(session: Session, region: Region) -> None:
    round_ = _another(session, region)

    case_acts.withdraw(session, session.get_one(Case, round_.case_id), "dubbel aangemeld", viewer=region.aisha, now=NOW)

    assert listed(session, region) == []
    assert tell(session, round_, viewer=region.bram).content["outcome_reason"] == "dubbel aangemeld"


@pytest.mark.parametrize("change", [{"objected": True}, {"board": "GI"}])
def test_of_who_objects_to_sharing_and_of_what_stands_before_another_board_it_names_nobody(
    session: Session, region: Region, change: dict[str, object]
) -> None:
    round_ = ended(session, region)
    case = session.get_one(Case, round_.case_id)
    if "board" in change:
        case.board_id = region.boards["GI"]
    else:
        case.objected = True
    session.flush()

    assert listed(session, region) == []
    assert untold.rows(session, region.carla, now=NOW) == [], "nor does the other board answer for it"
