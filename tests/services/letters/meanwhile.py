"""What people decide about a patient, a recipient and a way while letters are under way, by the dice."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta

from sqlalchemy import select

from mdo_portal.domain.case import Case
from mdo_portal.domain.decision import Decision
from mdo_portal.domain.delivery import OPEN, Audience, Delivery, DeliveryState
from mdo_portal.domain.hospital import Channel
from mdo_portal.domain.link import Link
from mdo_portal.domain.patient import Patient
from mdo_portal.domain.recipient import RecipientChannel
from mdo_portal.exchange import Receipt, ReceiptKind
from mdo_portal.services.identity import merges, objections
from mdo_portal.services.keeping import destroy_requests
from mdo_portal.services.letters import deliveries, destroyed, handing_over, outbox, receipts
from mdo_portal.services.letters.acknowledging import acknowledge
from mdo_portal.services.letters.outbox import ClaimedDelivery
from mdo_portal.services.patients import patients
from tests import make
from tests.services.destruction import asked, officer

from .on_the_way import OnTheWay

ACTS = [
    *["objects"] * 2, *["agrees"] * 2, *["another_gp"] * 2, *["gp_channel"] * 2, "another_way", "patience_ends", "is_anothers", "is_theirs_again",
    *["printer_done"] * 3, *["answer_and_on"] * 2, "late_no", *["take"] * 10, *["answer"] * 4, *["wait"] * 4, *["correct"] * 2,
]  # fmt: skip
_NAMES = ["H.A. Huisarts", "N. Opvolger", " h.a.  huisarts", ""]
_WAYS = [Channel.MLLP, Channel.FHIR, Channel.PAPER, Channel.NOTICE, Channel.FOLDER, Channel.HOOK]


@dataclass
class Meanwhile(OnTheWay):
    #: what a worker has for the printer
    printing: list[ClaimedDelivery] = field(default_factory=list)

    # People

    def objects(self) -> None:
        with self.session.begin_nested():
            objections.record(self.session, self._case(), viewer=self.region.dirk, now=self.now)

    def agrees(self) -> None:
        with self.session.begin_nested():
            objections.lift(self.session, self._case(), viewer=self.region.dirk, now=self.now)

    def another_gp(self) -> None:
        """Also the same one, written otherwise, or none."""
        self._case().gp_name = self.dice.choice(_NAMES)

    def gp_channel(self) -> None:
        """Letters to the general practitioners of a hospital go another way from now on, or none."""
        agreed = self.dice.choice(list(self.session.scalars(select(RecipientChannel))) or [None])
        if agreed is None or self.dice.random() < 0.3:
            at = self._case().hospital_id
            if agreed is None or self.session.get(RecipientChannel, (at, Audience.GP)) is None:
                self.session.add(RecipientChannel(hospital_id=at, audience=Audience.GP, channel=self.dice.choice(_WAYS)))
            elif agreed is not None:
                self.session.delete(agreed)
        else:
            agreed.channel = self.dice.choice(_WAYS)

    def another_way(self) -> None:
        link = self.session.scalars(select(Link).where(Link.hospital_id == self.region.hospitals["ZEED"])).one()
        link.channel_out = self.dice.choice(_WAYS)

    def is_anothers(self) -> None:
        """An answer about who somebody is was taken back: the case is another patient's."""
        case = self._case()
        other = patients.add(
            self.session, case.hospital_id, make.identity(birth_on=make.NOW.date() - timedelta(days=9000)), now=self.now
        )
        self._stands_under(case, other)

    def is_theirs_again(self) -> None:
        case = self._case()
        first = self.session.scalars(
            select(Decision).where(Decision.case_id == case.id).order_by(Decision.version).limit(1)
        ).one()
        named = patients.by_local_number(self.session, case.hospital_id, first.content["patient"]["number"])
        assert named is not None
        self._stands_under(case, named)

    def is_destroyed(self) -> None:
        """Its patient wants it gone, and they say by telephone that all of it arrived; whatever of it is on the wire or at the printer."""
        at = self.region.hospitals["ZEED"]
        round_ = self.dice.choice([one for one in self.rounds if self.session.get_one(Case, one.case_id).hospital_id == at])
        letters = list(self.session.scalars(select(Delivery).where(Delivery.case_id == round_.case_id)))
        with self.session.begin_nested():
            for letter in letters:
                handing_over.confirm_by_hand(self.session, letter, viewer=self.region.dirk, now=self.now)
            case = self.session.get_one(Case, round_.case_id)
            request = asked(self.session, self.region, case, only_case=True)
            judge = officer(self.session, self.region, f"Pim {len(self.trace)}")
            destroy_requests.approve(self.session, judge, request.id, now=self.now)
        self.rounds.remove(round_)
        for letter_id in [letter.id for letter in letters]:
            self.receivers.there.pop(letter_id, None)
        self.session.expire_all()

    def _stands_under(self, case: Case, whom: Patient) -> None:
        case.home_patient_id = whom.id
        self.session.flush()
        merges.settle(self.session, [whom.id], now=self.now, person_id=None)

    # Workers, receivers and time

    def patience_ends(self) -> None:
        """It was tried hundreds of times."""
        self._some(lambda one: one.state in OPEN).attempts = deliveries.MAX_ATTEMPTS

    def printer_done(self) -> None:
        claimed = self.dice.choice(self.printing)
        self.printing.remove(claimed)
        self.trace[-1] += f" {self._name(claimed.delivery_id)}"
        if destroyed.is_gone(self.session, claimed.delivery_id):
            destroyed.release(self.session, claimed)
        else:
            handing_over.hand_over(self.session, claimed.delivery_id, is_queued=claimed.is_queued)

    def answer_and_on(self) -> None:
        """The worker that hears an answer takes the next letter of that destination with it."""
        attempt = self.dice.choice(self.wire)
        settled = self._answered(attempt)
        following = outbox.claim_after(self.session, attempt.claimed, settled.queue, now=self.now)
        if following is not None:
            self._begun(following)

    def late_no(self) -> None:
        """The application says by itself that it has it not, whatever became of it in its engine; and says so of a repeat on the wire too."""
        repeated = {attempt.claimed.delivery_id for attempt in self.wire}
        letter_id = self.dice.choice([one for one in self.receivers.there if one not in self.confirmed | repeated])
        self.trace[-1] += f" {self._name(letter_id)}"
        del self.receivers.there[letter_id]
        at = self.session.get_one(Delivery, letter_id).hospital_id
        if acknowledge(self.session, at, letter_id.hex, Receipt(ReceiptKind.REFUSED, "AE"), self.now):
            self.trace[-1] += " heard"

    def killed(self) -> None:
        self.printing.clear()
        super().killed()

    # What must hold

    def check(self) -> None:
        super().check()
        for letter in self.letters():
            name, why = self._name(letter.id), receipts.why(letter)
            assert why or letter.state is DeliveryState.RECEIVED, f"{name} does not say why"
            objected = letter.audience is Audience.GP and self.session.get_one(Case, letter.case_id).objected
            lies_ready = letter.state is DeliveryState.WAITING and letter.receipt_code == receipts.PRINTED
            assert not (objected and lies_ready), f"{name} lies ready to be carried though its patient objects"
            is_carried = letter.id in self.carried or letter.state is not DeliveryState.SENT
            assert is_carried or not why.startswith("Afgedrukt"), f"{name} was carried by nobody"

    def _begun(self, claimed: ClaimedDelivery) -> None:
        case = self.session.get_one(Case, self.session.get_one(Delivery, claimed.delivery_id).case_id)
        patient = self.session.get_one(Patient, case.patient_id)
        name = self._name(claimed.delivery_id)
        is_copy = claimed.audience is Audience.GP
        assert not (is_copy and (case.objected or patient.objects)), f"{name} goes though its patient objects"
        assert claimed.content["patient"]["number"] == patient.local_number, f"{name} names another patient"
        assert not (is_copy and self._referrer_of(claimed).sent_at is None), f"{name} goes before the letter to the referrer"
        super()._begun(claimed)

    def _is_over(self, letter: Delivery) -> bool:
        """Or it need not go as its patient objects."""
        is_copy = letter.audience is Audience.GP
        is_withheld = letter.state is DeliveryState.SENT and letter.receipt_code == receipts.WITHHELD
        return super()._is_over(letter) or (is_copy and (is_withheld or letter.state is DeliveryState.CANCELLED))

    def _for_the_printer(self, claimed: ClaimedDelivery) -> None:
        self.printing.append(claimed)

    def end(self) -> None:
        while self.printing:
            self.printer_done()
        super().end()

    def _referrer_of(self, claimed: ClaimedDelivery) -> Delivery:
        first = select(Delivery).where(Delivery.decision_id == claimed.decision.id, Delivery.audience == Audience.REFERRER)
        return self.session.scalars(first).one()

    def _case(self) -> Case:
        return self.session.get_one(Case, self.dice.choice(self.rounds).case_id)
