"""What a message told a case that is not of its patient: it is over there, and what it took the place of stands again.

It stays among the earlier values, as withdrawn: nothing that was on a case is thrown away, and nobody reads it as holding.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import CompoundSelect, select, union
from sqlalchemy.orm import Session, defer

from mdo_portal.database import HELD
from mdo_portal.domain.case import Case, CaseFact
from mdo_portal.domain.document import CaseDocument
from mdo_portal.domain.hospital import Hospital
from mdo_portal.domain.inbound import InboundMessage, InboundState, offered_again
from mdo_portal.domain.patient import Patient
from mdo_portal.services.dossier import earlier_told
from mdo_portal.services.dossier.over_before import GONE
from mdo_portal.services.history import standing
from mdo_portal.services.referrals import referrals

UNSAID = "patient.unsaid"


def cases_told(session: Session, message_id: uuid.UUID) -> Sequence[Case]:
    """The cases to which this message told a value or document, locked."""
    facts = select(CaseFact.case_id).where(CaseFact.message_id == message_id)
    files = select(CaseDocument.case_id).where(CaseDocument.message_id == message_id)
    query = select(Case).where(Case.id.in_(union(facts, files).subquery().select())).order_by(Case.id)
    return session.scalars(query.with_for_update(**HELD)).all()


def told_since(patient: Patient, at: datetime) -> CompoundSelect[uuid.UUID | None]:
    """The messages by which something was told to a case of this patient since then."""
    of_patient = Case.patient_id == patient.id
    facts = select(CaseFact.message_id).join(Case, Case.id == CaseFact.case_id).where(of_patient, CaseFact.received_at >= at)
    files = select(CaseDocument.message_id).join(Case, Case.id == CaseDocument.case_id)
    return union(facts, files.where(of_patient, CaseDocument.received_at >= at))


def unsay(session: Session, case: Case, message_id: uuid.UUID, *, now: datetime) -> None:
    """Nothing that this message told the case holds there."""
    facts = session.scalars(select(CaseFact).where(CaseFact.case_id == case.id)).all()
    kept = select(CaseDocument).where(CaseDocument.case_id == case.id).options(defer(CaseDocument.content_sealed))
    rows: list[CaseFact | CaseDocument] = [*facts, *session.scalars(kept.execution_options(populate_existing=True))]
    mine = [row for row in rows if row.message_id == message_id]
    if not mine:
        return
    _ask_as_before(case, [row for row in facts if row.message_id == message_id], facts)
    moments = {row.received_at for row in mine}
    for row in rows:
        if row.message_id == message_id:
            # As if it had never stood: told anew by the same message it is no older word than this.
            row.superseded_at, row.status = row.received_at, GONE
        elif row.superseded_at in moments and row.status != GONE:
            row.superseded_at = None  # each message has a moment of its own: by that one knows whose place it took
    session.flush()
    referrals.assess(session, case, now=now)
    name = session.get_one(Hospital, case.hospital_id).name
    standing.happened(session, [case], UNSAID, now=now, hospital=name)


def _ask_as_before(case: Case, mine: Iterable[CaseFact], facts: Sequence[CaseFact]) -> None:
    """Question, urgency, who refers: what stood before, unless it was told anew since."""
    for column, label in earlier_told.EARLIER.items():
        before = [row for row in mine if row.label == label]
        if before and not any(row.label == label and row.received_at > before[0].received_at for row in facts):
            earlier_told.put_back(case, column, before[0].text)


def is_readable(message: InboundMessage) -> bool:
    """Whether its bytes are still there."""
    return bool(message.raw_sealed)


def read_anew(message: InboundMessage, *, now: datetime) -> None:
    """It is read once more, as if for the first time: what it told is over."""
    values = offered_again(now) | {"case_id": None}
    for column, value in values.items():
        setattr(message, column, value)


def waits_anew(message: InboundMessage, *, reason: str) -> None:
    """It stands on a person's list again, as when it asked who this is."""
    if message.state is not InboundState.UNREADABLE:
        message.move(InboundState.UNREADABLE)
    message.reason, message.settled_at, message.case_id, message.attempts = reason, None, None, 0
