"""What a hospital's server said of a case at each moment, and what changed between two moments: values side by side, nothing concluded."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from mdo_portal.domain.case import Case, CaseFact
from mdo_portal.domain.hospital import Hospital
from mdo_portal.domain.inbound import InboundMessage
from mdo_portal.domain.pull import Pull, Snapshot
from mdo_portal.exchange import Fact


class SnapshotFact(NamedTuple):
    """A fact as it was told."""

    label: str
    text: str
    dated_on: date | None


class SnapshotRow(NamedTuple):
    """One moment. `added` and `gone` are relative to the moment before of the same hospital; both empty at the first."""

    taken_at: datetime
    hospital: str
    size: int
    is_first: bool
    added: list[SnapshotFact]
    gone: list[SnapshotFact]


def take(session: Session, pull: Pull, case: Case, facts: Sequence[Fact], *, message_id: uuid.UUID) -> None:
    """Write down which facts were told at this moment. Understood again: nothing changes."""
    pull.case_id = case.id
    there = select(Snapshot.id).where(Snapshot.case_id == case.id, Snapshot.message_id == message_id)
    if session.execute(there).first() is not None:
        return
    taken_at = session.get_one(InboundMessage, message_id).received_at
    ids = _ids(session, case, facts)
    session.add(Snapshot(case_id=case.id, hospital_id=pull.hospital_id, message_id=message_id, taken_at=taken_at, fact_ids=ids))


def _ids(session: Session, case: Case, facts: Sequence[Fact]) -> list[uuid.UUID]:
    session.flush()
    rows = session.scalars(select(CaseFact).where(CaseFact.case_id == case.id).order_by(CaseFact.received_at)).all()
    known = {(row.section, row.label, row.text, row.dated_on): row.id for row in rows}
    found = (known.get((fact.section, fact.label, fact.text, fact.dated_on)) for fact in facts)
    return list(dict.fromkeys(one for one in found if one is not None))


def of_case(session: Session, case_id: uuid.UUID) -> list[SnapshotRow]:
    """Every moment, newest first, with what came and what was no longer told since the moment before."""
    query = (
        select(Snapshot, Hospital.name)
        .join(Hospital, Hospital.id == Snapshot.hospital_id)
        .where(Snapshot.case_id == case_id)
        .order_by(Snapshot.taken_at, Snapshot.id)
    )
    rows = session.execute(query).all()
    wanted = {fact_id for snapshot, _ in rows for fact_id in snapshot.fact_ids}
    facts = {row.id: row for row in session.scalars(select(CaseFact).where(CaseFact.id.in_(wanted)))} if wanted else {}
    before: dict[uuid.UUID, list[uuid.UUID]] = {}
    found = []
    for snapshot, hospital in rows:
        earlier = before.get(snapshot.hospital_id)
        found.append(_row(snapshot, hospital, earlier, facts))
        before[snapshot.hospital_id] = snapshot.fact_ids
    return found[::-1]


def _row(snapshot: Snapshot, hospital: str, earlier: list[uuid.UUID] | None, facts: dict[uuid.UUID, CaseFact]) -> SnapshotRow:
    told, since = _shown(snapshot.fact_ids, facts), _shown(earlier or [], facts)
    # By what they say: what is told in the same words under another status (corrected) is neither new nor gone.
    added = [] if earlier is None else [one for one in told if one not in since]
    gone = [one for one in since if one not in told]
    return SnapshotRow(snapshot.taken_at, hospital, len(snapshot.fact_ids), earlier is None, added, gone)


def _shown(ids: list[uuid.UUID], facts: dict[uuid.UUID, CaseFact]) -> list[SnapshotFact]:
    known = [facts[one] for one in ids if one in facts]
    return [SnapshotFact(fact.label, fact.text, fact.dated_on) for fact in known]
