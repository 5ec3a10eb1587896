"""Batches, lanes and several workers: the same effect as one message after another, and a bad message harms its own patient only."""

from __future__ import annotations

import random
import threading
import time
from collections import Counter
from collections.abc import Mapping
from contextlib import closing
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as some
from sqlalchemy import ColumnElement, func, select

from integrations.bounded.pool import Pool, bounded
from mdo_portal import understanding
from mdo_portal.commands import work
from mdo_portal.database import Database
from mdo_portal.domain.audit import AuditEntry
from mdo_portal.domain.case import Case, CaseEvent, CaseFact
from mdo_portal.domain.document import CaseDocument
from mdo_portal.domain.inbound import InboundMessage, InboundState
from mdo_portal.domain.patient import Patient
from mdo_portal.exchange import Reader, Wire
from mdo_portal.services.inbox import queue
from mdo_portal.services.inbox.queue import Lane
from tests import make
from tests.make import NOW
from tests.people import Region
from tests.test_reception import READERS, hand_in, refusing, rows, spying

KINDS = ("new", "same case", "same patient", "change", "bad", "conflict", "fails")


def raw_of(kind: str, at: int, run: str) -> bytes:
    """`at` chooses the patient and the case; `run` keeps the same story, told twice, apart."""
    patient, question = f"{run}{at % 3}", f"{kind} {at}"
    number = {"same case": f"VW-{run}-{at % 3}", "conflict": f"VW-{run}-0"}.get(kind, f"VW-{run}-{kind}-{at}")
    if kind == "change":
        return make.hl7_change(f"{run}C{make.number()}", patient=patient, family=f"Voorbeeld {at}")
    raw = make.hl7_referral(f"{run}M{make.number()}", patient=patient, referral_number=number, question=question)
    return raw.replace(b"REF^I12", b"SIU^S12") if kind == "bad" else raw


def told_of(database: Database, region: Region, run: str) -> list[object]:
    """All that became of the messages of this run, without ids and moments."""
    hospital_id = region.hospitals["ZEED"]
    with database.transaction() as session:
        cases = session.scalars(
            select(Case).where(Case.hospital_id == hospital_id, Case.referral_number.like(f"VW-{run}-%"))
        ).all()
        found: list[object] = []
        for case in sorted(cases, key=lambda one: one.referral_number):
            patient = session.get_one(Patient, case.patient_id)
            facts = select(CaseFact.section, CaseFact.label, CaseFact.text, CaseFact.superseded_at.is_(None)).where(
                CaseFact.case_id == case.id
            )
            events = select(CaseEvent.what).where(CaseEvent.case_id == case.id).order_by(CaseEvent.at, CaseEvent.id)
            documents = select(func.count()).where(CaseDocument.case_id == case.id)
            lines = (
                select(AuditEntry.act, func.count())
                .where(AuditEntry.case_id == case.id)
                .group_by(AuditEntry.act)
                .order_by(AuditEntry.act)
            )
            found.append(
                (
                    case.referral_number.removeprefix(f"VW-{run}"), case.question_board, case.state, sorted(case.missing), case.revision, patient.local_number.removeprefix(run),
                    patient.family, sorted(map(str, session.execute(facts))), sorted(session.scalars(events)), session.scalar(documents),
                    [tuple(row) for row in session.execute(lines)],
                )
            )  # fmt: skip
        of_run = (InboundMessage.hospital_id == hospital_id, InboundMessage.control_id.like(f"{run}%"))
        states = select(InboundMessage.state, InboundMessage.reason).where(*of_run).order_by(InboundMessage.seq)
        return [*found, *map(tuple, session.execute(states))]


# what waited for its referral comes before what was sent after it: in the same batch, and in a later one
@example([("fails", 0), ("change", 0), ("new", 0), ("new", 0)])
@example([("bad", 0), ("change", 0), *[("new", 1)] * 13, ("new", 0), ("same patient", 3), ("new", 0)])
@settings(max_examples=5, deadline=None)
@given(some.lists(some.tuples(some.sampled_from(KINDS), some.integers(0, 5)), min_size=1, max_size=10))
def test_a_batch_does_what_its_messages_do_one_by_one(
    database: Database, region: Region, monkeypatch: pytest.MonkeyPatch, story: list[tuple[str, int]]
) -> None:
    monkeypatch.setattr(
        understanding, "monotonic", lambda: 0.0
    )  # on a full machine a batch gave back what it had no time to read
    readers, runs = spying(refusing(b"fails")), [f"R{make.number()}" for _ in range(2)]
    for run, most in zip(runs, (16, 1), strict=True):
        hand_in(database, region, *(raw_of(kind, at, run) for kind, at in story))
        for minute in range(3 * len(story) + 1):  # three tries each, and one patient's messages wait for each other
            while understanding.understand(database, readers, now=NOW + timedelta(minutes=minute), most=most):
                pass

    together, alone = (told_of(database, region, run) for run in runs)
    assert together == alone
    assert InboundState.KEPT not in {row.state for row in rows(database)}


class Desks:
    """Threads as one `mdo-portal work` has them, on readers of the test's own."""

    def __init__(self, database: Database, quick: Mapping[Wire, Reader], careful: Mapping[Wire, Reader]) -> None:
        self._stop = threading.Event()
        lanes = [(Lane.QUICK, quick, 4)] * 3 + [(Lane.CAREFUL, careful, 1)]
        self._threads = [threading.Thread(target=self._work, args=(database, *lane)) for lane in lanes]
        for thread in self._threads:
            thread.start()

    def _work(self, database: Database, lane: Lane, readers: Mapping[Wire, Reader], most: int) -> None:
        while not self._stop.is_set():
            if not understanding.understand(database, readers, now=datetime.now(UTC), most=most, lane=lane):
                self._stop.wait(0.02)

    def close(self) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join(timeout=60)


def until(database: Database, *where: ColumnElement[bool], count: int, seconds: float = 60) -> float:
    """Seconds until that many messages are like that."""
    began = time.monotonic()
    while time.monotonic() < began + seconds:
        with database.transaction() as session:
            if session.scalar(select(func.count()).select_from(InboundMessage).where(*where)) == count:
                return time.monotonic() - began
        time.sleep(0.05)
    raise AssertionError(f"not within {seconds} s")


POISON = {"gif:lus": "reader_slow", "gif:geheugen": "reader_died", "gif:dood": "reader_died", "gif:diep": "reader_died"}


def test_poison_holds_up_its_own_patient_and_nobody_else(database: Database, region: Region) -> None:
    raws = [make.hl7_referral(f"P{at}", patient=f"P{at}", question=word) for at, word in enumerate(POISON)]
    raws += [make.hl7_referral(f"G{at}", patient=f"G{at}") for at in range(24)]
    raws += [make.hl7_referral(f"B{at}", patient=f"P{at}") for at, _ in enumerate(POISON)]
    hand_in(database, region, *raws, now=datetime.now(UTC))

    with closing(Pool(4, readers="tests.integrations.bounded.evil:readers", memory_bytes=256 * 1024 * 1024)) as pool:
        lanes = (bounded(pool, READERS, seconds=seconds) for seconds in (1.0, 4.0))
        with closing(Desks(database, *lanes)):
            good = until(
                database, InboundMessage.state == InboundState.UNDERSTOOD, InboundMessage.control_id.like("G%"), count=24
            )
            until(database, InboundMessage.state == InboundState.KEPT, count=0)

    assert {row.control_id: row.reason for row in rows(database) if row.reason} == {
        f"P{at}": reason for at, reason in enumerate(POISON.values())
    }
    assert {row.state for row in rows(database) if not row.reason} == {InboundState.UNDERSTOOD}
    assert good < 30  # on a busy machine; alone it is about the second that the quick lane gives each


@settings(max_examples=2, deadline=None)
@given(
    some.lists(some.tuples(some.integers(0, 4), some.booleans()), min_size=20, max_size=40), some.randoms(use_true_random=False)
)
def test_several_workers_two_hospitals_and_each_patient_in_order(
    database: Database, region: Region, story: list[tuple[int, bool]], dice: random.Random
) -> None:
    """Every message is a version of its patient's case; it must be the last that stands, and each must have been there once."""
    run, last, told = f"W{make.number()}", dict[tuple[str, int], str](), Counter[tuple[str, int]]()
    raws = []
    for at, (patient, here) in enumerate(story):
        code, question = ("ZEED" if here else "KREE"), f"stand {at}"
        last[code, patient], told[code, patient] = question, told[code, patient] + 1
        raws.append(
            make.hl7_referral(
                f"{run}M{at}",
                patient=f"{run}{patient}",
                referral_number=f"VW-{run}-{patient}",
                question=question,
                sender=f"{code}-EPD",
            )
        )
    readers = spying(lambda _: time.sleep(dice.random() / 100))
    with closing(Desks(database, readers, readers)):
        while raws:
            size = dice.randint(1, 8)
            bite, raws = raws[:size], raws[size:]
            hand_in(database, region, *bite, now=datetime.now(UTC))
        until(database, InboundMessage.state == InboundState.KEPT, count=0)

    with database.transaction() as session:
        for (code, patient), question in last.items():
            mine = (Case.hospital_id == region.links[code].hospital_id, Case.referral_number == f"VW-{run}-{patient}")
            case = session.scalars(select(Case).where(*mine)).one()
            events = select(func.count()).where(CaseEvent.case_id == case.id, CaseEvent.what.like("referral.%"))
            assert (case.question_board, session.scalar(events)) == (question, told[code, patient])


def test_a_slow_batch_gives_back_what_it_cannot_read_within_its_lease(
    database: Database, region: Region, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Sixteen messages that each take all the time they may: nobody gets a second try because of the others."""
    clock = [0.0]
    monkeypatch.setattr(understanding, "monotonic", lambda: clock[0])

    def slow(raw: bytes) -> None:
        clock[0] += work.QUICK_SECONDS

    hand_in(database, region, *(make.hl7_referral(patient=str(at), referral_number=f"VW-S{at}") for at in range(work.BATCH)))
    spans = []
    while any(row.state is InboundState.KEPT for row in rows(database)):
        began = clock[0]
        assert understanding.understand(database, spying(slow), now=NOW, most=work.BATCH, lane=Lane.QUICK)
        spans.append(clock[0] - began)

    assert max(spans) <= queue.LEASE.total_seconds() / 2 + work.QUICK_SECONDS
    assert {(row.state, row.attempts) for row in rows(database)} == {(InboundState.UNDERSTOOD, 1)}
