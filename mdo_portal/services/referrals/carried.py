"""What a referral, an addition to it or its withdrawal brings beside its own words: its documents, and what it says is over."""

from __future__ import annotations

import uuid
from datetime import datetime

from sqlalchemy.orm import Session

from mdo_portal.domain.case import Case
from mdo_portal.domain.hospital import Hospital
from mdo_portal.exchange import IncomingAnswer, IncomingReferral
from mdo_portal.services.dossier import case_facts, documents, taken_back
from mdo_portal.services.history import timeline


def keep(
    session: Session,
    case: Case,
    told: IncomingReferral | IncomingAnswer,
    hospital: Hospital,
    *,
    now: datetime,
    message_id: uuid.UUID | None,
) -> None:
    """Keep its documents, and end what it takes back; what is over stands on the timeline."""
    over = documents.add_all(
        session, case, told.documents, hospital_id=hospital.id, at=now, message_id=message_id, gone=told.documents_taken_back
    )
    case_facts.arrived(session, case, told, hospital, now=now)
    over |= {"result.withdrawn"} if taken_back.take_back(session, case, told.taken_back, hospital, now=now) else set()
    for what in sorted(over):
        timeline.happened(session, case, what, at=now, hospital=hospital.name)
