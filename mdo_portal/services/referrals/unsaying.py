"""What a message told a case that is not of its patient: it is over there, and what it took the place of stands again.

It stays among the earlier values, as withdrawn: nothing that was on a case is thrown away, and nobody reads it as holding.
"""

from __future__ import annotations

import uuid
from collections.abc import Collection, Hashable, Iterable, Sequence
from datetime import datetime

from sqlalchemy import CompoundSelect, select, union
from sqlalchemy.orm import Session, defer

from mdo_portal.database import HELD
from mdo_portal.domain.case import Case, CaseFact
from mdo_portal.domain.document import CaseDocument
from mdo_portal.domain.hospital import Hospital
from mdo_portal.domain.inbound import InboundMessage, InboundState, offered_again
from mdo_portal.domain.patient import Patient
from mdo_portal.domain.told import Appointment, ToldChange
from mdo_portal.services.dossier import earlier_told
from mdo_portal.services.dossier.over_before import GONE
from mdo_portal.services.history import standing
from mdo_portal.services.referrals import referrals, unsaid_words

UNSAID = "patient.unsaid"


def cases_told(session: Session, message_id: uuid.UUID) -> Sequence[Case]:
    """The cases to which this message told a value or document, or which it took back or asked for anew, locked."""
    facts = select(CaseFact.case_id).where(CaseFact.message_id == message_id)
    files = select(CaseDocument.case_id).where(CaseDocument.message_id == message_id)
    told = union(facts, files, unsaid_words.cases_of(message_id)).subquery()
    query = select(Case).where(Case.id.in_(told.select())).order_by(Case.id)
    return session.scalars(query.with_for_update(**HELD)).all()


def of_whom(session: Session, message_ids: Collection[uuid.UUID]) -> Sequence[Patient]:
    """The patients to whom, or to whose cases, these messages told anything."""
    facts = select(Case.patient_id).join(CaseFact, CaseFact.case_id == Case.id).where(CaseFact.message_id.in_(message_ids))
    files = select(Case.patient_id).join(CaseDocument, CaseDocument.case_id == Case.id)
    changes = select(ToldChange.patient_id).where(ToldChange.message_id.in_(message_ids))
    booked = select(Appointment.patient_id).where(Appointment.message_id.in_(message_ids))
    spoken = select(Case.patient_id).join(InboundMessage, InboundMessage.case_id == Case.id)
    spoken = spoken.where(InboundMessage.id.in_(message_ids))
    told = union(facts, files.where(CaseDocument.message_id.in_(message_ids)), changes, booked, spoken).subquery()
    return session.scalars(select(Patient).where(Patient.id.in_(told.select())).order_by(Patient.id)).all()


def told_since(patient: Patient, at: datetime) -> CompoundSelect[uuid.UUID | None]:
    """The messages by which something was told to a case of this patient since then."""
    of_patient = Case.patient_id == patient.id
    facts = select(CaseFact.message_id).join(Case, Case.id == CaseFact.case_id).where(of_patient, CaseFact.received_at >= at)
    files = select(CaseDocument.message_id).join(Case, Case.id == CaseDocument.case_id)
    return union(facts, files.where(of_patient, CaseDocument.received_at >= at))


def unsay(session: Session, case: Case, message_id: uuid.UUID, *, now: datetime) -> None:
    """Nothing that this message told the case holds there, nor that it took it back."""
    name = session.get_one(Hospital, case.hospital_id).name
    words = unsaid_words.of(session, case, message_id)
    if _end(session, case, message_id) or words.asked:
        referrals.assess(session, case, now=now)
        standing.happened(session, [case], UNSAID, now=now, hospital=name, **unsaid_words.named(words.asked))
    unsaid_words.unsay(session, case, words, hospital=name, now=now)


def _end(session: Session, case: Case, message_id: uuid.UUID) -> bool:
    """Whether any value or document of it stood there until now."""
    facts = session.scalars(select(CaseFact).where(CaseFact.case_id == case.id)).all()
    kept = select(CaseDocument).where(CaseDocument.case_id == case.id).options(defer(CaseDocument.content_sealed))
    rows: list[CaseFact | CaseDocument] = [*facts, *session.scalars(kept.execution_options(populate_existing=True))]
    mine = [row for row in rows if row.message_id == message_id]
    if all(row.status == GONE for row in mine):
        return False
    _ask_as_before(case, [row for row in facts if row.message_id == message_id], facts)
    replaced = _replaced_since(mine)
    for row in mine:
        # As if it had never stood: told anew by the same message it is no older word than this.
        row.superseded_at, row.status = row.received_at, GONE
    moments = {row.received_at for row in mine}
    for row in rows:
        if row.superseded_at in moments and row.status != GONE:
            # Each message has a moment of its own: by that one knows whose place it took.
            row.superseded_at = replaced.get((row.superseded_at, _place(row)))
    session.flush()
    return True


def _replaced_since(mine: Iterable[CaseFact | CaseDocument]) -> dict[tuple[datetime, Hashable], datetime]:
    """By moment and place of what is nobody's here: since when a later word stands there. What it took the place of is over since then."""
    held: dict[tuple[datetime, Hashable], list[datetime | None]] = {}
    for row in mine:
        if row.status != GONE:
            held.setdefault((row.received_at, _place(row)), []).append(row.superseded_at)
    return {place: max(at for at in since if at) for place, since in held.items() if all(since)}


def _place(row: CaseFact | CaseDocument) -> Hashable:
    """What a newer word of it takes the place of."""
    return (row.section, row.label) if isinstance(row, CaseFact) else (row.reference or row.known_as or row.id)


def _ask_as_before(case: Case, mine: Iterable[CaseFact], facts: Sequence[CaseFact]) -> None:
    """Question, urgency, who refers: what stood before. Told anew since, that stands, in the place of what stood before."""
    for column, label in earlier_told.EARLIER.items():
        before = [row for row in mine if row.label == label]
        if not before:
            continue
        later = [row for row in facts if row.label == label and row.received_at > before[0].received_at and row.status != GONE]
        if later:  # what was somebody else's is among this patient's earlier values no more
            min(later, key=lambda row: row.received_at).text = before[0].text
        else:
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
