"""Grants: who else may read a case and until when; breaking the glass."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, ScalarSelect, Text, bindparam, cast, func, or_, select
from sqlalchemy.orm import Session, aliased
from sqlalchemy.orm.attributes import InstrumentedAttribute

from mdo_portal.domain.case import Case
from mdo_portal.domain.grant import LONGEST_GRANT, SHORTEST_REASON, CaseGrant, GrantKind
from mdo_portal.domain.hospital import Hospital
from mdo_portal.domain.identifiers import passes_eleven_test, typed_bsn, typed_number
from mdo_portal.domain.patient import BSN_PURPOSE
from mdo_portal.domain.people import Membership, Person, Role
from mdo_portal.domain.viewer import Viewer
from mdo_portal.errors import N_, IllegalMove, Incomplete, NotFound
from mdo_portal.services.common import changes
from mdo_portal.services.common.sealed import sealer
from mdo_portal.services.common.terms import end_of, in_force
from mdo_portal.services.history import standing, timeline

Id = ColumnElement[uuid.UUID] | InstrumentedAttribute[uuid.UUID]
CLINICIANS = (Role.SPECIALIST, Role.CASE_MANAGER)


class GrantRow(NamedTuple):
    """One grant as the case page lists it."""

    id: uuid.UUID
    kind: GrantKind
    person: str | None
    hospital: str | None
    reason: str
    begins_at: datetime
    ends_at: datetime
    given_by: str
    ended_at: datetime | None

    def holds(self, now: datetime) -> bool:
        return self.ended_at is None and self.begins_at <= now < self.ends_at


def of_reader(person_id: Id, hospital_id: Id, now: ColumnElement[datetime]) -> ScalarSelect[Any]:
    """[[case, kind], …]: the cases of others that this person, working for this hospital, may read then, and why."""
    return (
        select(func.jsonb_agg(func.jsonb_build_array(CaseGrant.case_id, cast(CaseGrant.kind, Text))))
        .where(
            or_(CaseGrant.person_id == person_id, CaseGrant.to_hospital_id == hospital_id),
            CaseGrant.begins_at <= now,
            CaseGrant.ends_at > now,
            CaseGrant.ended_at.is_(None),
        )
        .scalar_subquery()
    )


def by_case(pairs: Sequence[tuple[str, str]] | None) -> Mapping[uuid.UUID, frozenset[GrantKind]]:
    """What `of_reader` found, as a viewer holds it."""
    found: dict[uuid.UUID, frozenset[GrantKind]] = {}
    for case_id, kind in pairs or ():
        key = uuid.UUID(case_id)
        found[key] = found.get(key, frozenset()) | {GrantKind(kind)}
    return found


_GIVER, _READER = aliased(Person), aliased(Person)
_OF_CASE = (
    select(
        CaseGrant.id, CaseGrant.kind, _READER.name, Hospital.name, CaseGrant.reason, CaseGrant.begins_at, CaseGrant.ends_at,
        _GIVER.name, CaseGrant.ended_at,
    )
    .join(_GIVER, _GIVER.id == CaseGrant.given_by)
    .outerjoin(_READER, _READER.id == CaseGrant.person_id)
    .outerjoin(Hospital, Hospital.id == CaseGrant.to_hospital_id)
    .where(CaseGrant.case_id == bindparam("case"))
    .order_by(CaseGrant.given_at.desc(), CaseGrant.id)
)  # fmt: skip


def of_case(session: Session, case_id: uuid.UUID) -> list[GrantRow]:
    """Every grant of this case, newest first."""
    return [GrantRow._make(row) for row in session.execute(_OF_CASE, {"case": case_id})]


def emergency_until(session: Session, viewer: Viewer, case_id: uuid.UUID, *, now: datetime) -> datetime | None:
    """Until when this viewer looks through broken glass; None when they do not."""
    query = select(func.max(CaseGrant.ends_at)).where(
        CaseGrant.case_id == case_id,
        CaseGrant.person_id == viewer.person_id,
        CaseGrant.kind == GrantKind.EMERGENCY,
        CaseGrant.ends_at > now,
        CaseGrant.ended_at.is_(None),
    )
    return session.scalar(query)


class Reader(NamedTuple):
    """Somebody, or a hospital, that can be given a case to read."""

    id: uuid.UUID
    name: str


def possible_readers(session: Session, case: Case, *, now: datetime) -> tuple[list[Reader], list[Reader]]:
    """Clinicians of the network, and hospitals other than the case's own."""
    works = select(Membership.id).where(
        Membership.person_id == Person.id, Membership.role.in_(CLINICIANS), in_force(Membership, now),
        Membership.hospital_id != case.hospital_id,
    )  # fmt: skip
    people = select(Person.id, Person.name).where(Person.disabled_at.is_(None), works.exists()).order_by(Person.name)
    hospitals = select(Hospital.id, Hospital.name).where(Hospital.id != case.hospital_id).order_by(Hospital.name)
    return [Reader._make(row) for row in session.execute(people)], [Reader._make(row) for row in session.execute(hospitals)]


@dataclass(frozen=True)
class Wanted:
    """What was filled in to give somebody a case to read."""

    reader_id: uuid.UUID | None
    is_hospital: bool
    until: date | None
    reason: str


def give(session: Session, case: Case, wanted: Wanted, *, viewer: Viewer, now: datetime) -> None:
    """Let a second reader, or a hospital that treats the patient as well, read this case until the end of that day."""
    people, hospitals = possible_readers(session, case, now=now)
    reader = next((one for one in (hospitals if wanted.is_hospital else people) if one.id == wanted.reader_id), None)
    if reader is None:
        raise Incomplete({"reader": N_("Kies wie mag meelezen.")}, N_("Kies wie mag meelezen. Er is niets veranderd."))
    if not wanted.reason.strip():
        raise IllegalMove(N_("Geef een reden op: waarom leest deze persoon of dit ziekenhuis mee? Er is niets veranderd."))
    ends_at = end_of(wanted.until) if wanted.until else None
    if ends_at is None or not now < ends_at <= now + LONGEST_GRANT:
        raise IllegalMove(N_("Kies een einddatum vanaf vandaag en binnen een half jaar. Er is niets veranderd."))
    session.add(
        CaseGrant(
            case_id=case.id,
            hospital_id=case.hospital_id,
            kind=GrantKind.TREATING_HOSPITAL if wanted.is_hospital else GrantKind.SECOND_READER,
            person_id=None if wanted.is_hospital else reader.id,
            to_hospital_id=reader.id if wanted.is_hospital else None,
            reason=wanted.reason.strip()[:300],
            begins_at=now,
            ends_at=ends_at,
            given_by=viewer.person_id,
            given_at=now,
        )
    )
    timeline.happened(session, case, "grant.given", at=now, person_id=viewer.person_id, reader=reader.name)
    standing.changed(session, case)


def end(session: Session, case: Case, grant_id: uuid.UUID, *, viewer: Viewer, now: datetime) -> None:
    """Take it back, whoever gave it: the reader's next click is *not found*."""
    grant = session.get(CaseGrant, grant_id, with_for_update=True)
    if grant is None or grant.case_id != case.id or grant.kind is GrantKind.EMERGENCY:
        raise NotFound()
    if grant.ended_at is None:
        grant.ended_at, grant.ended_by = now, viewer.person_id
        timeline.happened(session, case, "grant.ended", at=now, person_id=viewer.person_id)
        standing.changed(session, case)


class UnknownPatient(NotFound):
    """The same answer for a patient who is not there, who objects, or whose particulars do not fit."""

    sentence = N_(
        "Met deze gegevens is geen casus gevonden die via noodinzage te openen is. Controleer ziekenhuis, nummer en geboortedatum. "
        "De poging staat in het logboek."
    )


def break_glass(
    session: Session, *, hospital_id: uuid.UUID, number: str, bsn: str, birth_on: date, reason: str
) -> list[uuid.UUID]:
    """The cases of exactly this patient, opened for an hour. PostgreSQL itself checks role, fresh proof and reason.

    Raises UnknownPatient. What it opened is visible from the next transaction on, or after entering again.
    """
    if len(reason.strip()) < SHORTEST_REASON:
        raise IllegalMove(N_("Schrijf op waarom u deze gegevens nu nodig hebt, in een hele zin. Er is niets geopend."))
    bsn = typed_bsn(bsn)
    index = sealer(session).blind(bsn, purpose=BSN_PURPOSE) if passes_eleven_test(bsn) else b""
    opened = func.access.break_glass(hospital_id, typed_number(number), index, birth_on, reason.strip()[:500])
    found = list(session.scalars(select(opened)))
    if not found:
        raise UnknownPatient()
    return found


def told(session: Session, case: Case, *, viewer: Viewer, now: datetime) -> None:
    """The owner hospital sees on the case itself that the glass was broken.

    Who broke it may change nothing of the case, its revision neither: it is told under the next one, or no open page would look.
    """
    timeline.happened(session, case, "glass.broken", at=now, person_id=viewer.person_id)
    changes.announce(session, "case", case.id, revision=case.revision + 1)
