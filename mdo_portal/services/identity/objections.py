"""The patient objects to sharing: from then on only the own hospital sees the patient's cases."""

from __future__ import annotations

import uuid
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from mdo_portal.database import HELD
from mdo_portal.domain.board import Meeting
from mdo_portal.domain.case import OPEN_STATES, Case, CaseState
from mdo_portal.domain.round import Round, RoundOutcome
from mdo_portal.domain.viewer import Viewer
from mdo_portal.errors import N_, IllegalMove
from mdo_portal.services.dossier import waiting
from mdo_portal.services.history import standing, timeline
from mdo_portal.services.letters import withholding
from mdo_portal.services.meetings import meetings
from mdo_portal.services.patients import families

REASON = "bezwaar van de patiënt tegen delen"
MERGED = "bezwaar van de patiënt tegen delen, bij een samengevoegd nummer"
"""Why a case is off the lists that was not this number's own before the merge: undone, the case stands on them again."""


def record(session: Session, case: Case, *, viewer: Viewer, now: datetime) -> None:
    """Take every case of this patient off lists and agendas, and close them to others. Signed advice and letters stay.

    Nobody holds the case yet: the patient is held first, then the letters, then the cases, as whoever merges, sends or confirms does.
    It holds for every number that is this patient, and stays with each of them when a merge is undone: it may be of either.
    """
    family = families.locked_of(session, case)
    if all(patient.objects for patient in family):
        raise IllegalMove(N_("Het bezwaar was al vastgelegd. Er is niets veranderd."))
    for patient in family:
        patient.objects = True
    withholding.hold_letters(session, Case.patient_id.in_([one.id for one in family]))
    cases = families.cases_of(session, family)
    standing.hold_agendas_of(session, cases)
    for one in cases:
        shut(session, one, reason=REASON, now=now, person_id=viewer.person_id)


def shut(session: Session, case: Case, *, reason: str, now: datetime, person_id: uuid.UUID | None) -> None:
    """Off lists and agendas, and closed to every other hospital, because the patient objects. Its meetings are held already."""
    withholding.withhold(session, case)
    _withdraw(session, case, reason=reason, now=now)
    case.objected, case.unseen_since = True, None
    timeline.happened(session, case, "objection.recorded", at=now, person_id=person_id)
    standing.changed(session, case)
    standing.announce_to_advisers(session, case)


def _withdraw(session: Session, case: Case, *, reason: str, now: datetime) -> None:
    """Off every agenda, with the outcome that who looks at the agenda sees counted; and off the screen, however its discussion ended."""
    rounds = {one.id: one for one in session.scalars(select(Round).where(Round.case_id == case.id))}
    for live in (one for one in rounds.values() if one.outcome is None):
        live.outcome, live.outcome_reason = RoundOutcome.WITHDRAWN, reason
    stood_on = select(Meeting).where(Meeting.id.in_({one.meeting_id for one in rounds.values()})).order_by(Meeting.id)
    held = stood_on.with_for_update(**HELD).execution_options(populate_existing=True)
    for meeting in session.scalars(held).all():
        if meeting.current_round_id in rounds:
            meeting.current_round_id = None
        meetings.changed(session, meeting)
    if case.state in OPEN_STATES and case.state not in (CaseState.DISCUSSED, CaseState.LISTED):
        if case.state in (CaseState.SCHEDULED, CaseState.DEFERRED):
            case.move(CaseState.INCOMPLETE if case.missing else CaseState.READY, now=now)
        case.move(CaseState.WITHDRAWN, now=now, reason=reason)


def lift(session: Session, case: Case, *, viewer: Viewer, now: datetime) -> None:
    """The patient agrees after all, under every number. Nothing is planned again by itself: the hospital asks anew."""
    family = families.locked_of(session, case)
    if not any(patient.objects for patient in family):
        raise IllegalMove(N_("Er was geen bezwaar vastgelegd. Er is niets veranderd."))
    for patient in family:
        patient.objects = False
    for one in families.cases_of(session, family):
        _open(session, one, now=now, person_id=viewer.person_id)


def _open(session: Session, case: Case, *, now: datetime, person_id: uuid.UUID | None) -> None:
    case.objected = False
    timeline.happened(session, case, "objection.lifted", at=now, person_id=person_id)
    standing.changed(session, case)
    standing.announce_to_advisers(session, case)


def give_back(session: Session, case: Case, *, now: datetime, person_id: uuid.UUID | None) -> None:
    """The objection was another person's: the case is open to others again, and waits again to be planned if that took it off."""
    if case.state is CaseState.WITHDRAWN and case.reason == MERGED:
        case.move(waiting.state_of(session, case), now=now)
    _open(session, case, now=now, person_id=person_id)
