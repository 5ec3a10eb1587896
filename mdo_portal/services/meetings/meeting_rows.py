"""A meeting, a place on its agenda and a case that waits, as rows for a page."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import date, datetime
from typing import NamedTuple

from mdo_portal.domain.board import MeetingState
from mdo_portal.domain.case import CaseState
from mdo_portal.domain.round import RoundOutcome
from mdo_portal.exchange import DecisionForm
from mdo_portal.services.common.short_names import short_name

#: a later round decided the case: nobody waits for word of an earlier one
_DECIDED = (CaseState.DECIDED, CaseState.DELIVERED, CaseState.FOLLOWED_UP, CaseState.CLOSED)


class MeetingRow(NamedTuple):
    """One meeting in a list."""

    id: uuid.UUID
    board_id: uuid.UUID
    board_code: str
    board_name: str
    starts_at: datetime
    #: the moment of the weekly series that it stands for; None = it is an extra one
    series_at: datetime | None
    minutes: int
    registration_closes_at: datetime
    state: MeetingState
    cases: int
    planned_minutes: int
    #: how many of those have no outcome
    undecided: int


class AgendaRow(NamedTuple):
    """One case on the agenda."""

    round_id: uuid.UUID
    case_id: uuid.UUID
    position: int
    minutes: int
    presenter: str
    outcome: RoundOutcome | None
    case_state: CaseState
    initials: str
    given: str
    family: str
    birth_on: date | None
    hospital_code: str
    hospital_name: str
    question: str
    missing: list[str]
    started_at: datetime | None
    ended_at: datetime | None
    number: int
    news_at: datetime | None
    looked_at: datetime | None
    deceased: bool = False
    #: the hospital took the referral back; the case stays here until a person takes it off
    cancel_told_at: datetime | None = None
    #: numbers of the hospital were merged into this patient
    is_merged: bool = False
    #: a message about the patient waits until somebody at the hospital says who that is
    is_held: bool = False
    #: what was signed last in this round
    last_form: DecisionForm | None = None
    #: what the referral says against itself: codes of domain/caution.py
    cautions: Sequence[str] = ()
    question_radiology: str = ""
    question_pathology: str = ""
    #: another case of the same patient, or of the same BSN at another hospital, stands on this agenda too
    is_twice: bool = False
    #: in how many meetings it was discussed or listed before, and from how many it was deferred
    discussed_before: int = 0
    deferred_before: int = 0
    #: disciplines that put down what they found, for this discussion
    prepared: Sequence[str] = ()
    #: by which protocol the referrer proposes that it is listed and not discussed
    proposed: str = ""

    @property
    def takes_time(self) -> bool:
        """Whether it is or was discussed in this meeting: what was withdrawn or deferred before it was on only stays to be read."""
        return self.outcome is None or self.outcome.is_signable or self.started_at is not None

    @property
    def is_untold(self) -> bool:
        """The discussion ended without an advice, and the referrer has no message of it."""
        ended = self.outcome is not None and not self.outcome.is_signable and self.ended_at is not None
        return ended and self.last_form is not DecisionForm.OUTCOME and self.case_state not in _DECIDED

    @property
    def short_name(self) -> str:
        return short_name(self.initials, self.given, self.family, self.birth_on)


class Candidate(NamedTuple):
    """A case that waits for this board."""

    case_id: uuid.UUID
    initials: str
    given: str
    family: str
    birth_on: date | None
    hospital_name: str
    question: str
    missing: list[str]
    due_on: date
    state: CaseState
    #: what the referral says against itself: codes of domain/caution.py
    cautions: Sequence[str] = ()
    #: from how many meetings it was deferred
    deferred_before: int = 0

    @property
    def short_name(self) -> str:
        return short_name(self.initials, self.given, self.family, self.birth_on)


class Candidates(NamedTuple):
    """Those that are shown beside an agenda, and how many wait in all."""

    shown: list[Candidate]
    waiting: int
