"""The message that a discussion ended without an advice: it tells the referrer, moves no case, and holds as long as it is not recalled."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from mdo_portal.domain.board import Meeting
from mdo_portal.domain.case import CaseEvent, CaseState
from mdo_portal.domain.decision import hash_of, main, standing
from mdo_portal.domain.delivery import Audience, Delivery, DeliveryState
from mdo_portal.domain.follow_up import FollowUp
from mdo_portal.domain.hospital import Channel, Hospital
from mdo_portal.domain.recipient import RecipientChannel
from mdo_portal.domain.round import Round, RoundOutcome
from mdo_portal.errors import IllegalMove, Incomplete, PortalError, Stale
from mdo_portal.exchange import Contact, DecisionForm, Receipt, ReceiptKind
from mdo_portal.services.cases import cases, decision_objection_rows
from mdo_portal.services.decisions import decision_content, decision_forms, decisions, outcome_messages, outcomes
from mdo_portal.services.decisions.decision_forms import Written
from mdo_portal.services.decisions.decision_refusals import AlreadySigned, Overtaken
from mdo_portal.services.letters import deliveries, explained, outbox
from tests import make
from tests.make import NETWORK, NOW
from tests.people import Region, board_of
from tests.services.ended import FIRST, RECALLED, RESTORED, WHY, case_of, end, ended, planned_and_signed, settled, tell

NO_ADVICE = (RoundOutcome.DEFERRED, RoundOutcome.REDIRECTED, RoundOutcome.WITHDRAWN)
STATES = {
    RoundOutcome.DEFERRED: CaseState.DEFERRED,
    RoundOutcome.REDIRECTED: CaseState.REDIRECTED,
    RoundOutcome.WITHDRAWN: CaseState.WITHDRAWN,
}


@pytest.mark.parametrize("outcome", NO_ADVICE)
def test_the_message_says_how_it_ended_and_why_and_moves_no_case(session: Session, region: Region, outcome: RoundOutcome) -> None:
    round_ = ended(session, region, outcome)

    told = tell(session, round_, viewer=region.bilal)

    assert (told.form, told.version, told.supersedes_id) == (DecisionForm.OUTCOME, 1, None)
    assert (told.content["outcome"], told.content["outcome_reason"]) == (outcome.value, WHY)
    assert told.content["question"] == "Operatie of bestraling?" and told.content["signed_by"]["name"] == "Bilal"
    assert told.content_hash == hash_of(told.content)
    assert not any(told.content["sections"].values()) and told.content["advice"]["items"] == []
    assert case_of(session, round_).state is STATES[outcome]
    settled(session, told)
    assert case_of(session, round_).state is STATES[outcome], "its letter arrived; the case stands where it stood"


def test_nothing_of_an_advice_hangs_on_it(session: Session, region: Region) -> None:
    round_ = ended(session, region)
    told = tell(session, round_, viewer=region.bram)
    signed = decision_content.of_round(session, round_.id)

    assert main(signed) is None and standing(signed) == []
    assert explained.latest(session, round_.case_id) is None
    assert session.scalar(select(func.count()).select_from(FollowUp)) == 0
    assert cases.view(session, case_of(session, round_)).advice is None
    assert decision_objection_rows.missed(session, region.mila, now=NOW) == []
    assert told.content["participants"] == [] and told.content["quorum"]["met"] is None


@pytest.mark.parametrize("arrives", ["before", "after", "refused", "never"])
def test_a_deferred_case_is_planned_again_and_gets_its_advice_whatever_becomes_of_the_message(
    session: Session, region: Region, arrives: str
) -> None:
    round_ = ended(session, region)
    told = tell(session, round_, viewer=region.bram)
    if arrives in ("before", "refused"):
        settled(session, told, ReceiptKind.ACCEPTED if arrives == "before" else ReceiptKind.REFUSED)

    advice = planned_and_signed(session, region, case_of(session, round_))
    assert case_of(session, round_).state is CaseState.DECIDED
    if arrives == "after":
        settled(session, told)
        assert case_of(session, round_).state is CaseState.DECIDED, "a message is no advice"
    settled(session, advice)

    assert case_of(session, round_).state is CaseState.DELIVERED
    assert explained.latest(session, round_.case_id) is advice
    view = cases.view(session, case_of(session, round_))
    assert view.advice is not None and view.advice.whole.id == advice.id


def test_an_earlier_advice_stays_the_advice_when_a_later_round_ends_without_one(session: Session, region: Region) -> None:
    case = make.case(session, session.get_one(Hospital, region.hospitals["ZEED"]))
    advice = planned_and_signed(session, region, case)
    settled(session, advice)
    case.move(CaseState.READY, now=NOW)  # asked anew
    later = ended(session, region, case=case)

    tell(session, later, viewer=region.bram)

    view = cases.view(session, case)
    assert view.advice is not None and view.advice.whole.id == advice.id
    assert view.advice_before(later.id) == view.advice and view.advice_before(advice.round_id) is None
    assert explained.latest(session, case.id) is advice


def test_only_the_referrer_gets_it(session: Session, region: Region) -> None:
    at = region.hospitals["ZEED"]
    session.add(RecipientChannel(hospital_id=at, audience=Audience.GP, channel=Channel.MLLP, phone=""))
    case = make.case(session, session.get_one(Hospital, at), gp=Contact(name="H. Huisarts"))
    round_ = ended(session, region, case=case)
    shown = outcome_messages.preview(session, round_, case, FIRST, network=NETWORK, viewer=region.bram)

    tell(session, round_, viewer=region.bram)
    tell(session, round_, RECALLED, viewer=region.bram)

    assert [one.audience for one in shown.recipients] == [Audience.REFERRER]
    assert set(session.scalars(select(Delivery.audience))) == {Audience.REFERRER}
    outcomes.take_back_outcome(session, round_, case, board=board_of(session, region), viewer=region.bram, now=NOW)
    make.signed(session, make.discussed(session, round_, viewer=region.bram), viewer=region.bram)
    assert set(session.scalars(select(Delivery.audience))) == {Audience.REFERRER, Audience.GP}, "and the GP gets the advice"


def test_where_the_case_is_planned_again_is_said_when_it_is_known(session: Session, region: Region) -> None:
    round_ = ended(session, region)
    before = outcome_messages.preview(session, round_, case_of(session, round_), FIRST, network=NETWORK, viewer=region.bram)
    assert before.content["planned"] == {}
    meeting = make.meeting(session, board_of(session, region), starts_at=NOW + timedelta(days=9))
    make.planned(session, case_of(session, round_), meeting, viewer=region.aisha)

    with pytest.raises(Stale):
        tell(session, round_, viewer=region.bram, seen=before.content_hash)
    told = tell(session, round_, viewer=region.bram)

    assert told.content["planned"] == {"meeting_at": meeting.starts_at.isoformat(), "board": "Uro-prostaat"}


def test_as_long_as_the_message_holds_the_outcome_stands(session: Session, region: Region) -> None:
    round_ = ended(session, region)
    tell(session, round_, viewer=region.bram)
    case, board = case_of(session, round_), board_of(session, region)

    for act in (
        lambda: outcomes.take_back_outcome(session, round_, case, board=board, viewer=region.bram, now=NOW),
        lambda: end(session, round_, RoundOutcome.WITHDRAWN, viewer=region.bram),
        lambda: end(session, round_, RoundOutcome.DEFERRED, viewer=region.bram, why="iets anders"),
    ):
        with pytest.raises(IllegalMove) as refused:
            act()
        assert refused.value.params["who"] == "Bram"
    assert (round_.outcome, round_.outcome_reason) == (RoundOutcome.DEFERRED, WHY)


def test_about_an_advice_there_is_no_such_message_and_about_a_message_no_addition(session: Session, region: Region) -> None:
    case = make.case(session, session.get_one(Hospital, region.hospitals["ZEED"]))
    advice = planned_and_signed(session, region, case)
    told = ended(session, region)
    tell(session, told, viewer=region.bram)

    with pytest.raises(IllegalMove):
        tell(session, session.get_one(Round, advice.round_id), viewer=region.bram)
    for form in (DecisionForm.ADDENDUM, DecisionForm.WITHDRAWAL):
        with pytest.raises(IllegalMove):
            decision_forms.preview(
                session,
                told,
                case_of(session, told),
                Written(form, "x", "y", "again"),
                network=NETWORK,
                viewer=region.bram,
            )
    with pytest.raises(IllegalMove):
        decisions.start_correction(session, told, case_of(session, told))
    with pytest.raises(PortalError):
        make.signed(session, told, viewer=region.bram)


def test_a_discussion_that_ended_with_an_advice_or_not_at_all_has_nothing_to_tell(session: Session, region: Region) -> None:
    case = make.case(session, session.get_one(Hospital, region.hospitals["ZEED"]))
    round_ = make.planned(session, case, session.get_one(Meeting, region.meeting), viewer=region.aisha)

    with pytest.raises(IllegalMove):
        tell(session, round_, viewer=region.bram)
    make.discussed(session, round_, viewer=region.bram)
    with pytest.raises(IllegalMove):
        tell(session, round_, viewer=region.bram)


def test_once_a_later_round_brought_an_advice_the_earlier_one_is_told_no_more(session: Session, region: Region) -> None:
    round_ = ended(session, region)
    planned_and_signed(session, region, case_of(session, round_))

    with pytest.raises(IllegalMove, match="latere"):
        tell(session, round_, viewer=region.bram)


@pytest.mark.parametrize(
    ("written", "field"),
    [
        (Written(DecisionForm.OUTCOME, "  ", "reden", ""), "text"),
        (Written(DecisionForm.OUTCOME, "tekst", " ", ""), "reason"),
        (Written(DecisionForm.OUTCOME, "t" * 401, "reden", ""), "text"),
        (Written(DecisionForm.RECALL, "", "", ""), "reason"),
    ],
)
def test_without_text_or_reason_nothing_is_signed(session: Session, region: Region, written: Written, field: str) -> None:
    round_ = ended(session, region)
    tell(session, round_, viewer=region.bram)

    with pytest.raises(Incomplete) as refused:
        tell(session, round_, written, viewer=region.bram)

    assert field in refused.value.fields and len(decision_content.of_round(session, round_.id)) == 1


def test_pressing_twice_signs_once_and_the_second_chair_reads_who_was_first(session: Session, region: Region) -> None:
    round_ = ended(session, region)
    first = tell(session, round_, viewer=region.bram)

    with pytest.raises(AlreadySigned) as twice:
        tell(session, round_, RESTORED, viewer=region.bram, seen=first.content_hash)
    with pytest.raises(Overtaken) as overtaken:
        tell(session, round_, RECALLED, viewer=region.bilal, seen=uuid.uuid4().hex)

    assert twice.value.sentence.startswith("Dit bericht is al getekend") and twice.value.params["who"] == "Bram"
    assert overtaken.value.params["who"] == "Bram"


def test_each_stands_on_the_timeline_with_who_signed_it(session: Session, region: Region) -> None:
    round_ = ended(session, region)
    for written, viewer in ((FIRST, region.bram), (RESTORED, region.bilal), (RECALLED, region.bram)):
        tell(session, round_, written, viewer=viewer)

    query = select(CaseEvent.what, CaseEvent.details).where(CaseEvent.case_id == round_.case_id, CaseEvent.what.like("outcome.%"))
    assert {what: details["person"] for what, details in session.execute(query)} == {
        "outcome.told": "Bram", "outcome.retold": "Bilal", "outcome.recalled": "Bram",
    }  # fmt: skip


def test_there_is_one_letter_of_each_and_it_waits_to_be_sent(session: Session, region: Region) -> None:
    round_ = ended(session, region)
    signed = [tell(session, round_, written, viewer=region.bram) for written in (FIRST, RESTORED, RECALLED)]

    assert [make.delivery_of(session, one).state for one in signed] == [DeliveryState.WAITING] * 3


@pytest.mark.parametrize("kind", [ReceiptKind.REFUSED, ReceiptKind.ACCEPTED])
def test_a_message_on_its_way_goes_before_the_advice_and_one_that_was_refused_holds_nothing_up(
    session: Session, region: Region, kind: ReceiptKind
) -> None:
    round_ = ended(session, region)
    told = make.delivery_of(session, tell(session, round_, viewer=region.bram))
    again = make.planned(session, case_of(session, round_), session.get_one(Meeting, region.meeting), viewer=region.aisha)
    later = NOW + timedelta(minutes=1)
    signed = make.signed(session, make.discussed(session, again, viewer=region.bram), viewer=region.bram, now=later)
    advice = make.delivery_of(session, signed)

    assert _claimed(session, later) == told.id
    deliveries.settle(session, told.id, Receipt(ReceiptKind.LATER, "unreachable"), now=later)
    assert _claimed(session, later) is None, "the advice does not overtake it"
    assert _claimed(session, later + timedelta(hours=1)) == told.id
    deliveries.settle(session, told.id, Receipt(kind, "AA"), now=later + timedelta(hours=1))

    assert _claimed(session, later + timedelta(hours=2)) == advice.id


def _claimed(session: Session, at: datetime) -> uuid.UUID | None:
    claimed = outbox.claim(session, now=at)
    return claimed.delivery_id if claimed else None
