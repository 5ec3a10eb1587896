"""Absence told beforehand: who cannot come, who takes the place, and which place of the quorum has nobody left."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import delete, update
from sqlalchemy.exc import ProgrammingError
from sqlalchemy.orm import Session

from mdo_portal.commands.postgres_databases import as_role
from mdo_portal.database import Database
from mdo_portal.domain.absence import Absence
from mdo_portal.domain.board import Board, Meeting, MeetingState
from mdo_portal.domain.retention import Kind
from mdo_portal.domain.viewer import Viewer
from mdo_portal.errors import IllegalMove, Incomplete, NotAllowed, NotFound
from mdo_portal.services.keeping import purging
from mdo_portal.services.meetings import absence_rows, absences, meetings, seats
from mdo_portal.services.people import sessions
from mdo_portal.services.room import presence
from mdo_portal.web import printing
from tests.conftest import opened
from tests.make import NETWORK, NOW
from tests.people import Region, person_id
from tests.services.wall_house import signed_as, walls

__all__ = ["walls"]


def tell(
    session: Session, meeting: Meeting, uro: Board, viewer: Viewer, who: str = "", *, substitute: str = "", words: str = ""
) -> None:
    chosen = person_id(substitute) if substitute else None
    absent = person_id(who) if who else viewer.person_id
    absences.tell(session, meeting, uro, absent, instead=absences.Instead(chosen, words), viewer=viewer, now=NOW)


def places(session: Session, meeting: Meeting, uro: Board) -> list[seats.Seat]:
    return seats.seats(session, uro, [], now=NOW, absent=absence_rows.of_meeting(session, meeting.id))


def deserted(session: Session, meeting: Meeting) -> list[str]:
    rows = [one for one in meetings.upcoming(session, [meeting.board_id], since=NOW) if one.id == meeting.id]
    told = absence_rows.of_meetings(session, [meeting.id])
    return absences.deserted(session, rows, told, now=NOW).get(meeting.id, [])


def test_who_cannot_come_leaves_the_place_and_comes_back_to_it(
    session: Session, region: Region, meeting: Meeting, uro: Board
) -> None:
    before = meeting.revision
    tell(session, meeting, uro, region.mila)
    tell(session, meeting, uro, region.bram, substitute="Bilal")

    urologist, radiologist = places(session, meeting, uro)
    assert (urologist.members, urologist.is_deserted) == (("Bilal",), False)
    assert (radiologist.members, radiologist.is_deserted) == ((), True)
    assert deserted(session, meeting) == ["radioloog"]

    for _ in range(2):
        absences.take_back(session, meeting, uro, region.mila.person_id, viewer=region.mila, now=NOW)

    assert places(session, meeting, uro)[1] == ("radioloog", ("Mila",), (), ())
    assert deserted(session, meeting) == [] and meeting.revision == before + 3  # what live screens look at


def test_a_substitute_without_an_account_holds_the_place_and_what_is_said_last_counts(
    session: Session, region: Region, meeting: Meeting, uro: Board
) -> None:
    tell(session, meeting, uro, region.mila)
    tell(session, meeting, uro, region.aisha, "Mila", words="  een  radioloog van elders ")

    (told,) = absence_rows.of_meeting(session, meeting.id)
    assert (told.substitute, told.substitute_id, told.noted_by) == ("een radioloog van elders", None, "Aisha")
    assert places(session, meeting, uro)[1].stand_ins == (told.substitute,) and deserted(session, meeting) == []


def test_a_substitute_who_cannot_come_either_holds_no_place(
    session: Session, region: Region, meeting: Meeting, uro: Board
) -> None:
    tell(session, meeting, uro, region.bram, substitute="Bilal")
    tell(session, meeting, uro, region.bilal)

    told = {one.name: one.substitute_is_away for one in absence_rows.of_meeting(session, meeting.id)}
    assert told == {"Bram": True, "Bilal": False} and deserted(session, meeting) == ["uroloog"]


@pytest.mark.parametrize(
    ("substitute", "words"), [("Mila", ""), ("Dirk", ""), ("Bram", ""), ("Bilal", "iemand"), ("", "x" * 121)]
)
def test_a_substitute_is_one_colleague_of_the_board_who_can_fill_the_place(
    session: Session, region: Region, meeting: Meeting, uro: Board, substitute: str, words: str
) -> None:
    with pytest.raises(Incomplete):
        tell(session, meeting, uro, region.bram, substitute=substitute, words=words)

    assert absence_rows.of_meeting(session, meeting.id) == []


def test_who_said_not_to_come_is_nobodys_substitute(session: Session, region: Region, meeting: Meeting, uro: Board) -> None:
    tell(session, meeting, uro, region.bilal)

    with pytest.raises(Incomplete):
        tell(session, meeting, uro, region.bram, substitute="Bilal")


def test_only_who_leads_the_board_says_it_of_somebody_else(
    session: Session, region: Region, meeting: Meeting, uro: Board
) -> None:
    with pytest.raises(NotAllowed):
        tell(session, meeting, uro, region.mila, "Bram")
    with pytest.raises(NotFound):
        tell(session, meeting, uro, region.aisha, "Dirk")  # not of this board

    tell(session, meeting, uro, region.bram, "Mila")
    with pytest.raises(NotAllowed):
        absences.take_back(session, meeting, uro, region.bram.person_id, viewer=region.mila, now=NOW)


@pytest.mark.parametrize("state", [MeetingState.OPEN, MeetingState.CLOSED, MeetingState.CALLED_OFF])
def test_of_a_meeting_that_is_not_to_come_nothing_is_said(
    session: Session, region: Region, meeting: Meeting, uro: Board, state: MeetingState
) -> None:
    meeting.state = state

    with pytest.raises(IllegalMove):
        tell(session, meeting, uro, region.mila)


def test_of_a_meeting_that_should_have_begun_nothing_is_said(
    session: Session, region: Region, meeting: Meeting, uro: Board
) -> None:
    meeting.starts_at = NOW

    with pytest.raises(IllegalMove):
        absences.take_back(session, meeting, uro, region.mila.person_id, viewer=region.mila, now=NOW)


def test_it_is_said_of_a_day_another_hour_keeps_it_and_another_day_does_not(
    session: Session, region: Region, meeting: Meeting, uro: Board
) -> None:
    tell(session, meeting, uro, region.mila)
    known = []

    for moved in (timedelta(hours=1), timedelta(days=1)):
        meeting.starts_at += moved
        session.flush()
        known.append(len(absence_rows.of_meeting(session, meeting.id)))

    assert known == [1, 0]


def test_the_printed_agenda_says_who_cannot_come_and_the_report_only_of_who_stayed_away(
    session: Session, region: Region, meeting: Meeting, uro: Board
) -> None:
    tell(session, meeting, uro, region.bram, substitute="Bilal")
    tell(session, meeting, uro, region.mila)
    presence.enter(session, meeting.id, region.mila, now=NOW)
    away, came = absence_rows.of_meeting(session, meeting.id), presence.attendees(session, meeting.id)
    filled = places(session, meeting, uro)

    paper = printing.agenda(meeting, uro, [], filled, away, network=NETWORK)
    report = printing.report(meeting, uro, [], filled, came, away, network=NETWORK)

    assert [(one.names, one.note) for one in paper.quorum] == [
        (("Bilal",), "afgemeld: Bram (in de plaats: Bilal)"),
        ((), "afgemeld: Mila"),
    ]
    assert paper.absent == ("Bram (in de plaats: Bilal)", "Mila")
    assert report.absent == ("Bram (in de plaats: Bilal)",) and {one.note for one in report.quorum} == {""}


def test_what_was_said_goes_with_who_was_in_the_room(session: Session, region: Region, meeting: Meeting, uro: Board) -> None:
    tell(session, meeting, uro, region.mila)

    gone = [purging.purge(session, Kind.SESSION, now=NOW + timedelta(days=days)) for days in (300, 400)]

    assert gone[0] == 0 and session.query(Absence).count() == 0


# The second wall


def _row(region: Region, who: str, told_by: str, code: str = "URO-P") -> Absence:
    day = date(2026, 3, 4)
    told = {"told_by": person_id(told_by), "told_at": NOW, "from_on": day, "until_on": day, "comes": False}
    return Absence(board_id=region.boards[code], person_id=person_id(who), **told)


@pytest.mark.parametrize(
    ("name", "who", "told_by", "code", "may"),
    [
        ("Mila", "Mila", "Mila", "URO-P", True),
        ("Bram", "Mila", "Bram", "URO-P", True),
        ("Mila", "Bram", "Mila", "URO-P", False),  # does not lead
        ("Bram", "Mila", "Mila", "URO-P", False),  # in somebody else's name
        ("Mila", "Mila", "Mila", "GI", False),  # not her board
        ("Dirk", "Dirk", "Dirk", "URO-P", False),
    ],
)
def test_a_web_process_writes_only_what_its_viewer_may_say(
    walls: tuple[Database, Database], region: Region, name: str, who: str, told_by: str, code: str, may: bool
) -> None:
    house, web = walls
    key = sessions.hash_key(signed_as(house, region, name))
    with web.transaction(entering=key) as session:
        session.add(_row(region, who, told_by, code))
        if may:
            session.flush()
        else:
            with pytest.raises(ProgrammingError, match="row-level security"):
                session.flush()
            session.rollback()


def test_only_the_board_reads_it_and_nothing_that_was_said_is_written_over(
    walls: tuple[Database, Database], region: Region
) -> None:
    house, web = walls
    with house.transaction() as session:
        session.add_all([_row(region, "Mila", "Mila"), _row(region, "Bilal", "Aisha")])
    found = {}
    for name in ("Dirk", "Carla", "Mila", "Bram"):
        key = sessions.hash_key(signed_as(house, region, name))
        with web.transaction(entering=key) as session:
            found[name] = session.query(Absence).count()
        for change in (delete(Absence), update(Absence).values(comes=True)):
            with pytest.raises(ProgrammingError, match="permission denied"), web.transaction(entering=key) as session:
                session.execute(change)

    assert found == {"Dirk": 0, "Carla": 0, "Mila": 2, "Bram": 2}


def test_the_worker_clears_away_what_is_past_and_says_nothing_itself(database: Database, region: Region) -> None:
    with database.transaction() as session:
        session.add(_row(region, "Mila", "Mila"))
    worker = opened(as_role(database.url, "mdo_work"), pool_size=1)
    with pytest.raises(ProgrammingError, match="permission denied"), worker.transaction() as session:
        session.add(_row(region, "Bram", "Bram"))
    with worker.transaction() as session:
        purging.purge(session, Kind.SESSION, now=NOW + timedelta(days=400))
        assert session.query(Absence).count() == 0
