"""The patient objects to sharing: from then on only the own hospital sees the patient's cases."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from mdo_portal.domain.board import Meeting
from mdo_portal.domain.case import OPEN_STATES, Case, CaseState
from mdo_portal.domain.patient import Patient
from mdo_portal.domain.round import Round, RoundOutcome
from mdo_portal.domain.viewer import Viewer
from mdo_portal.errors import N_, IllegalMove
from mdo_portal.services import meetings, referrals, timeline

REASON = "bezwaar van de patiënt tegen delen"


def record(session: Session, case: Case, *, viewer: Viewer, now: datetime) -> None:
    """Take every case of this patient off lists and agendas, and close them to others. Signed advice and letters stay."""
    patient = session.get_one(Patient, case.patient_id, with_for_update=True)
    if patient.objects:
        raise IllegalMove(N_("Het bezwaar was al vastgelegd. Er is niets veranderd."))
    patient.objects = True
    for one in _cases_of(session, patient):
        _withdraw(session, one, now=now)
        one.objected = True
        timeline.happened(session, one, "objection.recorded", at=now, person_id=viewer.person_id)
        referrals.announce(session, one)


def _cases_of(session: Session, patient: Patient) -> list[Case]:
    return list(session.scalars(select(Case).where(Case.patient_id == patient.id).order_by(Case.id).with_for_update()))


def _withdraw(session: Session, case: Case, *, now: datetime) -> None:
    """Off the agenda where it stood, with the outcome that who looks at the agenda sees counted."""
    live = session.execute(select(Round).where(Round.case_id == case.id, Round.outcome.is_(None))).scalar_one_or_none()
    if live is not None:
        live.outcome, live.outcome_reason = RoundOutcome.WITHDRAWN, REASON
        meeting = session.get_one(Meeting, live.meeting_id, with_for_update=True)
        if meeting.current_round_id == live.id:
            meeting.current_round_id = None
        meetings.changed(session, meeting)
    if case.state in OPEN_STATES and case.state not in (CaseState.DISCUSSED, CaseState.LISTED):
        if case.state in (CaseState.SCHEDULED, CaseState.DEFERRED):
            case.move(CaseState.INCOMPLETE if case.missing else CaseState.READY, now=now)
        case.move(CaseState.WITHDRAWN, now=now, reason=REASON)


def lift(session: Session, case: Case, *, viewer: Viewer, now: datetime) -> None:
    """The patient agrees after all. Nothing is planned again by itself: the hospital asks anew."""
    patient = session.get_one(Patient, case.patient_id, with_for_update=True)
    if not patient.objects:
        raise IllegalMove(N_("Er was geen bezwaar vastgelegd. Er is niets veranderd."))
    patient.objects = False
    for one in _cases_of(session, patient):
        one.objected = False
        timeline.happened(session, one, "objection.lifted", at=now, person_id=viewer.person_id)
        referrals.announce(session, one)
