"""A case gathered whole, to leave for another system: read once, frozen, with the bytes of its documents and letters."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from mdo_portal.domain.board import Board, Meeting
from mdo_portal.domain.case import Case, CaseEvent, CaseFact
from mdo_portal.domain.decision import Decision
from mdo_portal.domain.delivery import Audience
from mdo_portal.domain.document import CaseDocument
from mdo_portal.domain.follow_up import FollowUp
from mdo_portal.domain.hospital import Hospital
from mdo_portal.domain.patient import Patient
from mdo_portal.domain.round import Round
from mdo_portal.errors import N_
from mdo_portal.exchange import Contact, Fact, LeavingCase, LeavingDecision, LeavingFile, LeavingItem, LeavingRound
from mdo_portal.letters import letter_forms, letter_outcome, letter_words
from mdo_portal.services.cases import leaving_notes
from mdo_portal.services.dossier import documents
from mdo_portal.services.follow_up import follow_ups
from mdo_portal.services.history import timeline
from mdo_portal.services.letters import deliveries
from mdo_portal.services.patients import patients

QUESTIONS = (("het MDO", "question_board"), ("de radioloog", "question_radiology"), ("de patholoog", "question_pathology"))
#: archives are Dutch, as letters are
REASONS = {
    "wish": "wens van de patiënt", "deterioration": "achteruitgang of overlijden", "comorbidity": "andere aandoening",
    "new_information": "nieuwe informatie", "clinician": "behandelaar besloot anders", "logistics": "organisatie of wachttijd",
    "lost": "uit beeld geraakt",
}  # fmt: skip
HEADINGS = {"diagnosis": N_("Diagnose en stadium"), "considerations": N_("Overwegingen"), "advice": N_("Advies")}


def whole(session: Session, case: Case, *, with_bsn: bool) -> LeavingCase:
    """Everything of this case. `with_bsn`: False for who gets a BSN to see only masked."""
    hospitals = {one.id: one for one in session.scalars(select(Hospital))}
    identity = patients.identity_of(session, session.get_one(Patient, case.patient_id))
    board = session.get(Board, case.board_id) if case.board_id else None
    return LeavingCase(
        id=str(case.id),
        hospital_name=hospitals[case.hospital_id].name,
        hospital_ura=hospitals[case.hospital_id].ura,
        patient=identity if with_bsn else replace(identity, bsn=""),
        referral_number=case.referral_number,
        referrer=Contact(name=case.referrer_name, number=case.referrer_number, phone=case.referrer_phone),
        board=board.name if board else "",
        received_at=case.received_at,
        state=case.state.value,
        questions=tuple((whom, getattr(case, column)) for whom, column in QUESTIONS),
        facts=_facts(session, case.id, hospitals),
        documents=_documents(session, case.id, hospitals),
        rounds=_rounds(session, case),
        notes=leaving_notes.of_case(session, case.id),
    )


def of_hospital(session: Session, code: str) -> Sequence[uuid.UUID]:
    """Every case of this hospital, oldest first; nothing when there is no such hospital."""
    query = select(Case.id).join(Hospital, Hospital.id == Case.hospital_id).where(Hospital.code == code)
    return session.scalars(query.order_by(Case.received_at, Case.id)).all()


def _facts(session: Session, case_id: uuid.UUID, hospitals: Mapping[uuid.UUID, Hospital]) -> tuple[tuple[str, Fact], ...]:
    """As told; what a later message replaced stays out, the documents say it."""
    query = select(CaseFact).where(CaseFact.case_id == case_id, CaseFact.superseded_at.is_(None))
    found = session.scalars(query.order_by(CaseFact.received_at, CaseFact.id))
    return tuple(
        (
            hospitals[one.hospital_id].name,
            Fact(one.section, one.text, one.label, one.dated_on, one.code, one.code_system, status=one.status),
        )
        for one in found
    )


def _documents(session: Session, case_id: uuid.UUID, hospitals: Mapping[uuid.UUID, Hospital]) -> tuple[LeavingFile, ...]:
    query = select(CaseDocument).where(CaseDocument.case_id == case_id).order_by(CaseDocument.received_at, CaseDocument.id)
    return tuple(
        LeavingFile(
            id=str(one.id),
            title=one.title,
            media_type=one.media_type,
            content=documents.content_of(session, one),
            at=one.received_at,
            from_hospital=hospitals[one.hospital_id].name,
            status=one.status,
            is_replaced=one.superseded_at is not None,
        )
        for one in session.scalars(query)
    )


def _rounds(session: Session, case: Case) -> tuple[LeavingRound, ...]:
    """In order, each with its decisions, oldest first."""
    query = select(Round, Meeting.starts_at, Board.name).join(Meeting, Meeting.id == Round.meeting_id)
    query = query.join(Board, Board.id == Meeting.board_id).where(Round.case_id == case.id).order_by(Round.number)
    return tuple(
        LeavingRound(
            id=str(one.id),
            number=one.number,
            board=board,
            meeting_at=meeting_at,
            planned_at=_planned_at(session, case, one.started_at or meeting_at),
            started_at=one.started_at,
            ended_at=one.ended_at,
            outcome=one.outcome.value if one.outcome else "",
            outcome_reason=one.outcome_reason,
            decisions=_decisions(session, one.id),
        )
        for one, meeting_at, board in session.execute(query).all()
    )


def _planned_at(session: Session, case: Case, before: datetime) -> datetime:
    """The last time it was planned before it began, as the timeline has it."""
    query = select(CaseEvent.at).where(
        CaseEvent.case_id == case.id, CaseEvent.what.in_(timeline.SCHEDULED), CaseEvent.at <= before
    )
    return session.scalar(query.order_by(CaseEvent.at.desc()).limit(1)) or case.received_at


def _decisions(session: Session, round_id: uuid.UUID) -> tuple[LeavingDecision, ...]:
    found = list(session.scalars(select(Decision).where(Decision.round_id == round_id).order_by(Decision.version)))
    letters = _letters(session, found)
    items = list(session.scalars(select(FollowUp).where(FollowUp.round_id == round_id).order_by(FollowUp.position)))
    made = []
    for one in found:
        own = [item for item in items if item.decision_id == one.id]
        made.append(_decision(one, letters.get(one.id, b""), own, stands=follow_ups.stands(one, found)))
    return tuple(made)


def _letters(session: Session, decisions: Sequence[Decision]) -> dict[uuid.UUID, bytes]:
    """The letter to the hospital of the case itself, not what a practitioner got by its channel; none when our copy is past its term."""
    found: dict[uuid.UUID, bytes] = {}
    homes = {one.id: one.hospital_id for one in decisions}
    for one in deliveries.of_decisions(session, list(homes)):
        if one.hospital_id == homes[one.decision_id] and one.audience is Audience.REFERRER:
            found[one.decision_id] = found.get(one.decision_id) or deliveries.letter_of(session, one)
    return {decision_id: letter for decision_id, letter in found.items() if letter}


def _decision(decision: Decision, letter: bytes, items: Sequence[FollowUp], *, stands: bool) -> LeavingDecision:
    content, signer = decision.content, decision.content["signed_by"]
    file_id, title = str(uuid.uuid5(decision.id, "letter")), f"{letter_forms.title_of(content)} {decision.document_number}"
    return LeavingDecision(
        id=str(decision.id),
        document_number=decision.document_number,
        form=decision.form,
        version=decision.version,
        earlier_id=str(decision.supersedes_id or ""),
        signed_at=decision.signed_at,
        signed_by=Contact(name=signer["name"], role=signer["discipline"]),
        text_hash=decision.content_hash,
        sections=_sections(content, decision.correction_reason),
        items=tuple(_item(one, said) for one, said in zip(items, letter_words.entered(content).items, strict=False)),
        participants=tuple(
            Contact(name=one["name"], role=one["discipline"], organisation=one["hospital"]) for one in content["participants"]
        ),
        letter=LeavingFile(file_id, title, "application/pdf", letter, decision.signed_at) if letter else None,
        stands=stands,
    )


def _sections(content: Mapping[str, Any], reason: str) -> tuple[tuple[str, str], ...]:
    """The frozen words under the headings of the letter, empty ones left out; the recommendations as the letter says them."""
    entered = letter_words.entered(content)
    if not letter_forms.form_of(content).has_advice:
        changed = (("Reden van de wijziging", reason),) if reason else ()
        return (*changed, *letter_outcome.pieces(content))
    texts = [("Reden van herziening, aanvulling of intrekking", reason), ("Vraagstelling", content["question"])]
    texts += [(heading, content["sections"].get(name, "")) for name, heading in HEADINGS.items()]
    texts += [("Aanbevelingen", "\n".join(f"{place}. {one.as_text()}" for place, one in enumerate(entered.items, start=1)))]
    texts += [*entered.more, ("Wens van de patiënt", entered.wish), ("Geen consensus", entered.dissent)]
    met = {True: "voldoende", False: f"onvoldoende: {', '.join(content['quorum']['missing'])}"}.get(content["quorum"]["met"], "")
    return tuple((heading, text) for heading, text in (*texts, ("Quorum", met)) if text.strip())


def _item(item: FollowUp, said: Any) -> LeavingItem:
    why = ": ".join(part for part in (REASONS.get(item.reason, ""), item.words) if part)
    return LeavingItem(
        position=item.position,
        text=said.text,
        condition=item.condition,
        place=item.place,
        responsible=item.responsible,
        due_on=item.due_on,
        state=item.state.value if item.superseded_by_id is None or item.state.value != "open" else "superseded",
        reason=why,
        done_on=item.done_on,
    )
