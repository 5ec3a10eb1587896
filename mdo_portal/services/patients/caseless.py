"""Patients of whom no case is left, or never was one: left by a merge that was undone, or by a question about who somebody is."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete, select, text
from sqlalchemy.orm import Session

from mdo_portal.domain.patient import Patient

#: Whole families without a case of which nothing was told, merged, undone or decided since, that nobody holds and nobody asked about. A
#: question that nothing waits for (a BSN that cannot be one) may never be answered: it counts from when it was asked.
#: An undone merge is remembered as long as the term: it is what keeps two persons two.
_DUE = text(
    "WITH RECURSIVE family AS ("
    " SELECT p.id AS root, p.id FROM patients p WHERE p.merged_into IS NULL AND p.told_at < :before"
    " AND NOT EXISTS (SELECT FROM cases c WHERE c.patient_id = p.id)"
    " UNION SELECT f.root, p.id FROM family f JOIN patients p ON p.merged_into = f.id)"
    " SELECT f.root FROM family f JOIN patients p ON p.id = f.id GROUP BY f.root HAVING bool_and(p.told_at < :before"
    " AND NOT EXISTS (SELECT FROM cases c WHERE c.patient_id = p.id OR c.home_patient_id = p.id)"
    " AND NOT EXISTS (SELECT FROM legal_holds h WHERE h.patient_id = p.id AND h.lifted_at IS NULL)"
    " AND NOT EXISTS (SELECT FROM destroy_requests r WHERE r.patient_id = p.id AND r.approved_at IS NULL AND r.refused_at IS NULL)"
    " AND NOT EXISTS (SELECT FROM patient_merges m WHERE (m.kept_id = p.id OR m.gone_id = p.id)"
    " AND greatest(m.at, m.undo_asked_at, m.undone_at) >= :before)"
    " AND NOT EXISTS (SELECT FROM identity_conflicts i WHERE p.id IN (i.patient_id, i.other_patient_id, i.result_patient_id)"
    " AND (i.closed_at IS NULL AND i.blocks OR coalesce(i.closed_at, i.opened_at) >= :before))) ORDER BY f.root LIMIT :most"
)
ALL = 1_000_000


def due(session: Session, before: datetime) -> int:
    """How many such patients there are."""
    return len(session.scalars(_DUE, {"before": before, "most": ALL}).all())


def purge(session: Session, before: datetime, *, limit: int) -> int:
    """Let up to `limit` of them go, with every number that was merged into them; how many went."""
    found = session.scalars(_DUE, {"before": before, "most": limit}).all()
    still = select(Patient.id).where(Patient.id.in_(found), Patient.told_at < before).with_for_update(skip_locked=True)
    locked = session.scalars(still).all()
    if locked:
        session.execute(delete(Patient).where(Patient.id.in_(locked)), execution_options={"synchronize_session": False})
    return len(locked)
