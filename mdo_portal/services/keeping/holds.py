"""Legal holds: what somebody put aside from every term and every request, and why."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from mdo_portal.domain.case import Case
from mdo_portal.domain.destruction import LegalHold
from mdo_portal.domain.patient import Patient
from mdo_portal.domain.people import Person
from mdo_portal.domain.policy import Act, Relation
from mdo_portal.domain.viewer import Viewer
from mdo_portal.errors import N_, IllegalMove, Incomplete, NotFound, Stale
from mdo_portal.services.access_log import audit

NO_REASON = N_("Er staat geen reden bij. Er is niets veranderd; schrijf op waarom dit bewaard moet blijven.")
NO_LIFT_REASON = N_("Er staat geen reden bij. Er is niets veranderd; schrijf op waarom de bewaarplicht vervalt.")


class HoldRow(NamedTuple):
    """A hold as the page shows it."""

    id: uuid.UUID
    of_patient: bool
    referral_number: str | None
    patient_number: str | None
    reason: str
    set_by: str
    set_at: datetime


def standing(session: Session, hospital_id: uuid.UUID) -> list[HoldRow]:
    """The holds of this hospital that stand, newest first."""
    query = (
        select(
            LegalHold.id, LegalHold.case_id.is_(None), Case.referral_number, Patient.local_number,
            LegalHold.reason, Person.name, LegalHold.set_at,
        )
        .join(Person, Person.id == LegalHold.set_by)
        .outerjoin(Case, Case.id == LegalHold.case_id)
        .outerjoin(Patient, (Patient.id == LegalHold.patient_id) | (Patient.id == Case.patient_id))
        .where(LegalHold.hospital_id == hospital_id, LegalHold.lifted_at.is_(None))
        .order_by(LegalHold.set_at.desc())
    )  # fmt: skip
    return [HoldRow._make(row) for row in session.execute(query)]


def own_case(session: Session, viewer: Viewer, case_id: uuid.UUID) -> Case:
    """The case of the viewer's own hospital, its patient and itself locked in the order in which destruction locks. Raises NotFound.

    Its patient is whose it is by then: while we waited for who merges the numbers, it may have been given to another.
    """
    own = (Case.id == case_id, Case.hospital_id == viewer.hospital_id)
    patient_id = session.scalar(select(Case.patient_id).where(*own))
    while patient_id is not None:
        session.execute(select(func.access.hold_still(patient_id)))
        query = select(Case).where(*own).execution_options(populate_existing=True)
        case = session.execute(query).scalar_one_or_none()
        if case is not None and case.patient_id == patient_id:
            return case
        patient_id = case.patient_id if case is not None else None
    raise NotFound()


def place(session: Session, viewer: Viewer, case_id: uuid.UUID, *, whole_patient: bool, reason: str, now: datetime) -> LegalHold:
    """From here on nothing of this case (or of its patient) goes. Raises Incomplete without a reason, IllegalMove when it stands."""
    if not reason.strip():
        raise Incomplete({"reason": NO_REASON}, NO_REASON)
    case = own_case(session, viewer, case_id)
    hold = LegalHold(
        hospital_id=case.hospital_id,
        case_id=None if whole_patient else case.id,
        patient_id=case.patient_id if whole_patient else None,
        reason=reason.strip(),
        set_by=viewer.person_id,
        set_at=now,
    )
    try:
        with session.begin_nested():
            session.add(hold)
    except IntegrityError:
        raise IllegalMove(N_("Er staat al een bewaarplicht op. Er is niets veranderd.")) from None
    _log(session, viewer, hold, case, "set", now=now)
    return hold


def lift(session: Session, viewer: Viewer, hold_id: uuid.UUID, *, reason: str, now: datetime) -> None:
    """The terms count again. Raises NotFound, Stale when somebody else lifted it, Incomplete without a reason."""
    query = select(LegalHold).where(LegalHold.id == hold_id, LegalHold.hospital_id == viewer.hospital_id).with_for_update()
    hold = session.execute(query).scalar_one_or_none()
    if hold is None:
        raise NotFound()
    if hold.lifted_at is not None:
        raise Stale(N_("Deze bewaarplicht is al opgeheven. Er is niets veranderd."))
    if not reason.strip():
        raise Incomplete({"reason": NO_LIFT_REASON}, NO_LIFT_REASON)
    hold.lifted_by, hold.lifted_at, hold.lift_reason = viewer.person_id, now, reason.strip()
    case = session.get(Case, hold.case_id) if hold.case_id else None
    _log(session, viewer, hold, case, "lifted", now=now)


def _log(session: Session, viewer: Viewer, hold: LegalHold, case: Case | None, detail: str, *, now: datetime) -> None:
    audit.record(
        session, viewer, Act.RETENTION_HOLD, now=now, case=case, relation=Relation.OWN_HOSPITAL, object_type="hold",
        object_id=hold.id, detail=detail,
    )  # fmt: skip
