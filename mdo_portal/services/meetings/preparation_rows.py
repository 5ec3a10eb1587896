"""Findings that were put down before a discussion, as they stand: with their case, and which disciplines an agenda can count on."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import ARRAY, ScalarSelect, Text, bindparam, cast, func, select
from sqlalchemy.orm import Session, aliased

from mdo_portal.domain.people import Person
from mdo_portal.domain.preparation import COLUMNS, Preparation
from mdo_portal.domain.round import Round, RoundOutcome
from mdo_portal.exchange import Section

_ENDED = aliased(Round)
_SIGNABLE = tuple(one for one in RoundOutcome if one.is_signable)


class PreparationRow(NamedTuple):
    """What somebody put down before the discussion."""

    id: uuid.UUID
    person_id: uuid.UUID
    name: str
    discipline: str
    text: str
    written_at: datetime
    #: number of the last round that had been discussed when it was written; 0 = none
    after_round: int

    @property
    def column(self) -> Section | None:
        """Under which column of the case it stands; None = below them."""
        return COLUMNS.get(self.discipline.strip().lower())


_AFTER = select(func.coalesce(func.max(_ENDED.number), 0)).where(
    _ENDED.case_id == Preparation.case_id, _ENDED.outcome.in_(_SIGNABLE), _ENDED.ended_at < Preparation.written_at
)
_STANDING = (
    select(
        Preparation.id,
        Preparation.person_id,
        Person.name,
        Preparation.discipline,
        Preparation.text,
        Preparation.written_at,
        _AFTER.scalar_subquery(),
        Preparation.case_id,
    )
    .join(Person, Person.id == Preparation.person_id)
    .where(Preparation.case_id.in_(bindparam("cases", expanding=True)), Preparation.replaced_at.is_(None))
    .order_by(Preparation.written_at, Preparation.id)
)


def of_case(session: Session, case_id: uuid.UUID) -> list[PreparationRow]:
    """As they stand, oldest first."""
    return of_cases(session, [case_id])[case_id]


def of_cases(session: Session, case_ids: Collection[uuid.UUID]) -> Mapping[uuid.UUID, list[PreparationRow]]:
    """The same of many, in one statement; asks nothing of none."""
    found: defaultdict[uuid.UUID, list[PreparationRow]] = defaultdict(list)
    for *row, case_id in session.execute(_STANDING, {"cases": list(case_ids)}) if case_ids else ():
        found[case_id].append(PreparationRow._make(row))
    return found


def prepared() -> ScalarSelect[Sequence[str]]:
    """In a statement over rounds on an agenda: the disciplines that put down something for this discussion."""
    ended = select(func.max(_ENDED.ended_at)).where(
        _ENDED.case_id == Round.case_id, _ENDED.number < Round.number, _ENDED.outcome.in_(_SIGNABLE)
    )
    found = select(func.array_agg(Preparation.discipline.distinct())).where(
        Preparation.case_id == Round.case_id,
        Preparation.replaced_at.is_(None),
        Preparation.written_at > func.coalesce(ended.correlate(Round).scalar_subquery(), func.to_timestamp(0)),
    )
    return func.coalesce(found.correlate(Round).scalar_subquery(), cast([], ARRAY(Text)))  # type: ignore[return-value]
