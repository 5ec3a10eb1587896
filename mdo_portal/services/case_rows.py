"""The case as rows: what the case page, the printed case and the meeting read. Frozen, so that a template cannot fetch more."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple

from mdo_portal.domain.case import WAITING, CaseState
from mdo_portal.domain.round import RoundOutcome
from mdo_portal.exchange import Section, Wire
from mdo_portal.services import timeline
from mdo_portal.services.snapshots import SnapshotRow
from mdo_portal.services.told_rows import NOTHING, Told


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
    emergency: bool


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
    size: int
    dated_on: date | None
    received_at: datetime
    hospital: str
    hospital_code: str
    status: str = ""
    superseded_at: datetime | None = None


class EventRow(NamedTuple):
    at: datetime
    what: str
    details: dict[str, str]
    person: str | None

    @property
    def sentence(self) -> str:
        return timeline.SENTENCES[self.what]


class RoundRow(NamedTuple):
    id: uuid.UUID
    number: int
    meeting_id: uuid.UUID
    meeting_at: datetime
    board: str
    board_id: uuid.UUID
    outcome: RoundOutcome | None
    outcome_reason: str


class DecisionRow(NamedTuple):
    id: uuid.UUID
    round_id: uuid.UUID
    version: int
    document_number: str
    content: dict[str, Any]
    correction_reason: str
    signed_at: datetime
    signed_by: str


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
    told: Told = NOTHING

    @property
    def is_waiting(self) -> bool:
        return self.state in WAITING

    @property
    def live_round(self) -> RoundRow | None:
        """The round that stands on an agenda and has no outcome yet."""
        return next((one for one in self.rounds if one.outcome is None), None)

    @property
    def open_requests(self) -> list[RequestRow]:
        return [one for one in self.requests if one.answered_at is None]
