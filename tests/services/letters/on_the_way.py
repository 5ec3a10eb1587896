"""Everything that can happen to a letter on its way to its receivers, by the dice."""

from __future__ import annotations

import random
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from mdo_portal.domain.board import Meeting
from mdo_portal.domain.case import Case, CaseState
from mdo_portal.domain.delivery import OPEN, Audience, Delivery, DeliveryState
from mdo_portal.domain.hospital import BY_PERSON, Channel, Hospital
from mdo_portal.domain.link import Link
from mdo_portal.domain.recipient import RecipientChannel
from mdo_portal.domain.round import Round
from mdo_portal.errors import IllegalMove, PortalError
from mdo_portal.exchange import Contact, Receipt
from mdo_portal.services.keeping import restoring
from mdo_portal.services.letters import deliveries, destroyed, handing_over, outbox, succession
from mdo_portal.services.letters.acknowledging import acknowledge
from mdo_portal.services.letters.deliveries import Settled
from mdo_portal.services.letters.outbox import ClaimedDelivery
from mdo_portal.services.letters.receipts import REPLACED
from mdo_portal.services.letters.under_way import LEASE
from tests import make
from tests.make import NOW
from tests.people import Region
from tests.services.signed import ADDED, AGAIN, CLOSED, sign

from .receivers import Receivers
from .said import MAILED, YES


@dataclass
class Attempt:
    """A letter on the wire."""

    claimed: ClaimedDelivery
    #: what was heard before its worker had to hang up
    heard: Receipt | None = None


@dataclass
class OnTheWay:
    """What happened, and what must hold whatever happened."""

    session: Session
    region: Region
    dice: random.Random
    now: datetime = NOW
    worker: int = 1
    refuses_doubles: bool = False
    rounds: list[Round] = field(default_factory=list)
    wire: list[Attempt] = field(default_factory=list)
    receivers: Receivers = field(init=False)
    #: of which the portal was told that it arrived, by who may say so
    confirmed: set[uuid.UUID] = field(default_factory=set)
    #: of which somebody said that they printed and sent it
    carried: set[uuid.UUID] = field(default_factory=set)
    trace: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.receivers = Receivers(self.session, self.dice, self._name, self.refuses_doubles)

    def act(self, name: str) -> None:
        self.trace.append(name)
        try:
            getattr(self, name)()
        except (IllegalMove, PortalError, IndexError):
            self.trace[-1] += " (not possible)"
        self.session.flush()
        self.session.expire_all()
        self.check()

    # People

    def sign(self) -> None:
        at = self.region.hospitals[self.dice.choice(["ZEED", "ZEED", "ODUL"])]
        if self.session.get(RecipientChannel, (at, Audience.GP)) is None:
            self.session.add(RecipientChannel(hospital_id=at, audience=Audience.GP, channel=Channel.MLLP))
        case = make.case(self.session, self.session.get_one(Hospital, at), gp=Contact(name="H.A. Huisarts"))
        meeting = self.session.get_one(Meeting, self.region.meeting)
        made = make.planned(self.session, case, meeting, viewer=self.region.aisha)
        make.signed(
            self.session, make.discussed(self.session, made, viewer=self.region.bram), viewer=self.region.bram, now=self.now
        )
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
        self._by_person(lambda letter: handing_over.send_again(self.session, letter, now=self.now), self.letters())

    def put_on_paper(self) -> None:
        self._by_person(lambda letter: handing_over.put_on_paper(self.session, letter, now=self.now), self.letters())

    def carry(self) -> None:
        """Printed, taken there and, mostly, confirmed."""
        letter = self._some(lambda one: one.channel == Channel.PAPER and one.state is DeliveryState.WAITING and one.receipt_code)
        handing_over.printed(self.session, letter, now=self.now)
        self.carried.add(letter.id)
        if self.dice.random() < 0.7:
            self.confirm(letter)

    def telephone(self) -> None:
        """They are asked, and have it."""
        self.confirm(self._some(lambda one: one.id in self.receivers.there and one.state is not DeliveryState.RECEIVED))

    def move_link(self) -> None:
        """The hospital's letters go another way from now on: to paper, and back."""
        link = self.session.scalars(select(Link).where(Link.hospital_id == self.region.hospitals["ZEED"])).one()
        link.channel_out = self.dice.choice([Channel.MLLP, Channel.MLLP, Channel.FHIR, Channel.PAPER])

    # Workers, receivers and time

    def wait(self) -> None:
        """Nobody waits for an answer as long as a letter's lease. Now and then the clock is put back."""
        seconds = self.dice.choice([1, 60, 700, 3700, 86_400, -5])
        for attempt in list(self.wire) if seconds > 60 else ():
            self._answered(attempt)
        self.now += timedelta(seconds=seconds)

    def take(self) -> None:
        claimed = outbox.claim(self.session, now=self.now, worker=self.worker)
        if claimed is None:
            return
        self.trace[-1] += f" {self._name(claimed.delivery_id)} over {claimed.channel}"
        self._begun(claimed)

    def _begun(self, claimed: ClaimedDelivery) -> None:
        if not claimed.letter:
            deliveries.keep_letter(self.session, claimed.delivery_id, b"%PDF", sha256="printed")
        if claimed.channel is Channel.PAPER:
            self._for_the_printer(claimed)
            return
        assert claimed.delivery_id not in self.confirmed, "nothing is sent to who is known to have it"
        self.wire.append(Attempt(claimed))

    def _for_the_printer(self, claimed: ClaimedDelivery) -> None:
        handing_over.hand_over(self.session, claimed.delivery_id, is_queued=claimed.is_queued)

    def answer(self) -> None:
        self._answered(self.dice.choice(self.wire))

    def killed(self) -> None:
        """The worker, with letters on the wire of which some came there. Another one takes over, or the lease runs out."""
        for attempt in self.wire:
            if attempt.heard is None and self.dice.random() < 0.6:
                self.receivers.take(attempt.claimed)
        self.wire.clear()
        if self.dice.random() < 0.5:
            succession.take_over(self.session, self.worker)
        self.worker += 1

    def seems_dead(self) -> None:
        """Its connection broke: it hangs up, another one takes over, and what it heard is written down later."""
        for attempt in self.wire:
            attempt.heard = attempt.heard or self.receivers.answer(attempt.claimed)
        succession.take_over(self.session, self.worker)
        self.worker += 1

    def moved(self) -> None:
        """The machine went, with what was on the wire; the database stands elsewhere now, and everything under way is held."""
        self.killed()
        restoring.hold(self.session, at=self.now, now=self.now)

    def nothing_lost(self) -> None:
        """Somebody says so: what is held may go."""
        restoring.release(self.session, now=self.now)

    def late_word(self) -> None:
        """The application says by itself that it has a letter; what another hospital says of it counts for nothing."""
        letter_id = self.dice.choice(list(self.receivers.there))
        assert not acknowledge(self.session, self.region.hospitals["DELT"], letter_id.hex, YES, self.now)
        if acknowledge(self.session, self.session.get_one(Delivery, letter_id).hospital_id, letter_id.hex, YES, self.now):
            self.confirmed.add(letter_id)

    def end(self) -> None:
        """Everybody is there and answers from now on: whatever is not a person's to do arrives."""
        for attempt in list(self.wire):
            self._answered(attempt)
        self.nothing_lost()
        for _ in range(40):
            self.now += max(LEASE, timedelta(hours=1)) + timedelta(seconds=1)
            while (claimed := outbox.claim(self.session, now=self.now, worker=self.worker)) is not None:
                if claimed.channel is Channel.PAPER:
                    handing_over.hand_over(self.session, claimed.delivery_id, is_queued=claimed.is_queued)
                elif claimed.channel is Channel.NOTICE:
                    self._settle(claimed, MAILED)
                else:
                    self.receivers.take(claimed)
                    self._settle(claimed, YES)
        self.session.expire_all()
        self.check()
        for letter in self.letters():
            asked_by_hand = letter.channel in BY_PERSON and letter.next_attempt_at is None
            on_a_list = letter.state in (DeliveryState.REFUSED, DeliveryState.DEAD) or (letter.state in OPEN and asked_by_hand)
            assert self._is_over(letter) or on_a_list or self._waits_for_its_referrer(letter), self._name(letter.id)
        self.receivers.check_named()

    # What must hold

    def check(self) -> None:
        """*Received* is what was confirmed; all else has a worker or a person that sees to it."""
        cases = {case.id: case.state for case in self.session.scalars(select(Case))}
        for letter in (letters := self.letters()):
            name = self._name(letter.id)
            assert (letter.state is DeliveryState.RECEIVED) is (letter.id in self.confirmed), name
            assert (letter.received_at is not None) is (letter.state is DeliveryState.RECEIVED), name
            by_worker = letter.state in OPEN and letter.next_attempt_at is not None
            by_person = letter.state in (DeliveryState.REFUSED, DeliveryState.DEAD) or letter.channel in BY_PERSON
            assert by_worker or by_person or self._is_over(letter), name
            newer = {one.id for one in letters if one.case_id == letter.case_id and one.version > letter.version}
            is_open = letter.state in OPEN and letter.audience is Audience.REFERRER and not self.confirmed & newer
            assert not is_open or cases[letter.case_id] is not CaseState.DELIVERED, f"{name} has not arrived"
        self.receivers.check_last_word()

    # How it goes

    def _answered(self, attempt: Attempt) -> Settled:
        self.wire.remove(attempt)
        heard = attempt.heard or self.receivers.answer(attempt.claimed)
        self.trace[-1] += f" {self._name(attempt.claimed.delivery_id)} {heard.kind.value} {heard.code}"
        return self._settle(attempt.claimed, heard)

    def _settle(self, claimed: ClaimedDelivery, heard: Receipt) -> Settled:
        if heard is YES:
            self.confirmed.add(claimed.delivery_id)
        if destroyed.is_gone(self.session, claimed.delivery_id):
            return destroyed.settle(self.session, claimed, heard, now=self.now)
        return deliveries.settle(
            self.session, claimed.delivery_id, heard, now=self.now,
            over=claimed.channel, worker=claimed.worker, is_queued=claimed.is_queued, had_left=claimed.had_left,
        )  # fmt: skip

    def _by_person(self, act: Callable[[Delivery], None], among: list[Delivery]) -> None:
        letter = self.dice.choice([one for one in among if one.state is not DeliveryState.RECEIVED])
        self.trace[-1] += f" {self._name(letter.id)}"
        with self.session.begin_nested():
            act(letter)

    def confirm(self, letter: Delivery) -> None:
        handing_over.confirm_by_hand(self.session, letter, viewer=self.region.aisha, now=self.now)
        self.confirmed.add(letter.id)

    def _some(self, which: Callable[[Delivery], object]) -> Delivery:
        return self.dice.choice([one for one in self.letters() if which(one)])

    def letters(self) -> list[Delivery]:
        of_ours = select(Delivery).where(Delivery.case_id.in_([round_.case_id for round_ in self.rounds]))
        return list(self.session.scalars(of_ours.order_by(Delivery.created_at, Delivery.id)))

    def _is_over(self, letter: Delivery) -> bool:
        is_overtaken = letter.state is DeliveryState.CANCELLED and letter.receipt_code == REPLACED
        return letter.state is DeliveryState.RECEIVED or is_overtaken

    def _waits_for_its_referrer(self, copy: Delivery) -> bool:
        """A copy goes after the letter to the referrer and after older copies, and one of those letters waits for a person."""
        older = (Delivery.case_id == copy.case_id, Delivery.version <= copy.version, Delivery.sent_at.is_(None))
        waits = select(Delivery.id).where(*older, Delivery.audience == Audience.REFERRER)
        return copy.audience is Audience.GP and self.session.scalar(waits.limit(1)) is not None

    def _name(self, letter_id: uuid.UUID) -> str:
        letter = self.session.get(Delivery, letter_id)
        if letter is None:
            return "one that was destroyed"
        return f"{letter.audience.value} {[one.case_id for one in self.rounds].index(letter.case_id)}.{letter.version}"
