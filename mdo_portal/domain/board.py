"""A board (MDO): its weekly series, hospitals, and who must be present."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index, UniqueConstraint, false
from sqlalchemy.orm import Mapped, mapped_column

from mdo_portal.database import Base, kept
from mdo_portal.domain.identifiers import new_id
from mdo_portal.errors import N_, IllegalMove


@dataclass(frozen=True)
class Wanted:
    """A role group that a board wants in the room: one of these disciplines, and of that hospital when one is named."""

    disciplines: tuple[str, ...]
    hospital: str = ""  # code

    def is_filled_by(self, discipline: str, hospital_code: str) -> bool:
        return discipline in self.disciplines and self.hospital in ("", hospital_code)

    @property
    def words(self) -> str:
        named = " / ".join(self.disciplines)
        return f"{named} ({self.hospital})" if self.hospital else named


@kept
class Board(Base):
    __tablename__ = "boards"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    #: short code, e.g. URO-P
    code: Mapped[str] = mapped_column(unique=True)
    #: name as on screens and letters
    name: Mapped[str]
    #: tumour group the board is for (NTG)
    tumour_group: Mapped[str] = mapped_column(default="")
    #: 0 = Monday
    weekday: Mapped[int] = mapped_column(default=0)
    #: local time (Europe/Amsterdam) at which the weekly meeting starts
    starts: Mapped[time]
    #: minutes there are in a meeting
    minutes: Mapped[int] = mapped_column(default=90)
    #: minutes planned for a case unless somebody says otherwise
    minutes_per_case: Mapped[int] = mapped_column(default=4)
    #: hours before the start at which registration closes
    closing_hours: Mapped[int] = mapped_column(default=24)
    #: room where it usually meets
    place: Mapped[str] = mapped_column(default="")
    #: where the video meeting is (not built in)
    video_url: Mapped[str] = mapped_column(default="")
    #: role groups that must be present, one of each: [{"one_of": ["radioloog", "nucleair geneeskundige"], "hospital": ""}, …]
    quorum: Mapped[list[Any]] = mapped_column(default=list)
    #: words by which referrals name this board (board hints), lower case
    aliases: Mapped[list[str]] = mapped_column(default=list)
    #: months after which its roles must be reviewed again
    review_months: Mapped[int] = mapped_column(default=6)
    #: hours after a signature within which a member who was called away may object; 0 = nobody is asked
    objection_hours: Mapped[int] = mapped_column(default=24)
    #: hours after which a letter that travels by itself is late
    late_hours: Mapped[int] = mapped_column(default=4)
    #: working days after which a letter that people carry is late
    late_paper_days: Mapped[int] = mapped_column(default=3)
    #: days before the due date of a recommendation from which it is shown as pressing
    follow_days: Mapped[int] = mapped_column(default=7)
    #: after the discussion a case for which nothing but loose values came is folded on the list of what nobody saw
    folds_values: Mapped[bool] = mapped_column(default=False)

    @property
    def wanted(self) -> tuple[Wanted, ...]:
        """The role groups of the quorum."""
        return tuple(Wanted(tuple(group["one_of"]), group.get("hospital", "")) for group in self.quorum)


class BoardHospital(Base):
    """A hospital takes part in a board."""

    __tablename__ = "board_hospitals"
    __table_args__ = (UniqueConstraint("board_id", "hospital_id"),)

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    board_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("boards.id"))
    hospital_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("hospitals.id"), index=True)
    #: first day the hospital takes part; empty = from the beginning
    since: Mapped[date | None]


class MeetingState(StrEnum):
    PLANNED = "planned"
    REGISTRATION_CLOSED = "registration_closed"
    OPEN = "open"
    CLOSED = "closed"
    SETTLED = "settled"
    CALLED_OFF = "called_off"  #: not held: a feast day, a holiday


LASTS = timedelta(hours=6)
"""A meeting that was to begin longer ago, or in which nothing moved for so long, is over, whatever became of it."""
MEETING_MOVES: dict[MeetingState, frozenset[MeetingState]] = {
    MeetingState.PLANNED: frozenset({MeetingState.REGISTRATION_CLOSED, MeetingState.OPEN, MeetingState.CALLED_OFF}),
    MeetingState.REGISTRATION_CLOSED: frozenset({MeetingState.PLANNED, MeetingState.OPEN, MeetingState.CALLED_OFF}),
    MeetingState.OPEN: frozenset({MeetingState.CLOSED, MeetingState.PLANNED}),
    MeetingState.CLOSED: frozenset({MeetingState.OPEN, MeetingState.SETTLED}),
    MeetingState.SETTLED: frozenset(),
    MeetingState.CALLED_OFF: frozenset({MeetingState.PLANNED}),
}


class Meeting(Base):
    __tablename__ = "meetings"
    __table_args__ = (
        UniqueConstraint("board_id", "starts_at"),
        UniqueConstraint("board_id", "series_at"),
        Index("ix_meetings_starts_at", "starts_at"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    board_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("boards.id"))
    #: when it starts
    starts_at: Mapped[datetime]
    #: the moment of the weekly series that it stands for, also when it is held on another; empty = an extra one
    series_at: Mapped[datetime | None]
    #: minutes there are
    minutes: Mapped[int]
    #: after this a case comes on the agenda only with a reason
    registration_closes_at: Mapped[datetime]
    #: room of this meeting; the board's unless changed
    place: Mapped[str] = mapped_column(default="")
    #: where the video meeting is; the board's unless changed
    video_url: Mapped[str] = mapped_column(default="")
    state: Mapped[MeetingState] = mapped_column(default=MeetingState.PLANNED)
    #: grows with every change of agenda or current case: what live screens compare
    revision: Mapped[int] = mapped_column(default=0)
    #: the round that is discussed now
    current_round_id: Mapped[uuid.UUID | None]
    #: since when that round is on
    current_since: Mapped[datetime | None]
    #: when it was first opened
    opened_at: Mapped[datetime | None]
    #: when it was closed; stays when it is opened again
    closed_at: Mapped[datetime | None]

    @property
    def is_over(self) -> bool:
        """It was held, and is closed."""
        return self.state in (MeetingState.CLOSED, MeetingState.SETTLED)

    @property
    def moved_at(self) -> datetime:
        """When it last went on to a case, or was opened; not before it was to begin: it may be opened days early, by mistake."""
        return max(self.starts_at, self.current_since or self.opened_at or self.starts_at)

    def is_left_open(self, now: datetime) -> bool:
        """Nobody closed it when it was over."""
        return self.state is MeetingState.OPEN and self.moved_at + LASTS < now

    @property
    def ended_at(self) -> datetime | None:
        """When it was over; None while it goes on, or has not begun.

        One that is opened again long after it was closed, to put one outcome right, does not go on: it ended when it did. What was
        opened and closed by mistake before it was to begin did not end by that.
        """
        if self.state is not MeetingState.OPEN or self.closed_at is None:
            return self.closed_at
        return self.closed_at if self.starts_at < self.closed_at < self.moved_at - LASTS else None

    def move(self, state: MeetingState, *, only_from: MeetingState | None = None) -> None:
        """Change state by the table of allowed moves, or only from one of them. Raises IllegalMove."""
        if state not in MEETING_MOVES[self.state] or only_from not in (None, self.state):
            raise IllegalMove(N_("Deze vergadering kan nu niet naar die status. Er is niets veranderd."))
        self.state = state


class Presence(Base):
    """A person is (or was) in the room: one row per person and meeting."""

    __tablename__ = "presences"
    __table_args__ = (UniqueConstraint("meeting_id", "person_id"),)

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    meeting_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("meetings.id"))
    person_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("people.id"))
    hospital_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("hospitals.id"))
    #: when this person first entered
    first_seen_at: Mapped[datetime]
    #: refreshed while the screen at which this person is, is connected; older than half a minute = gone
    seen_at: Mapped[datetime]
    #: whose screen this person watches along with; empty = their own
    screen_of: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("people.id"))
    #: who last said that this person was at their screen; stays when they left it
    noted_by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("people.id"))
    #: was said to be there and crossed off again at once: has not been (the web process destroys nothing)
    mistaken: Mapped[bool] = mapped_column(default=False, server_default=false())
    #: when this person was out of the room in between: [[from, until], …] as ISO times, oldest first
    away: Mapped[list[Any]] = mapped_column(default=list)
