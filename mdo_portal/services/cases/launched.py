"""Whose patient an EPD had on its screen when it opened the portal, and which of that patient's cases this person may see.

Reads only: nothing is made, joined or changed by it. What the EPD says and what stands here may contradict; then nobody is shown, and a
person finds out (identification.find).
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from mdo_portal.domain.audit import REFUSED, SUCCESS
from mdo_portal.domain.board import Board
from mdo_portal.domain.case import OVER, Case, CaseState
from mdo_portal.domain.patient import Patient
from mdo_portal.domain.policy import Act, Relation
from mdo_portal.domain.viewer import Viewer
from mdo_portal.exchange import Launched
from mdo_portal.services.access_log import audit
from mdo_portal.services.common import access
from mdo_portal.services.patients import identification
from mdo_portal.services.patients.rulings import Conflict

MOST = 50
"""Cases of one patient that are looked at, the newest first."""


@dataclass(frozen=True)
class Shown:
    """A case of the patient as the list names it; no name and no number in it."""

    id: uuid.UUID
    board: str
    state: CaseState
    received_at: datetime
    question: str

    @property
    def is_over(self) -> bool:
        return self.state in OVER


@dataclass(frozen=True)
class Found:
    """What there is about the patient. `contradicts`: what the EPD says and what stands here cannot both be this person."""

    cases: tuple[Shown, ...] = ()
    contradicts: bool = False

    @property
    def only(self) -> Shown | None:
        """The one case to open at once: with others beside it, or over, somebody chooses."""
        return self.cases[0] if len(self.cases) == 1 and not self.cases[0].is_over else None


def found(session: Session, viewer: Viewer, launched: Launched, *, now: datetime) -> Found:
    """The cases of this patient of the viewer's own hospital that the viewer may see; every one that is named has its line in the log."""
    try:
        patient = identification.find(session, viewer.hospital_id, launched.patient)
    except Conflict as conflict:
        _line(
            session,
            viewer,
            now=now,
            patient=session.get(Patient, conflict.patient_id),
            detail="from the EPD, which contradicts",
            outcome=REFUSED,
        )
        return Found(contradicts=True)
    _line(session, viewer, now=now, patient=patient, detail="from the EPD")
    return Found(tuple(_cases(session, viewer, patient, now=now)) if patient else ())


def _cases(session: Session, viewer: Viewer, patient: Patient, *, now: datetime) -> list[Shown]:
    query = (
        select(Case, Board.name, *access.FACTS)
        .outerjoin(Board, Board.id == Case.board_id)
        .where(Case.patient_id == patient.id)
        .order_by(Case.received_at.desc(), Case.id)
        .limit(MOST)
    )
    shown = []
    for case, board, *facts in session.execute(query, access.facts_of(viewer, now=now)):
        if relations := access.relations_by(viewer, Act.CASE_READ, case, *facts):
            audit.record(session, viewer, Act.CASE_READ, now=now, case=case, relation=relations[0], detail="from the EPD")
            shown.append(Shown(case.id, board or "", case.state, case.received_at, case.question_board))
    return shown


def refuse(session: Session, viewer: Viewer, *, now: datetime) -> None:
    """The line of a launch that opened nothing."""
    _line(session, viewer, now=now, patient=None, detail="launch refused", outcome=REFUSED)


def _line(
    session: Session, viewer: Viewer, *, now: datetime, patient: Patient | None, detail: str, outcome: int = SUCCESS
) -> None:
    """That the EPD was asked for its patient, whether or not that patient is known here."""
    audit.record(
        session, viewer, Act.CASE_READ, now=now, object_type="launch", object_id=viewer.hospital_id, patient=patient,
        relation=Relation.OWN_HOSPITAL, categories=("patient",), detail=detail, outcome=outcome,
    )  # fmt: skip
