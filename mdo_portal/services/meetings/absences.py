"""Absence told beforehand: *Ik kan niet*, who takes the place, and taking it back. The quorum is known before the day itself."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy.orm import Session

from mdo_portal.domain.absence import Absence
from mdo_portal.domain.board import Board, Meeting
from mdo_portal.domain.policy import Act
from mdo_portal.domain.viewer import Viewer
from mdo_portal.errors import N_, IllegalMove, Incomplete, NotAllowed, NotFound
from mdo_portal.services.meetings import absence_rows, meetings, seats
from mdo_portal.services.meetings.absence_rows import Absent
from mdo_portal.services.meetings.meeting_rows import MeetingRow
from mdo_portal.services.meetings.seats import Member
from mdo_portal.zone import day_of

LONGEST = 120
OVER = N_("Afmelden kan alleen voor een vergadering die nog komt. Er is niets veranderd.")
NO_SUBSTITUTE = N_("Die kan deze plaats niet innemen: kies iemand van dezelfde discipline die zelf wel kan. Er is niets bewaard.")
ONE_ONLY = N_("Kies een vervanger uit de lijst of schrijf er een op, niet allebei. Er is niets bewaard.")
TOO_LONG = N_("Schrijf de vervanger korter op: hoogstens %(n)s tekens. Er is niets bewaard.")


class Days(NamedTuple):
    """From one day to another (Amsterdam), both included."""

    first: date
    last: date


class Instead(NamedTuple):
    """Who takes the place: a colleague of the board, or somebody without an account in words; neither = nobody was named."""

    substitute_id: uuid.UUID | None = None
    words: str = ""


def may_tell(meeting: Meeting, *, now: datetime) -> bool:
    """Whether the meeting is to come: from the moment it begins, who is there says it."""
    return meeting.state in meetings.TO_COME and meeting.starts_at > now


def tell(
    session: Session, meeting: Meeting, board: Board, person_id: uuid.UUID, *, instead: Instead, viewer: Viewer, now: datetime
) -> None:
    """This person cannot come, and who takes the place. Said again it holds as said last.

    Raises NotAllowed for who says it of somebody else and does not lead the board, IllegalMove, Incomplete.
    """
    _check(meeting, board, person_id, viewer=viewer, now=now)
    away = {one.person_id for one in absence_rows.of_meeting(session, meeting.id)}
    instead = checked(board, seats.members(session, board.id, now=now), person_id, instead, away=away)
    day = day_of(meeting.starts_at)
    session.add(said(board.id, person_id, Days(day, day), viewer=viewer, now=now, instead=instead))
    meetings.changed(session, meeting)


def take_back(session: Session, meeting: Meeting, board: Board, person_id: uuid.UUID, *, viewer: Viewer, now: datetime) -> None:
    """This person comes after all, to this meeting. Raises NotAllowed, IllegalMove."""
    _check(meeting, board, person_id, viewer=viewer, now=now)
    if person_id not in {one.person_id for one in absence_rows.of_meeting(session, meeting.id)}:
        return
    day = day_of(meeting.starts_at)
    session.add(said(board.id, person_id, Days(day, day), viewer=viewer, now=now))
    meetings.changed(session, meeting)


def said(
    board_id: uuid.UUID, person_id: uuid.UUID, days: Days, *, viewer: Viewer, now: datetime, instead: Instead | None = None
) -> Absence:
    """The row of it. Without `instead` they come after all."""
    told = {"told_by": viewer.person_id, "told_at": now, "from_on": days.first, "until_on": days.last}
    return Absence(board_id=board_id, person_id=person_id, comes=instead is None, **(instead or Instead())._asdict(), **told)


def checked(
    board: Board, known: Sequence[Member], person_id: uuid.UUID, instead: Instead, *, away: Collection[uuid.UUID] = ()
) -> Instead:
    """Who takes the place, as it is kept. Raises NotFound for who is not of the board, Incomplete for who cannot take it."""
    if person_id not in {one.person_id for one in known}:
        raise NotFound()
    words = " ".join(instead.words.split())
    if len(words) > LONGEST:
        raise Incomplete({"words": TOO_LONG}, TOO_LONG, n=LONGEST)
    if instead.substitute_id and words:
        raise Incomplete({"words": ONE_ONLY}, ONE_ONLY)
    fit = {one.person_id for one in substitutes(board, known, person_id)}.difference(away)
    if instead.substitute_id and instead.substitute_id not in fit:
        raise Incomplete({"substitute": NO_SUBSTITUTE}, NO_SUBSTITUTE)
    return Instead(instead.substitute_id, words)


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


def deserted(
    session: Session, rows: Sequence[MeetingRow], told: Mapping[uuid.UUID, Sequence[Absent]], *, now: datetime
) -> dict[uuid.UUID, list[str]]:
    """Of these meetings, those of which a place of the quorum has nobody left, with the places in words. `told`: who is away from each."""
    some = [one for one in rows if one.id in told]
    known = {one: seats.members(session, one, now=now) for one in {row.board_id for row in some}}
    places = {
        one.id: seats.filled(session.get_one(Board, one.board_id), known[one.board_id], absent=told[one.id]) for one in some
    }
    found = {meeting_id: [seat.words for seat in held if seat.is_deserted] for meeting_id, held in places.items()}
    return {meeting_id: words for meeting_id, words in found.items() if words}
