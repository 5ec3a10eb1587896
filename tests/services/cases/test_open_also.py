"""On a list it is marked that a patient has another open case there: by number, or by BSN, and never one that the reader may not see."""

from __future__ import annotations

import uuid

import pytest
from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from mdo_portal.domain.case import Case, CaseState
from mdo_portal.domain.hospital import Hospital
from mdo_portal.domain.viewer import Viewer
from mdo_portal.services.cases import open_also, worklist
from mdo_portal.services.cases.worklist_rows import Filter
from mdo_portal.services.common import access
from tests import make
from tests.make import BSN, NOW
from tests.people import Region
from tests.services.cases.test_worklist import statements


@pytest.fixture
def case(session: Session, region: Region, zeed: Hospital) -> Case:
    return make.case(session, zeed, patient=make.identity("47", bsn=BSN), board_id=region.boards["URO-P"])


def marked(session: Session, viewer: Viewer) -> dict[uuid.UUID, list[tuple[str, str]]]:
    session.flush()
    ids = [row.id for row in worklist.page(session, viewer, Filter())]
    found = open_also.of_cases(session, viewer, ids)
    return {case_id: [(one.board, one.hospital) for one in also] for case_id, also in found.items()}


def test_two_referrals_of_one_patient_mark_each_other(session: Session, region: Region, zeed: Hospital, case: Case) -> None:
    """The secretary planned both: on the list they were two lines among sixty."""
    again = make.case(session, zeed, patient=make.identity("47", bsn=BSN), board_id=None, board_hint="?")
    make.case(session, zeed, patient=make.identity("48"))

    both = {case.id: [("", "Ziekenhuis ZEED")], again.id: [("Uro-prostaat", "Ziekenhuis ZEED")]}
    assert marked(session, region.aisha) == both == marked(session, region.dirk)


def test_the_same_bsn_at_another_hospital_is_marked_for_who_has_both_on_the_list(
    session: Session, region: Region, case: Case
) -> None:
    delt = session.get_one(Hospital, region.hospitals["DELT"])
    other = make.case(session, delt, patient=make.identity("9001", bsn=BSN), board_id=region.boards["URO-P"])

    assert set(marked(session, region.aisha)) == {case.id, other.id}
    assert marked(session, region.dirk) == {}, "the own hospital hears of no other"


def test_a_case_of_a_board_that_the_reader_does_not_plan_is_not_told(session: Session, region: Region, case: Case) -> None:
    """DELT takes part in both boards; who plans the one has nothing to do with the other."""
    delt = session.get_one(Hospital, region.hospitals["DELT"])
    make.case(session, delt, patient=make.identity("9001", bsn=BSN), board_id=region.boards["GI"])

    assert marked(session, region.aisha) == {} == marked(session, region.carla)


def test_what_is_over_or_objected_to_marks_nothing(session: Session, region: Region, zeed: Hospital, case: Case) -> None:
    over, objected = (make.case(session, zeed, patient=make.identity("47", bsn=BSN), board_id=case.board_id) for _ in range(2))
    over.move(CaseState.WITHDRAWN, now=NOW, reason="dubbel")
    objected.objected = True

    assert marked(session, region.aisha) == {}


def test_patients_without_a_bsn_are_not_one_person(session: Session, region: Region, zeed: Hospital) -> None:
    delt = session.get_one(Hospital, region.hospitals["DELT"])
    for of, number in ((zeed, "1"), (delt, "2"), (delt, "3")):
        make.case(session, of, patient=make.identity(number, bsn=""), board_id=region.boards["URO-P"])

    assert marked(session, region.aisha) == {}


def test_a_page_is_asked_in_one_statement_and_nothing_in_none(session: Session, region: Region, case: Case) -> None:
    session.flush()
    with statements(session) as seen:
        open_also.of_cases(session, region.aisha, [case.id, uuid.uuid4()])
        assert open_also.of_cases(session, region.aisha, []) == {}

    assert len(seen) == 1


def test_whose_list_it_is_is_said_alike_in_both_forms(session: Session, region: Region, zeed: Hospital, case: Case) -> None:
    """The condition that is one for everybody, and the one that is kept by its shape."""
    make.case(session, zeed, board_id=None, board_hint="?")
    make.case(session, zeed, patient=make.identity("50"), board_id=case.board_id).objected = True
    session.flush()
    viewers = [getattr(region, name) for name in ("aisha", "bram", "mila", "dirk", "carla", "lars")]

    def listed(condition: ColumnElement[bool], **asked: object) -> set[uuid.UUID]:
        return set(session.scalars(select(Case.id).where(condition), asked))

    by_shape = [listed(access.on_work_list(one), **access.work_list_of(one)) for one in viewers]
    assert [listed(access.ON_WORK_LIST, **access.work_list_of(one)) for one in viewers] == by_shape
    assert sorted(len(one) for one in by_shape) == [0, 0, 1, 2, 2, 3]
