"""Other cases of the person whom a case is about, as far as this reader may see them.

Of the same hospital under another referral number, and of another hospital under the same BSN. Nothing is joined by it: two hospitals
with the same person are two patients (docs/glossary.md), and whether it is one person, a person says (ADR 0064).
"""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from mdo_portal.domain.board import Board, BoardHospital, Meeting
from mdo_portal.domain.case import OVER, Case, CaseState
from mdo_portal.domain.decision import standing
from mdo_portal.domain.hospital import Hospital
from mdo_portal.domain.patient import Patient
from mdo_portal.domain.policy import Act
from mdo_portal.domain.round import Round
from mdo_portal.domain.viewer import Viewer
from mdo_portal.exchange import DecisionForm
from mdo_portal.exchange.surnames import are_unlike
from mdo_portal.letters.letter_words import advice_of
from mdo_portal.services.access_log import audit
from mdo_portal.services.cases import cases
from mdo_portal.services.common import access

MOST = 20
"""So many are named, the newest first: an EPD that sends a new number each week should not fill the page."""


class OtherCase(NamedTuple):
    id: uuid.UUID
    hospital: str
    hospital_code: str
    board: str
    state: CaseState
    state_since: datetime
    received_at: datetime
    question: str
    #: the meeting it was last planned into
    meeting_at: datetime | None
    #: what was signed last and holds, one text for each recommendation; empty for who may not read advices
    advice: tuple[str, ...]
    #: found by its BSN at another hospital, and name or birth date say otherwise
    is_unlike: bool

    @property
    def is_over(self) -> bool:
        return self.state in OVER


def of_case(session: Session, viewer: Viewer, case: Case, *, now: datetime) -> list[OtherCase]:
    """The newest first, each with its line in the access log."""
    patient = session.get_one(Patient, case.patient_id)
    query = (
        select(Case, Patient, Hospital, Board.name, *access.facts_for(viewer, now=now))
        .join(Patient, Patient.id == Case.patient_id)
        .join(Hospital, Hospital.id == Case.hospital_id)
        .outerjoin(Board, Board.id == Case.board_id)
        .where(Case.patient_id.in_(_same_person(session, viewer, patient)), Case.id != case.id)
        .order_by(Case.received_at.desc(), Case.id)
        .limit(MOST)
    )
    found = []
    for other, whose, hospital, board, *facts in session.execute(query):
        relations = access.relations_by(viewer, Act.CASE_READ, other, *facts)
        if relations:
            audit.record(session, viewer, Act.CASE_READ, now=now, case=other, relation=relations[0], detail="other case")
            may_read = bool(access.relations_by(viewer, Act.DECISION_READ, other, *facts))
            found.append(_row(session, other, whose, hospital, board or "", patient=patient, may_read=may_read))
    return found


def _same_person(session: Session, viewer: Viewer, patient: Patient) -> list[uuid.UUID]:
    """Asked first, and hospital by hospital of the reader's boards: so an index finds both, and elsewhere nothing may be seen."""
    if not patient.bsn_index or not viewer.board_roles:
        return [patient.id]
    taking_part = select(BoardHospital.hospital_id).where(BoardHospital.board_id.in_(viewer.board_roles))
    elsewhere = select(Patient.id).where(Patient.hospital_id.in_(taking_part), Patient.bsn_index == patient.bsn_index)
    return [patient.id, *session.scalars(elsewhere.where(Patient.id != patient.id))]


def _row(
    session: Session, other: Case, whose: Patient, hospital: Hospital, board: str, *, patient: Patient, may_read: bool
) -> OtherCase:
    last = select(Meeting.starts_at).join(Round, Round.meeting_id == Meeting.id).where(Round.case_id == other.id)
    born = {patient.birth_on, whose.birth_on} - {None}
    return OtherCase(
        id=other.id,
        hospital=hospital.name,
        hospital_code=hospital.code,
        board=board,
        state=other.state,
        state_since=other.state_since,
        received_at=other.received_at,
        question=other.question_board,
        meeting_at=session.scalar(last.order_by(Round.number.desc()).limit(1)),
        advice=advice_that_holds(session, other.id) if may_read else (),
        is_unlike=whose.id != patient.id and (len(born) > 1 or are_unlike(patient.family, whose.family)),
    )


def advice_that_holds(session: Session, case_id: uuid.UUID) -> tuple[str, ...]:
    """Of the newest round that has an advice, what holds now."""
    signed = cases.decisions(session, case_id)
    newest = next((one.round_id for one in signed if one.form.has_advice), None)
    holds = standing(sorted((one for one in signed if one.round_id == newest), key=lambda one: one.version))
    texts: list[str] = []
    for one in holds:
        added = one.form is DecisionForm.ADDENDUM
        items = [one.content["sections"]["advice"]] if added else [item.as_text() for item in advice_of(one.content)["advice"]]
        texts += ["; ".join(text.splitlines()) for text in items]
    return tuple(texts)
