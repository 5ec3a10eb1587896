"""Telling whoever looks at a case, a list or an agenda that something changed, also about its patient."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, bindparam, select, update
from sqlalchemy.orm import Session

from mdo_portal.database import HELD
from mdo_portal.domain.board import Meeting
from mdo_portal.domain.case import Case
from mdo_portal.domain.follow_up import FollowUp
from mdo_portal.domain.patient import Patient
from mdo_portal.domain.round import Round
from mdo_portal.services.access_log import audit
from mdo_portal.services.common import changes
from mdo_portal.services.history import timeline

_OF_PATIENTS = (
    select(Case).where(Case.patient_id.in_(bindparam("patients", expanding=True))).order_by(Case.id).with_for_update(**HELD)
)


def cases_of(session: Session, *patients: Patient) -> list[Case]:
    """The cases of these patients, oldest first, locked: in the order in which everybody holds several."""
    found = session.scalars(_OF_PATIENTS, {"patients": [one.id for one in patients]})
    return sorted(found, key=lambda case: (case.received_at, case.id))


def chosen(cases: Sequence[Case]) -> list[Case]:
    """The cases that news of the hospital belongs to: those that are not finished, else the newest."""
    return [case for case in cases if case.is_open] or list(cases[-1:])


def happened(
    session: Session, cases: Iterable[Case], what: str, *, now: datetime, person_id: UUID | None = None, **details: str
) -> None:
    """An event on every one of these cases, with its line in the log; their pages and agendas look again."""
    cases = list(cases)
    for case in cases:
        case.revision += 1
        timeline.happened(session, case, what, at=now, person_id=person_id, **details)
        audit.record_system(session, what, now=now, case=case, object_type="patient", object_id=case.patient_id)
        announce(session, case)
    _announce_agendas(session, cases)


def changed(session: Session, case: Case) -> None:
    """Something of it is otherwise than its open pages show, whether or not its state moved. Held by whoever calls."""
    case.revision += 1
    announce(session, case)


def beside(session: Session, case: Case) -> None:
    """It is new: open pages of its patient's other cases, which name it, look again."""
    for other in cases_of(session, session.get_one(Patient, case.patient_id)):
        if other is not case:
            changed(session, other)


def gone(session: Session, case: Case) -> None:
    """It is not there any more: what shows it looks again, and finds nothing."""
    announce(session, case, revision=case.revision + 1)


def announce(session: Session, case: Case, *, revision: int | None = None) -> None:
    """There is something new: the case's page and the work lists it stands on look again."""
    changes.announce(session, "case", case.id, revision=case.revision if revision is None else revision)
    changes.announce(session, "worklist", case.board_id or "unrouted")
    changes.announce(session, "worklist", case.hospital_id)


def announce_to_advisers(session: Session, case: Case) -> None:
    """Boards whose advice about it is followed name it in *Teruggekoppeld*, and hear their own work list: it may be another's by now."""
    boards = (
        select(FollowUp.board_id)
        .where(FollowUp.case_id == case.id, FollowUp.board_id != case.board_id)
        .distinct()
        .execution_options(autoflush=False)
    )
    for board_id in session.scalars(boards):
        changes.announce(session, "worklist", board_id)


def _announce_agendas(session: Session, cases: Sequence[Case]) -> None:
    stand_on = Meeting.id.in_(
        select(Round.meeting_id).where(Round.case_id.in_([one.id for one in cases]), Round.outcome.is_(None))
    )
    if len(cases) > 1:
        hold_agendas(session, stand_on)
    raised = update(Meeting).where(stand_on).values(revision=Meeting.revision + 1)
    for meeting_id, revision in session.execute(raised.returning(Meeting.id, Meeting.revision)):
        changes.announce(session, "meeting", meeting_id, revision=revision)


def hold_agendas(session: Session, which: ColumnElement[bool]) -> None:
    """These meetings, until the commit, in one order; always after the cases and before what is discussed in them."""
    session.execute(select(Meeting.id).where(which).order_by(Meeting.id).with_for_update(**HELD)).all()


def hold_agendas_of(session: Session, cases: Iterable[Case]) -> None:
    """Every meeting in which one of these cases is or was to be discussed."""
    rounds = select(Round.meeting_id).where(Round.case_id.in_([one.id for one in cases]))
    hold_agendas(session, Meeting.id.in_(rounds))
