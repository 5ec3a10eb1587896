"""What somebody can see and why: asked of the same policy and the same access functions as every page, never computed anew."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, replace
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session

from mdo_portal.domain.case import Case
from mdo_portal.domain.patient import Patient
from mdo_portal.domain.people import Role
from mdo_portal.domain.policy import POLICY, Act, Relation
from mdo_portal.domain.viewer import Viewer
from mdo_portal.errors import N_, NotAllowed, NotFound
from mdo_portal.services.common import access
from mdo_portal.services.people import people, viewers
from mdo_portal.services.people.people_rows import RoleRow
from mdo_portal.services.rights import memberships

#: acts whose first word is one of these are about a case
ABOUT_A_CASE = ("case", "document", "note", "round", "decision", "letter")
MOST_CASES = 300
NO_CASE = N_("Dit nummer is hier niet gevonden. Kies het patiëntnummer of aanmeldnummer van uw eigen ziekenhuis of MDO.")


@dataclass(frozen=True)
class Reason:
    """One rule that gives an act: by which role, by which relation."""

    relation: Relation
    role: RoleRow | None  #: none = everybody who is signed in


class ActRow(NamedTuple):
    """One act, and every reason for which it is allowed; none = not allowed."""

    act: Act
    reasons: list[Reason]


class CaseAnswer(NamedTuple):
    """Whether one act is allowed with one case: the relation, or why not (`unseen`, `role`)."""

    act: Act
    relation: Relation | None
    why_not: str


class OpenCase(NamedTuple):
    """A case of the asker's hospital that somebody could open now."""

    local_number: str
    referral_number: str
    relation: Relation


def subject(session: Session, person_id: uuid.UUID, hospital_id: uuid.UUID, *, now: datetime) -> Viewer:
    """That person, as they would be when signed in for that hospital; nobody at all when they may not sign in for it."""
    works = [one for one, _ in people.hospitals_of(session, person_id, now=now)]
    found = viewers.viewer_of(session, person_id, hospital_id, now=now)
    return found if hospital_id in works else replace(found, hospital_roles=frozenset(), board_roles={})


def acts(viewer: Viewer, roles: list[RoleRow]) -> list[ActRow]:
    """Every act of the policy with its reasons, from `roles` of this person that the asker may know of.

    Each role is asked by itself, through the same question as every page asks.
    """
    held = [one for one in roles if one.state == "now" and (one.place.is_board or one.place.id == viewer.hospital_id)]
    nothing = replace(viewer, hospital_roles=frozenset(), board_roles={})
    return [ActRow(act, _reasons(nothing, act, held)) for act in POLICY]


def _reasons(nothing: Viewer, act: Act, held: list[RoleRow]) -> list[Reason]:
    found = [Reason(relation, None) for relation in nothing.relations(act)]
    for one in held:
        found += [Reason(relation, one) for relation in _alone(nothing, one).relations(act, **_asked(nothing, one))]
    return [one for one in found if one.role is None or Reason(one.relation, None) not in found]


def _alone(nothing: Viewer, one: RoleRow) -> Viewer:
    """The same person with this role only."""
    if one.place.is_board:
        return replace(nothing, board_roles={one.place.id: frozenset({one.role})})
    return replace(nothing, hospital_roles=frozenset({one.role}))


def _asked(viewer: Viewer, one: RoleRow) -> dict[str, uuid.UUID]:
    own = {"hospital_id": viewer.hospital_id}
    return own | {"board_id": one.place.id} if one.place.is_board else own


def find_case(session: Session, asker: Viewer, number: str) -> Case:
    """A case by its referral number or the hospital's patient number, of the asker's own hospital or board. Raises NotFound."""
    boards = asker.boards_for(Act.RIGHTS_EXPLAIN)
    mine: list[ColumnElement[bool]] = [Case.board_id.in_(boards)] if boards else []
    if memberships.asks_for_hospital(asker):
        mine.append(Case.hospital_id == asker.hospital_id)
    query = select(Case).join(Patient, Patient.id == Case.patient_id).where(or_(False, *mine))
    named = query.where(or_(Case.referral_number == number, Patient.local_number == number))
    found = session.scalars(named.order_by(Case.id.desc()).limit(1)).first() if number else None
    if found is None:
        raise NotFound(NO_CASE)
    return found


def about_case(session: Session, viewer: Viewer, case: Case, *, now: datetime) -> list[CaseAnswer]:
    """For every act that is about a case: may this person do it with this one, by which relation, or why not."""
    asked = [act for act in POLICY if act.value.partition(":")[0] in ABOUT_A_CASE]
    return [_answer(session, viewer, act, case, now=now) for act in asked]


def _answer(session: Session, viewer: Viewer, act: Act, case: Case, *, now: datetime) -> CaseAnswer:
    try:
        return CaseAnswer(act, access.case_for(session, viewer, act, case.id, now=now).relation, "")
    except NotFound:
        return CaseAnswer(act, None, "unseen")
    except NotAllowed:
        return CaseAnswer(act, None, "role")


def could_open(session: Session, asker: Viewer, viewer: Viewer, *, now: datetime) -> tuple[list[OpenCase], int]:
    """Of the newest cases of the asker's hospital, those that this person could open now; and how many were asked about. One query."""
    query = select(Case, Patient.local_number, *access.FACTS).join(Patient, Patient.id == Case.patient_id)
    newest = query.where(Case.hospital_id == asker.hospital_id).order_by(Case.id.desc()).limit(MOST_CASES)
    found, asked = [], session.execute(newest, access.facts_of(viewer, now=now)).all()
    for case, number, *facts in asked:
        relations = access.relations_by(viewer, Act.CASE_READ, case, *facts)
        found += [OpenCase(number, case.referral_number, relations[0])] if relations else []
    return found, len(asked)


def is_privacy_officer(asker: Viewer) -> bool:
    """Who may be told which cases of the own hospital are open to somebody."""
    return Role.PRIVACY_OFFICER in asker.hospital_roles
