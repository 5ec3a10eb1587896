"""Whatever messages come, nothing is lost."""

from __future__ import annotations

import random
import re
from collections.abc import Sequence
from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as some
from sqlalchemy import func, select

from mdo_portal import understanding
from mdo_portal.database import Database
from mdo_portal.domain.inbound import FeedCount, InboundState
from mdo_portal.domain.unreadable import UNREADABLE_REASONS
from tests import make
from tests.make import NOW
from tests.people import Region
from tests.reception_house import hand_in, refusing, rows, spying, understand_all

KINDS = ("referral", "update", "double", "change", "stranger", "unnumbered", "junk", "unknown kind", "poison", "conflict")


def raw_of(kind: str, at: int, before: Sequence[bytes]) -> bytes:
    fresh = make.hl7_referral(f"H{make.number()}", patient=str(at % 3), referral_number=f"VW-H{at % 3}", question=make.number())
    return {
        "referral": lambda: make.hl7_referral(patient=make.number()),
        "update": lambda: fresh,
        "double": lambda: random.choice(before) if before else fresh,
        "change": lambda: make.hl7_change(patient=str(at % 3)),
        "stranger": lambda: make.hl7_referral(sender="WIE?"),
        "unnumbered": lambda: re.sub(rb"\|H\d+\|P\|", b"||P|", fresh),
        "junk": lambda: f"junk {make.number()}".encode(),
        "unknown kind": lambda: fresh.replace(b"REF^I12", b"SIU^S12"),
        "poison": lambda: make.hl7_referral(patient=str(at % 3), question="gif?"),
        "conflict": lambda: make.hl7_referral(patient=make.number(), referral_number="VW-H0"),
    }[kind]()


@settings(max_examples=8)
@given(some.lists(some.tuples(some.sampled_from(KINDS), some.integers(0, 30)), max_size=14), some.randoms(use_true_random=False))
def test_received_is_understood_plus_pending_plus_unreadable_plus_ignored(
    database: Database, region: Region, story: list[tuple[str, int]], dice: random.Random
) -> None:
    """At any moment, whatever came and however often it came."""
    sent: list[bytes] = []
    already = {row.digest for row in rows(database)}
    ignored_before = _ignored(database)
    readers = spying(refusing(b"gif?"))
    for step, (kind, at) in enumerate(story):
        raw = raw_of(kind, at, sent)
        sent.append(raw)
        hand_in(database, region, raw)
        if dice.random() < 0.4:
            understanding.understand(database, readers, now=NOW + timedelta(minutes=step))
        _adds_up(database, sent, already, ignored_before)

    for minute in range(3 * len(story) + 1):  # three tries each, and one patient's messages wait for each other
        understand_all(database, now=NOW + timedelta(hours=1, minutes=minute), readers=readers)

    _adds_up(database, sent, already, ignored_before)
    assert InboundState.KEPT not in {row.state for row in rows(database)}
    assert all(row.reason in UNREADABLE_REASONS for row in rows(database) if row.state is InboundState.UNREADABLE)


def _ignored(database: Database) -> int:
    with database.transaction() as session:
        return session.scalar(select(func.coalesce(func.sum(FeedCount.ignored), 0))) or 0


def _adds_up(database: Database, sent: list[bytes], already: set[bytes], ignored_before: int) -> None:
    fresh = [row for row in rows(database) if row.digest not in already]
    by_state = [sum(row.state is state for row in fresh) for state in InboundState]
    assert sum(by_state) + sum(row.doubles for row in fresh) + _ignored(database) - ignored_before == len(sent)
