"""Checking the chains of the access log: what was changed, removed, put in or cut off since it was sealed.

A chain alone does not see that its end is gone, nor that all of it was made anew: for that there are anchors, heads that were
written to another place (file, syslog) while the chain grew.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from mdo_portal.domain.audit import AuditEntry
from mdo_portal.domain.audit_chain import FIELDS, NO_HOSPITAL, AuditSeal, AuditWaiting, link, words_of
from mdo_portal.services.audit_seals import Head

AT_ONCE = 2_000
Line = Mapping[str, Any]


class Harm(StrEnum):
    """What is wrong with a place in a chain."""

    CHANGED = "changed"  #: the line, or its seal, says something else than was sealed
    REMOVED = "removed"  #: the line is gone, its seal is not
    GAP = "gap"  #: seals are gone from the middle
    BROKEN = "broken"  #: a link does not follow from the one before: reordered, or put in
    MOVED = "moved"  #: the line stands in another hospital's chain than it says
    UNSEALED = "unsealed"  #: a line that neither is sealed nor waits: put in behind the back of the portal
    CUT = "cut"  #: an anchor knows more links than there are: the end was removed, or an old state was put back
    REPLACED = "replaced"  #: an anchor knows another link at this place: the chain was made anew


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
    heads: dict[uuid.UUID, Head] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)


def verify(session: Session, anchors: Iterable[Head] = ()) -> Verified:
    """Recompute every chain and compare it with its anchors. Reads everything: about a minute per two million lines."""
    found = Verified()
    wanted: dict[tuple[uuid.UUID, int], set[bytes]] = {}
    for anchor in anchors:
        wanted.setdefault((anchor.hospital_id, anchor.number), set()).add(anchor.hash)
        found.anchors += 1
    for seal, line in _links(session):
        _check(found, seal, line)
        known = wanted.pop((seal["hospital_id"], seal["number"]), set())
        if known - {bytes(seal["hash"])}:
            found.findings.append(Finding(Harm.REPLACED, seal["hospital_id"], seal["number"], seal["seq"]))
    found.findings += [Finding(_beyond(found, *place), *place) for place in sorted(wanted)]
    _look_beside(session, found)
    return found


def _beyond(found: Verified, hospital_id: uuid.UUID, number: int) -> Harm:
    """An anchored link that is not there: behind the end of the chain, or a gap in it."""
    head = found.heads.get(hospital_id)
    return Harm.CUT if head is None or number > head.number else Harm.GAP


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
    if line is None:
        harms.append(Harm.REMOVED)
    elif (line["hospital_id"] or NO_HOSPITAL) != hospital_id:
        harms.append(Harm.MOVED)
    elif seal["form"] not in FIELDS or link(prev, hospital_id, number, words_of(line, seal["form"])) != own:
        harms.append(Harm.CHANGED)
    found.findings += [Finding(harm, hospital_id, number, seq) for harm in harms]


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
