"""Results and documents that a hospital sends after the referral: they join a case that is there; a correction supersedes visibly."""

from __future__ import annotations

import uuid
from datetime import datetime

from sqlalchemy.orm import Session

from mdo_portal.domain.case import Case
from mdo_portal.domain.hospital import Hospital
from mdo_portal.exchange import IncomingResult, Unreadable
from mdo_portal.services import families, identification, referrals, result_documents, result_facts, standing
from mdo_portal.services.telling import Telling


def add(
    session: Session, result: IncomingResult, hospital: Hospital, *, now: datetime, message_id: uuid.UUID | None = None
) -> Case | None:
    """Add what is new to the patient's open cases, or else to the newest. None when the patient has no case: it is not ours to keep.

    Raises Unreadable("identity_conflict", "waits_for_identity" or "objection") when a person must look first.
    """
    patient = identification.of_message(session, hospital.id, result.patient)
    cases = standing.cases_of(session, patient) if patient else []
    if patient is None or not cases:
        return None
    if families.objects(session, patient):
        raise Unreadable("objection")
    for case in standing.chosen(cases):
        telling = Telling(session, case, hospital, now=now, sent_at=result.sent_at, message_id=message_id)
        happened = result_facts.add(telling, result) | result_documents.add(telling, result)
        for what in sorted(happened):
            standing.happened(session, [case], what, now=now, hospital=hospital.name, **telling.details)
        referrals.assess(session, case, now=now)
    return cases[-1]
