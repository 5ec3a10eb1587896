"""What is asked of the work list, and a row of it."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple

from mdo_portal.domain.case import NO_DATE, CaseState
from mdo_portal.services.common.short_names import birth_year, initials_and_family


@dataclass(frozen=True)
class Filter:
    """What the reader asked for. Words are looked for in names, years of birth, numbers, hospital and question."""

    board_id: uuid.UUID | None = None
    unrouted: bool = False
    hospital_id: uuid.UUID | None = None
    state: CaseState | None = None
    #: everything that waits to be planned, whatever the state is called
    waiting: bool = False
    incomplete: bool = False
    #: instead of what waits: what came in after the discussion and nobody saw
    unseen: bool = False
    #: on that list also the cases that their board folds: nothing but loose values came
    folded: bool = False
    #: instead of what waits: cases that are over
    over: bool = False
    words: str = ""
    after: tuple[date, uuid.UUID] | None = None
    #: the same of the list of what is over, which begins with what changed last
    before: tuple[datetime, uuid.UUID] | None = None


class WorkListRow(NamedTuple):
    """One line of the work list."""

    id: uuid.UUID
    due_on: date
    initials: str
    given: str
    family: str
    birth_on: date | None
    sex: str
    hospital_code: str
    hospital_name: str
    board_code: str | None
    board_name: str | None
    board_hint: str
    question: str
    missing: list[str]
    state: CaseState
    state_since: datetime
    received_at: datetime
    urgency: str
    meeting_at: datetime | None
    objects: bool
    revision: int
    #: a question to the referrer is open, whatever the state
    asked: bool
    #: when something last came in after the registration
    news_at: datetime | None
    #: when the viewer last read the case
    looked_at: datetime | None
    #: what the referral says against itself: codes of domain/caution.py
    cautions: list[str]

    @property
    def has_due_date(self) -> bool:
        return self.due_on < NO_DATE

    @property
    def initials_and_family(self) -> str:
        """`J.P. de Vries`: with the year enough to find a line, too little for a passer-by."""
        return initials_and_family(self.initials, self.given, self.family)

    @property
    def birth_year(self) -> str:
        """`(1960)`; of its own, so that a narrow column cuts the name and never the year that tells two names apart."""
        return birth_year(self.birth_on)


class Unrouted(NamedTuple):
    """How many cases have no board yet, and how many of those miss something."""

    waiting: int
    incomplete: int


class BoardCount(NamedTuple):
    """One line of the left column: a board and what waits for it."""

    id: uuid.UUID
    code: str
    name: str
    waiting: int
    incomplete: int
    scheduled: int
    next_meeting_id: uuid.UUID | None
    next_meeting_at: datetime | None
    closes_at: datetime | None
    #: the viewer plans this board; otherwise it is only counted for the own hospital's patients
    plans: bool
    #: registration for the next meeting is still open
    is_open: bool
