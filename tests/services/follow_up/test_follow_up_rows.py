"""The list of what is followed: by board and hospital, and what a board hears of it at its next meeting."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from mdo_portal.domain.board import Meeting, MeetingState
from mdo_portal.domain.case import Case
from mdo_portal.services.follow_up import follow_up_list, follow_up_rows, follow_ups
from mdo_portal.services.follow_up.follow_up_list import Filter
from mdo_portal.services.identity import objections
from tests import make
from tests.make import NOW, TODAY
from tests.people import Region, board_of
from tests.services.follow_house import IMAGING, OPERATION, items_of, signed
from tests.services.following import DONE

DAY = timedelta(days=1)


def shown(session: Session, region: Region, **wanted: uuid.UUID) -> list[str]:
    return [one.text for one in follow_up_list.page(session, region.aisha, Filter(**wanted)).rows]  # type: ignore[arg-type]


def test_it_is_narrowed_to_a_board_or_to_a_hospital_that_has_something_to_do(session: Session, region: Region) -> None:
    signed(session, region, OPERATION, IMAGING)  # the operation is DELT's, all of it is about a patient of ZEED

    assert shown(session, region, board_id=region.boards["URO-P"]) == ["PSMA-PET", "Prostatectomie"]
    assert shown(session, region, board_id=region.boards["GI"]) == []
    assert shown(session, region, hospital_id=region.hospitals["DELT"]) == ["Prostatectomie"]
    assert shown(session, region, hospital_id=region.hospitals["ZEED"]) == ["PSMA-PET", "Prostatectomie"]
    assert shown(session, region, hospital_id=region.hospitals["KREE"]) == []


def test_of_a_patient_who_objects_only_the_own_hospital_follows_anything(session: Session, region: Region) -> None:
    decision = signed(session, region, IMAGING)
    objections.record(session, session.get_one(Case, decision.case_id), viewer=region.dirk, now=NOW)
    session.flush()

    for viewer, follows in ((region.aisha, 0), (region.bram, 0), (region.dirk, 1)):
        assert len(follow_up_list.page(session, viewer, Filter()).rows) == follows
        assert follow_up_rows.pressing(session, viewer, today=TODAY + 30 * DAY) == follows


@pytest.mark.parametrize("place", ["Ziekenhuis DELT", " ziekenhuis delt ", "delt", "DELT"])
def test_a_hospital_is_known_by_its_name_or_code_however_it_is_written(session: Session, region: Region, place: str) -> None:
    (item,) = items_of(session, signed(session, region, IMAGING | {"place": place}))

    assert item.owner_hospital_id == region.hospitals["DELT"]


@pytest.mark.parametrize(("closed_after", "heard"), [(1, []), (4, ["PSMA-PET"])])
def test_a_board_hears_what_was_closed_since_its_meeting_before_and_not_since_an_earlier_or_a_later_one(
    session: Session, region: Region, closed_after: int, heard: list[str]
) -> None:
    """Its meetings are two days from now and then each week; one week it was told, and the week after it is not told of before."""
    decision = signed(session, region, IMAGING)
    (item,) = items_of(session, decision)
    first, board = session.get_one(Meeting, region.meeting), board_of(session, region)
    this, later = (make.meeting(session, board, starts_at=first.starts_at + days * DAY) for days in (7, 14))
    first.state = later.state = MeetingState.CLOSED
    at = NOW + closed_after * DAY

    follow_ups.close(
        session, item, session.get_one(Case, decision.case_id), DONE, seen=1, viewer=region.dirk, now=at, today=at.date()
    )

    assert [one.text for one in follow_up_rows.told_back(session, this)] == heard


@pytest.mark.parametrize("what", ["objects", "agrees", "answered"])
def test_the_board_that_advised_looks_again_though_the_case_is_of_another_by_now(
    session: Session, region: Region, what: str
) -> None:
    """It was referred on: who objected then stayed by name in *Teruggekoppeld* of the first board until somebody looked anew."""
    decision = signed(session, region, IMAGING)
    case = session.get_one(Case, decision.case_id)
    case.board_id = region.boards["GI"]
    if what == "agrees":
        objections.record(session, case, viewer=region.dirk, now=NOW)
    session.flush()
    session.info["untold"] = {}

    if what == "objects":
        objections.record(session, case, viewer=region.dirk, now=NOW)
    elif what == "agrees":
        objections.lift(session, case, viewer=region.dirk, now=NOW)
    else:
        (item,) = items_of(session, decision)
        follow_ups.close(session, item, case, DONE, seen=item.revision, viewer=region.dirk, now=NOW, today=TODAY)

    assert ("worklist", str(region.boards["URO-P"])) in session.info["untold"]
