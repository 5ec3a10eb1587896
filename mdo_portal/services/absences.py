"""Absence told beforehand: *Ik kan niet*, who takes the place, and taking it back. The quorum is known before the day itself."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from mdo_portal.domain.absence import Absence
from mdo_portal.domain.board import Board, Meeting
from mdo_portal.domain.policy import Act
from mdo_portal.domain.viewer import Viewer
from mdo_portal.errors import N_, IllegalMove, Incomplete, NotAllowed, NotFound
from mdo_portal.services import absence_rows, meetings, seats
from mdo_portal.services.meeting_rows import MeetingRow
from mdo_portal.services.seats import Member
from mdo_portal.services.terms import day_of

LONGEST = 120
OVER = N_("Afmelden kan alleen voor een vergadering die nog komt. Er is niets veranderd.")
NO_SUBSTITUTE = N_("Die kan deze plaats niet innemen: kies iemand van dezelfde discipline die zelf wel kan. Er is niets bewaard.")
ONE_ONLY = N_("Kies een vervanger uit de lijst of schrijf er een op, niet allebei. Er is niets bewaard.")
TOO_LONG = N_("Schrijf de vervanger korter op: hoogstens %(n)s tekens. Er is niets bewaard.")


def may_tell(meeting: Meeting, *, now: datetime) -> bool:
    """Whether the meeting is to come: from the moment it begins, who is there says it."""
    return meeting.state in meetings.TO_COME and meeting.starts_at > now


def tell(
    session: Session, meeting: Meeting, board: Board, person_id: uuid.UUID, *, substitute_id: uuid.UUID | None, words: str,
    viewer: Viewer, now: datetime,
) -> None:  # fmt: skip
    """This person cannot come, and who takes the place. Said again it holds as said last.

    Raises NotAllowed for who says it of somebody else and does not lead the board, IllegalMove, Incomplete.
    """
    _check(meeting, board, person_id, viewer=viewer, now=now)
    known = seats.members(session, board.id, now=now)
    if person_id not in {one.person_id for one in known}:
        raise NotFound()
    words = " ".join(words.split())
    if len(words) > LONGEST:
        raise Incomplete({"words": TOO_LONG}, TOO_LONG, n=LONGEST)
    if substitute_id and words:
        raise Incomplete({"words": ONE_ONLY}, ONE_ONLY)
    away = {one.person_id for one in absence_rows.of_meeting(session, meeting.id)}
    if substitute_id and substitute_id not in {one.person_id for one in substitutes(board, known, person_id)} - away:
        raise Incomplete({"substitute": NO_SUBSTITUTE}, NO_SUBSTITUTE)
    said = {"substitute_id": substitute_id, "words": words, "told_by": viewer.person_id, "told_at": now}
    row = insert(Absence).values(board_id=board.id, person_id=person_id, day=day_of(meeting.starts_at), **said)
    session.execute(row.on_conflict_do_update(index_elements=["board_id", "person_id", "day"], set_=said))
    meetings.changed(session, meeting)


def take_back(session: Session, meeting: Meeting, board: Board, person_id: uuid.UUID, *, viewer: Viewer, now: datetime) -> None:
    """This person comes after all. Raises NotAllowed, IllegalMove."""
    _check(meeting, board, person_id, viewer=viewer, now=now)
    theirs = (Absence.board_id == board.id, Absence.person_id == person_id, Absence.day == day_of(meeting.starts_at))
    session.execute(delete(Absence).where(*theirs))
    meetings.changed(session, meeting)


def _check(meeting: Meeting, board: Board, person_id: uuid.UUID, *, viewer: Viewer, now: datetime) -> None:
    if person_id != viewer.person_id and not viewer.may(Act.MEETING_LEAD, board_id=board.id):
        raise NotAllowed()
    if not may_tell(meeting, now=now):
        raise IllegalMove(OVER)


def substitutes(board: Board, known: Sequence[Member], person_id: uuid.UUID) -> list[Member]:
    """Who of the board can fill a place that this person fills, or has the same discipline; each once."""
    mine = [one for one in known if one.person_id == person_id]
    places = [group for group in board.wanted if any(one.fills(group) for one in mine)]
    disciplines = {one.discipline for one in mine} - {""}
    others = {
        one.person_id: one
        for one in known
        if one.person_id != person_id and (one.discipline in disciplines or any(one.fills(group) for group in places))
    }
    return list(others.values())


def deserted(session: Session, rows: Sequence[MeetingRow], *, now: datetime) -> dict[uuid.UUID, list[str]]:
    """Of these meetings, those of which a place of the quorum has nobody left, with the places in words."""
    told = absence_rows.of_meetings(session, [one.id for one in rows])
    found: dict[uuid.UUID, list[str]] = {}
    for one in rows:
        if one.id in told:
            board = session.get_one(Board, one.board_id)
            places = seats.seats(session, board, (), now=now, absent=told[one.id])
            found[one.id] = [seat.words for seat in places if seat.is_deserted]
    return {meeting_id: places for meeting_id, places in found.items() if places}
