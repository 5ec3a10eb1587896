"""The privacy officer judges what the rules point at; a judgement is added, never changed."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import Session

from mdo_portal.domain.audit_review import CLOSES, AuditReview, Rule, Verdict
from mdo_portal.domain.people import Person
from mdo_portal.domain.viewer import Viewer
from mdo_portal.errors import N_, NotFound, PortalError
from mdo_portal.services.access_log import audit_findings
from mdo_portal.services.access_log.audit_findings import Finding

OVERDUE = timedelta(days=7)
LONGEST_NOTE = 2_000
TOGETHER = 3
"""From so many alike one answer may be given to all of them."""


@dataclass(frozen=True)
class Judged:
    """A finding with the newest judgement of it, if there is one."""

    finding: Finding
    verdict: Verdict | None = None
    judged_at: datetime | None = None
    judged_by: str = ""
    note: str = ""

    @property
    def is_open(self) -> bool:
        return self.verdict not in CLOSES

    def is_overdue(self, now: datetime) -> bool:
        return self.is_open and now - self.finding.at > OVERDUE

    def asks_attention(self, now: datetime) -> bool:
        """Waits too long, or is an emergency: of that the owner hospital's officer is told at once."""
        return self.is_overdue(now) or (self.is_open and self.finding.rule is Rule.GLASS)


class Group(NamedTuple):
    """What one person did on one day that one rule points at."""

    alike: tuple[Judged, ...]

    @property
    def may_be_judged_together(self) -> bool:
        return len(self.alike) >= TOGETHER and self.alike[0].is_open


def findings(session: Session, hospital_id: uuid.UUID, *, now: datetime) -> list[Judged]:
    """Everything the rules point at with what was judged of it: open first, then newest first."""
    found = audit_findings.find(session, hospital_id, now=now)
    query = (
        select(AuditReview, Person.name)
        .join(Person, Person.id == AuditReview.judged_by)
        .ext(distinct_on(AuditReview.finding))
        .where(AuditReview.hospital_id == hospital_id, AuditReview.finding.in_([one.key for one in found]))
        .order_by(AuditReview.finding, AuditReview.judged_at.desc(), AuditReview.id.desc())
    )
    said = {review.finding: (review, name) for review, name in session.execute(query)}
    return sorted((_judged(one, said.get(one.key)) for one in found), key=lambda one: not one.is_open)


def _judged(finding: Finding, said: tuple[AuditReview, str] | None) -> Judged:
    if said is None:
        return Judged(finding)
    review, name = said
    return Judged(finding, review.verdict, review.judged_at, name, review.note)


def overdue(session: Session, hospital_id: uuid.UUID, *, now: datetime) -> int:
    """How many findings wait longer than a week, or are emergencies nobody judged yet: the number beside *Logboek*."""
    return sum(one.asks_attention(now) for one in findings(session, hospital_id, now=now))


def in_groups(found: Iterable[Judged]) -> list[Group]:
    """Those alike together, in the order of the first of each; what is still open apart from what is closed."""
    groups: dict[tuple[object, ...], list[Judged]] = {}
    for one in found:
        groups.setdefault((one.is_open, *one.finding.alike), []).append(one)
    return [Group(tuple(alike)) for alike in groups.values()]


def judge(
    session: Session, viewer: Viewer, keys: Collection[str], verdict: str, note: str, *, now: datetime
) -> list[AuditReview]:
    """Add a judgement of each; of several what is closed by now is left as it is.

    NotFound when the rules point at none of them (any more); an incident or a question needs a note.
    """
    asked = [one for one in findings(session, viewer.hospital_id, now=now) if one.finding.key in keys]
    if not asked or verdict not in {one.value for one in Verdict}:
        raise NotFound()
    note = note.strip()[:LONGEST_NOTE]
    if verdict != Verdict.IN_ORDER and not note:
        raise PortalError(N_("Schrijf er in een paar woorden bij wat u vroeg of meldde. Er is nog niets vastgelegd."))
    made = [_judgement(viewer, one.finding, Verdict(verdict), note, now=now) for one in asked if one.is_open or len(keys) == 1]
    session.add_all(made)
    session.flush()
    return made


def _judgement(viewer: Viewer, found: Finding, verdict: Verdict, note: str, *, now: datetime) -> AuditReview:
    return AuditReview(
        hospital_id=viewer.hospital_id,
        finding=found.key,
        rule=found.rule,
        lines=list(found.lines),
        judged_by=viewer.person_id,
        judged_at=now,
        verdict=verdict,
        note=note,
    )
