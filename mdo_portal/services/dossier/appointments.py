"""Appointments of a patient at the hospital: kept as told, moved and cancelled ones shown as such."""

from __future__ import annotations

import uuid
from collections.abc import Collection
from dataclasses import replace
from datetime import datetime

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from mdo_portal.domain.case import Case
from mdo_portal.domain.hospital import Hospital
from mdo_portal.domain.identity_conflict import ConflictKind
from mdo_portal.domain.patient import Patient
from mdo_portal.domain.told import Appointment
from mdo_portal.exchange import IncomingAppointment
from mdo_portal.services.common import moments
from mdo_portal.services.common.source import Source
from mdo_portal.services.history import standing
from mdo_portal.services.patients import families, identification, patients
from mdo_portal.services.patients.rulings import Conflict
from mdo_portal.zone import day_of

#: state -> event on the timeline; moved is seen by comparing
EVENTS = {
    "booked": "appointment.booked",
    "cancelled": "appointment.cancelled",
    "deleted": "appointment.cancelled",
    "no_show": "appointment.missed",
    "blocked": "appointment.changed",
}


def tell(session: Session, told: IncomingAppointment, source: Source) -> Case | None:
    """Keep what the hospital says of the appointment. None when no patient with a case is meant; an older word only fills what is empty."""
    told = replace(told, starts_at=moments.likely(told.starts_at), ends_at=moments.likely(told.ends_at))
    hospital = source.hospital
    patient = identification.of_message(session, hospital.id, told.patient)
    cases = standing.cases_of(session, patient) if patient else []
    if patient is None or not cases:
        return None
    known = _known(session, told, hospital, patient)
    said = moments.said(told.sent_at, source.at)
    if known is not None and said < known.told_at:
        _fill(known, told)
        return cases[-1]
    what = _event(told, known)
    row = known or Appointment(
        patient_id=_row_of(session, told, hospital, patient),
        hospital_id=hospital.id,
        number=told.number,
        first_message_id=source.message_id,
    )
    _take_over(row, told, source, said=said)
    session.add(row)
    if what:
        standing.happened(session, cases, what, now=source.at, hospital=hospital.name)
    return cases[-1]


def untell(session: Session, message_ids: Collection[uuid.UUID], what: str, *, now: datetime) -> None:
    """These messages were about somebody else: what they told first and last is gone, and told anew when they are read again.

    What the patient had before one of them spoke of it stays: of its earlier word nothing is kept. `what`: what the timeline says of it.
    """
    theirs = Appointment.message_id.in_(message_ids), Appointment.first_message_id.in_(message_ids)
    for row in session.scalars(select(Appointment).where(*theirs).order_by(Appointment.id).with_for_update()).all():
        patient = patients.root(session, session.get_one(Patient, row.patient_id))
        cases = standing.cases_of(session, patient) if patient else []
        session.delete(row)
        session.flush()
        standing.happened(session, cases, what, now=now, hospital=session.get_one(Hospital, row.hospital_id).name)


def _row_of(session: Session, told: IncomingAppointment, hospital: Hospital, patient: Patient) -> uuid.UUID:
    return identification.home(session, hospital.id, told.patient, patient) or patient.id


def _known(session: Session, told: IncomingAppointment, hospital: Hospital, patient: Patient) -> Appointment | None:
    """By the hospital's number; without one, an appointment of this patient at that very time, or without a time told in the same words."""
    query = select(Appointment).where(Appointment.hospital_id == hospital.id)
    if told.number:
        found = session.scalars(query.where(Appointment.number == told.number).with_for_update()).one_or_none()
        owner = patients.root(session, session.get(Patient, found.patient_id)) if found else None
        if owner is not None and owner.id != patient.id:
            kind = ConflictKind.APPOINTMENT_NUMBER
            raise Conflict(kind, "SCH-2", owner.id, told.patient, other_id=patient.id, previous=told.number)
        return found or _under_other_number(session, query, told, patient)
    own = query.where(Appointment.patient_id.in_(families.members(session, patient.id)), Appointment.starts_at == told.starts_at)
    if told.starts_at is None:  # the day stands in the note
        own = own.where(Appointment.number == "", Appointment.note == told.note, Appointment.service == told.service)
    return session.scalars(own.limit(1)).first()


def _under_other_number(
    session: Session, query: Select[Appointment], told: IncomingAppointment, patient: Patient
) -> Appointment | None:
    """It was told before under the number of who asked for it (SCH-1); now it has one of who keeps the agenda, and goes on under that.

    Or it has both numbers here, and is told under that of who asked alone; then it keeps that of the agenda.
    Only of this patient: the two number what is theirs, and may use the same number for different things.
    """
    own = query.where(Appointment.patient_id.in_(families.members(session, patient.id)))
    asked = own.where(Appointment.number.in_(told.other_numbers)).limit(1).with_for_update()
    found = session.scalars(asked).first() if told.other_numbers else None
    if found is not None:
        found.number = told.number
        return found
    both = own.where(Appointment.asked_number == told.number).limit(2).with_for_update()
    known = session.scalars(both).all() if not told.other_numbers else ()
    return known[0] if len(known) == 1 else None  # of a series of one request nobody can tell which is meant


def _event(told: IncomingAppointment, known: Appointment | None) -> str:
    if told.state != "booked" or known is None:
        return "" if known is not None and known.state == told.state else EVENTS[told.state]
    if (told.starts_at and told.starts_at != known.starts_at) or _is_other_day(told, known):
        return "appointment.moved"
    return "appointment.booked" if known.state != "booked" else "appointment.changed" if _differs(told, known) else ""


def _is_other_day(told: IncomingAppointment, known: Appointment) -> bool:
    """Whether it was moved to a day, and no time was sent."""
    starts_at, on = known.starts_at, told.starts_on
    return on is not None and not told.starts_at and starts_at is not None and day_of(starts_at) != on


def _differs(told: IncomingAppointment, known: Appointment) -> bool:
    return any(value and value != getattr(known, name) for name, value in _words(told).items())


def _words(told: IncomingAppointment) -> dict[str, str]:
    return {"service": told.service, "place": told.place, "with_whom": told.with_whom, "reason": told.reason, "note": told.note}


def _fill(row: Appointment, told: IncomingAppointment) -> None:
    """What the newer word left out: a cancellation may say no more than its number. No time of before it was moved to a day."""
    is_moved = bool(row.moved_from or row.note)
    for name, value in _words(told).items():
        if value and not getattr(row, name):
            setattr(row, name, value)
    if row.starts_at is None and not is_moved:
        row.starts_at, row.ends_at = told.starts_at, told.ends_at


def _take_over(row: Appointment, told: IncomingAppointment, source: Source, *, said: datetime) -> None:
    if row.starts_at and told.starts_at and row.starts_at != told.starts_at:
        row.moved_from, row.ends_at = row.starts_at, None  # the end of before was of the time of before
    elif row.starts_at and _is_other_day(told, row):
        row.moved_from, row.starts_at, row.ends_at = row.starts_at, None, None  # the day that it is now stands in the note
    if told.starts_at and not row.starts_at:
        row.note = told.note  # what stood there held the day
    row.starts_at, row.ends_at = told.starts_at or row.starts_at, told.ends_at or row.ends_at
    for name, value in _words(told).items():
        if value:
            setattr(row, name, value)
    row.asked_number = next(iter(told.other_numbers), row.asked_number)
    row.state, row.event, row.told_at = told.state, told.event, said
    row.received_at, row.message_id = source.at, source.message_id
