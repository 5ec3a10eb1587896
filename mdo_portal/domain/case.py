"""A case: a patient whom a hospital asks a board to discuss; its facts, documents, rounds and states."""

from __future__ import annotations

import uuid
from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from mdo_portal.database import Base
from mdo_portal.domain.identifiers import new_id
from mdo_portal.errors import N_, IllegalMove
from mdo_portal.exchange import Section, Wire

NO_DATE = date(9999, 12, 31)


class CaseState(StrEnum):
    RECEIVED = "received"  #: came in; no board yet
    INCOMPLETE = "incomplete"
    INFORMATION_REQUESTED = "information_requested"
    READY = "ready"
    SCHEDULED = "scheduled"
    DEFERRED = "deferred"
    DISCUSSED = "discussed"
    LISTED = "listed"  #: standard of care: on the agenda, registered, not discussed
    DECIDED = "decided"
    DELIVERED = "delivered"
    FOLLOWED_UP = "followed_up"
    CLOSED = "closed"
    REDIRECTED = "redirected"
    WITHDRAWN = "withdrawn"


WAITING = (CaseState.RECEIVED, CaseState.INCOMPLETE, CaseState.INFORMATION_REQUESTED, CaseState.READY, CaseState.DEFERRED)
"""On the work list, waiting to be planned."""
OPEN_STATES = (*WAITING, CaseState.SCHEDULED, CaseState.DISCUSSED, CaseState.LISTED)
"""On the work list at all."""
OVER = tuple(state for state in CaseState if state not in OPEN_STATES)
"""Off the work list: decided, or ended without a decision."""
PAST = (CaseState.DISCUSSED, CaseState.LISTED, *OVER)
"""No discussion comes by itself any more in which somebody would read what comes in: it must be put before somebody."""
_BEFORE_MEETING = {CaseState.INCOMPLETE, CaseState.INFORMATION_REQUESTED, CaseState.READY}
_OUT = {CaseState.REDIRECTED, CaseState.WITHDRAWN}

CASE_MOVES: dict[CaseState, frozenset[CaseState]] = {
    CaseState.RECEIVED: frozenset(_BEFORE_MEETING | _OUT),
    CaseState.INCOMPLETE: frozenset(_BEFORE_MEETING | _OUT | {CaseState.SCHEDULED, CaseState.RECEIVED}),
    CaseState.INFORMATION_REQUESTED: frozenset(_BEFORE_MEETING | _OUT | {CaseState.SCHEDULED, CaseState.RECEIVED}),
    CaseState.READY: frozenset(_BEFORE_MEETING | _OUT | {CaseState.SCHEDULED, CaseState.RECEIVED}),
    CaseState.SCHEDULED: frozenset(_BEFORE_MEETING | _OUT | {CaseState.DISCUSSED, CaseState.LISTED, CaseState.DEFERRED}),
    CaseState.DEFERRED: frozenset(_BEFORE_MEETING | _OUT | {CaseState.SCHEDULED}),
    CaseState.DISCUSSED: frozenset({CaseState.DECIDED, CaseState.SCHEDULED, CaseState.DEFERRED, CaseState.LISTED}),
    CaseState.LISTED: frozenset({CaseState.DECIDED, CaseState.SCHEDULED, CaseState.DEFERRED, CaseState.DISCUSSED}),
    # what follows after the first two: the advice was withdrawn, to be discussed again or not at all
    CaseState.DECIDED: frozenset({CaseState.DELIVERED, CaseState.DECIDED, CaseState.CLOSED} | _BEFORE_MEETING),
    CaseState.DELIVERED: frozenset({CaseState.DECIDED, CaseState.FOLLOWED_UP, CaseState.CLOSED} | _BEFORE_MEETING),
    CaseState.FOLLOWED_UP: frozenset({CaseState.CLOSED} | _BEFORE_MEETING),
    CaseState.CLOSED: frozenset(_BEFORE_MEETING),
    CaseState.REDIRECTED: frozenset(_BEFORE_MEETING),
    CaseState.WITHDRAWN: frozenset(_BEFORE_MEETING),
}


class Basis(StrEnum):
    """On what ground the portal may hold the case, as each line of the access log says (NEN 7513). Nobody records another than this one."""

    REFERRAL = "referral"  #: referral with the patient's knowledge


class Case(Base):
    __tablename__ = "cases"
    __table_args__ = (
        Index(
            "uq_cases_hospital_id_referral_number",
            "hospital_id",
            "referral_number",
            unique=True,
            postgresql_where="referral_number <> ''",
        ),
        Index("ix_cases_work", "due_on", "id", postgresql_where="is_open"),
        Index("ix_cases_work_board", "board_id", "due_on", "id", postgresql_where="is_open"),
        Index("ix_cases_hospital", "hospital_id", "due_on", "id"),
        Index("ix_cases_patient", "patient_id"),
        Index("ix_cases_ended", "state_since", postgresql_where="NOT is_open"),
        Index("ix_cases_known_as", "hospital_id", "known_as", postgresql_where="known_as <> ''"),
        Index("ix_cases_task_number", "hospital_id", "task_number", postgresql_where="task_number <> ''"),
        Index("ix_cases_unseen", "unseen_since", "id", postgresql_where="unseen_since IS NOT NULL"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    #: the referring hospital: owner of the case (tenant)
    hospital_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("hospitals.id"))
    patient_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("patients.id"))
    #: the patient as the hospital numbered them in the referral, when a merge moved the case since; empty = patient_id
    home_patient_id: Mapped[uuid.UUID | None]
    #: when the hospital took the referral back while the case stood on an agenda; empty = it did not. A person takes it off
    cancel_told_at: Mapped[datetime | None]
    #: the board asked; empty = a person must choose
    board_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("boards.id"))
    #: what the sender called the board
    board_hint: Mapped[str] = mapped_column(default="")
    #: the sender's number of the referral
    referral_number: Mapped[str] = mapped_column(default="")
    state: Mapped[CaseState] = mapped_column(default=CaseState.RECEIVED)
    #: stands on the work list: state is one of OPEN_STATES (kept by `move`)
    is_open: Mapped[bool] = mapped_column(default=True)
    #: why deferred, redirected or withdrawn
    reason: Mapped[str] = mapped_column(default="")
    #: what the board is asked
    question_board: Mapped[str] = mapped_column(default="")
    #: what the radiologist is asked
    question_radiology: Mapped[str] = mapped_column(default="")
    #: what the pathologist is asked
    question_pathology: Mapped[str] = mapped_column(default="")
    #: as sent
    urgency: Mapped[str] = mapped_column(default="")
    #: latest useful date as sent, or NO_DATE: the order of the work list
    due_on: Mapped[date] = mapped_column(default=NO_DATE)
    #: what is missing for the discussion: codes of domain/readiness.py
    missing: Mapped[list[str]] = mapped_column(default=list)
    #: what the newest referral says against itself: codes of domain/caution.py
    cautions: Mapped[list[str]] = mapped_column(default=list)
    #: who refers, as sent
    referrer_name: Mapped[str] = mapped_column(default="")
    #: AGB, UZI or local number of the referrer, as text
    referrer_number: Mapped[str] = mapped_column(default="")
    #: number to call about this referral
    referrer_phone: Mapped[str] = mapped_column(default="")
    #: attending clinician, to whom the letter is addressed
    treating_name: Mapped[str] = mapped_column(default="")
    #: who follows the patient, as sent
    case_manager_name: Mapped[str] = mapped_column(default="")
    #: `ServiceRequest/…`: where the request stands on the hospital's own FHIR server; empty = nowhere, or it came otherwise
    known_as: Mapped[str] = mapped_column(default="")
    #: `Task/…` on the hospital's own FHIR server that asks for the discussion; its output becomes the decision. Empty = there is none
    request_task: Mapped[str] = mapped_column(default="")
    #: the hospital's own number of that Task, also of one that stands on no server; by it alone some take back
    task_number: Mapped[str] = mapped_column(default="")
    #: general practitioner, as sent
    gp_name: Mapped[str] = mapped_column(default="")
    basis: Mapped[Basis] = mapped_column(default=Basis.REFERRAL)
    #: nobody says it any more, and it is read by nobody: goes, with the next, a version after it is named no more (ADR 0091)
    basis_told_by: Mapped[str] = mapped_column(default="", server_default="")
    #: as the one before
    basis_told_at: Mapped[datetime | None]
    #: the patient objects to sharing (copy of patients.objects, for the policies): only the own hospital sees the case
    objected: Mapped[bool] = mapped_column(default=False)
    #: how the referral came
    wire: Mapped[Wire] = mapped_column(default=Wire.FORM)
    #: when the first referral of this case was received
    received_at: Mapped[datetime]
    #: since when it is in this state
    state_since: Mapped[datetime]
    #: when something last came in after the registration: the mark in lists; empty = nothing did
    news_at: Mapped[datetime | None]
    #: since when something stands here that came in when the case was PAST, and of which nobody of the board said to have seen it
    unseen_since: Mapped[datetime | None]
    #: all of that is loose values: numbers with a unit, without a report (services/history/loose_values.py)
    unseen_only_values: Mapped[bool] = mapped_column(default=False)
    #: grows with every change: optimistic lock and mark for live screens
    revision: Mapped[int] = mapped_column(default=1)

    def move(self, state: CaseState, *, now: datetime, reason: str = "") -> None:
        """Change state by the table of allowed moves. Raises IllegalMove."""
        if state not in CASE_MOVES[self.state]:
            raise IllegalMove(N_("Deze casus kan nu niet naar die status. Er is niets veranderd."))
        if self.state not in PAST and state in (CaseState.DISCUSSED, CaseState.LISTED):
            self.unseen_since = None  # who discusses it reads what is new
        self.state = state
        self.state_since = now
        self.reason = reason
        self.is_open = state in OPEN_STATES
        self.revision += 1

    @property
    def waits_unseen(self) -> datetime | None:
        """Since when it stands on the list of what nobody saw. Not while it waits to be discussed: it comes back when it is not."""
        return self.unseen_since if self.state in PAST else None

    def came_in(self, at: datetime, *, is_value: bool = False) -> None:
        """Something came in that somebody must look at; after the discussion no list would show it but the one of what is unseen."""
        self.news_at = max(at, self.news_at or at)
        if (
            self.state in PAST or self.unseen_since
        ) and not self.objected:  # while the patient objects it is nobody's but the hospital's that told it
            self.unseen_only_values = is_value and (self.unseen_since is None or self.unseen_only_values)
            self.unseen_since = min(at, self.unseen_since or at)


class CaseFact(Base):
    """One thing a hospital told, unchanged, with source and time."""

    __tablename__ = "case_facts"
    __table_args__ = (Index("ix_case_facts_case_id", "case_id", "received_at"),)

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    case_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("cases.id"))
    #: where on the page
    section: Mapped[Section]
    #: what the sender calls it: `PSA`; empty = not named
    label: Mapped[str] = mapped_column(default="")
    #: the fact itself, as sent
    text: Mapped[str]
    #: code of the label, as sent
    code: Mapped[str] = mapped_column(default="")
    #: where that code comes from, as sent
    code_system: Mapped[str] = mapped_column(default="")
    #: the day the fact is about, as sent
    dated_on: Mapped[date | None]
    #: the hospital that told it
    hospital_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("hospitals.id"))
    #: when the hospital told it
    received_at: Mapped[datetime]
    #: the message that carried it; empty for the web form
    message_id: Mapped[uuid.UUID | None]
    #: a later message of the same referral no longer carries this fact
    superseded_at: Mapped[datetime | None]
    #: the sender's own name for this result; empty = not named
    source_key: Mapped[str] = mapped_column(default="")
    #: preliminary, corrected, withdrawn, unobtainable, unfinished, stopped or empty (final), as sent
    status: Mapped[str] = mapped_column(default="")


class CaseEvent(Base):
    """What happened to a case, in order: the timeline. Never edited."""

    __tablename__ = "case_events"
    __table_args__ = (Index("ix_case_events_case_id", "case_id", "at"),)

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    case_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("cases.id"))
    #: moment it happened
    at: Mapped[datetime]
    #: code: `referral.received`, `case.scheduled`, `letter.received` (services/history/timeline.py has the sentences)
    what: Mapped[str]
    #: names of places and boards to fill in; no patient data
    details: Mapped[dict[str, str]] = mapped_column(default=dict)
    #: who did it; empty for the portal itself
    person_id: Mapped[uuid.UUID | None]
    #: owner hospital of the case (tenant)
    hospital_id: Mapped[uuid.UUID | None]


class CaseLook(Base):
    """When somebody last read a case: what came later is new to them. The access log is the proof of who read; this is a bookmark."""

    __tablename__ = "case_looks"
    __table_args__ = (Index("ix_case_looks_case_id", "case_id"),)

    person_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("people.id"), primary_key=True)
    case_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("cases.id"), primary_key=True)
    #: the newest look
    looked_at: Mapped[datetime]
    #: the last look before the sitting of the newest one
    before_at: Mapped[datetime | None]


class InformationRequest(Base):
    """The secretary asks the referrer for named items; the answer closes it."""

    __tablename__ = "information_requests"
    __table_args__ = (Index("ix_information_requests_case_id", "case_id"),)

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    case_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("cases.id"))
    #: when it was asked
    asked_at: Mapped[datetime]
    #: the secretary or chair who asked
    asked_by: Mapped[uuid.UUID] = mapped_column(ForeignKey("people.id"))
    #: what is asked
    text: Mapped[str]
    #: when it was answered; empty = still open
    answered_at: Mapped[datetime | None]
    #: who answered
    answered_by: Mapped[uuid.UUID | None]
    #: the answer
    answer: Mapped[str] = mapped_column(default="")
