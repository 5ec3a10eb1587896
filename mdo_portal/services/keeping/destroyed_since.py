"""What was destroyed on a patient's request and is back, because the database was put back to an earlier moment: it is asked again.

The request stands on the list of that hospital's privacy officers as it did, in the name of who noted it: nothing is destroyed by a
file that says so, and nothing that was destroyed is back unseen.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from mdo_portal.domain.case import Case
from mdo_portal.domain.destruction import TERM_MONTHS, DestroyRequest, Tombstone
from mdo_portal.domain.patient import Patient
from mdo_portal.domain.people import Person
from mdo_portal.domain.retention import months_later
from mdo_portal.services.access_log import audit
from mdo_portal.services.patients import families, patients


class Destroyed(NamedTuple):
    """One request that was carried out: ids of what is no more, nothing of a patient."""

    request_id: uuid.UUID
    hospital_id: uuid.UUID
    case_ids: tuple[uuid.UUID, ...]
    is_whole: bool  # everything of the patient, not one case
    asked_by: uuid.UUID
    letter_on: date
    at: datetime


class Back(NamedTuple):
    """One of which something is back."""

    destroyed: Destroyed
    case_ids: tuple[uuid.UUID, ...]
    is_asked: bool  # it waits for a privacy officer; False: who noted it then is not known here, a person notes it again


def executed(session: Session, *, since: datetime) -> list[Destroyed]:
    """What was destroyed on request from then on, oldest first."""
    query = select(DestroyRequest).where(DestroyRequest.executed_at >= since).order_by(DestroyRequest.executed_at)
    return [_destroyed(session, one) for one in session.scalars(query)]


def _destroyed(session: Session, request: DestroyRequest) -> Destroyed:
    stones = select(Tombstone.case_id).where(Tombstone.request_id == request.id).order_by(Tombstone.case_id)
    assert request.executed_at is not None
    return Destroyed(
        request.id, request.hospital_id, tuple(session.scalars(stones)), request.case_id is None, request.requested_by,
        request.letter_on, request.executed_at,
    )  # fmt: skip


def ask_again(session: Session, told: Iterable[Destroyed], *, now: datetime) -> list[Back]:
    """Those of which a case is here (again): each waits for its hospital's privacy officers. Twice is the same as once.

    One request may be told in pieces, a case in each.
    """
    whole: dict[tuple[uuid.UUID, uuid.UUID], Destroyed] = {}
    for one in told:
        name = (one.hospital_id, one.request_id)
        before = whole[name].case_ids if name in whole else ()
        whole[name] = one._replace(case_ids=tuple(dict.fromkeys((*before, *one.case_ids))))
    return [back for one in whole.values() if (back := _asked(session, one, now=now))]


def _asked(session: Session, told: Destroyed, *, now: datetime) -> Back | None:
    query = select(Case).where(Case.id.in_(told.case_ids), Case.hospital_id == told.hospital_id).order_by(Case.id)
    cases = session.scalars(query).all()
    if not cases:
        return None
    found = tuple(case.id for case in cases)
    if _waits(session, told, cases[0]):
        return Back(told, found, is_asked=True)
    if session.get(Person, told.asked_by) is None:
        return Back(told, found, is_asked=False)
    _note(session, told, cases[0], now=now)
    return Back(told, found, is_asked=True)


def _waits(session: Session, told: Destroyed, case: Case) -> bool:
    """The request was noted before that moment, or for this case another one was."""
    same = (DestroyRequest.patient_id == case.patient_id, DestroyRequest.case_id == (None if told.is_whole else case.id))
    is_open = (DestroyRequest.approved_at.is_(None), DestroyRequest.refused_at.is_(None))
    open_ones = select(DestroyRequest.id).where(DestroyRequest.hospital_id == told.hospital_id, *same, *is_open)
    return session.get(DestroyRequest, told.request_id) is not None or session.execute(open_ones).first() is not None


def _note(session: Session, told: Destroyed, case: Case, *, now: datetime) -> None:
    patient = patients.root(session, session.get_one(Patient, case.patient_id))
    assert patient is not None
    session.add(
        DestroyRequest(
            id=told.request_id,
            hospital_id=told.hospital_id,
            patient_id=patient.id,
            patient_ids=families.whole(session, patient),
            case_id=None if told.is_whole else case.id,
            letter_on=told.letter_on,
            requested_by=told.asked_by,
            requested_at=now,
            due_on=months_later(told.letter_on, TERM_MONTHS),
        )
    )
    session.flush()
    audit.record_system(session, "destroy.again", now=now, case=case, object_type="destroy_request", object_id=told.request_id)
