"""The privacy officer judges what the rules point at; a judgement is added, never changed."""

from __future__ import annotations

import re
import uuid
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
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
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
TOGETHER = 3
"""From so many alike one answer may be given to all of them."""
ROWS = 100
"""Findings on a page: eight weeks of a large hospital are thousands, each with a form."""


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


class Group(NamedTuple):
    """What one person did on one day that one rule points at."""

    alike: tuple[Judged, ...]

    @property
    def may_be_judged_together(self) -> bool:
        return len(self.alike) >= TOGETHER and self.alike[0].is_open


def findings(session: Session, hospital_id: uuid.UUID, *, now: datetime) -> list[Judged]:
    """Everything the rules point at with what was judged of it: open first, then newest first."""
    return _with_judgements(session, hospital_id, audit_findings.find(session, hospital_id, now=now))


def _with_judgements(session: Session, hospital_id: uuid.UUID, found: Sequence[Finding]) -> list[Judged]:
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


def overdue(found: Iterable[Judged], *, now: datetime) -> int:
    """How many wait longer than a week; emergencies are counted apart, from the first minute on."""
    return sum(one.is_overdue(now) and one.finding.rule is not Rule.GLASS for one in found)


def open_emergencies(session: Session, hospital_id: uuid.UUID, *, now: datetime) -> int:
    """How many emergencies nobody closed yet."""
    found = _with_judgements(session, hospital_id, audit_findings.emergencies(session, hospital_id, now=now))
    return sum(one.is_open for one in found)


class Page(NamedTuple):
    """As many as one looks through at once."""

    groups: list[Group]
    #: behind which place the next page begins; empty = this is the last
    older: str


def page_of(groups: Sequence[Group], after: str = "") -> Page:
    """The groups behind the place `after`, whole ones, until they are ROWS findings. A place says nothing of whom they are."""
    places = [_place(group) for group in groups]
    begin = next((at for at, place in enumerate(places) if place < after), len(groups)) if after else 0
    end, rows = begin, 0
    while end < len(groups) and (rows < ROWS or places[end] == places[end - 1]):
        rows += len(groups[end].alike)
        end += 1
    return Page(list(groups[begin:end]), places[end - 1] if end < len(groups) else "")


def _place(group: Group) -> str:
    """Falls from group to group as they stand: open before closed, newest first. Judging moves nobody else's."""
    first = group.alike[0]
    return f"{int(first.is_open)} {first.finding.at.astimezone(UTC):%Y-%m-%dT%H:%M:%S.%f}"


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
    found = audit_findings.find(session, viewer.hospital_id, now=now, people=_people_of(keys))
    asked = [one for one in _with_judgements(session, viewer.hospital_id, found) if one.finding.key in keys]
    if not asked or verdict not in {one.value for one in Verdict}:
        raise NotFound()
    note = note.strip()[:LONGEST_NOTE]
    if verdict != Verdict.IN_ORDER and not note:
        raise PortalError(N_("Schrijf er in een paar woorden bij wat u vroeg of meldde. Er is nog niets vastgelegd."))
    made = [_judgement(viewer, one.finding, Verdict(verdict), note, now=now) for one in asked if one.is_open or len(keys) == 1]
    session.add_all(made)
    session.flush()
    return made


def _people_of(keys: Iterable[str]) -> set[uuid.UUID]:
    """Of whom these findings are: their lines are read again, and not everybody's."""
    named = (key.split(":")[1] for key in keys if ":" in key)
    return {uuid.UUID(one) for one in named if _UUID.fullmatch(one)}


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
