"""Checking the chains of the access log: what was changed, removed, put in or cut off since it was sealed.

A chain alone does not see that its end is gone, nor that all of it was made anew: for that there are anchors, heads that were
written to another place (file, syslog) while the chain grew. Its beginning may be gone when the log's term is over: then the first
seal stands without its line, and a later line of the same chain says so (`audit_cuts.py`).
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, NamedTuple

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from mdo_portal.domain.audit import AuditEntry
from mdo_portal.domain.audit_chain import DATED, FIELDS, NO_HOSPITAL, AuditSeal, AuditWaiting, dated_link, hash_of, link, words_of
from mdo_portal.services.access_log import audit_cuts
from mdo_portal.services.access_log.audit_cuts import SLACK, Cut
from mdo_portal.services.access_log.audit_seals import Head

AT_ONCE = 2_000
Line = Mapping[str, Any]
Place = tuple[uuid.UUID, int]


class Harm(StrEnum):
    """What is wrong with a place in a chain."""

    CHANGED = "changed"  #: the line, or its seal, says something else than was sealed
    REMOVED = "removed"  #: the line is gone, its seal is not
    GAP = "gap"  #: seals are gone from the middle
    BROKEN = "broken"  #: a link does not follow from the one before: reordered, or put in
    MOVED = "moved"  #: the line stands in another hospital's chain than it says
    UNSEALED = "unsealed"  #: a line that neither is sealed nor waits: put in behind the back of the portal
    BEGINNING = "beginning"  #: the beginning is gone, and no lawful statement of the retention job says so
    CUT = "cut"  #: an anchor knows more links than there are: the end was removed, or an old state was put back
    REPLACED = "replaced"  #: an anchor knows another link at this place: the chain was made anew


class Anchor(NamedTuple):
    """The end of a chain as it was told to another place, and a moment just before it was looked up."""

    head: Head
    at: datetime


@dataclass(frozen=True)
class Finding:
    """One wrong place: chain, place in it, line."""

    harm: Harm
    hospital_id: uuid.UUID
    number: int
    seq: int | None = None

    def as_json(self) -> dict[str, object]:
        return {"harm": self.harm.value, "hospital": str(self.hospital_id), "number": self.number, "seq": self.seq}


@dataclass
class Verified:
    """What was looked at and what was wrong."""

    lines: int = 0
    waiting: int = 0
    anchors: int = 0
    cut: dict[uuid.UUID, int] = field(default_factory=dict)  #: chain -> the last place whose line went by the log's term
    heads: dict[uuid.UUID, Head] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)


def verify(session: Session, anchors: Iterable[Anchor] = (), *, now: datetime) -> Verified:
    """Recompute every chain and compare it with its anchors. Reads everything: about a minute per two million lines."""
    found = Verified()
    wanted: dict[Place, set[bytes]] = {}
    looked: dict[Place, datetime] = {}
    for head, at in anchors:
        place = (head.hospital_id, head.number)
        wanted.setdefault(place, set()).add(head.hash)
        looked[place] = max(at, looked.get(place, at))
        found.anchors += 1
    stated, first = audit_cuts.stated(session, now=now), dict[uuid.UUID, Line]()
    for seal, line in _links(session):
        if first.setdefault(seal["hospital_id"], seal) is seal:
            _begin(found, seal, line, stated.get((seal["hospital_id"], seal["number"]), []))
        _check(found, seal, line)
        known = wanted.pop((seal["hospital_id"], seal["number"]), set())
        if known - {bytes(seal["hash"])}:
            found.findings.append(Finding(Harm.REPLACED, seal["hospital_id"], seal["number"], seal["seq"]))
    for place in sorted(wanted):
        found.findings += [Finding(harm, *place) for harm in _missing(found, place, looked[place], first.get(place[0]))]
    _look_beside(session, found)
    return found


def _begin(found: Verified, seal: Line, line: Line | None, statements: Sequence[Cut]) -> None:
    """The first seal of a chain: number one with its line, or what a lawful cut left."""
    if line is None and any(one.allows(seal) for one in statements):
        found.cut[seal["hospital_id"]] = seal["number"]
    elif seal["number"] > 1:
        found.findings.append(Finding(Harm.BEGINNING, seal["hospital_id"], seal["number"], seal["seq"]))
    if seal["number"] > 1:  # the rest hangs on what this one says came before
        found.heads[seal["hospital_id"]] = Head(seal["hospital_id"], seal["number"] - 1, bytes(seal["prev_hash"]))


def _missing(found: Verified, place: Place, looked: datetime, first: Line | None) -> list[Harm]:
    """An anchored link that is not there: behind the end of the chain, a gap in it, or before a lawful cut."""
    head = found.heads.get(place[0])
    if head is None or first is None or place[1] > head.number:
        return [Harm.CUT]
    if place[1] > first["number"]:
        return [Harm.GAP]
    # What was not sealed yet when somebody looked cannot be older than that: a beginning that says so was made up.
    return [Harm.REPLACED] if first["sealed_at"] < looked - SLACK else []


def _links(session: Session) -> Iterator[tuple[Line, Line | None]]:
    """Every seal with its line, chain after chain in order."""
    names = [f"seal_{column.name}" for column in AuditSeal.__table__.columns]
    seals = [column.label(name) for column, name in zip(AuditSeal.__table__.columns, names, strict=True)]
    query = (
        select(*seals, *AuditEntry.__table__.columns)
        .outerjoin(AuditEntry, AuditEntry.seq == AuditSeal.seq)
        .order_by(AuditSeal.hospital_id, AuditSeal.number)
        .execution_options(yield_per=AT_ONCE)
    )
    for row in session.execute(query).mappings():
        seal = {name.removeprefix("seal_"): row[name] for name in names}
        line: Line | None = {str(name): value for name, value in row.items()} if row["seq"] is not None else None
        yield seal, line


def _check(found: Verified, seal: Line, line: Line | None) -> None:
    hospital_id, number, seq = seal["hospital_id"], seal["number"], seal["seq"]
    own, prev = bytes(seal["hash"]), bytes(seal["prev_hash"])
    before = found.heads.get(hospital_id, Head(hospital_id, 0, b""))
    found.heads[hospital_id] = Head(hospital_id, number, own)
    found.lines += 1
    harms = []
    if number != before.number + 1:
        harms.append(Harm.GAP)
    elif prev != before.hash:
        harms.append(Harm.BROKEN)
    if line is None and found.cut.get(hospital_id) != number:
        harms.append(Harm.REMOVED)
    elif line is not None and (line["hospital_id"] or NO_HOSPITAL) != hospital_id:
        harms.append(Harm.MOVED)
    elif not _holds(seal, line):
        harms.append(Harm.CHANGED)
    found.findings += [Finding(harm, hospital_id, number, seq) for harm in harms]


def _holds(seal: Line, line: Line | None) -> bool:
    """Whether the hash is that of this place, of what came before, and of the line; of a line that went, of what is kept of it."""
    place = (bytes(seal["prev_hash"]), seal["hospital_id"], seal["number"])
    if seal["form"] not in FIELDS or (seal["form"] < DATED and line is None):
        return False
    if seal["form"] < DATED:
        return bool(line) and link(*place, words_of(line or {}, seal["form"])) == bytes(seal["hash"])
    words = bytes(seal["words_hash"] or b"")
    same = line is None or hash_of(words_of(line, seal["form"])) == words
    return same and dated_link(*place, seal["sealed_at"], words) == bytes(seal["hash"])


def _look_beside(session: Session, found: Verified) -> None:
    """Lines without a seal: they wait, or were put in without the trigger that makes them wait."""
    sealed = exists().where(AuditSeal.seq == AuditEntry.seq)
    query = select(AuditEntry.seq, AuditEntry.hospital_id, AuditWaiting.seq).outerjoin(
        AuditWaiting, AuditWaiting.seq == AuditEntry.seq
    )
    for seq, hospital_id, waits in session.execute(query.where(~sealed).execution_options(yield_per=AT_ONCE)):
        if waits is None:
            found.findings.append(Finding(Harm.UNSEALED, hospital_id or NO_HOSPITAL, 0, seq))
        else:
            found.waiting += 1
