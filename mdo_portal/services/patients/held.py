"""Messages about a patient with a case that wait until somebody says who that is: its case says so to all who read it, and no more.

It stands on the timeline, because who reads a case of another hospital sees neither that hospital's inbox nor its questions.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import ColumnElement, exists, select, tuple_
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased

from mdo_portal.domain.case import Case, CaseEvent
from mdo_portal.domain.hospital import Hospital
from mdo_portal.domain.identity_conflict import IdentityConflict
from mdo_portal.domain.patient import Patient
from mdo_portal.services.history import standing, timeline
from mdo_portal.services.patients import patients

HELD, DECIDED = "message.held", "patient.decided"
MESSAGE = "message"
"""In the details of the event: our id of the message."""


class Held(NamedTuple):
    """How many messages wait, and at which hospital the question lies."""

    messages: int
    hospital: str


def of(newest_first: Iterable[tuple[str, Mapping[str, str]]]) -> Held:
    """What waits according to a case's timeline: each decision lets all go, and what must wait on is told anew."""
    waiting: set[str] = set()
    hospital = ""
    for what, details in newest_first:
        if what == DECIDED:
            break
        if what == HELD:
            waiting.add(details.get(MESSAGE, ""))
            hospital = hospital or details.get("hospital", "")
    return Held(len(waiting), hospital)


def waits(case_id: InstrumentedAttribute[uuid.UUID]) -> ColumnElement[bool]:
    """`of` as a column of a list of cases: whether anything waits."""
    told, decided = aliased(CaseEvent), aliased(CaseEvent)
    later = tuple_(decided.at, decided.id) > tuple_(told.at, told.id)
    since = exists().where(decided.case_id == told.case_id, decided.what == DECIDED, later)  # of `told`: two floors up is nobody
    return exists().where(told.case_id == case_id, told.what == HELD, ~since)


def behind_question(session: Session, message_id: uuid.UUID, patient_id: uuid.UUID, hospital: Hospital, *, now: datetime) -> None:
    """This message asked the question: the cases of the patient it does not fit say that it waits."""
    patient = patients.root(session, session.get_one(Patient, patient_id))
    if patient is not None:
        _tell(session, standing.cases_of(session, patient), message_id, hospital, now=now)


def behind_message(
    session: Session, message_id: uuid.UUID, older: Sequence[uuid.UUID], hospital: Hospital, *, now: datetime
) -> None:
    """This message waits behind older ones: it waits for the same cases as they do."""
    waited_for = [session.get_one(Patient, one) for one in _patients_waited_for(session, older, hospital)]
    cases = standing.cases_of(session, *waited_for)
    same = [case for case in cases if any(_is_told(session, case.id, one) for one in older)]
    _tell(session, same, message_id, hospital, now=now)


def _patients_waited_for(session: Session, older: Sequence[uuid.UUID], hospital: Hospital) -> set[uuid.UUID]:
    """Whose cases were told that one of these waits, of those of whom anything is asked. The cases of the others are left to others:
    a hospital may have hundreds of questions open.
    """
    asked = select(IdentityConflict.patient_id).where(IdentityConflict.holds_up(hospital.id))
    told = (
        select(Case.patient_id)
        .join(CaseEvent, CaseEvent.case_id == Case.id)
        .where(
            Case.patient_id.in_(patients.roots(session, session.scalars(asked))),
            CaseEvent.what == HELD,
            CaseEvent.details[MESSAGE].astext.in_([str(one) for one in older]),
        )
    )
    return set(session.scalars(told))


def _tell(session: Session, cases: Sequence[Case], message_id: uuid.UUID, hospital: Hospital, *, now: datetime) -> None:
    for case in cases:
        if not _is_told(session, case.id, message_id):
            case.revision += 1
            timeline.happened(session, case, HELD, at=now, hospital=hospital.name, message=str(message_id))
            standing.announce(session, case)


def _is_told(session: Session, case_id: uuid.UUID, message_id: uuid.UUID) -> bool:
    """Whether the case says so already, since the last decision."""
    query = select(CaseEvent.what, CaseEvent.details).where(CaseEvent.case_id == case_id, CaseEvent.what.in_((HELD, DECIDED)))
    for what, details in session.execute(query.order_by(CaseEvent.at.desc(), CaseEvent.id.desc())):
        if what == DECIDED:
            return False
        if details.get(MESSAGE) == str(message_id):
            return True
    return False
