"""What the rules point at in the access log of one hospital: for a privacy officer to look at, nothing more (NEN 7513; 2.7).

A finding is found anew each time from the lines themselves; only the judgement is stored (services/access_log/audit_review.py). The same
lines give the same key.
"""

from __future__ import annotations

import statistics
import uuid
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from mdo_portal.domain.audit import REFUSED, SUCCESS, AuditEntry
from mdo_portal.domain.audit_names import of_person, same_surname
from mdo_portal.domain.audit_review import Rule
from mdo_portal.domain.hospital import Hospital
from mdo_portal.domain.patient import Patient
from mdo_portal.services.access_log.audit_lines import about
from mdo_portal.services.access_log.audit_reads import Read, reads_of, with_link_to
from mdo_portal.zone import AMSTERDAM, day_of

WINDOW = timedelta(days=56)
"""How far back the rules look: eight weeks; what nobody judged in that time stays overdue until then."""
MANY, MANY_TIMES, ENOUGH = 60, 3, 15
"""So many cases a day, or three times the own median (from fifteen on), is unusual."""
SAMPLE = 10
"""Lines drawn by lot for each finished week."""


@dataclass(frozen=True)
class Finding:
    """Lines that a rule points at."""

    key: str
    rule: Rule
    at: datetime
    person_name: str
    organisation: str
    patient_number: str | None
    lines: tuple[int, ...]
    #: how many: lines, or cases with VOLUME; beside it what is usual
    count: int = 0
    usual: int = 0
    reason: str = ""
    #: of a patient of another hospital, who has no number here
    elsewhere: bool = False

    @property
    def alike(self) -> tuple[Rule, str, str, date]:
        """The same for what one person did on one day that one rule points at: after a night shift that is every patient."""
        return self.rule, self.person_name, self.organisation, day_of(self.at)


def find(session: Session, hospital_id: uuid.UUID, *, now: datetime) -> list[Finding]:
    """Everything the rules point at, newest first."""
    reads = reads_of(session, hospital_id, since=now - WINDOW)
    with_link = with_link_to(session, {read.case_id for read in reads if read.case_id is not None})
    found = [*_names(reads), *_unlinked(reads, with_link), *_odd(reads), *_volume(reads)]
    found += [*_other_refusals(session, hospital_id, since=now - WINDOW), *_sample(session, hospital_id, now=now)]
    return sorted(found, key=lambda one: (one.at, one.key), reverse=True)


def _finding(rule: Rule, read: Read) -> Finding:
    key = f"{rule.value}:{read.person_id}:{read.patient_id}:{read.day}"
    lines = tuple(sorted(read.lines))
    return Finding(
        key,
        rule,
        read.at,
        read.person_name,
        read.organisation,
        read.patient_number,
        lines,
        len(lines),
        reason=read.reason,
        elsewhere=not read.own_patient,
    )


def _names(reads: Iterable[Read]) -> list[Finding]:
    found = []
    for read in reads:
        initial, surname = of_person(read.person_name)
        if read.own_patient and same_surname(surname, read.family, read.own_family, read.partner_family):
            is_own = bool(initial) and read.initials[:1].casefold() == initial
            found.append(_finding(Rule.OWN_RECORD if is_own else Rule.SAME_SURNAME, read))
    return found


def _unlinked(reads: Iterable[Read], links: dict[uuid.UUID, tuple[bool, str, set[uuid.UUID]]]) -> list[Finding]:
    """Read by somebody who does not plan, is named nowhere in the case and never worked on it, while it is on no agenda."""
    found = []
    for read in reads:
        if read.case_id not in links or read.planner or read.refused or read.emergency:
            continue
        planned, named, worked = links[read.case_id]
        is_named = same_surname(of_person(read.person_name)[1], named)
        if not planned and not is_named and read.person_id not in worked:
            found.append(_finding(Rule.NO_LINK, read))
    return found


def _odd(reads: Iterable[Read]) -> list[Finding]:
    marks: Sequence[tuple[Rule, Callable[[Read], bool]]] = (
        (Rule.GLASS, lambda read: read.emergency),
        (Rule.REFUSED, lambda read: read.refused),
        (Rule.NIGHT, lambda read: read.night),
    )
    return [_finding(rule, read) for read in reads for rule, holds in marks if holds(read)]


def _volume(reads: Iterable[Read]) -> list[Finding]:
    """More patients in a day than MANY, or than three times what this person usually opens."""
    days: dict[uuid.UUID, dict[date, list[Read]]] = defaultdict(lambda: defaultdict(list))
    for read in reads:
        if not read.refused:
            days[read.person_id][read.day].append(read)
    found = []
    for person_id, by_day in days.items():
        counts = {day: len({one.patient_id for one in opened}) for day, opened in by_day.items()}
        usual = int(statistics.median(counts.values()))
        for day, count in counts.items():
            if count > MANY or (count >= ENOUGH and count > MANY_TIMES * usual):
                first = min(by_day[day], key=lambda one: one.at)
                lines = tuple(sorted(line for one in by_day[day] for line in one.lines))
                key = f"{Rule.VOLUME.value}:{person_id}:{day}"
                found.append(
                    Finding(key, Rule.VOLUME, first.at, first.person_name, first.organisation, None, lines, count, usual)
                )
    return found


def _other_refusals(session: Session, hospital_id: uuid.UUID, *, since: datetime) -> list[Finding]:
    """Attempts that named no existing case: by person and day, from three on."""
    day = func.date(func.timezone("Europe/Amsterdam", AuditEntry.at))
    kind = (day, AuditEntry.person_id, AuditEntry.person_name, func.coalesce(Hospital.name, ""))
    query = (
        select(*kind, func.min(AuditEntry.at), func.array_agg(AuditEntry.seq))
        .outerjoin(Hospital, Hospital.id == AuditEntry.acting_hospital_id)
        .where(about(hospital_id), AuditEntry.at >= since, AuditEntry.outcome == REFUSED, AuditEntry.patient_id.is_(None))
        .group_by(*kind)
        .having(func.count() >= 3)
    )
    return [
        Finding(f"{Rule.REFUSED.value}:{who}:{on}", Rule.REFUSED, at, name, place, None, tuple(sorted(lines)), len(lines))
        for on, who, name, place, at, lines in session.execute(query)
    ]


def _sample(session: Session, hospital_id: uuid.UUID, *, now: datetime) -> list[Finding]:
    """Ten lines of each of the last four finished weeks; the lot is cast once, by the line's own id."""
    today = now.astimezone(AMSTERDAM).replace(hour=0, minute=0, second=0, microsecond=0)
    monday = today - timedelta(days=today.weekday())
    found = []
    for ago in range(1, 5):
        start = monday - timedelta(weeks=ago)
        query = (
            select(AuditEntry.seq, AuditEntry.at, AuditEntry.person_name, func.coalesce(Hospital.name, ""), Patient.local_number)
            .join(Patient, Patient.id == AuditEntry.patient_id)
            .outerjoin(Hospital, Hospital.id == AuditEntry.acting_hospital_id)
            .where(AuditEntry.hospital_id == hospital_id, AuditEntry.at >= start, AuditEntry.at < start + timedelta(weeks=1))
            .where(AuditEntry.person_id.is_not(None), AuditEntry.outcome == SUCCESS)
            .order_by(func.md5(func.concat(AuditEntry.event_id)))
            .limit(SAMPLE)
        )
        for seq, at, name, place, number in session.execute(query):
            found.append(Finding(f"{Rule.SAMPLE.value}:{seq}", Rule.SAMPLE, at, name, place, number, (seq,), 1))
    return found
