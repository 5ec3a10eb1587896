"""Conflicts of identity as a person sees them: the list, and one with what came beside what stands."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple, TypeVar

from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import Session

from mdo_portal.domain.hospital import Hospital
from mdo_portal.domain.identifiers import masked_bsn, passes_eleven_test
from mdo_portal.domain.identity_conflict import ASKED_TOO_LONG, CONFLICT_WORDS, NUMBERS, ConflictKind, Decision, IdentityConflict
from mdo_portal.domain.people import Person
from mdo_portal.domain.policy import Act
from mdo_portal.domain.told import Merge
from mdo_portal.domain.viewer import Viewer
from mdo_portal.errors import N_, NotFound
from mdo_portal.exchange import PatientIdentity
from mdo_portal.services.patients import deciding, identity_papers

SETTLED_STAYS = timedelta(days=30)
"""So long a decision stays on the list, to be seen and taken back."""


class ConflictRow(NamedTuple):
    """One line of the list: no names."""

    id: uuid.UUID
    kind: ConflictKind
    message_kind: str
    control_id: str
    received_at: datetime
    decision: Decision
    decided_at: datetime | None
    carried_out_at: datetime | None
    decided_by: str | None
    blocks: bool

    @property
    def sentence(self) -> str:
        return CONFLICT_WORDS[self.kind]

    def waits_too_long(self, now: datetime) -> bool:
        """Whether somebody should have answered by now."""
        return self.blocks and self.decided_at is None and now - self.received_at > ASKED_TOO_LONG


class Waiting(NamedTuple):
    """Questions that messages wait for, and how many of them wait longer than they should."""

    open: int
    late: int


@dataclass(frozen=True)
class Particular:
    """One line of the comparison: what it is, and per column the value; `differs` when they are not all the same."""

    label: str
    values: tuple[str, ...]
    differs: bool


@dataclass(frozen=True)
class ConflictView:
    """One conflict with what stands beside what came."""

    id: uuid.UUID
    kind: ConflictKind
    sentence: str
    hospital: str
    hospital_id: uuid.UUID
    message_kind: str
    control_id: str
    received_at: datetime
    opened_at: datetime
    stood: int
    particulars: tuple[Particular, ...]
    offered: Sequence[Decision]
    decision: Decision
    reason: str
    decided_by: str
    decided_at: datetime | None
    carried_out_at: datetime | None
    undo_asked_at: datetime | None

    @property
    def is_open(self) -> bool:
        return self.decided_at is None

    @property
    def may_be_taken_back(self) -> bool:
        return self.carried_out_at is not None and self.decision not in (Decision.OPEN, Decision.ASIDE)


def rows(session: Session, viewer: Viewer, *, now: datetime) -> list[ConflictRow]:
    """What the viewer's hospital must still say, first what messages wait for, oldest first; then what was decided lately."""
    query = (
        select(
            IdentityConflict.id, IdentityConflict.kind, IdentityConflict.message_kind, IdentityConflict.control_id,
            IdentityConflict.received_at, IdentityConflict.decision, IdentityConflict.decided_at, IdentityConflict.carried_out_at,
            Person.name, IdentityConflict.blocks,
        )
        .outerjoin(Person, Person.id == IdentityConflict.decided_by)
        .where(
            IdentityConflict.hospital_id == viewer.hospital_id,
            IdentityConflict.closed_at.is_(None) | (IdentityConflict.closed_at > now - SETTLED_STAYS),
        )
        .order_by(
            IdentityConflict.closed_at.is_not(None),
            IdentityConflict.decided_at.is_not(None),
            IdentityConflict.blocks.desc(),
            IdentityConflict.received_at,
        )
        .limit(200)
    )  # fmt: skip
    return [ConflictRow._make(row) for row in session.execute(query)]


_WAITING = select(func.count(), func.count().filter(IdentityConflict.received_at < bindparam("long_ago"))).where(
    IdentityConflict.holds_up(bindparam("hospital")), IdentityConflict.decided_at.is_(None)
)


def waiting(session: Session, viewer: Viewer, *, now: datetime) -> Waiting:
    """What waits at the viewer's hospital for somebody to say who it is; nothing for who may not say so."""
    if not viewer.may_for_own_hospital(Act.IDENTITY_DECIDE):
        return Waiting(0, 0)
    here = {"hospital": viewer.hospital_id, "long_ago": now - ASKED_TOO_LONG}
    return Waiting._make(session.execute(_WAITING, here).one())


def conflict_for(session: Session, viewer: Viewer, act: Act, conflict_id: uuid.UUID) -> IdentityConflict:
    """The conflict, if this viewer may do `act` with it; another hospital's does not exist."""
    return _held(session, viewer, act, IdentityConflict, conflict_id)


def merge_for(session: Session, viewer: Viewer, act: Act, merge_id: uuid.UUID) -> Merge:
    """The merge, if this viewer may undo it."""
    return _held(session, viewer, act, Merge, merge_id)


_Row = TypeVar("_Row", IdentityConflict, Merge)


def _held(session: Session, viewer: Viewer, act: Act, kind: type[_Row], row_id: uuid.UUID) -> _Row:
    found = session.scalars(select(kind).where(kind.id == row_id).with_for_update()).one_or_none()
    if found is None or not viewer.may(act, hospital_id=found.hospital_id):
        raise NotFound()
    return found


def view(session: Session, conflict: IdentityConflict) -> ConflictView:
    """Everything the page shows."""
    papers = identity_papers.read(session, conflict)
    person = session.get(Person, conflict.decided_by) if conflict.decided_by else None
    return ConflictView(
        id=conflict.id,
        kind=conflict.kind,
        sentence=CONFLICT_WORDS[conflict.kind],
        hospital=session.get_one(Hospital, conflict.hospital_id).name,
        hospital_id=conflict.hospital_id,
        message_kind=conflict.message_kind,
        control_id=conflict.control_id,
        received_at=conflict.received_at,
        opened_at=conflict.opened_at,
        stood=len(papers.stood),
        particulars=tuple(_particulars([*papers.stood, papers.told], papers.previous, conflict.kind)),
        offered=deciding.offered(conflict),
        decision=conflict.decision,
        reason=conflict.reason,
        decided_by=person.name if person else "",
        decided_at=conflict.decided_at,
        carried_out_at=conflict.carried_out_at,
        undo_asked_at=conflict.undo_asked_at,
    )


def _particulars(people: Sequence[PatientIdentity], previous: str, kind: ConflictKind) -> list[Particular]:
    """Line by line; a BSN is compared whole and shown by its last two digits."""
    bsn = tuple(masked_bsn(one.bsn[-2:]) if one.bsn else "" for one in people)
    doubts = tuple("" if not one.bsn or passes_eleven_test(one.bsn) else "✕" for one in people)
    lines = [
        _line(N_("Naam"), [one.name.shown for one in people]),
        _line(N_("Geboortedatum"), [one.birth_on.strftime("%d-%m-%Y") if one.birth_on else "" for one in people]),
        _line(N_("Geslacht"), [one.sex for one in people]),
        _line(N_("Patiëntnummer"), [one.local_number for one in people]),
        _line(N_("Uitgever van het nummer"), [one.local_authority for one in people]),
        Particular(N_("BSN"), bsn, len({one.bsn for one in people}) > 1),
        Particular(N_("Voldoet niet aan de elfproef"), doubts, any(doubts)),
    ]
    if previous:
        label = N_("Nummer in het bericht") if kind in NUMBERS else N_("Samen te voegen nummer")
        lines.append(Particular(label, (*("" for _ in people[:-1]), previous), False))
    return [line for line in lines if any(line.values)]


def _line(label: str, values: Sequence[str]) -> Particular:
    return Particular(label, tuple(values), len({value.casefold() for value in values}) > 1)
