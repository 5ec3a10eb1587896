"""Questions that a hospital asked before: another takes their place on top of the page, and they stay to be seen."""

from __future__ import annotations

import uuid
from datetime import datetime

from sqlalchemy.orm import Session

from mdo_portal.domain.case import Case
from mdo_portal.domain.hospital import Hospital
from mdo_portal.exchange import Fact, IncomingReferral, Section
from mdo_portal.services import case_facts

QUESTIONS = {
    "question_board": "Eerdere vraag aan het MDO",
    "question_radiology": "Eerdere vraag aan de radiologie",
    "question_pathology": "Eerdere vraag aan de pathologie",
}


def keep(
    session: Session,
    case: Case,
    referral: IncomingReferral,
    hospital: Hospital,
    *,
    now: datetime,
    message_id: uuid.UUID | None,
    emptied: bool = False,
) -> None:
    """A question that is asked anew replaces the old one on top of the page; the old one stays among the earlier values.

    `emptied`: so it does when nothing is asked any more.
    """
    for column, label in QUESTIONS.items():
        before, after = getattr(case, column), getattr(referral, column)
        if before and before != after and (after or emptied):
            earlier = case_facts.fact_row(case, Fact(Section.FORM, before, label), hospital, now=now, message_id=message_id)
            earlier.superseded_at = now
            session.add(earlier)
