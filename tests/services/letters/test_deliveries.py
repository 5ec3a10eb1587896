"""The outbox through crashes, late and wrong receipts, clock jumps and people: nothing is dropped, nothing is called received that was not."""

from __future__ import annotations

import random
import uuid
from collections.abc import Callable
from datetime import timedelta

from hypothesis import settings
from hypothesis import strategies as some
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test
from sqlalchemy import select
from sqlalchemy.orm import Session

from mdo_portal.domain.board import Meeting
from mdo_portal.domain.case import Case, CaseState
from mdo_portal.domain.decision import Decision
from mdo_portal.domain.delivery import Delivery, DeliveryState
from mdo_portal.domain.hospital import Channel, Hospital
from mdo_portal.domain.round import Round
from mdo_portal.errors import IllegalMove
from mdo_portal.exchange import Receipt, ReceiptKind
from mdo_portal.services.letters import deliveries, handing_over, outbox
from mdo_portal.services.letters.receipts import REPLACED
from tests import make
from tests.make import NOW
from tests.people import Region


def test_pauses_grow_to_a_quarter_of_an_hour_and_no_further() -> None:
    random.seed(4)
    pauses = [deliveries.pause(attempt).total_seconds() for attempt in range(1, 60)]

    assert 0.5 <= pauses[0] <= 1
    assert all(2 ** (attempt - 1) / 2 <= pauses[attempt - 1] <= 2 ** (attempt - 1) for attempt in range(1, 10))
    assert all(450 <= pause <= 900 for pause in pauses[11:])


def test_a_receiver_that_is_never_there_costs_few_attempts_a_day() -> None:
    random.seed(4)
    waited, attempts = 0.0, 0
    while waited < 24 * 3600:
        attempts += 1
        waited += deliveries.pause(attempts).total_seconds()

    assert attempts < 200 < deliveries.MAX_ATTEMPTS


KINDS = {
    "AA": Receipt(ReceiptKind.ACCEPTED, "AA", reference="ref-1"),
    "AE": Receipt(ReceiptKind.REFUSED, "AE", text="patient unknown"),
    "later": Receipt(ReceiptKind.LATER, "unreachable"),
    "silence": Receipt(ReceiptKind.UNKNOWN, "timeout"),
    "nonsense": Receipt(ReceiptKind.UNKNOWN, "foreign", reference="x"),
}


def machine_of(session: Session, region: Region) -> type[RuleBasedStateMachine]:
    """Random receipts, late receipts, crashes, clock jumps, people who resend, confirm and correct."""

    class Post(RuleBasedStateMachine):
        def __init__(self) -> None:
            super().__init__()
            self.nested = session.begin_nested()
            self.now = NOW
            self.rounds: list[Round] = []
            self.in_flight: list[outbox.ClaimedDelivery] = []
            self.accepted: set[object] = set()
            self.signed = 0

        @rule(code=some.sampled_from(["ZEED", "ODUL"]))
        def sign(self, code: str) -> None:
            case = make.case(session, session.get_one(Hospital, region.hospitals[code]))
            planned = make.planned(session, case, session.get_one(Meeting, region.meeting), viewer=region.aisha)
            make.signed(session, make.discussed(session, planned, viewer=region.bram), viewer=region.bram, now=self.now)
            self.rounds.append(planned)
            self.signed += 1

        @precondition(lambda self: self.rounds)
        @rule(at=some.integers(0, 99))
        def correct(self, at: int) -> None:
            self.now += timedelta(seconds=1)
            make.corrected(session, self.rounds[at % len(self.rounds)], viewer=region.bilal, now=self.now)
            self.signed += 1

        @rule(seconds=some.sampled_from([1, 60, 100, 3600, 86_400, -5, -7200]))
        def clock(self, seconds: int) -> None:
            self.now += timedelta(seconds=seconds)

        @rule()
        def claim(self) -> None:
            """A worker takes one; whether it lives to settle it is another matter."""
            claimed = outbox.claim(session, now=self.now)
            if claimed is not None and claimed.channel is Channel.PAPER:
                handing_over.hand_over(session, claimed.delivery_id, is_queued=claimed.is_queued)
            elif claimed is not None:
                self.in_flight.append(claimed)

        @precondition(lambda self: self.in_flight)
        @rule(kind=some.sampled_from(sorted(KINDS)), at=some.integers(0, 99))
        def settle(self, kind: str, at: int) -> None:
            """Also late: when another worker has taken it meanwhile, or a person has confirmed it."""
            claimed = self.in_flight.pop(at % len(self.in_flight))
            if kind == "AA":
                self.accepted.add(claimed.delivery_id)
            try:
                with session.begin_nested():
                    deliveries.settle(session, claimed.delivery_id, KINDS[kind], now=self.now)
            except IllegalMove:
                pass

        @precondition(lambda self: self.in_flight)
        @rule()
        def crash(self) -> None:
            self.in_flight.clear()

        @precondition(lambda self: self.rounds)
        @rule(what=some.sampled_from(["resend", "print", "confirm"]), at=some.integers(0, 99))
        def person(self, what: str, at: int) -> None:
            found = self.letters()
            letter = found[at % len(found)]
            acts: dict[str, Callable[[], None]] = {
                "resend": lambda: handing_over.send_again(session, letter, now=self.now),
                "print": lambda: handing_over.printed(session, letter, now=self.now),
                "confirm": lambda: handing_over.confirm_by_hand(session, letter, viewer=region.aisha, now=self.now),
            }
            try:
                with session.begin_nested():
                    acts[what]()
            except IllegalMove:
                return
            if what == "confirm":
                self.accepted.add(letter.id)

        def superseded_ids(self) -> set[uuid.UUID | None]:
            return set(session.scalars(select(Decision.supersedes_id).where(Decision.supersedes_id.is_not(None))))

        def letters(self) -> list[Delivery]:
            session.flush()
            session.expire_all()
            ids = [round_.case_id for round_ in self.rounds]
            return list(
                session.scalars(select(Delivery).where(Delivery.case_id.in_(ids)).order_by(Delivery.created_at, Delivery.id))
            )

        @invariant()
        def received_is_what_was_accepted_and_nothing_is_dropped(self) -> None:
            """Every signed decision has its letter, and every letter that has not arrived has somebody or something waiting for it."""
            found = self.letters()
            assert len(found) == self.signed
            cases = {case.id: case.state for case in session.scalars(select(Case))}
            for letter in found:
                assert (letter.state is DeliveryState.RECEIVED) is (letter.id in self.accepted), letter.state
                assert (letter.received_at is not None) is (letter.state is DeliveryState.RECEIVED)
                by_worker = letter.state in deliveries.OPEN and letter.next_attempt_at is not None
                by_person = letter.state in (DeliveryState.REFUSED, DeliveryState.DEAD) or letter.channel == Channel.PAPER
                is_over = letter.state is DeliveryState.RECEIVED or self.is_replaced(letter, found)
                assert is_over or by_worker or by_person, letter.state
                given_up = (
                    letter.state in (DeliveryState.REFUSED, DeliveryState.DEAD) and letter.decision_id in self.superseded_ids()
                )
                assert cases[letter.case_id] is not CaseState.DELIVERED or is_over or given_up

        def is_replaced(self, letter: Delivery, found: list[Delivery]) -> bool:
            """It need not leave: what corrects it came, or may have, when it had its turn; of that one the same is asked."""
            later = found[found.index(letter) + 1 :]
            is_left_out = letter.state is DeliveryState.CANCELLED and letter.receipt_code == REPLACED
            return is_left_out and any(one.case_id == letter.case_id for one in later)

        def teardown(self) -> None:
            self.nested.rollback()
            session.expunge_all()

    return Post


def test_through_crashes_silence_and_clock_jumps_nothing_is_lost_or_called_received(session: Session, region: Region) -> None:
    run_state_machine_as_test(
        machine_of(session, region), settings=settings(max_examples=5, stateful_step_count=22, deadline=None)
    )


def test_a_letter_whose_correction_was_told_by_telephone_first_need_not_leave(session: Session, region: Region) -> None:
    """Found by chance in a machine above that knew of no such end."""
    post = machine_of(session, region)()
    try:
        post.sign(code="ZEED")
        post.correct(at=0)
        post.person(at=1, what="confirm")
        post.claim()

        first, second = post.letters()
        assert (first.state, first.receipt_code) == (DeliveryState.CANCELLED, REPLACED)
        assert second.state is DeliveryState.RECEIVED
        post.received_is_what_was_accepted_and_nothing_is_dropped()
    finally:
        post.teardown()
