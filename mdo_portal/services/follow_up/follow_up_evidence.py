"""What came from the hospital after a decision: shown beside an open item for a person to judge. The portal concludes nothing from it."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, exists, func, literal, or_, select, union_all
from sqlalchemy.orm import Session

from mdo_portal.domain.case import Case, CaseEvent, CaseFact
from mdo_portal.domain.document import CaseDocument
from mdo_portal.domain.follow_up import Evidence, FollowUp
from mdo_portal.domain.hospital import Hospital
from mdo_portal.domain.told import Appointment
from mdo_portal.errors import NotFound
from mdo_portal.services.history import timeline
from mdo_portal.services.patients import families

MOST = 12
#: visits that may be the recommendation being carried out; what was taken back is none
VISITS = ("visit.admitted", "visit.moved", "visit.discharged", "visit.registered", "visit.expected")


class Pointed(NamedTuple):
    """What a person pointed at."""

    kind: Evidence
    id: uuid.UUID
    message_id: uuid.UUID | None


class Came(NamedTuple):
    """One thing that the hospital told after the decision, with source and time."""

    kind: Evidence
    id: uuid.UUID
    #: what it is, as sent; of a visit the sentence of the timeline, as a Dutch message id
    text: str
    hospital: str
    #: when it was received
    at: datetime
    #: the day it is about, as sent
    on: date | None
    message_id: uuid.UUID | None

    @property
    def key(self) -> str:
        """As a form names it."""
        return f"{self.kind}:{self.id}"


def since(session: Session, case: Case, after: datetime) -> list[Came]:
    """What came of this patient after a decision, newest first: appointments, documents, results and visits."""
    rows = families.members(session, case.patient_id)
    return _told(
        session, [_appointments(rows, after), _documents(case.id, after), _results(case.id, after), _visits(case.id, after)]
    )


def _told(session: Session, parts: Iterable[Select[*tuple[Any, ...]]]) -> list[Came]:
    """At most MOST of all of them together."""
    whole = union_all(*parts).subquery()
    found = session.execute(select(whole).order_by(whole.c.at.desc(), whole.c.id).limit(MOST))
    return [_came(Came._make(row)) for row in found]


def _came(row: Came) -> Came:
    kind = Evidence(row.kind)
    return row._replace(kind=kind, text=timeline.SENTENCES[row.text] if kind is Evidence.VISIT else row.text)


def _appointments(rows: list[uuid.UUID], after: datetime) -> Select[*tuple[Any, ...]]:
    said = func.concat_ws(
        " · ", *(func.nullif(one, "") for one in (Appointment.service, Appointment.place, Appointment.with_whom))
    )
    on = func.date(func.timezone("Europe/Amsterdam", Appointment.starts_at)).label("on")
    query = select(
        literal(Evidence.APPOINTMENT.value).label("kind"), Appointment.id.label("id"), said.label("text"),
        Hospital.name.label("hospital"), Appointment.received_at.label("at"), on, Appointment.message_id.label("message_id"),
    )  # fmt: skip
    query = query.join(Hospital, Hospital.id == Appointment.hospital_id)
    return query.where(Appointment.patient_id.in_(rows), Appointment.received_at > after, Appointment.state == "booked")


def _documents(case_id: uuid.UUID, after: datetime) -> Select[*tuple[Any, ...]]:
    query = select(
        literal(Evidence.DOCUMENT.value), CaseDocument.id, CaseDocument.title, Hospital.name, CaseDocument.received_at,
        CaseDocument.dated_on, CaseDocument.message_id,
    )  # fmt: skip
    query = query.join(Hospital, Hospital.id == CaseDocument.hospital_id)
    return query.where(CaseDocument.case_id == case_id, CaseDocument.received_at > after, CaseDocument.superseded_at.is_(None))


def _results(case_id: uuid.UUID, after: datetime) -> Select[*tuple[Any, ...]]:
    said = func.concat_ws(": ", func.nullif(CaseFact.label, ""), func.left(CaseFact.text, 160))
    query = select(
        literal(Evidence.RESULT.value),
        CaseFact.id,
        said,
        Hospital.name,
        CaseFact.received_at,
        CaseFact.dated_on,
        CaseFact.message_id,
    )
    query = query.join(Hospital, Hospital.id == CaseFact.hospital_id)
    return query.where(CaseFact.case_id == case_id, CaseFact.received_at > after, CaseFact.superseded_at.is_(None))


def _visits(case_id: uuid.UUID, after: datetime) -> Select[*tuple[Any, ...]]:
    on = func.date(func.timezone("Europe/Amsterdam", CaseEvent.at))
    named = func.coalesce(CaseEvent.details.op("->>")("hospital"), "")
    none = literal(None, type_=CaseFact.message_id.type)
    query = select(literal(Evidence.VISIT.value), CaseEvent.id, CaseEvent.what, named, CaseEvent.at, on, none)
    return query.where(CaseEvent.case_id == case_id, CaseEvent.at > after, CaseEvent.what.in_(VISITS))


def has_come() -> ColumnElement[bool]:
    """The same as a condition for a query on `follow_ups` joined with `cases`: a list only says that there is something."""
    of_case = (
        exists().where(table.case_id == FollowUp.case_id, table.received_at > FollowUp.signed_at, table.superseded_at.is_(None))
        for table in (CaseDocument, CaseFact)
    )
    booked = (Appointment.received_at > FollowUp.signed_at, Appointment.state == "booked")
    visit = (CaseEvent.case_id == FollowUp.case_id, CaseEvent.at > FollowUp.signed_at, CaseEvent.what.in_(VISITS))
    return or_(*of_case, exists().where(Appointment.patient_id == Case.patient_id, *booked), exists().where(*visit))


def pointed(session: Session, item: FollowUp, case: Case, key: str) -> Pointed | None:
    """What the form points at, if it is one of the things that came after this decision. Raises NotFound for anything else."""
    if not key:
        return None
    for one in since(session, case, item.signed_at):
        if one.key == key:
            return Pointed(one.kind, one.id, one.message_id)
    raise NotFound()
