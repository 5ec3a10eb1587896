"""What stands with a case as lists, of many cases in one statement each: a meeting prints dozens of them."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Collection, Mapping
from typing import Any

from sqlalchemy import BindParameter, Select, bindparam, select
from sqlalchemy.orm import Session

from mdo_portal.domain.board import Board, Meeting
from mdo_portal.domain.case import Case, CaseEvent, CaseFact, InformationRequest
from mdo_portal.domain.decision import Decision
from mdo_portal.domain.document import CaseDocument
from mdo_portal.domain.hospital import Hospital
from mdo_portal.domain.people import Person
from mdo_portal.domain.round import Round
from mdo_portal.services.cases.case_rows import DecisionRow, DocumentRow, FactRow, RequestRow, RoundRow
from mdo_portal.services.dossier.event_rows import EventRow

Ids = Collection[uuid.UUID]
Of = Mapping[uuid.UUID, list[Any]]
_THESE: BindParameter[Any] = bindparam("cases", expanding=True)


def _by_case(session: Session, of: Ids, query: Select[*tuple[Any, ...]], kind: Any) -> Of:
    """The rows by the case that is their last column; an empty list for who has none. Asks nothing of no case. Open: `cases`."""
    found: defaultdict[uuid.UUID, list[Any]] = defaultdict(list)
    for *row, case_id in session.execute(query, {"cases": list(of)}) if of else ():
        found[case_id].append(kind._make(row))
    return found


_FACTS = (
    select(
        CaseFact.section,
        CaseFact.label,
        CaseFact.text,
        CaseFact.code,
        CaseFact.dated_on,
        CaseFact.received_at,
        Hospital.name,
        CaseFact.superseded_at,
        Case.wire,
        CaseFact.id,
        Hospital.code,
        CaseFact.status,
        CaseFact.case_id,
    )
    .join(Hospital, Hospital.id == CaseFact.hospital_id)
    .join(Case, Case.id == CaseFact.case_id)
    .where(CaseFact.case_id.in_(_THESE))
    .order_by(CaseFact.dated_on.desc().nulls_last(), CaseFact.id)
)


def facts(session: Session, of: Ids) -> Mapping[uuid.UUID, list[FactRow]]:
    return _by_case(session, of, _FACTS, FactRow)


_DOCUMENTS = (
    select(
        CaseDocument.id,
        CaseDocument.title,
        CaseDocument.kind,
        CaseDocument.media_type,
        CaseDocument.claimed_type,
        CaseDocument.is_cut,
        CaseDocument.size,
        CaseDocument.dated_on,
        CaseDocument.received_at,
        Hospital.name,
        Hospital.code,
        CaseDocument.status,
        CaseDocument.superseded_at,
        CaseDocument.author,
        CaseDocument.case_id,
    )
    .join(Hospital, Hospital.id == CaseDocument.hospital_id)
    .where(CaseDocument.case_id.in_(_THESE))
    .order_by(CaseDocument.superseded_at.is_not(None), CaseDocument.received_at.desc(), CaseDocument.title)
)


def documents(session: Session, of: Ids) -> Mapping[uuid.UUID, list[DocumentRow]]:
    """Newest first, without their bytes."""
    return _by_case(session, of, _DOCUMENTS, DocumentRow)


_EVENTS = (
    select(CaseEvent.at, CaseEvent.what, CaseEvent.details, Person.name, CaseEvent.case_id)
    .outerjoin(Person, Person.id == CaseEvent.person_id)
    .where(CaseEvent.case_id.in_(_THESE))
    .order_by(CaseEvent.at.desc(), CaseEvent.id.desc())
)


def events(session: Session, of: Ids) -> Mapping[uuid.UUID, list[EventRow]]:
    return _by_case(session, of, _EVENTS, EventRow)


_ROUNDS = (
    select(
        Round.id,
        Round.number,
        Meeting.id,
        Meeting.starts_at,
        Board.name,
        Board.id,
        Round.outcome,
        Round.outcome_reason,
        Round.started_at,
        Round.case_id,
    )
    .join(Meeting, Meeting.id == Round.meeting_id)
    .join(Board, Board.id == Meeting.board_id)
    .where(Round.case_id.in_(_THESE))
    .order_by(Round.number.desc())
)


def rounds(session: Session, of: Ids) -> Mapping[uuid.UUID, list[RoundRow]]:
    return _by_case(session, of, _ROUNDS, RoundRow)


_DECISIONS = (
    select(
        Decision.id,
        Decision.round_id,
        Decision.version,
        Decision.document_number,
        Decision.content,
        Decision.correction_reason,
        Decision.signed_at,
        Person.name,
        Decision.form,
        Decision.content_hash,
        Decision.case_id,
    )
    .join(Person, Person.id == Decision.signed_by)
    .join(Round, Round.id == Decision.round_id)
    .where(Decision.case_id.in_(_THESE))
    .order_by(Round.number.desc(), Decision.version.desc())  # not by the clocks of whoever signed
)


def decisions(session: Session, of: Ids) -> Mapping[uuid.UUID, list[DecisionRow]]:
    return _by_case(session, of, _DECISIONS, DecisionRow)


_REQUESTS = (
    select(
        InformationRequest.id,
        InformationRequest.asked_at,
        Person.name,
        InformationRequest.text,
        InformationRequest.answered_at,
        InformationRequest.answer,
        InformationRequest.case_id,
    )
    .join(Person, Person.id == InformationRequest.asked_by)
    .where(InformationRequest.case_id.in_(_THESE))
    .order_by(InformationRequest.asked_at)
)


def requests(session: Session, of: Ids) -> Mapping[uuid.UUID, list[RequestRow]]:
    return _by_case(session, of, _REQUESTS, RequestRow)
