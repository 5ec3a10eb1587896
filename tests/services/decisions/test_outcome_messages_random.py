"""Whatever is deferred, told, restored, recalled, planned again and decided, and whenever letters arrive or are refused: what the
referrer was told last is what the round says, the case moves as if no message existed, and its letters leave in order."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from mdo_portal.domain.board import Meeting
from mdo_portal.domain.case import Case, CaseState
from mdo_portal.domain.decision import Decision, hash_of, message
from mdo_portal.domain.delivery import OPEN, Delivery, DeliveryState
from mdo_portal.domain.hospital import Hospital
from mdo_portal.domain.round import Round, RoundOutcome
from mdo_portal.errors import PortalError
from mdo_portal.exchange import Receipt, ReceiptKind
from mdo_portal.services.decisions import decision_content, outcomes
from mdo_portal.services.letters import deliveries, outbox
from tests import make
from tests.make import NOW
from tests.people import Region, board_of
from tests.services.ended import FIRST, RECALLED, RESTORED, end, tell

ACTS = ("defer", "back", "tell", "restore", "recall", "plan", "decide", "AA", "AE", "silence")
BEGINS = (["defer"], ["defer", "tell"], ["defer", "tell", "plan", "decide"])
RECEIPTS = {
    "AA": Receipt(ReceiptKind.ACCEPTED, "AA", reference="x"),
    "AE": Receipt(ReceiptKind.REFUSED, "AE"),
    "silence": Receipt(ReceiptKind.UNKNOWN, "timeout"),
}


@dataclass
class House:
    """One case, and what we believe about it without a thought for messages."""

    session: Session
    region: Region
    case: Case
    round_: Round
    now: datetime = NOW
    state: CaseState = CaseState.SCHEDULED
    rounds: list[Round] = field(default_factory=list)
    #: letters of an advice that have not arrived
    advice_open: set[object] = field(default_factory=set)

    def act(self, name: str) -> None:
        self.now += timedelta(hours=2)
        before = self.state
        try:
            with self.session.begin_nested():
                getattr(self, f"_{name}", lambda: self._post(name))()
                self.session.flush()
        except PortalError:
            self.state = before
            self.session.expire_all()

    def _defer(self) -> None:
        if self.state is CaseState.SCHEDULED:
            end(self.session, self.round_, RoundOutcome.DEFERRED, viewer=self.region.bram)
            self.state = CaseState.DEFERRED

    def _back(self) -> None:
        board = board_of(self.session, self.region)
        outcomes.take_back_outcome(self.session, self.round_, self.case, board=board, viewer=self.region.bram, now=self.now)
        self.state = CaseState.SCHEDULED

    def _tell(self) -> None:
        tell(self.session, self.round_, FIRST, viewer=self.region.bram, now=self.now)

    def _restore(self) -> None:
        tell(self.session, self.round_, RESTORED, viewer=self.region.bram, now=self.now)

    def _recall(self) -> None:
        tell(self.session, self.round_, RECALLED, viewer=self.region.bram, now=self.now)

    def _plan(self) -> None:
        if self.state is not CaseState.DEFERRED:
            return
        meeting = self.session.get_one(Meeting, self.region.meeting)
        self.round_ = make.planned(self.session, self.case, meeting, viewer=self.region.aisha)
        self.rounds.append(self.round_)
        self.state = CaseState.SCHEDULED

    def _decide(self) -> None:
        if self.state is not CaseState.SCHEDULED:
            return
        made = make.signed(
            self.session,
            make.discussed(self.session, self.round_, viewer=self.region.bram),
            viewer=self.region.bram,
            now=self.now,
        )
        self.advice_open.add(make.delivery_of(self.session, made).id)
        self.state = CaseState.DECIDED

    def _post(self, said: str) -> None:
        """One letter leaves, if one may, and is answered so."""
        claimed = outbox.claim(self.session, now=self.now)
        if claimed is None:
            return
        letter = self.session.get_one(Delivery, claimed.delivery_id)
        older = select(Delivery).where(Delivery.case_id == self.case.id, Delivery.created_at < letter.created_at)
        assert not [one for one in self.session.scalars(older) if one.state in OPEN], (
            "an older letter of this case had to go first"
        )
        deliveries.settle(self.session, letter.id, RECEIPTS[said], now=self.now)
        if said == "AA":
            self.advice_open.discard(letter.id)
            if self.state is CaseState.DECIDED and not self.advice_open:
                self.state = CaseState.DELIVERED

    def check(self) -> None:
        self.session.flush()
        assert self.case.state is self.state
        for round_ in self.rounds:
            signed = decision_content.of_round(self.session, round_.id)
            told = message(signed)
            assert told is None or (told.content["outcome"], told.content["outcome_reason"]) == (
                round_.outcome,
                round_.outcome_reason,
            )
            assert all(one.content_hash == hash_of(one.content) for one in signed)
        query = select(Delivery).join(Decision, Decision.id == Delivery.decision_id).where(Decision.case_id == self.case.id)
        letters = list(self.session.scalars(query))
        signed_all = sum(len(decision_content.of_round(self.session, one.id)) for one in self.rounds)
        arrived = sum(one.state is DeliveryState.RECEIVED for one in letters)
        refused = sum(one.state is DeliveryState.REFUSED for one in letters)
        assert signed_all == arrived + refused + sum(one.state in OPEN for one in letters)


@settings(max_examples=25)
@given(first=st.sampled_from(BEGINS), acts=st.lists(st.sampled_from(ACTS), max_size=10))
def test_messages_change_nothing_but_what_the_referrer_knows(
    session: Session, region: Region, first: list[str], acts: list[str]
) -> None:
    with session.begin_nested() as savepoint:
        case = make.case(session, session.get_one(Hospital, region.hospitals["ZEED"]))
        round_ = make.planned(session, case, session.get_one(Meeting, region.meeting), viewer=region.aisha)
        house = House(session, region, case, round_, rounds=[round_])
        for act in [*first, *acts]:
            house.act(act)
            house.check()
        savepoint.rollback()
