"""Two people at one agenda in the same moment: nobody's act undoes the other's, and who came too late is told so."""

from __future__ import annotations

import threading
import time
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from mdo_portal.database import Database
from mdo_portal.domain.advice import AdviceItem
from mdo_portal.domain.board import Meeting
from mdo_portal.domain.case import Case
from mdo_portal.domain.hospital import Hospital
from mdo_portal.domain.policy import Act
from mdo_portal.domain.round import Round, RoundOutcome
from mdo_portal.errors import IllegalMove, Stale
from mdo_portal.services.common import access
from mdo_portal.services.decisions import outcomes
from mdo_portal.services.meetings import meetings
from mdo_portal.services.planning import planning
from mdo_portal.services.referrals import case_acts
from mdo_portal.services.room import advice, rooms
from tests import make
from tests.make import NOW
from tests.people import Region, board_of


@pytest.fixture
def rounds(database: Database, region: Region) -> list[Round]:
    """Two on the agenda of a meeting that is open; the first is on."""
    with database.transaction() as session:
        meeting, zeed = session.get_one(Meeting, region.meeting), session.get_one(Hospital, region.hospitals["ZEED"])
        planned = [make.planned(session, make.case(session, zeed), meeting, viewer=region.aisha) for _ in range(2)]
        make.meeting(session, board_of(session, region), starts_at=meeting.starts_at + timedelta(days=7))
        rooms.open_meeting(session, meeting, now=NOW)
    return planned


def held_case(session: Session, round_: Round) -> Case:
    return session.execute(select(Case).where(Case.id == round_.case_id).with_for_update()).scalar_one()


def to_next_week(session: Session, case: Case, region: Region) -> None:
    board = board_of(session, region)
    later = select(Meeting).where(Meeting.board_id == board.id, Meeting.starts_at > NOW + timedelta(days=7)).limit(1)
    target = session.execute(later.with_for_update()).scalar_one()
    planning.plan(session, case, target, board, viewer=region.aisha, now=NOW, late_reason="tijd")


def withdrawn(session: Session, case: Case, region: Region) -> None:
    case_acts.withdraw(session, case, "hoeft niet meer", viewer=region.dirk, now=NOW)


@pytest.mark.parametrize("act", [to_next_week, withdrawn])
def test_the_chair_who_goes_on_meanwhile_is_followed_and_both_changes_are_told(
    database: Database, region: Region, rounds: list[Round], monkeypatch: pytest.MonkeyPatch, act: Callable[..., None]
) -> None:
    """Screens leave out what has no higher revision than they show: two changes with one number are one change."""
    gone, following = rounds
    with database.transaction() as session:
        before = session.get_one(Meeting, region.meeting).revision
    chair = threading.Thread(target=_goes_on, args=(database, region))
    begun, real = threading.Event(), Session.get_one

    def read(session: Session, table: type, *args: object, **kwargs: object) -> object:
        """As long as the agenda that is left is only read here, the chair goes on right after."""
        found = real(session, table, *args, **kwargs)  # type: ignore[arg-type]
        if table is Meeting and not begun.is_set() and threading.current_thread() is threading.main_thread():
            begun.set()
            chair.start()
            chair.join(timeout=1)
        return found

    with database.transaction() as session:
        case = held_case(session, gone)
        monkeypatch.setattr(Session, "get_one", read)
        act(session, case, region)
        if not begun.is_set():
            chair.start()
    monkeypatch.undo()
    chair.join(timeout=20)

    with database.transaction() as session:
        meeting = session.get_one(Meeting, region.meeting)
        assert (meeting.current_round_id, meeting.revision) == (following.id, before + 2)


def _goes_on(database: Database, region: Region) -> None:
    with database.transaction() as session:
        meeting = session.execute(select(Meeting).where(Meeting.id == region.meeting).with_for_update()).scalar_one()
        following = select(Round.id).where(Round.meeting_id == meeting.id).order_by(Round.position.desc()).limit(1)
        rooms.show(session, meeting, session.execute(following).scalar_one(), now=NOW)


def _ends(session: Session, round_: Round, region: Region) -> None:
    case, board = held_case(session, round_), board_of(session, region)
    outcomes.set_outcome(session, round_, case, RoundOutcome.DISCUSSED, reason="", board=board, viewer=region.bram, now=NOW)


def _recommends(session: Session, round_: Round, region: Region) -> None:
    advice.add(session, round_, person_id=region.bram.person_id, now=NOW)


@pytest.mark.parametrize("act", [_ends, _recommends])
def test_who_acts_on_a_case_that_was_just_taken_off_the_agenda_is_told_so(
    database: Database, region: Region, rounds: list[Round], act: Callable[[Session, Round, Region], None]
) -> None:
    with database.transaction() as session:
        seen = session.get_one(Round, rounds[1].id)
        _taken_off(database, region, rounds[1].case_id)

        with pytest.raises(Stale):
            act(session, seen, region)


def _taken_off(database: Database, region: Region, case_id: uuid.UUID) -> None:
    with database.transaction() as session:
        case, meeting = session.get_one(Case, case_id), session.get_one(Meeting, region.meeting)
        planning.unplan(session, case, meeting, board_of(session, region), viewer=region.aisha, now=NOW)
        assert len(meetings.agenda(session, meeting.id)) == 1


@pytest.mark.parametrize("what", ["a new one", "its text"])
def test_who_takes_a_case_off_waits_for_who_fills_in_a_recommendation(
    database: Database, region: Region, rounds: list[Round], what: str
) -> None:
    """A new one made a fault of ours of it; a text that was said to be stored went with the case."""
    round_ = rounds[1]
    with database.transaction() as session:
        rooms.show(session, session.get_one(Meeting, region.meeting), round_.id, now=NOW)
        item_id = advice.add(session, round_, person_id=region.bram.person_id, now=NOW).id
    with ThreadPoolExecutor(1) as other:
        with database.transaction() as session:
            seen = session.get_one(Round, round_.id)
            if what == "a new one":
                advice.add(session, seen, person_id=region.bram.person_id, now=NOW)
            else:
                told = {"text": "Bestraling."}
                advice.change(session, seen, item_id, told, seen=1, person_id=region.bram.person_id, now=NOW)
            session.flush()
            taken_off = other.submit(_taken_off_as_the_page_does, database, region, round_.case_id)
            _until_it_waits(session)
        refused = taken_off.exception(timeout=20)

    assert (refused is None) if what == "a new one" else isinstance(refused, IllegalMove)
    with database.transaction() as session:
        kept = session.scalars(select(AdviceItem.text).where(AdviceItem.round_id == round_.id)).all()
    assert kept == ([] if what == "a new one" else ["Bestraling."])


def _until_it_waits(session: Session) -> None:
    waits = text("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()")
    deadline = time.monotonic() + 20
    while not session.scalar(waits) and time.monotonic() < deadline:
        session.execute(text("SELECT pg_stat_clear_snapshot()"))


def _taken_off_as_the_page_does(database: Database, region: Region, case_id: uuid.UUID) -> None:
    with database.transaction() as session:
        case = access.case_for(session, region.aisha, Act.CASE_PLAN, case_id, now=NOW, lock=True).case
        meeting, board = access.meeting_for(session, region.aisha, Act.MEETING_ORDER, region.meeting, lock=True)
        planning.unplan(session, case, meeting, board, viewer=region.aisha, now=NOW)
