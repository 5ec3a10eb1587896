"""Results and documents that a hospital sends after the referral: they join a case that is there; a correction supersedes visibly."""

from __future__ import annotations

import uuid
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from mdo_portal.domain.case import Case, CaseFact
from mdo_portal.domain.document import CaseDocument
from mdo_portal.domain.hospital import Hospital
from mdo_portal.exchange import Fact, IncomingDocument, IncomingResult, Section, Unreadable
from mdo_portal.services import case_facts, documents, families, identification, referrals, standing

GONE = "withdrawn"


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
        happened = _facts(session, case, result, hospital, now=now, message_id=message_id)
        happened |= _documents(session, case, result, hospital, now=now, message_id=message_id)
        for what in sorted(happened):
            standing.happened(session, [case], what, now=now, hospital=hospital.name)
        referrals.assess(session, case, now=now)
    return cases[-1]


def _facts(
    session: Session, case: Case, result: IncomingResult, hospital: Hospital, *, now: datetime, message_id: uuid.UUID | None
) -> set[str]:
    """Add the results. Returns the events."""
    query = select(CaseFact).where(CaseFact.case_id == case.id, CaseFact.superseded_at.is_(None))
    present = list(session.scalars(query))
    happened: set[str] = set()
    for order in result.withdrawn:
        happened |= _withdraw([one for one in present if one.source_key.startswith(f"{order}/")], now=now)
    for fact in result.facts:
        same = _same(present, fact)
        if any(one.text == fact.text and one.status == fact.status for one in same):
            continue
        row = case_facts.fact_row(case, fact, hospital, now=now, message_id=message_id)
        session.add(row)
        happened.add(_said(fact.status, "result", known=bool(same)))
        if fact.status == GONE:
            row.superseded_at = now
        for one in same:
            older, newer = (one, row) if one.received_at <= now else (row, one)
            older.superseded_at = older.superseded_at or newer.received_at
    return happened


def _same(present: list[CaseFact], fact: Fact) -> list[CaseFact]:
    """What the hospital told before about the same thing: by its own key, else by label and day when it says that it corrects."""
    if fact.key:
        return [one for one in present if one.source_key == fact.key]
    same = case_facts.same_label(present, fact)
    return same if fact.status in ("corrected", GONE) else [one for one in same if one.text == fact.text]


def _withdraw(rows: list[CaseFact], *, now: datetime) -> set[str]:
    for one in rows:
        one.superseded_at, one.status = now, GONE
    return {"result.withdrawn"} if rows else set()


def _said(status: str, noun: str, *, known: bool) -> str:
    if status == GONE:
        return f"{noun}.withdrawn"
    return f"{noun}.corrected" if known or status == "corrected" else f"{noun}.received"


def _documents(
    session: Session, case: Case, result: IncomingResult, hospital: Hospital, *, now: datetime, message_id: uuid.UUID | None
) -> set[str]:
    happened: set[str] = set()
    known = list(session.scalars(select(CaseDocument).where(CaseDocument.case_id == case.id)))
    for order in result.withdrawn:
        happened |= _set_status([one for one in known if one.reference.startswith(f"{order}/")], GONE, now=now)
    for document in result.documents:
        earlier = [one for one in known if one.reference and one.reference in (document.reference, document.replaces)]
        if not document.content:
            happened |= _without_content(session, case, document, earlier, hospital, now=now, message_id=message_id)
            continue
        added = documents.add(session, case, document, hospital_id=hospital.id, at=now, message_id=message_id)
        if added not in {one.id for one in known}:
            happened.add(_said(document.status, "document", known=bool(earlier)))
        for one in earlier:  # several documents of one message may share its number
            if one.id != added and (message_id is None or one.message_id != message_id):
                one.superseded_at = one.superseded_at or now
    return happened


def _without_content(
    session: Session,
    case: Case,
    document: IncomingDocument,
    earlier: list[CaseDocument],
    hospital: Hospital,
    *,
    now: datetime,
    message_id: uuid.UUID | None,
) -> set[str]:
    """The hospital tells of a document without sending it: its new status, that it exists, or that it replaces one that is here."""
    own = [one for one in earlier if one.reference == document.reference]
    if document.status == GONE or own:
        return _set_status(earlier if document.status == GONE else own, document.status, now=now)
    for one in earlier:
        one.superseded_at = one.superseded_at or now
    text = " ".join(filter(None, (document.title, document.reference)))
    fact = Fact(Section.OTHER, text, "Document zonder inhoud", document.dated_on, key=document.reference, status=document.status)
    session.add(case_facts.fact_row(case, fact, hospital, now=now, message_id=message_id))
    return {_said(document.status, "document", known=False)}


def _set_status(rows: list[CaseDocument], status: str, *, now: datetime) -> set[str]:
    changed = [one for one in rows if one.status != status]
    for one in changed:
        one.status = status
        one.superseded_at = (one.superseded_at or now) if status == GONE else one.superseded_at
    if not changed:
        return set()
    return {"document.withdrawn" if status == GONE else "document.changed"}
