"""A year of one board in counts, for whoever visits it (SONCOS): what people entered, added up by PostgreSQL.

No patient and no person is named, and nothing is judged. The same for every reader: what counts is every case that is of the board
now and whose patient does not object, not what this reader may see besides.
"""

from __future__ import annotations

import uuid
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy import ColumnElement, func, select
from sqlalchemy import case as either
from sqlalchemy.orm import Session

from mdo_portal.domain.board import Board, Meeting, MeetingState, Wanted
from mdo_portal.domain.case import Case
from mdo_portal.domain.hospital import Hospital
from mdo_portal.domain.round import Round, RoundOutcome
from mdo_portal.services.room import presence
from mdo_portal.services.room.presence import Attendee
from mdo_portal.services.years import year_hours
from mdo_portal.services.years.year_hours import HospitalHours
from mdo_portal.services.years.year_rounds import Tally, tallies
from mdo_portal.zone import AMSTERDAM, day_of

_Came = Counter[tuple[str, str]]
"""Discipline and hospital of who came, and how many."""
OTHER = ""
"""A reason in words of one's own: those may tell of a patient, and are only counted."""


class MeetingYear(NamedTuple):
    """One meeting of the year."""

    id: uuid.UUID
    starts_at: datetime
    state: MeetingState
    #: it was opened, and not called off
    is_held: bool
    #: who was there while it went on, without who only watches
    people: int
    #: role groups of the quorum that nobody filled; empty also when it was not held
    missing: tuple[str, ...]
    tally: Tally

    @property
    def on(self) -> date:
        """The Dutch day."""
        return day_of(self.starts_at)


@dataclass(frozen=True)
class Year:
    """All that is counted of a board in one Dutch year."""

    meetings: Sequence[MeetingYear]
    whole: Tally
    #: name of the referring hospital, and what it referred
    hospitals: Sequence[tuple[str, Tally]]
    #: role group of the quorum -> in how many meetings somebody filled it
    places: Mapping[str, int]
    #: discipline -> in how many meetings somebody of it was there
    disciplines: Mapping[str, int]
    #: why deferred -> how often; OTHER = in other words
    reasons: Mapping[str, int]
    #: how long people of each hospital were there
    hours: Sequence[HospitalHours] = ()

    @property
    def held(self) -> int:
        return sum(one.is_held for one in self.meetings)

    @property
    def quorate(self) -> int:
        """Held, with every place of the quorum filled by somebody who was there at some moment."""
        return sum(one.is_held and not one.missing for one in self.meetings)

    @property
    def called_off(self) -> int:
        return sum(one.state is MeetingState.CALLED_OFF for one in self.meetings)

    @property
    def not_opened(self) -> int:
        return len(self.meetings) - self.held - self.called_off


def of_board(session: Session, board: Board, year: int, *, words: Mapping[str, Sequence[str]], now: datetime) -> Year:
    """Meetings that began in this Dutch year and before now: a range of the index on board and start.

    `words`: a reason that is offered for deferring -> the words it may be kept in.
    """
    since, until = (datetime(one, 1, 1, tzinfo=AMSTERDAM) for one in (year, year + 1))
    within = (Meeting.board_id == board.id, Meeting.starts_at >= since, Meeting.starts_at < until, Meeting.starts_at <= now)
    tally, by_meeting, by_hospital = tallies(session, board, within, since=since, now=now)
    there = presence.by_meeting(session, *within)
    rows = session.scalars(select(Meeting).where(*within).order_by(Meeting.starts_at)).all()
    came = {one.id: _came(one, there.get(one.id, [])) for one in rows}
    meetings = [_meeting(board, one, came[one.id], by_meeting.get(one.id, Tally())) for one in rows]
    held = [one.id for one in meetings if one.is_held]
    return Year(
        meetings,
        tally,
        [(name, by_hospital[one]) for one, name in _named(session, by_hospital)],
        {group.words: sum(_fills(group, came[one]) for one in held) for group in board.wanted},
        _disciplines([came[one] for one in held]),
        _reasons(session, board, within, words),
        year_hours.by_hospital((one, there.get(one.id, [])) for one in rows if one.id in held),
    )


def boards(session: Session, board_ids: Sequence[uuid.UUID]) -> list[tuple[uuid.UUID, str]]:
    """These boards with their names."""
    query = select(Board.id, Board.name).where(Board.id.in_(board_ids)).order_by(Board.name)
    return [(row[0], row[1]) for row in session.execute(query)]


def years(session: Session, board_id: uuid.UUID, *, now: datetime) -> list[int]:
    """The Dutch years in which this board had meetings, newest first; always the present one."""
    first = session.scalar(select(func.min(Meeting.starts_at)).where(Meeting.board_id == board_id))
    this = now.astimezone(AMSTERDAM).year
    return list(range(this, min(this, first.astimezone(AMSTERDAM).year if first else this) - 1, -1))


def _came(meeting: Meeting, attendees: Sequence[Attendee]) -> _Came:
    return Counter((one.discipline, one.hospital_code) for one in presence.came(meeting, attendees) if not one.observes)


def _meeting(board: Board, one: Meeting, came: _Came, tally: Tally) -> MeetingYear:
    is_held = one.opened_at is not None and one.state is not MeetingState.CALLED_OFF
    missing = tuple(group.words for group in board.wanted if not _fills(group, came)) if is_held else ()
    return MeetingYear(one.id, one.starts_at, one.state, is_held, came.total(), missing, tally)


def _fills(group: Wanted, came: _Came) -> bool:
    return any(group.is_filled_by(discipline, hospital) for discipline, hospital in came)


def _disciplines(meetings: Sequence[_Came]) -> dict[str, int]:
    found: defaultdict[str, int] = defaultdict(int)
    for came in meetings:
        for discipline in {one for one, _ in came}:
            found[discipline] += 1
    return dict(sorted(found.items()))


def _named(session: Session, hospitals: Mapping[uuid.UUID, Tally]) -> list[tuple[uuid.UUID, str]]:
    query = select(Hospital.id, Hospital.name).where(Hospital.id.in_(hospitals)).order_by(Hospital.name)
    return [(row[0], row[1]) for row in session.execute(query)]


def _reasons(
    session: Session, board: Board, within: Sequence[ColumnElement[bool]], words: Mapping[str, Sequence[str]]
) -> dict[str, int]:
    """What somebody typed never leaves PostgreSQL: only which of the offered reasons it is."""
    chosen = either(*((Round.outcome_reason.in_(said), reason) for reason, said in words.items()), else_=OTHER).label("chosen")
    query = (
        select(chosen, func.count())
        .join(Meeting, Meeting.id == Round.meeting_id)
        .join(Case, Case.id == Round.case_id)
        .where(*within, Case.board_id == board.id, ~Case.objected, Round.outcome == RoundOutcome.DEFERRED)
        .group_by("chosen")
    )
    counted = {row[0]: row[1] for row in session.execute(query)}
    return {reason: counted.get(reason, 0) for reason in (*words, OTHER)}
