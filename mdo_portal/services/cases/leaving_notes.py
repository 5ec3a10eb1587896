"""Words about a case that stand in no letter and leave with it: findings before a discussion, questions to the referrer and answers."""

from __future__ import annotations

import uuid
from collections.abc import Iterator

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from mdo_portal.domain.case import InformationRequest
from mdo_portal.domain.people import Person
from mdo_portal.domain.preparation import Preparation
from mdo_portal.exchange import Contact, LeavingNote, NoteKind


def of_case(session: Session, case_id: uuid.UUID) -> tuple[LeavingNote, ...]:
    """Oldest first; what a later text replaced too, with when: it was read in between."""
    found = [*_prepared(session, case_id), *_asked(session, case_id)]
    return tuple(sorted(found, key=lambda one: one.at))


def _prepared(session: Session, case_id: uuid.UUID) -> Iterator[LeavingNote]:
    query = select(Preparation, Person.name).join(Person, Person.id == Preparation.person_id)
    query = query.where(Preparation.case_id == case_id).order_by(Preparation.written_at, Preparation.id)
    for one, name in session.execute(query):
        by = Contact(name=name, role=one.discipline)
        yield LeavingNote(NoteKind.PREPARED, one.written_at, by, one.text, until=one.replaced_at)


def _asked(session: Session, case_id: uuid.UUID) -> Iterator[LeavingNote]:
    asks, answers = aliased(Person), aliased(Person)
    query = select(InformationRequest, asks.name, answers.name).join(asks, asks.id == InformationRequest.asked_by)
    query = query.outerjoin(answers, answers.id == InformationRequest.answered_by).where(InformationRequest.case_id == case_id)
    for one, asked_by, answered_by in session.execute(query.order_by(InformationRequest.asked_at, InformationRequest.id)):
        yield LeavingNote(NoteKind.ASKED, one.asked_at, Contact(name=asked_by), one.text)
        if one.answered_at and one.answer:
            yield LeavingNote(NoteKind.ANSWERED, one.answered_at, Contact(name=answered_by or ""), one.answer)
