"""What the page about keeping shows: what goes in the coming month, and the requests that wait for somebody."""

from __future__ import annotations

import uuid
from datetime import date, datetime, timedelta
from typing import NamedTuple

from sqlalchemy import func, select
from sqlalchemy.orm import Session, aliased

from mdo_portal.domain.case import Case, CaseState
from mdo_portal.domain.destruction import DestroyRequest, Ground
from mdo_portal.domain.people import Membership, Person, Role
from mdo_portal.domain.retention import Kind, Shield, edge, is_over
from mdo_portal.domain.viewer import Viewer
from mdo_portal.services.common.terms import in_force
from mdo_portal.services.keeping import retention
from mdo_portal.zone import day_of

MONTH = timedelta(days=31)
MOST = 200
"""Cases on the page."""


class GoingRow(NamedTuple):
    """A case whose term ends within a month, or has ended."""

    case_id: uuid.UUID
    referral_number: str
    state: CaseState
    since: datetime
    shield: Shield
    goes_on: date


def going(session: Session, hospital_id: uuid.UUID, *, now: datetime) -> list[GoingRow]:
    """The own hospital's cases that go in the coming month, first to go first; also those that something protects, and by what."""
    amount = retention.rules(session)[Kind.CASE].amount
    ended = retention.ended(edge(Kind.CASE, amount, now=now + MONTH))
    query = (
        select(Case.id, Case.referral_number, Case.state, Case.state_since, func.case_shield(Case.id))
        .where(Case.hospital_id == hospital_id, *ended)
        .order_by(Case.state_since)
        .limit(MOST)
    )
    return [
        GoingRow(case_id, number, state, since, Shield(shield), _goes_on(since, amount, now))
        for case_id, number, state, since, shield in session.execute(query)
    ]


def _goes_on(since: datetime, amount: int, now: datetime) -> date:
    return day_of(max(is_over(Kind.CASE, amount, since=since), now))


class RequestRow(NamedTuple):
    """A request to destroy, as the list shows it: no patient in it."""

    id: uuid.UUID
    whole_patient: bool
    requested_by: uuid.UUID
    requested_by_name: str
    requested_at: datetime
    letter_on: date
    due_on: date
    judged_by_name: str | None
    approved_at: datetime | None
    refused_at: datetime | None
    ground: Ground | None
    executed_at: datetime | None
    document_count: int

    @property
    def is_open(self) -> bool:
        return self.approved_at is None and self.refused_at is None


def to_judge(session: Session, viewer: Viewer) -> int:
    """Requests of the own hospital that wait for this viewer: what one noted oneself waits for somebody else."""
    waits = (DestroyRequest.approved_at.is_(None), DestroyRequest.refused_at.is_(None))
    own = (DestroyRequest.hospital_id == viewer.hospital_id, DestroyRequest.requested_by != viewer.person_id)
    return session.scalar(select(func.count()).select_from(DestroyRequest).where(*own, *waits)) or 0


def open_about(session: Session, patient_id: uuid.UUID) -> list[DestroyRequest]:
    """What was asked about this patient and waits, the first that must be settled on top."""
    waits = (DestroyRequest.approved_at.is_(None), DestroyRequest.refused_at.is_(None))
    query = select(DestroyRequest).where(DestroyRequest.patient_id == patient_id, *waits)
    return list(session.scalars(query.order_by(DestroyRequest.due_on, DestroyRequest.id)))


def has_judge(session: Session, request: DestroyRequest, *, now: datetime) -> bool:
    """Whether somebody of the hospital, not who noted it, may judge it now."""
    query = (
        select(Membership.id)
        .join(Person, Person.id == Membership.person_id)
        .where(Membership.hospital_id == request.hospital_id, Membership.role == Role.PRIVACY_OFFICER)
        .where(in_force(Membership, now), Membership.person_id != request.requested_by, Person.disabled_at.is_(None))
    )
    return session.execute(query.limit(1)).first() is not None


def requests(session: Session, hospital_id: uuid.UUID, *, limit: int = 100) -> list[RequestRow]:
    """The hospital's requests: those that wait first, the nearest end of term on top, then the newest settled."""
    asker, judge = aliased(Person), aliased(Person)
    judged_at = func.coalesce(DestroyRequest.approved_at, DestroyRequest.refused_at)
    query = (
        select(
            DestroyRequest.id, DestroyRequest.case_id.is_(None), DestroyRequest.requested_by, asker.name, DestroyRequest.requested_at,
            DestroyRequest.letter_on, DestroyRequest.due_on, judge.name, DestroyRequest.approved_at, DestroyRequest.refused_at,
            DestroyRequest.ground, DestroyRequest.executed_at, DestroyRequest.document_count,
        )
        .join(asker, asker.id == DestroyRequest.requested_by)
        .outerjoin(judge, judge.id == func.coalesce(DestroyRequest.approved_by, DestroyRequest.refused_by))
        .where(DestroyRequest.hospital_id == hospital_id)
        .order_by(judged_at.desc().nulls_first(), DestroyRequest.due_on)
        .limit(limit)
    )  # fmt: skip
    return [RequestRow._make(row) for row in session.execute(query)]
