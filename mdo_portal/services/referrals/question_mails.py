"""Who is told by mail that a question about a case waits for their answer, or that theirs was answered: once for each, bundled.

A question is told to whom the referral names (referrer, attending clinician, case manager) and the portal knows at that hospital; else to
its people who read the case; else to its case managers. An answer is told to who asked, or to the board's coordinators once that person
leads it no more. Only who may answer, or ask: a mail must not lead to a page that says *not found*. Nobody is told who read the case
since, who wants no such mail, or of what is older than a week. The mail says neither of whom nor what.
"""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from mdo_portal.domain.case import Case, CaseLook, InformationRequest
from mdo_portal.domain.people import BoardMembership, Membership, Person, Role
from mdo_portal.domain.policy import POLICY, Act, Relation
from mdo_portal.domain.question_mail import QuestionMailed
from mdo_portal.services.common import mails
from mdo_portal.services.common.mails import Told
from mdo_portal.services.common.terms import in_force, may_come_in

QUIET = timedelta(minutes=15)
"""So long nobody is mailed: who is looking sees it by themselves, and what is asked in one go is one mail."""
APART = timedelta(hours=3)
"""Between two mails to one person."""
LATELY = timedelta(days=7)
ANSWERS = sorted(role for role, relation in POLICY[Act.CASE_ANSWER] if role and relation is Relation.OWN_HOSPITAL)
ASKS = sorted(role for role, relation in POLICY[Act.CASE_ASK] if role and relation is Relation.BOARD)


class Said(NamedTuple):
    """A question that waits, or an answer that came."""

    request_id: uuid.UUID
    is_answer: bool


class _Colleague(NamedTuple):
    person_id: uuid.UUID
    name: str
    email: str
    role: Role
    is_mailed: bool


def claim(session: Session, *, now: datetime, beside: Collection[uuid.UUID] = ()) -> Told[Said] | None:
    """The next colleague to mail, written down as mailed; None outside working hours or when everybody knows.

    `beside`: who is left alone for now.
    """
    if not mails.is_time_to_mail(now):
        return None
    lately = select(QuestionMailed.person_id).where(QuestionMailed.mailed_at > now - APART)
    left = set(beside) | set(session.scalars(lately))
    return mails.next_told(_to_tell(session, now=now), mails.once(session, QuestionMailed, now=now), beside=left)


def put_back(session: Session, told: Told[Said]) -> None:
    """The mail server did not take it: this person was not told."""
    mails.put_back(session, QuestionMailed, told)


def _to_tell(session: Session, *, now: datetime) -> Mapping[tuple[uuid.UUID, str], list[Said]]:
    found: dict[tuple[uuid.UUID, str], list[Said]] = defaultdict(list)
    for request, case in _pending(session, now=now):
        said, at = Said(request.id, request.answered_at is not None), request.answered_at or request.asked_at
        wanted = _who_asked(session, request, case, now=now) if said.is_answer else _who_answers(session, case, now=now)
        knows = set(session.scalars(select(CaseLook.person_id).where(CaseLook.case_id == case.id, CaseLook.looked_at > at)))
        for one in wanted:
            if one.person_id not in knows | {request.answered_by}:
                found[one.person_id, one.email].append(said)
    return found


def _pending(session: Session, *, now: datetime) -> list[tuple[InformationRequest, Case]]:
    """What was asked or answered lately, and not just now, about a case that somebody still works on."""
    waits = and_(InformationRequest.answered_at.is_(None), _lately(InformationRequest.asked_at, now))
    query = (
        select(InformationRequest, Case)
        .join(Case, Case.id == InformationRequest.case_id)
        .where(Case.is_open, ~Case.objected, or_(waits, _lately(InformationRequest.answered_at, now)))
        .order_by(InformationRequest.asked_at, InformationRequest.id)
    )
    return [(request, case) for request, case in session.execute(query)]


def _lately(at: InstrumentedAttribute[datetime] | InstrumentedAttribute[datetime | None], now: datetime) -> ColumnElement[bool]:
    return at.between(now - LATELY, now - QUIET)


def _who_answers(session: Session, case: Case, *, now: datetime) -> list[_Colleague]:
    here = (Membership.hospital_id == case.hospital_id, Membership.role.in_(ANSWERS), in_force(Membership, now))
    people = _colleagues(session, Membership, here)
    names = {_plain(name) for name in (case.referrer_name, case.treating_name, case.case_manager_name)} - {""}
    read = set(session.scalars(select(CaseLook.person_id).where(CaseLook.case_id == case.id)))
    named = [one for one in people if _plain(one.name) in names]
    readers = [one for one in people if one.person_id in read]
    return _wants(named or readers or [one for one in people if one.role is Role.CASE_MANAGER])


def _who_asked(session: Session, request: InformationRequest, case: Case, *, now: datetime) -> list[_Colleague]:
    """Of a case that no board has yet only who asked: nobody else leads it."""
    leads = [BoardMembership.role.in_(ASKS), in_force(BoardMembership, now), may_come_in(now)]
    if case.board_id:
        leads.append(BoardMembership.board_id == case.board_id)
    people = _colleagues(session, BoardMembership, leads)
    asked = [one for one in people if one.person_id == request.asked_by]
    return _wants(asked or [one for one in people if case.board_id and one.role is Role.SECRETARY])


def _colleagues(
    session: Session, kind: type[Membership] | type[BoardMembership], held: Iterable[ColumnElement[bool]]
) -> list[_Colleague]:
    query = select(Person.id, Person.name, Person.email, kind.role, Person.mailed_of_questions)
    query = query.join(kind, kind.person_id == Person.id).where(*held, Person.disabled_at.is_(None))
    return [_Colleague._make(row) for row in session.execute(query)]


def _wants(people: Iterable[_Colleague]) -> list[_Colleague]:
    """Those who want to be mailed, each once: who does not leaves it to nobody else."""
    return list({one.person_id: one for one in people if one.is_mailed}.values())


def _plain(name: str) -> str:
    return " ".join(name.split()).casefold()
