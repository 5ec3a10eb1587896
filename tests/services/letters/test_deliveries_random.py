"""Letters, and receivers that keep what comes under one number once: whatever goes wrong, the newest advice is the last word there."""

from __future__ import annotations

import os
import random
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from mdo_portal.domain.board import Meeting
from mdo_portal.domain.case import CaseEvent
from mdo_portal.domain.decision import REPLACES, Decision
from mdo_portal.domain.delivery import OPEN, Delivery, DeliveryState
from mdo_portal.domain.hospital import Channel, Hospital
from mdo_portal.domain.link import Link
from mdo_portal.domain.round import Round
from mdo_portal.errors import IllegalMove, PortalError
from mdo_portal.exchange import DecisionForm, Receipt, ReceiptKind
from mdo_portal.services.inbox import succession
from mdo_portal.services.letters import deliveries, handing_over, outbox
from mdo_portal.services.letters.acknowledging import acknowledge
from mdo_portal.services.letters.outbox import ClaimedDelivery
from mdo_portal.services.letters.receipts import REPLACED
from mdo_portal.services.letters.under_way import LEASE
from tests import make
from tests.make import NOW
from tests.people import Region
from tests.services.signed import ADDED, AGAIN, CLOSED, sign

AA = Receipt(ReceiptKind.ACCEPTED, "AA", reference="ref-1")
KEPT = Receipt(ReceiptKind.UNKNOWN, "CA")
NO = (Receipt(ReceiptKind.REFUSED, "AE"), Receipt(ReceiptKind.REFUSED, "CE"), Receipt(ReceiptKind.REFUSED, "303"))
NOT_NOW = (
    Receipt(ReceiptKind.LATER, "unreachable"),
    Receipt(ReceiptKind.LATER, "certificate"),
    Receipt(ReceiptKind.LATER, "AR"),
    Receipt(ReceiptKind.LATER, "429", wait_seconds=300),
    Receipt(ReceiptKind.LATER, "token 401"),
)
NO_ANSWER = (
    Receipt(ReceiptKind.UNKNOWN, "timeout"),
    Receipt(ReceiptKind.UNKNOWN, "foreign"),
    Receipt(ReceiptKind.UNKNOWN, "200"),
    Receipt(ReceiptKind.UNKNOWN, "202"),
    Receipt(ReceiptKind.UNKNOWN, "502"),
)
OURS = (Receipt(ReceiptKind.REFUSED, "unsendable"), Receipt(ReceiptKind.LATER, "LetterFailed"))


@dataclass
class Attempt:
    """A letter on the wire, and whether its receiver took it."""

    claimed: ClaimedDelivery
    #: what was heard before its worker had to hang up; none = nothing yet
    heard: Receipt | None = None


@dataclass
class House:
    """A region, its receivers, and what happened."""

    session: Session
    region: Region
    dice: random.Random
    now: datetime = NOW
    worker: int = 1
    rounds: list[Round] = field(default_factory=list)
    wire: list[Attempt] = field(default_factory=list)
    #: what stands at the receivers, in the order in which it came
    there: list[uuid.UUID] = field(default_factory=list)
    #: what each letter named when it came there first
    named: dict[uuid.UUID, str] = field(default_factory=dict)
    #: of which the portal was told that it arrived, by whoever may say so
    confirmed: set[uuid.UUID] = field(default_factory=set)
    by_hand: set[uuid.UUID] = field(default_factory=set)
    trace: list[str] = field(default_factory=list)

    # people

    def sign(self) -> None:
        case = make.case(self.session, self.session.get_one(Hospital, self.region.hospitals["ZEED"]))
        meeting = self.session.get_one(Meeting, self.region.meeting)
        planned = make.planned(self.session, case, meeting, viewer=self.region.aisha)
        made = make.discussed(self.session, planned, viewer=self.region.bram)
        make.signed(self.session, made, viewer=self.region.bram, now=self.now)
        self.rounds.append(made)

    def correct(self) -> None:
        self.now += timedelta(seconds=1)
        with self.session.begin_nested():
            make.corrected(self.session, self.dice.choice(self.rounds), viewer=self.region.bram, now=self.now)

    def add(self) -> None:
        with self.session.begin_nested():
            sign(self.session, self.dice.choice(self.rounds), ADDED, self.region.bram)

    def withdraw(self) -> None:
        with self.session.begin_nested():
            sign(self.session, self.dice.choice(self.rounds), self.dice.choice([AGAIN, CLOSED]), self.region.bram)

    def resend(self) -> None:
        self._by_person(lambda letter: handing_over.send_again(self.session, letter, now=self.now))

    def on_paper(self) -> None:
        self._by_person(lambda letter: handing_over.put_on_paper(self.session, letter, now=self.now))

    def carry(self) -> None:
        """Printed, taken there and confirmed."""
        letter = self._some(lambda one: one.channel == Channel.PAPER and one.state is DeliveryState.WAITING and one.receipt_code)
        handing_over.printed(self.session, letter, now=self.now)
        self._confirmed_by_hand(letter)

    def telephone(self) -> None:
        """They are asked, and have it."""
        self._confirmed_by_hand(self._some(lambda one: one.id in self.there and one.state is not DeliveryState.RECEIVED))

    def move_link(self) -> None:
        """Its way changes: to paper, and back."""
        link = self.session.scalars(select(Link).where(Link.hospital_id == self.region.hospitals["ZEED"])).one()
        link.channel_out = self.dice.choice([Channel.MLLP, Channel.MLLP, Channel.FHIR, Channel.PAPER])

    # workers, receivers and time

    def wait(self) -> None:
        """Nobody waits for an answer longer than a letter's lease."""
        seconds = self.dice.choice([1, 60, 700, 3700, 86_400])
        for attempt in list(self.wire) if seconds > 60 else ():
            self._answered(attempt)
        self.now += timedelta(seconds=seconds)

    def take(self) -> None:
        claimed = outbox.claim(self.session, now=self.now, worker=self.worker)
        if claimed is None:
            return
        self.trace[-1] += f" {self.short(claimed.delivery_id)} over {claimed.channel} as {claimed.worker}"
        if not claimed.letter:
            deliveries.keep_letter(self.session, claimed.delivery_id, b"%PDF", sha256="printed")
        if claimed.channel is Channel.PAPER:
            handing_over.hand_over(self.session, claimed.delivery_id, is_queued=claimed.is_queued)
            return
        assert claimed.delivery_id not in self.confirmed, "nothing is sent to who is known to have it"
        self.wire.append(Attempt(claimed))

    def answer(self) -> None:
        """What the receiver makes of it, and what we hear of that."""
        self._answered(self.dice.choice(self.wire))

    def _answered(self, attempt: Attempt) -> None:
        self.wire.remove(attempt)
        said = attempt.heard or self._said(attempt.claimed)
        self.trace[-1] += f" {self.short(attempt.claimed.delivery_id)} {said.kind.value} {said.code}"
        self._settle(attempt.claimed, said)

    def die(self) -> None:
        """The worker is killed while letters are on the wire: some came there. Another one takes over, or the lease runs out."""
        for attempt in self.wire:
            if self.dice.random() < 0.6:
                self._comes(attempt.claimed)
                self.trace[-1] += f" {self.short(attempt.claimed.delivery_id)} came"
        self.wire.clear()
        if self.dice.random() < 0.5:
            succession.take_over(self.session, self.worker)
        self.worker += 1

    def seem_dead(self) -> None:
        """Its connection broke: it hangs up, another one takes over, and what it heard is written down later."""
        for attempt in self.wire:
            attempt.heard = attempt.heard or self._said(attempt.claimed)
        succession.take_over(self.session, self.worker)
        self.worker += 1

    def late_word(self) -> None:
        """The application speaks, by itself, of a letter that it has; now and then a hospital of another one's."""
        letter_id = self.dice.choice(self.there)
        with self.session.begin_nested():
            assert not acknowledge(self.session, self.region.hospitals["DELT"], letter_id.hex, AA, self.now)
        if acknowledge(self.session, self.region.hospitals["ZEED"], letter_id.hex, AA, self.now):
            self.confirmed.add(letter_id)
        self.trace[-1] += f" {self.short(letter_id)}"

    # how it goes

    def step(self) -> None:
        name = self.dice.choice(ACTS)
        self.trace.append(name)
        try:
            getattr(self, name)()
        except (IllegalMove, PortalError, IndexError):
            self.trace[-1] += " (refused)"
        self.session.flush()
        self.session.expire_all()
        self.check()

    def _said(self, claimed: ClaimedDelivery) -> Receipt:
        if claimed.delivery_id in self.there:
            return self.dice.choice([AA, AA, KEPT, *NOT_NOW, *NO_ANSWER])
        said = self.dice.choice(
            [AA, AA, AA, KEPT, self.dice.choice(NO), self.dice.choice(NOT_NOW), *NO_ANSWER[:3], self.dice.choice(OURS)]
        )
        if said is AA or said is KEPT or (said in NO_ANSWER and self.dice.random() < 0.6):
            self._comes(claimed)
        return said

    def _comes(self, claimed: ClaimedDelivery) -> None:
        if claimed.delivery_id not in self.there:
            self.there.append(claimed.delivery_id)
            self.named[claimed.delivery_id] = claimed.replaces_delivery_id

    def _settle(self, claimed: ClaimedDelivery, said: Receipt) -> None:
        if said is AA:
            self.confirmed.add(claimed.delivery_id)
        deliveries.settle(
            self.session, claimed.delivery_id, said, now=self.now,
            over=claimed.channel, worker=claimed.worker, is_queued=claimed.is_queued,
        )  # fmt: skip

    def _by_person(self, act: Callable[[Delivery], None]) -> None:
        letter = self._some(lambda one: one.state is not DeliveryState.RECEIVED)
        self.trace[-1] += f" {self.short(letter.id)}"
        with self.session.begin_nested():
            act(letter)

    def _confirmed_by_hand(self, letter: Delivery) -> None:
        self.trace[-1] += f" {self.short(letter.id)}"
        handing_over.confirm_by_hand(self.session, letter, viewer=self.region.aisha, now=self.now)
        self.confirmed.add(letter.id)
        self.by_hand.add(letter.id)

    def _some(self, which: Callable[[Delivery], object]) -> Delivery:
        return self.dice.choice([one for one in self.letters() if which(one)])

    def letters(self) -> list[Delivery]:
        ids = [round_.case_id for round_ in self.rounds]
        found = select(Delivery).where(Delivery.case_id.in_(ids)).order_by(Delivery.created_at, Delivery.id)
        return list(self.session.scalars(found))

    def short(self, letter_id: uuid.UUID) -> str:
        letter = self.session.get_one(Delivery, letter_id)
        which = [round_.case_id for round_ in self.rounds].index(letter.case_id)
        return f"{'abcdefghij'[which]}{letter.version}"

    # what must hold

    def check(self) -> None:
        for letter in self.letters():
            assert (letter.state is DeliveryState.RECEIVED) is (letter.id in self.confirmed), self.short(letter.id)
            assert (letter.received_at is not None) is (letter.state is DeliveryState.RECEIVED)
            by_worker = letter.state in OPEN and letter.next_attempt_at is not None
            by_person = letter.state in (DeliveryState.REFUSED, DeliveryState.DEAD) or letter.channel == Channel.PAPER
            is_over = letter.state is DeliveryState.RECEIVED or letter.receipt_code == REPLACED
            assert by_worker or by_person or is_over, self.short(letter.id)
        self.check_order()

    def check_order(self) -> None:
        """What is replaced does not come there after what replaces it."""
        known = {one.id: one for one in self.letters()}
        forms = {one.id: one.form for one in self.session.scalars(select(Decision))}
        latest: dict[uuid.UUID, int] = {}
        for letter in (known[one] for one in self.there):
            assert letter.version >= latest.get(letter.case_id, 0), f"{self.short(letter.id)} is the last word there"
            if forms[letter.decision_id] in REPLACES:
                latest[letter.case_id] = letter.version

    def check_named(self) -> None:
        """Of two that stand there one names the other, or somebody was told that both do."""
        told = set(self.session.scalars(select(CaseEvent.case_id).where(CaseEvent.what == "letter.stands_beside")))
        known = {one.id: one for one in self.letters()}
        forms = {one.id: one.form for one in self.session.scalars(select(Decision))}
        for at, one in enumerate(self.there):
            if forms[known[one].decision_id] not in REPLACES or known[one].case_id in told:
                continue
            before = [
                other
                for other in self.there[:at]
                if known[other].case_id == known[one].case_id
                and forms[known[other].decision_id] in (*REPLACES, DecisionForm.FIRST)
            ]
            if before:
                assert self.named[one] == str(before[-1]), (
                    f"{self.short(one)} names {self.named[one]}, not {self.short(before[-1])}"
                )

    def end(self) -> None:
        """Everybody answers from now on: what is not a person's to do arrives."""
        self.trace.append("end")
        for attempt in self.wire:
            self._settle(attempt.claimed, Receipt(ReceiptKind.LATER, "unreachable"))
        self.wire.clear()
        for _ in range(60):
            self.now += max(LEASE, timedelta(hours=1)) + timedelta(seconds=1)
            while (claimed := outbox.claim(self.session, now=self.now, worker=self.worker)) is not None:
                if claimed.channel is Channel.PAPER:
                    handing_over.hand_over(self.session, claimed.delivery_id, is_queued=claimed.is_queued)
                else:
                    self._comes(claimed)
                    self._settle(claimed, AA)
            self.session.expire_all()
            if not any(one.state in OPEN and one.channel != Channel.PAPER for one in self.letters()):
                break
        self.check()
        for letter in self.letters():
            is_over = letter.state is DeliveryState.RECEIVED or letter.receipt_code == REPLACED
            by_person = letter.state in (DeliveryState.REFUSED, DeliveryState.DEAD) or (
                letter.channel == Channel.PAPER and letter.next_attempt_at is None
            )
            assert is_over or by_person, f"{self.short(letter.id)} waits for nobody: {letter.state} {letter.receipt_code}"
        self.check_named()


ACTS = [
    "sign", "correct", "correct", "add", "withdraw", "resend", "resend", "on_paper", "carry", "telephone", "move_link",
    "wait", "wait", "wait", "take", "take", "take", "take", "answer", "answer", "answer", "die", "seem_dead", "late_word",
]  # fmt: skip


def played(session: Session, region: Region, seed: int, *, steps: int) -> None:
    nested = session.begin_nested()
    house = House(session, region, random.Random(seed))
    try:
        house.trace.append("sign")
        house.sign()
        for _ in range(steps):
            house.step()
        house.end()
    except AssertionError as broken:
        raise AssertionError(f"seed {seed}: {broken}\n" + "\n".join(house.trace)) from None
    finally:
        nested.rollback()
        session.expunge_all()


@pytest.mark.parametrize("seed", range(int(os.environ.get("SEEDS_FROM", "0")), int(os.environ.get("SEEDS_TO", "6"))))
def test_whatever_happens_on_the_way(session: Session, region: Region, seed: int) -> None:
    played(session, region, seed, steps=int(os.environ.get("STEPS", "30")))
