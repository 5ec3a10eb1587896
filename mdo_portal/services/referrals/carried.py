"""What a referral, an addition to it or its withdrawal brings beside its own words: its documents, and what it says is over."""

from __future__ import annotations

from sqlalchemy.orm import Session

from mdo_portal.domain.case import Case
from mdo_portal.exchange import IncomingAnswer, IncomingReferral
from mdo_portal.services.common.source import Source
from mdo_portal.services.dossier import case_facts, documents, taken_back
from mdo_portal.services.history import timeline


def keep(session: Session, case: Case, told: IncomingReferral | IncomingAnswer, source: Source) -> None:
    """Keep its documents, and end what it takes back; what is over stands on the timeline."""
    hospital, now = source.hospital, source.at
    over = documents.add_all(session, case, told.documents, source, gone=told.documents_taken_back)
    case_facts.arrived(session, case, told, source)
    over |= {"result.withdrawn"} if taken_back.take_back(session, case, told.taken_back, hospital, now=now) else set()
    for what in sorted(over):
        timeline.happened(session, case, what, at=now, hospital=hospital.name)
