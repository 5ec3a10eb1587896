"""What became of a case is found by name once it stands on no list of work: by whom, in which order, with which letter."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from mdo_portal.domain.board import Meeting
from mdo_portal.domain.case import Case, CaseState
from mdo_portal.domain.delivery import Delivery, DeliveryState
from mdo_portal.domain.hospital import Hospital
from mdo_portal.domain.round import Round
from mdo_portal.domain.viewer import Viewer
from mdo_portal.exchange import PersonName
from mdo_portal.services.cases import over, worklist
from mdo_portal.services.cases.over import OverRow
from mdo_portal.services.cases.worklist_rows import Filter
from tests import make
from tests.make import NOW
from tests.people import Region
from tests.services.cases.test_worklist import statements


@pytest.fixture
def decided(session: Session, region: Region, zeed: Hospital) -> Case:
    """Discussed and signed; the letter waits."""
    patient = make.identity("4711", name=PersonName(family="Zonneveld", initials="Q."))
    case = make.case(session, zeed, patient=patient, board_id=region.boards["URO-P"])
    round_ = make.planned(session, case, session.get_one(Meeting, region.meeting), viewer=region.aisha)
    make.signed(session, make.discussed(session, round_, viewer=region.bram), viewer=region.bram)
    session.flush()
    return case


def withdrawn(session: Session, of: Hospital, board: uuid.UUID, hours: int = 0, why: str = "dubbel") -> Case:
    case = make.case(session, of, board_id=board)
    case.move(CaseState.WITHDRAWN, now=NOW + timedelta(hours=hours), reason=why)
    session.flush()
    return case


def _letter(session: Session, case: Case) -> Delivery:
    return session.scalars(select(Delivery).where(Delivery.case_id == case.id)).one()


def ids(rows: Sequence[OverRow]) -> list[uuid.UUID]:
    return [row.id for row in rows]


def test_who_was_decided_about_is_found_by_name_by_the_own_hospital_and_who_leads_the_board(
    session: Session, region: Region, decided: Case
) -> None:
    """It was on no list any more: who was asked on the telephone what came of it leafed through agendas."""
    found = {
        name: ids(over.page(session, getattr(region, name), Filter(over=True, words="zonneveld")))
        for name in ("dirk", "aisha", "bram", "mila", "carla")
    }

    assert found == {"dirk": [decided.id], "aisha": [decided.id], "bram": [decided.id], "mila": [], "carla": []}
    assert worklist.page(session, region.aisha, Filter(words="zonneveld")) == []


def test_a_case_stands_on_exactly_one_of_both_lists(session: Session, region: Region, zeed: Hospital, decided: Case) -> None:
    waits, gone = make.case(session, zeed, board_id=region.boards["URO-P"]), withdrawn(session, zeed, region.boards["URO-P"])

    assert set(ids(over.page(session, region.aisha, Filter(over=True)))) == {decided.id, gone.id}
    assert [row.id for row in worklist.page(session, region.aisha, Filter())] == [waits.id]


def test_it_says_how_it_ended_when_it_was_discussed_and_whether_the_letter_is_there(
    session: Session, region: Region, zeed: Hospital, decided: Case
) -> None:
    gone = withdrawn(session, zeed, region.boards["URO-P"], hours=1)
    letter = _letter(session, decided)
    letter.state, letter.received_at = DeliveryState.RECEIVED, NOW + timedelta(minutes=5)
    session.flush()

    first, second = over.page(session, region.dirk, Filter(over=True))

    meeting = session.get_one(Meeting, region.meeting)
    assert (first.id, first.state, first.reason) == (gone.id, CaseState.WITHDRAWN, "dubbel")
    assert (first.discussed_at, first.letter) == (None, None)
    assert (second.discussed_at, second.letter) == (meeting.starts_at, DeliveryState.RECEIVED)
    assert second.letter_received_at == letter.received_at


def test_of_a_corrected_advice_the_newest_letter_is_told(session: Session, region: Region, decided: Case) -> None:
    """The first one arrived; that of the correction is what the hospital must have."""
    _letter(session, decided).state = DeliveryState.RECEIVED
    round_ = session.scalars(select(Round).where(Round.case_id == decided.id)).one()
    make.corrected(session, round_, viewer=region.bram, now=NOW + timedelta(hours=2))
    session.flush()

    (row,) = over.page(session, region.dirk, Filter(over=True))

    assert row.letter is DeliveryState.WAITING


def test_pages_follow_each_other_without_a_case_twice_or_left_out(
    session: Session, region: Region, zeed: Hospital, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also where many ended in the same second, as when a meeting is signed."""
    monkeypatch.setattr(over, "PAGE", 2)
    board = region.boards["URO-P"]
    made = [withdrawn(session, zeed, board, hours) for hours in (0, 1, 1, 1, 2)]

    seen: list[uuid.UUID] = []
    wanted = Filter(over=True)
    while rows := over.page(session, region.aisha, wanted):
        seen += ids(rows[:2])
        wanted = Filter(over=True, before=(rows[:2][-1].state_since, rows[:2][-1].id))

    assert len(seen) == 5 and set(seen) == {one.id for one in made}
    assert seen[0] == made[4].id and seen[-1] == made[0].id


def test_it_is_narrowed_by_state_hospital_and_board_in_one_statement(session: Session, region: Region, zeed: Hospital) -> None:
    board, odul = region.boards["URO-P"], session.get_one(Hospital, region.hospitals["ODUL"])
    of_zeed, of_odul = withdrawn(session, zeed, board), withdrawn(session, odul, board)
    of_odul.state = CaseState.CLOSED
    session.flush()

    def found(**how: object) -> set[uuid.UUID]:
        return set(ids(over.page(session, region.aisha, Filter(over=True, **how))))  # type: ignore[arg-type]

    with statements(session) as seen:
        assert found(hospital_id=zeed.id) == {of_zeed.id}
    assert len(seen) == 1
    assert found(state=CaseState.CLOSED) == {of_odul.id}
    assert found(board_id=board) == {of_zeed.id, of_odul.id}
    assert found(board_id=region.boards["GI"]) == set()
    assert found(state=CaseState.READY) == {of_zeed.id, of_odul.id}, "a state of the other list narrows nothing"


def test_while_the_patient_objects_only_the_own_hospital_finds_it(session: Session, region: Region, decided: Case) -> None:
    decided.objected = True
    session.flush()

    def found(viewer: Viewer) -> list[uuid.UUID]:
        return ids(over.page(session, viewer, Filter(over=True)))

    assert found(region.dirk) == [decided.id]
    assert found(region.aisha) == found(region.bram) == []


def test_the_boards_to_choose_from_are_those_whose_cases_may_stand_there(session: Session, region: Region) -> None:
    names = {name: [board for _, board in over.boards(session, getattr(region, name))] for name in ("aisha", "dirk", "carla")}

    assert names == {"aisha": ["Uro-prostaat"], "dirk": ["Uro-prostaat"], "carla": ["Lage GI"]}
