"""While no reader can begin (no memory for one, its code is being replaced), messages wait: it is the fault of none of them."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import closing, contextmanager

import pytest

from integrations.bounded import pool as pools
from integrations.bounded.pool import Pool, bounded
from mdo_portal import understanding
from mdo_portal.database import Database
from mdo_portal.domain.inbound import InboundState
from mdo_portal.exchange import NobodyReads
from tests import make
from tests.make import NOW
from tests.people import Region
from tests.reception_house import READERS, hand_in, rows, understand_all

NOWHERE = "tests.integrations.bounded.nowhere:readers"
"""As after a deployment that broke off halfway: the child ends before it saw a message."""


@contextmanager
def pool(readers: str = pools.READERS) -> Iterator[Pool]:
    with closing(Pool(0, readers=readers)) as made:
        yield made


def understand(database: Database, readers: Pool) -> None:
    understanding.understand(database, bounded(readers, READERS, seconds=20), now=NOW, most=16)


@pytest.mark.parametrize("tries", [1, 5])
def test_a_message_waits_while_no_reader_can_begin_and_is_read_when_one_can(
    database: Database, region: Region, tries: int
) -> None:
    hand_in(database, region, make.hl7_referral("M1", patient="1"), make.hl7_referral("M2", patient="2"))
    with pool(NOWHERE) as away:
        for _ in range(tries):
            with pytest.raises(NobodyReads):
                understand(database, away)

    assert [(one.state, one.attempts, one.next_attempt_at) for one in rows(database)] == [(InboundState.KEPT, 0, None)] * 2
    understand_all(database)
    assert [one.state for one in rows(database)] == [InboundState.UNDERSTOOD] * 2


def test_a_child_that_is_not_ready_in_time_says_nothing_about_the_message(
    database: Database, region: Region, monkeypatch: pytest.MonkeyPatch
) -> None:
    hand_in(database, region, make.hl7_referral("M1", patient="1"))
    monkeypatch.setattr(pools, "START_SECONDS", 0.0)
    with pool() as slow, pytest.raises(NobodyReads):
        understand(database, slow)

    assert [one.state for one in rows(database)] == [InboundState.KEPT]


def test_a_machine_that_can_make_no_child_says_nothing_about_the_message(
    database: Database, region: Region, monkeypatch: pytest.MonkeyPatch
) -> None:
    hand_in(database, region, make.hl7_referral("M1", patient="1"))

    def full(*_: object, **__: object) -> None:
        raise OSError("no more processes")

    with pool(NOWHERE) as away:
        monkeypatch.setattr(subprocess, "Popen", full)
        for _ in range(2):  # the child that was there, and then none
            with pytest.raises(NobodyReads):
                understand(database, away)

    assert [(one.state, one.attempts) for one in rows(database)] == [(InboundState.KEPT, 0)]
