"""Chains as they fall, cut as the job cuts them, attacked or left alone: verifying is right about each (security.md G3)."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import text
from sqlalchemy.orm import Session

from mdo_portal.domain.audit_chain import NO_HOSPITAL
from mdo_portal.services.access_log.audit_verify import Anchor, verify
from tests.chance import examples
from tests.people import Region
from tests.services.log_chains import (
    NOW,
    YEAR,
    anchors,
    behind_the_back,
    empty,
    make_older,
    places,
    purge,
    seal_at,
    state,
    take_away,
    write,
)


class Attack(StrEnum):
    """What somebody does who owns the database; each needs a chain and a place in it."""

    NONE = "nothing"
    REMOVE = "a line"
    REMOVE_WITH_SEAL = "a line and its seal"
    BEGINNING = "the beginning, and its seals"
    BEGINNING_KEEPS_SEAL = "the beginning, but for the last seal, as the job does"
    FORGED = "the beginning, with a statement"
    FORGED_OLDER = "the beginning, with a statement, and a seal of nine years old"
    END = "the end, and its seals"
    CHANGED = "a word of a line"
    RESEALED = "the number of a seal"


class Told(NamedTuple):
    """A line: in which chain, how old, and whether the ends of the chains were anchored after it."""

    chain: int
    age: timedelta
    is_anchored: bool


AGES = st.one_of(st.integers(1, 1_700), st.integers(1_900, 4_000)).map(lambda days: timedelta(days=days))
TOLD = st.builds(Told, chain=st.integers(0, 2), age=AGES, is_anchored=st.booleans())


def live(session: Session, told: list[Told], chains: list[uuid.UUID]) -> list[Anchor]:
    """Write and seal, the oldest first; the anchors that were told meanwhile."""
    known: list[Anchor] = []
    for one in sorted(told, key=lambda one: one.age, reverse=True):
        write(session, chains[one.chain], NOW - one.age)
        known += anchors(session, NOW - one.age) if one.is_anchored else []
    return known


def attack(session: Session, kind: Attack, chain: uuid.UUID, place: int, last: int) -> bool:
    """Do it; false when there was nothing to do it to: a forged statement about what was due anyway takes nothing away unlawfully."""
    young = [one for one in places(session, chain) if seal_at(session, chain, one).sealed_at > NOW - 5 * YEAR]
    if not young and kind in (Attack.FORGED, Attack.FORGED_OLDER):
        return False
    forged = young[place % len(young)] if young else 0
    match kind:
        case Attack.REMOVE:
            take_away(session, chain, place, place)
        case Attack.REMOVE_WITH_SEAL:
            take_away(session, chain, place, place, seals=(place, place))
        case Attack.BEGINNING:
            take_away(session, chain, 0, place, seals=(0, place))
        case Attack.BEGINNING_KEEPS_SEAL:
            take_away(session, chain, 0, place, seals=(0, place - 1))
        case Attack.FORGED | Attack.FORGED_OLDER:
            take_away(session, chain, 0, forged, seals=(0, forged - 1))
            if kind is Attack.FORGED_OLDER:
                make_older(session, chain, forged)
            state(session, chain, forged, at=datetime.now(UTC))
        case Attack.END:
            take_away(session, chain, place, last, seals=(place, last))
        case Attack.CHANGED:
            seq = seal_at(session, chain, place).seq
            behind_the_back(
                session, lambda: session.execute(text(f"UPDATE audit_entries SET act = act || 'x' WHERE seq = {seq}"))
            )
        case Attack.RESEALED:
            seq = seal_at(session, chain, place).seq
            behind_the_back(session, lambda: session.execute(text(f"UPDATE audit_seals SET number = 900 WHERE seq = {seq}")))
    return True


@settings(max_examples=examples(25))
@given(
    told=st.lists(TOLD, min_size=1, max_size=12),
    cuts=st.lists(st.integers(1, 6), max_size=3),
    since=st.integers(0, 2),
    kind=st.sampled_from(Attack),
    where=st.tuples(st.integers(0, 2), st.integers(0, 30)),
)
def test_lawful_cuts_are_in_order_and_nothing_else_is(
    session: Session, region: Region, told: list[Told], cuts: list[int], since: int, kind: Attack, where: tuple[int, int]
) -> None:
    step = session.begin_nested()
    chains = [region.hospitals["ZEED"], region.hospitals["DELT"], NO_HOSPITAL]
    empty(session)
    known = live(session, told, chains)
    for limit in cuts:
        purge(session, limit=limit)
    for _ in range(since):
        write(session, chains[0], datetime.now(UTC))
    known += anchors(session)
    assert verify(session, known, now=datetime.now(UTC)).findings == [], "nobody did anything yet"

    chain = chains[where[0]]
    there = places(session, chain)
    if there and kind is not Attack.NONE and attack(session, kind, chain, there[where[1] % len(there)], there[-1]):
        session.expire_all()
        assert verify(session, known, now=datetime.now(UTC)).findings != []
    step.rollback()
    session.expunge_all()
