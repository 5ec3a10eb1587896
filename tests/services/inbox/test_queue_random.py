"""Whatever workers do and however they end, each patient's messages stay in order and in one hand."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import example, given, settings
from hypothesis import strategies as some
from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from mdo_portal.domain.inbound import InboundMessage, InboundState, SamePatient
from mdo_portal.services.inbox import queue, settling
from mdo_portal.services.inbox.settling import ClaimedMessage
from tests.chance import examples
from tests.make import NOW
from tests.people import Region
from tests.services.inbox.test_queue import kept

WORDS = some.lists(some.sampled_from(["1", "2", "3", "4", "12", "23", "34", ""]), min_size=1, max_size=14)
ACTS = some.lists(
    some.tuples(some.sampled_from(["claim", "claim", "settle", "give back", "fail", "die"]), some.integers(0, 3)), max_size=40
)


@example(["1"], ["1", "1", "4", "23", "34", "2"], [("claim", 0), ("claim", 1)], 4)  # found by chance, once in many runs
@settings(max_examples=examples(30), deadline=None)
@given(WORDS, WORDS, ACTS, some.integers(1, 5))
def test_whatever_workers_do_each_patient_is_in_order_and_in_one_hand(
    session: Session, region: Region, here: list[str], there: list[str], acts: list[tuple[str, int]], most: int
) -> None:
    """Four workers, two hospitals, messages that merge numbers; workers settle, give back, fail or die as they like."""
    session.execute(delete(InboundMessage))
    session.execute(delete(SamePatient))
    kept(session, region, *here)
    kept(session, region, *there, hospital="KREE")
    story = list(
        session.execute(select(InboundMessage.id, InboundMessage.hospital_id, InboundMessage.seq).order_by(InboundMessage.seq))
    )
    words = dict(zip((row.id for row in story), [*here, *there], strict=True))
    hospital_of, seq_of = {row.id: row.hospital_id for row in story}, {row.id: row.seq for row in story}
    hands: dict[int, list[ClaimedMessage]] = {worker: [] for worker in range(4)}
    same: dict[object, dict[str, str]] = {}
    settled: list[tuple[object, str, int]] = []  # (hospital, patient, seq)
    now = NOW

    def patients(message_id: object) -> set[tuple[object, str]]:
        known = same.get(hospital_of[message_id], {})  # type: ignore[index]
        return {(hospital_of[message_id], known.get(number, number)) for number in words[message_id]}  # type: ignore[index]

    def claim(worker: int) -> None:
        hands[worker] += queue.claim(session, now=now, most=most) if not hands[worker] else []

    def settle(worker: int) -> None:
        message = hands[worker].pop(0)
        assert settling.hold(session, [message])
        if len(words[message.message_id]) > 1:
            queue.same_patient(session, message.message_id, now=now)
            first, second = words[message.message_id]
            known = same.setdefault(message.hospital_id, {})
            roots = known.get(first, first), known.get(second, second)
            for number in "1234":
                if known.get(number, number) in roots:
                    known[number] = roots[0]
        settled.extend((*patient, seq_of[message.message_id]) for patient in patients(message.message_id))
        settling.settle(session, message.message_id, InboundState.UNDERSTOOD, now=now)

    for act, worker in [*acts, ("die", 0), *[("claim", 0), ("settle", 0)] * 60]:
        held = [
            patient
            for hand in hands.values()
            for patient in set[tuple[object, str]]().union(*(patients(one.message_id) for one in hand))
        ]
        assert len(held) == len(set(held)), "one patient in two hands"
        if act == "claim":
            claim(worker)
        elif act == "settle" and hands[worker]:
            settle(worker)
        elif act == "give back":
            settling.release(session, hands[worker])
            hands[worker] = []
        elif act == "fail" and hands[worker]:
            message, *rest = hands[worker]
            settling.failed(session, message, now=now)
            settling.release(session, rest)
            hands[worker] = []
        elif act == "die":
            hands[worker] = []
            for other in hands:  # the others are quick; only the dead one's lease runs out
                while hands[other]:
                    settle(other)
            now += queue.LEASE
        if not any(hands.values()):
            now += timedelta(seconds=15)

    left = session.scalar(select(func.count()).where(InboundMessage.state == InboundState.KEPT))
    assert left == 0
    by_patient: dict[tuple[object, str], list[int]] = {}
    for hospital, patient, seq in settled:
        by_patient.setdefault((hospital, patient), []).append(seq)
    assert all(seqs == sorted(set(seqs)) for seqs in by_patient.values())
