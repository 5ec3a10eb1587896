"""Carrying out the terms: what is due goes, in small bites.

Its moment stands in the statement itself too, beside the rows that were found: what somebody changes at that very moment is looked at anew.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

import structlog
from sqlalchemy import CursorResult, Delete, delete, exists, func, or_, select, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from mdo_portal.domain.absence import Absence
from mdo_portal.domain.audit_chain import CUT, NO_HOSPITAL, says
from mdo_portal.domain.board import Presence
from mdo_portal.domain.case import Case
from mdo_portal.domain.delivery import Delivery
from mdo_portal.domain.destruction import DestroyRequest, LegalHold, Tombstone
from mdo_portal.domain.draft import Draft
from mdo_portal.domain.inbound import FeedCount, InboundMessage, SamePatient
from mdo_portal.domain.patient import Patient
from mdo_portal.domain.pull import Pull
from mdo_portal.domain.retention import Kind
from mdo_portal.errors import whereabouts
from mdo_portal.services.access_log import audit
from mdo_portal.services.keeping import destruction
from mdo_portal.services.keeping.retention import conditions, edges, first_due
from mdo_portal.services.patients import caseless
from mdo_portal.services.people import sessions

log = structlog.get_logger(__name__)
BATCH = 50
"""Cases per transaction: short locks, and a kill in between costs at most this much work."""
ROWS = 2000
"""Rows per transaction of everything smaller than a case."""
PASSING = ("08", "40", "53", "55", "57")
"""Classes of what PostgreSQL says that hold for every case: the line, two that waited for each other, room, a lock, an ending server."""
_LOCK = 716_016
"""First key of the advisory lock: one worker per kind at a time; the others go on with something else."""


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
    due = session.scalars(first_due(before[Kind.CASE], limit)).all()
    gone = sum(_has_gone(session, case_id, now=now) for case_id in _held(session, due))
    return gone + caseless.purge(session, before[Kind.CASE], limit=limit)


def _held(session: Session, case_ids: Sequence[uuid.UUID]) -> Sequence[uuid.UUID]:
    """Those of which nobody holds the patient, a letter or the case: held now, in that order. The others go the next time."""
    its = select(Case.patient_id).where(Case.id.in_(case_ids))
    patients = session.scalars(
        select(Patient.id).where(Patient.id.in_(its)).order_by(Patient.id).with_for_update(skip_locked=True)
    )
    letters = select(Delivery.id).where(Delivery.case_id.in_(case_ids)).order_by(Delivery.id).with_for_update(skip_locked=True)
    at_somebodys = exists().where(Delivery.case_id == Case.id, Delivery.id.not_in(session.scalars(letters).all()))
    cases = select(Case.id).where(Case.id.in_(case_ids), Case.patient_id.in_(patients.all()), ~at_somebodys)
    return session.scalars(cases.order_by(Case.state_since).with_for_update(skip_locked=True)).all()


def _has_gone(session: Session, case_id: uuid.UUID, *, now: datetime) -> bool:
    """Destroyed. A case that cannot go for a reason of its own holds up none of those behind it, which ended later."""
    try:
        with session.begin_nested():
            return destruction.destroy(session, case_id, now=now) is not None
    except DBAPIError as error:
        if str(getattr(error.orig, "sqlstate", None) or PASSING[0])[:2] in PASSING:
            raise
        log.error("case.not_destroyed", case_id=str(case_id), **whereabouts(error))
        return False


def _changed(session: Session, statement: Any) -> int:
    result = session.execute(statement, execution_options={"synchronize_session": False})
    assert isinstance(result, CursorResult)
    return result.rowcount


def _purge_letters(session: Session, before: Mapping[Kind, datetime], now: datetime, limit: int) -> int:
    rows = select(Delivery.id).where(conditions(before)[Kind.LETTER][1]).limit(limit)
    still = Delivery.received_at < before[Kind.LETTER]
    return _changed(session, update(Delivery).where(Delivery.id.in_(rows), still).values(letter_sealed=b""))


def _purge_raw(session: Session, before: Mapping[Kind, datetime], now: datetime, limit: int) -> int:
    rows = select(InboundMessage.id).where(conditions(before)[Kind.INBOUND][1]).limit(limit)
    still = InboundMessage.settled_at < before[Kind.INBOUND]
    emptied = update(InboundMessage).where(InboundMessage.id.in_(rows), still).values(raw_sealed=b"", patient_keys=[])
    merged = delete(SamePatient).where(SamePatient.told_at < before[Kind.INBOUND])
    return _changed(session, emptied) + _changed(session, merged) + _changed(session, _pulls_of_no_case(before[Kind.INBOUND]))


def _pulls_of_no_case(before: datetime) -> Delete:
    """Notices that never became a case, unless what was fetched after one can still be read."""
    readable = exists().where(InboundMessage.id == Pull.snapshot_message_id, InboundMessage.raw_sealed != b"")
    return delete(Pull).where(Pull.case_id.is_(None), Pull.settled_at < before, ~readable)


def _purge_drafts(session: Session, before: Mapping[Kind, datetime], now: datetime, limit: int) -> int:
    rows = select(Draft.id).where(Draft.saved_at < before[Kind.DRAFT]).limit(limit)
    return _changed(session, delete(Draft).where(Draft.id.in_(rows), Draft.saved_at < before[Kind.DRAFT]))


def _purge_sessions(session: Session, before: Mapping[Kind, datetime], now: datetime, limit: int) -> int:
    rows = select(Presence.id).where(conditions(before)[Kind.SESSION][1]).limit(limit)
    presences = _changed(session, delete(Presence).where(Presence.id.in_(rows), Presence.seen_at < before[Kind.SESSION]))
    told = _changed(session, delete(Absence).where(Absence.until_on < before[Kind.SESSION].date()))
    return presences + told + sessions.forget(session, before=before[Kind.SESSION], limit=limit)


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
