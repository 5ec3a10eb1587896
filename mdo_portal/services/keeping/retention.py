"""The terms: what they are, what is due by them, and changing one. Carrying them out: services/keeping/purging.py.

The database has the last word: `destroy_case()` and `purge_log()` (migration 0011) check holds, states, letters and terms again.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, and_, exists, func, or_, select
from sqlalchemy.orm import Session

from mdo_portal.domain.audit import AuditEntry
from mdo_portal.domain.board import Presence
from mdo_portal.domain.case import Case
from mdo_portal.domain.delivery import Delivery, DeliveryState
from mdo_portal.domain.destruction import DestroyRequest, LegalHold
from mdo_portal.domain.draft import Draft
from mdo_portal.domain.follow_up import FollowState, FollowUp
from mdo_portal.domain.inbound import FeedCount, InboundMessage
from mdo_portal.domain.policy import Act
from mdo_portal.domain.retention import ENDED, RULES, Kind, RetentionRule, Shield, edge
from mdo_portal.domain.viewer import Viewer
from mdo_portal.errors import N_, Incomplete
from mdo_portal.services.access_log import audit
from mdo_portal.services.patients import caseless
from mdo_portal.zone import day_of

OUT_OF_BOUNDS = N_("Deze termijn valt buiten wat mag. Er is niets veranderd; kies een getal binnen de grenzen.")
NO_REASON = N_("Er staat geen reden bij. Er is niets veranderd; schrijf op waarom de termijn verandert.")


class Due(NamedTuple):
    """What a rule would let go now."""

    kind: Kind
    rows: int
    oldest: datetime | None


def rules(session: Session) -> dict[Kind, RetentionRule]:
    found = {rule.kind: rule for rule in session.scalars(select(RetentionRule))}
    return {kind: found[kind] for kind in Kind}


def edges(session: Session, *, now: datetime) -> dict[Kind, datetime]:
    """Per kind: older than this is due."""
    return {kind: edge(kind, rule.amount, now=now) for kind, rule in rules(session).items()}


def change_rule(session: Session, viewer: Viewer, kind: Kind, amount: int, *, reason: str, now: datetime) -> None:
    """Another term, within the bounds of the kind and with a reason. Raises Incomplete."""
    bounds = RULES[kind]
    if not bounds.least <= amount <= bounds.most:
        raise Incomplete({"amount": OUT_OF_BOUNDS}, OUT_OF_BOUNDS)
    if not reason.strip():
        raise Incomplete({"reason": NO_REASON}, NO_REASON)
    rule = session.get_one(RetentionRule, kind, with_for_update=True)
    told = f"{kind}: {rule.amount} → {amount} {bounds.unit}: {reason.strip()}"
    audit.record(session, viewer, Act.RETENTION_CHANGE, now=now, object_type="retention", object_id=kind, detail=told[:500])
    rule.amount, rule.reason, rule.changed_by, rule.changed_at = amount, reason.strip(), viewer.person_id, now


def cases_due(before: datetime) -> Select[uuid.UUID]:
    """Cases whose term had passed at that moment and that nothing protects."""
    return select(Case.id).where(*ended(before), func.case_shield(Case.id) == "")


def first_due(before: datetime, limit: int) -> Select[uuid.UUID]:
    """The first of these to have ended. What protects a case is asked of one after another: of all, it took half a minute a batch."""
    # The offset keeps PostgreSQL from asking it inside, before anything is put in order.
    late = select(Case.id, Case.state_since).where(*ended(before)).order_by(Case.state_since).offset(0).subquery()
    return select(late.c.id).where(func.case_shield(late.c.id) == "").order_by(late.c.state_since).limit(limit)


def ended(before: datetime) -> Sequence[ColumnElement[bool]]:
    """Of a case: it ended before that moment, what its advice is to be carried out by was before it, and so was what nobody saw yet.

    A term that counted from the letter alone let an advice go before its day, and yesterday's pathology with it.
    """
    pending = exists().where(FollowUp.case_id == Case.id, FollowUp.state == FollowState.OPEN, FollowUp.due_on >= day_of(before))
    return (
        Case.state.in_(ENDED),
        Case.is_open.is_(False),
        Case.state_since < before,
        or_(Case.unseen_since.is_(None), func.coalesce(Case.news_at, Case.unseen_since) < before),
        ~pending,
    )


def _held(table: type[Delivery] | type[InboundMessage]) -> ColumnElement[bool]:
    """The case of this row, or its patient under whatever number, is on hold: as the database itself says of a case."""
    any_holds = exists().where(LegalHold.lifted_at.is_(None))
    return and_(any_holds, func.coalesce(func.case_shield(table.case_id), "") == Shield.HOLD)


def conditions(before: Mapping[Kind, datetime]) -> dict[Kind, tuple[Any, ColumnElement[bool]]]:
    """Per kind the moment that counts, and which rows are due."""
    judged = func.coalesce(DestroyRequest.executed_at, DestroyRequest.refused_at)
    return {
        Kind.CASE: (Case.state_since, Case.id.in_(cases_due(before[Kind.CASE]))),
        Kind.LETTER: (
            Delivery.received_at,
            and_(
                Delivery.state == DeliveryState.RECEIVED,
                Delivery.received_at < before[Kind.LETTER],
                Delivery.letter_sealed != b"",
                ~_held(Delivery),
            ),
        ),
        Kind.INBOUND: (
            InboundMessage.settled_at,  # empty: it waits to be read, or for a person to decide, and no term runs
            and_(
                InboundMessage.settled_at < before[Kind.INBOUND],
                InboundMessage.raw_sealed != b"",
                ~_held(InboundMessage),
            ),
        ),
        Kind.DRAFT: (Draft.saved_at, Draft.saved_at < before[Kind.DRAFT]),
        Kind.SESSION: (Presence.seen_at, Presence.seen_at < before[Kind.SESSION]),
        Kind.FEED_COUNT: (FeedCount.day, FeedCount.day < before[Kind.FEED_COUNT].date()),
        Kind.ACCESS_LOG: (AuditEntry.at, AuditEntry.at < before[Kind.ACCESS_LOG]),
        Kind.PROOF: (judged, judged < before[Kind.PROOF]),
    }


def due(session: Session, *, now: datetime) -> list[Due]:
    """What every rule would let go at `now`: how much, and since when."""
    found = []
    for kind, (moment, condition) in conditions(edges(session, now=now)).items():
        count, oldest = session.execute(select(func.count(), func.min(moment)).where(condition)).one()
        if kind is Kind.CASE:
            count += caseless.due(session, edges(session, now=now)[kind])
        found.append(Due(kind, count, oldest if isinstance(oldest, datetime) else None))
    return found
