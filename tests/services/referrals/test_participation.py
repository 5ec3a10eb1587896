"""A hospital joins boards: what it referred before then finds its board, and the reason that it had none is the true one."""

from __future__ import annotations

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from mdo_portal.domain.audit import AuditEntry
from mdo_portal.domain.board import Board
from mdo_portal.domain.case import Case, CaseEvent, CaseState
from mdo_portal.domain.hospital import Hospital
from mdo_portal.domain.policy import Act
from mdo_portal.errors import Incomplete
from mdo_portal.services.common import changes
from mdo_portal.services.dossier import routing
from mdo_portal.services.meetings import boards
from mdo_portal.services.referrals import participation
from tests import make
from tests.make import NOW
from tests.people import Region


def newcomer(session: Session) -> tuple[Hospital, Board, Case]:
    """A hospital in no board, the board that its referral names, and that referral."""
    other, hospital = make.hospital(session, "OUD"), make.hospital(session, "NIEUW")
    board = make.board(session, "URO-X", [other], name="MDO Blaas Noord")
    return hospital, board, make.case(session, hospital, board_hint="MDO Blaas Noord")


def test_what_waited_is_routed_once_its_hospital_joins(session: Session, region: Region) -> None:
    hospital, board, case = newcomer(session)
    before = participation.route_again(session, now=NOW)

    participation.choose(session, region.ada, hospital.id, {board.id}, now=NOW)
    session.info.pop("boards_of", None)  # a transaction later
    after = participation.route_again(session, now=NOW)

    assert (before, after, case.board_id) == (False, True, board.id)
    assert not participation.route_again(session, now=NOW)
    line = session.scalars(select(AuditEntry).where(AuditEntry.act == Act.BOARD_MANAGE.value)).all()[-1]
    assert line.detail == f"joined {hospital.id}"


def test_what_waited_is_routed_by_a_word_once_it_is_a_name_of_a_board(
    session: Session, region: Region, monkeypatch: pytest.MonkeyPatch
) -> None:
    woken: list[str] = []
    monkeypatch.setattr(changes, "wake", lambda _, channel: woken.append(channel))
    hospital, board, _ = newcomer(session)
    participation.choose(session, region.ada, hospital.id, {board.id}, now=NOW)
    case = make.case(session, hospital, board_hint="Urologie\n regio, graag")
    session.info.pop("boards_of", None)
    before = participation.route_again(session, now=NOW) and case.board_id
    woken.clear()

    for _ in range(2):
        boards.call_too(session, region.ada, board.id, " Urologie  Regio ", now=NOW)
    session.info.pop("boards_of", None)
    participation.route_again(session, now=NOW)

    assert (before, case.board_id, board.aliases[-1:], woken) == (None, board.id, ["urologie regio"], ["route"])


def test_the_last_hospital_of_a_board_stays_in_it_and_one_of_several_leaves_whatever_other_boards_have(
    session: Session, region: Region
) -> None:
    hospital, board, _ = newcomer(session)
    alone = make.board(session, "EIGEN", [hospital])
    participation.choose(session, region.ada, hospital.id, {alone.id, board.id}, now=NOW)

    participation.choose(session, region.ada, hospital.id, {alone.id}, now=NOW)
    assert participation.boards_of(session, hospital.id) == {alone.id}

    with pytest.raises(Incomplete):
        participation.choose(session, region.ada, hospital.id, {board.id}, now=NOW)
    assert participation.boards_of(session, hospital.id) == {alone.id}


def test_somebody_who_chooses_a_board_in_the_same_moment_is_not_overruled_and_what_was_found_stands_in_the_timeline(
    session: Session, region: Region
) -> None:
    hospital, board, case = newcomer(session)
    chosen, other = make.board(session, "ANDER", [hospital]), make.case(session, hospital, board_hint="MDO Blaas Noord")
    case.board_id = chosen.id

    for one in (case, other):
        participation.route_to(session, one.id, board.id, now=NOW)

    assert (case.board_id, other.board_id, other.state) == (chosen.id, board.id, CaseState.READY)
    said = session.scalars(select(CaseEvent).where(CaseEvent.what == "case.routed")).all()
    assert [(one.case_id, one.details["board"]) for one in said] == [(other.id, "MDO Blaas Noord")]


def test_a_board_that_somebody_chose_stays(session: Session, region: Region) -> None:
    hospital, board, case = newcomer(session)
    chosen = make.board(session, "ANDER", [hospital])
    case.board_id = chosen.id
    participation.choose(session, region.ada, hospital.id, {board.id, chosen.id}, now=NOW)

    assert not participation.route_again(session, now=NOW) and case.board_id == chosen.id


def test_the_reason_is_the_hospitals_when_the_words_were_right(session: Session, region: Region) -> None:
    hospital, _, case = newcomer(session)
    alone = routing.why_not(session, hospital, case.board_hint)
    make.board(session, "ANDER", [hospital])
    session.info.pop("boards_of", None)

    assert alone == (False, "MDO Blaas Noord")
    assert routing.why_not(session, hospital, case.board_hint) == (True, "MDO Blaas Noord")
    assert routing.why_not(session, hospital, "iets anders") == (True, "")


def test_the_last_hospital_of_a_board_cannot_leave_it(session: Session, region: Region) -> None:
    hospital = make.hospital(session, "NIEUW")
    board = make.board(session, "ALLEEN", [hospital])

    with pytest.raises(Incomplete):
        participation.choose(session, region.ada, hospital.id, set(), now=NOW)
    assert participation.boards_of(session, hospital.id) == {board.id}


def test_who_takes_part_in_nothing_is_known(session: Session, region: Region) -> None:
    hospital = make.hospital(session, "NIEUW")

    assert hospital.id in participation.without_a_board(session)
    make.board(session, "ANDER", [hospital])
    assert hospital.id not in participation.without_a_board(session)
