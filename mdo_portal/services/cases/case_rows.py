"""The case as rows: what the case page, the printed case and the meeting read. Frozen, so that a template cannot fetch more."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple

from mdo_portal.domain.case import OVER, WAITING, CaseState
from mdo_portal.domain.decision import main, message
from mdo_portal.domain.round import RoundOutcome
from mdo_portal.exchange import DecisionForm, Section, Wire
from mdo_portal.services.cases.decision_objection_rows import ObjectionRow
from mdo_portal.services.cases.told_rows import NOTHING, Told
from mdo_portal.services.dossier.earlier_told import LABELS
from mdo_portal.services.dossier.event_rows import EventRow, TimelineLine, by_kind, lines_of, unseen_of
from mdo_portal.services.dossier.routing import Unrouted
from mdo_portal.services.dossier.snapshots import SnapshotRow
from mdo_portal.services.meetings.preparation_rows import PreparationRow
from mdo_portal.services.patients import held
from mdo_portal.services.patients.held import Held


@dataclass(frozen=True)
class PatientBanner:
    """Who this page is about, on every page of a case."""

    name: str
    birth_on: date | None
    sex: str
    hospital: str
    number: str
    masked_bsn: str
    bsn_doubtful: bool
    objects: bool
    deceased: bool
    #: what the referral says against itself: codes of domain/caution.py
    cautions: tuple[str, ...] = ()


class FactRow(NamedTuple):
    section: Section
    label: str
    text: str
    code: str
    dated_on: date | None
    received_at: datetime
    hospital: str
    superseded_at: datetime | None
    wire: Wire
    id: uuid.UUID
    hospital_code: str
    status: str = ""


class DocumentRow(NamedTuple):
    id: uuid.UUID
    title: str
    kind: str
    media_type: str
    claimed_type: str
    is_cut: bool
    size: int
    dated_on: date | None
    received_at: datetime
    hospital: str
    hospital_code: str
    status: str = ""
    superseded_at: datetime | None = None
    author: str = ""


class RoundRow(NamedTuple):
    id: uuid.UUID
    number: int
    meeting_id: uuid.UUID
    meeting_at: datetime
    board: str
    board_id: uuid.UUID
    outcome: RoundOutcome | None
    outcome_reason: str
    #: when it was first shown in the meeting
    started_at: datetime | None

    @property
    def known_until(self) -> datetime:
        """What came after this moment the discussion may not have known: a meeting may begin before its hour, and a case comes on later."""
        return min(self.meeting_at, self.started_at or self.meeting_at)


class DecisionRow(NamedTuple):
    id: uuid.UUID
    round_id: uuid.UUID
    version: int
    document_number: str
    content: dict[str, Any]
    correction_reason: str
    signed_at: datetime
    signed_by: str
    form: DecisionForm = DecisionForm.FIRST
    content_hash: str = ""


class Advice(NamedTuple):
    """What was signed in one round, as it stands now."""

    #: the newest whole advice
    whole: DecisionRow
    #: what was added to it since
    additions: Sequence[DecisionRow]
    #: its withdrawal, when it no longer holds
    withdrawn: DecisionRow | None


class RequestRow(NamedTuple):
    id: uuid.UUID
    asked_at: datetime
    asked_by: str
    text: str
    answered_at: datetime | None
    answer: str


@dataclass(frozen=True)
class CaseView:
    """Everything the case page shows; frozen, so that a template cannot fetch more."""

    id: uuid.UUID
    revision: int
    state: CaseState
    state_since: datetime
    reason: str
    hospital: str
    hospital_id: uuid.UUID
    hospital_phone: str
    board_id: uuid.UUID | None
    board: str
    board_hint: str
    unrouted: Unrouted | None  #: why it has no board; None when it has one
    referral_number: str
    wire: Wire
    received_at: datetime
    due_on: date | None
    urgency: str
    question_board: str
    question_radiology: str
    question_pathology: str
    referrer_name: str
    referrer_phone: str
    treating_name: str
    case_manager_name: str
    gp_name: str
    missing: tuple[str, ...]
    patient: PatientBanner
    facts: dict[Section, list[FactRow]]
    superseded: list[FactRow]
    documents: list[DocumentRow]
    events: list[EventRow]
    rounds: list[RoundRow]
    decisions: list[DecisionRow]
    requests: list[RequestRow]
    #: what the hospital's own server said, moment by moment
    snapshots: list[SnapshotRow]
    cancel_told_at: datetime | None = None
    #: since when something stands here that nobody of the board saw
    unseen_since: datetime | None = None
    told: Told = NOTHING
    #: what members who were called away said against a decision, with the answer
    objections: Sequence[ObjectionRow] = ()
    #: what members of the board found before a discussion
    preparations: Sequence[PreparationRow] = ()

    def prepared_for(self, number: int | None = None) -> tuple[list[PreparationRow], list[PreparationRow]]:
        """For the discussion of this round (None = the newest, or the next), and for one before it."""
        number = number or max((one.number for one in self.rounds), default=1)
        discussed = (one.number for one in self.rounds if one.number < number and one.outcome and one.outcome.is_signable)
        before = max(discussed, default=0)
        now = [one for one in self.preparations if one.after_round >= before]
        return now, [one for one in self.preparations if one.after_round < before]

    @property
    def earlier_values(self) -> list[FactRow]:
        """What stood here before; that nothing did is no value."""
        return [one for one in self.superseded if one.text or one.label not in LABELS]

    @property
    def is_waiting(self) -> bool:
        return self.state in WAITING

    @property
    def is_over(self) -> bool:
        return self.state in OVER

    @property
    def can_come_again(self) -> bool:
        """Whether it can be put before a board once more: while the patient objects no board sees it."""
        return self.is_over and not self.patient.objects

    @property
    def unseen(self) -> list[EventRow]:
        """What came in after the discussion and nobody of the board saw, newest first."""
        return unseen_of(self.events, self.unseen_since)

    @property
    def unseen_kinds(self) -> list[tuple[EventRow, int]]:
        return by_kind(self.unseen)

    @property
    def live_round(self) -> RoundRow | None:
        """The round that stands on an agenda and has no outcome yet."""
        return next((one for one in self.rounds if one.outcome is None), None)

    @property
    def advice(self) -> Advice | None:
        """What the newest decided round says now; None while no advice was signed."""
        return self.advice_before(None)

    def advice_before(self, round_id: uuid.UUID | None) -> Advice | None:
        """The same of the newest decided round but this one."""
        others = (one.round_id for one in self.decisions if one.form.has_advice and one.round_id != round_id)
        newest = next(others, None)
        return self.advice_of(newest) if newest else None

    def message_of(self, round_id: uuid.UUID) -> DecisionRow | None:
        """What the referrer was told of a round that ended without an advice, as far as it holds."""
        return message(self._signed(round_id))

    def advice_of(self, round_id: uuid.UUID) -> Advice | None:
        """The same of this round."""
        signed = self._signed(round_id)
        whole = main(signed)
        if whole is None:
            return None
        last = signed[-1]
        additions = [one for one in signed if one.version > whole.version and one.form is DecisionForm.ADDENDUM]
        return Advice(whole, additions, last if last.form is DecisionForm.WITHDRAWAL else None)

    def _signed(self, round_id: uuid.UUID) -> list[DecisionRow]:
        """Every version of the decision of this round, the first one first."""
        return sorted((one for one in self.decisions if one.round_id == round_id), key=lambda one: one.version)

    def timeline(self, looked_at: datetime | None) -> list[TimelineLine]:
        """What happened, newest first, for who looked last at `looked_at`."""
        return lines_of(self.events, looked_at)

    @property
    def held(self) -> Held:
        """How many messages about this patient wait for somebody at the hospital to say who it is."""
        return held.of((event.what, event.details) for event in self.events)

    @property
    def open_requests(self) -> list[RequestRow]:
        return [one for one in self.requests if one.answered_at is None]
