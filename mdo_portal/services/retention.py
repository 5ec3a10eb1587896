"""The terms, what is due, and letting it go: in small batches, children first, each batch all or nothing.

The database has the last word: `destroy_case()` and `purge_log()` (migration 0011) check holds, states, letters and terms again.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, CursorResult, Select, and_, delete, exists, func, or_, select, update
from sqlalchemy.orm import Session

from mdo_portal.domain.audit import AuditEntry
from mdo_portal.domain.audit_chain import CUT, NO_HOSPITAL, says
from mdo_portal.domain.board import Presence
from mdo_portal.domain.case import Case
from mdo_portal.domain.decision import Delivery, DeliveryState
from mdo_portal.domain.destruction import DestroyRequest, LegalHold, Tombstone
from mdo_portal.domain.draft import Draft
from mdo_portal.domain.inbound import FeedCount, InboundMessage, InboundState, SamePatient
from mdo_portal.domain.policy import Act, Viewer
from mdo_portal.domain.retention import ENDED, RULES, Kind, RetentionRule, edge
from mdo_portal.errors import N_, Incomplete
from mdo_portal.services import audit, destruction, sessions

BATCH = 50
"""Cases per transaction: short locks, and a kill in between costs at most this much work."""
ROWS = 2000
"""Rows per transaction of everything smaller than a case."""
_LOCK = 716_016
"""First key of the advisory lock: one worker per kind at a time; the others go on with something else."""


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


# What is due


def cases_due(before: datetime) -> Select[uuid.UUID]:
    """Cases whose term had passed at that moment and that nothing protects."""
    ended = (Case.state.in_(ENDED), Case.is_open.is_(False), Case.state_since < before)
    return select(Case.id).where(*ended, func.case_shield(Case.id) == "")


def _held(case_id: ColumnElement[Any]) -> ColumnElement[bool]:
    """The case, or its patient, is on hold."""
    of_patient = LegalHold.patient_id == select(Case.patient_id).where(Case.id == case_id).scalar_subquery()
    return exists().where(LegalHold.lifted_at.is_(None), or_(LegalHold.case_id == case_id, of_patient))


def _conditions(before: Mapping[Kind, datetime]) -> dict[Kind, tuple[Any, ColumnElement[bool]]]:
    """Per kind the moment that counts, and which rows are due."""
    settled = func.coalesce(InboundMessage.settled_at, InboundMessage.received_at)
    judged = func.coalesce(DestroyRequest.executed_at, DestroyRequest.refused_at)
    return {
        Kind.CASE: (Case.state_since, Case.id.in_(cases_due(before[Kind.CASE]))),
        Kind.LETTER: (
            Delivery.received_at,
            and_(
                Delivery.state == DeliveryState.RECEIVED,
                Delivery.received_at < before[Kind.LETTER],
                Delivery.letter_sealed != b"",
                ~_held(Delivery.case_id.expression),
            ),
        ),
        Kind.INBOUND: (
            settled,
            and_(
                InboundMessage.state != InboundState.KEPT,
                settled < before[Kind.INBOUND],
                InboundMessage.raw_sealed != b"",
                ~_held(InboundMessage.case_id.expression),
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
    for kind, (moment, condition) in _conditions(edges(session, now=now)).items():
        count, oldest = session.execute(select(func.count(), func.min(moment)).where(condition)).one()
        found.append(Due(kind, count, oldest if isinstance(oldest, datetime) else None))
    return found


# Letting go


def purge(session: Session, kind: Kind, *, now: datetime, limit: int = 0) -> int:
    """One batch of what is due by this rule; how much went. 0 = nothing is due, or another worker is at it."""
    order = list(Kind).index(kind)
    if not session.scalar(select(func.pg_try_advisory_xact_lock(_LOCK, order))):
        return 0
    gone = _PURGES[kind](session, edges(session, now=now), now, limit or (BATCH if kind is Kind.CASE else ROWS))
    if gone:
        audit.record_portal(
            session, "retention.purged", now=now, object_type="retention", object_id=kind, detail=f"{kind}: {gone}"
        )
    return gone


def _purge_cases(session: Session, before: Mapping[Kind, datetime], now: datetime, limit: int) -> int:
    query = cases_due(before[Kind.CASE]).order_by(Case.state_since).limit(limit).with_for_update(skip_locked=True)
    gone = [destruction.destroy(session, case_id, now=now) for case_id in session.scalars(query).all()]
    return sum(counts is not None for counts in gone)


def _changed(session: Session, statement: Any) -> int:
    result = session.execute(statement, execution_options={"synchronize_session": False})
    assert isinstance(result, CursorResult)
    return result.rowcount


def _purge_letters(session: Session, before: Mapping[Kind, datetime], now: datetime, limit: int) -> int:
    rows = select(Delivery.id).where(_conditions(before)[Kind.LETTER][1]).limit(limit)
    return _changed(session, update(Delivery).where(Delivery.id.in_(rows)).values(letter_sealed=b""))


def _purge_raw(session: Session, before: Mapping[Kind, datetime], now: datetime, limit: int) -> int:
    rows = select(InboundMessage.id).where(_conditions(before)[Kind.INBOUND][1]).limit(limit)
    emptied = update(InboundMessage).where(InboundMessage.id.in_(rows)).values(raw_sealed=b"", patient_keys=[])
    merged = delete(SamePatient).where(SamePatient.told_at < before[Kind.INBOUND])
    return _changed(session, emptied) + _changed(session, merged)


def _purge_drafts(session: Session, before: Mapping[Kind, datetime], now: datetime, limit: int) -> int:
    rows = select(Draft.id).where(Draft.saved_at < before[Kind.DRAFT]).limit(limit)
    return _changed(session, delete(Draft).where(Draft.id.in_(rows)))


def _purge_sessions(session: Session, before: Mapping[Kind, datetime], now: datetime, limit: int) -> int:
    rows = select(Presence.id).where(_conditions(before)[Kind.SESSION][1]).limit(limit)
    presences = _changed(session, delete(Presence).where(Presence.id.in_(rows)))
    return presences + sessions.forget(session, before=before[Kind.SESSION], limit=limit)


def _purge_counts(session: Session, before: Mapping[Kind, datetime], now: datetime, limit: int) -> int:
    return _changed(session, delete(FeedCount).where(FeedCount.day < before[Kind.FEED_COUNT].date()))


def _purge_log(session: Session, before: Mapping[Kind, datetime], now: datetime, limit: int) -> int:
    """The beginning of every chain; by the clock and the term of the database itself, never under five years.

    What went is said by a line in that same chain, sealed as every other: `mdo-portal audit verify` goes on from there.
    """
    cut = func.purge_log(limit).table_valued("chain", "place", "seal", "lines", "years", "cut_at")
    gone = 0
    for chain, place, seal, lines, years, cut_at in session.execute(select(cut)).all():
        audit.record_portal(
            session, CUT, now=cut_at, object_type="audit_chain", object_id=str(place),
            detail=says(bytes(seal), years=years, lines=lines), hospital_id=None if chain == NO_HOSPITAL else chain,
        )  # fmt: skip
        gone += lines
    return gone


def _purge_proofs(session: Session, before: Mapping[Kind, datetime], now: datetime, limit: int) -> int:
    old = before[Kind.PROOF]
    return (
        _changed(session, delete(Tombstone).where(Tombstone.destroyed_at < old))
        + _changed(session, delete(DestroyRequest).where(or_(DestroyRequest.executed_at < old, DestroyRequest.refused_at < old)))
        + _changed(session, delete(LegalHold).where(LegalHold.lifted_at < old))
    )


_PURGES: Mapping[Kind, Callable[[Session, Mapping[Kind, datetime], datetime, int], int]] = {
    Kind.CASE: _purge_cases,
    Kind.LETTER: _purge_letters,
    Kind.INBOUND: _purge_raw,
    Kind.DRAFT: _purge_drafts,
    Kind.SESSION: _purge_sessions,
    Kind.FEED_COUNT: _purge_counts,
    Kind.ACCESS_LOG: _purge_log,
    Kind.PROOF: _purge_proofs,
}
