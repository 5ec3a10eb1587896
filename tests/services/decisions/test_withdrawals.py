"""A withdrawal ends what was signed; the chair says what becomes of the case, and nothing more is signed in that round."""

from __future__ import annotations

import pytest
from sqlalchemy.orm import Session

from mdo_portal.domain.board import Meeting
from mdo_portal.domain.case import CaseState, InformationRequest
from mdo_portal.domain.delivery import DeliveryState
from mdo_portal.domain.round import Round, RoundOutcome
from mdo_portal.errors import IllegalMove
from mdo_portal.exchange import DecisionForm
from mdo_portal.services.decisions import decision_content, decisions, outcomes
from mdo_portal.services.decisions.decision_forms import Written
from mdo_portal.services.room import conclusions
from tests import make
from tests.people import Region, board_of
from tests.services.signed import ADDED, AGAIN, CLOSED, LATER, arrived, case_of, holds, round_, sign

__all__ = ["round_"]


@pytest.mark.parametrize(("written", "state"), [(AGAIN, CaseState.READY), (CLOSED, CaseState.CLOSED)])
@pytest.mark.parametrize("delivered", [True, False])
def test_a_withdrawal_ends_what_stood_and_the_chair_says_what_becomes_of_the_case(
    session: Session, region: Region, round_: Round, written: Written, state: CaseState, delivered: bool
) -> None:
    (first,) = decision_content.of_round(session, round_.id)
    if delivered:
        arrived(session, first)

    withdrawn = sign(session, round_, written, region.bram)

    assert (withdrawn.form, withdrawn.supersedes_id, withdrawn.content["then"]) == (
        DecisionForm.WITHDRAWAL,
        first.id,
        written.then,
    )
    assert holds(session, round_) == []
    assert case_of(session, round_).state is state
    assert case_of(session, round_).is_open is (state is CaseState.READY)
    assert make.delivery_of(session, withdrawn).state is DeliveryState.WAITING
    arrived(session, withdrawn)
    assert case_of(session, round_).state is state, "its letter arrives; the case does not come back for it"


def test_after_a_withdrawal_nothing_more_is_signed_in_that_round(session: Session, region: Region, round_: Round) -> None:
    sign(session, round_, AGAIN, region.bram)
    case = case_of(session, round_)

    for act in (
        lambda: sign(session, round_, ADDED, region.bram),
        lambda: sign(session, round_, CLOSED, region.bram),
        lambda: decisions.start_correction(session, round_, case),
    ):
        with pytest.raises(IllegalMove) as refused:
            act()
        assert refused.value.params["who"] == "Bram"


def test_a_withdrawal_ends_a_correction_that_was_begun(session: Session, region: Region, round_: Round) -> None:
    decisions.start_correction(session, round_, case_of(session, round_))

    sign(session, round_, CLOSED, region.bram)

    assert conclusions.is_frozen(session, round_.id)
    with pytest.raises(IllegalMove):
        make.typed(session, round_, " Nog iets.")


def test_a_withdrawn_case_can_be_discussed_and_decided_again(session: Session, region: Region, round_: Round) -> None:
    sign(session, round_, AGAIN, region.bram)

    again = make.planned(session, case_of(session, round_), session.get_one(Meeting, region.meeting), viewer=region.aisha)
    second = make.signed(session, make.discussed(session, again, viewer=region.bram, text="Bestraling."), viewer=region.bram)

    assert (again.number, second.version, second.form) == (2, 1, DecisionForm.FIRST)
    assert case_of(session, round_).state is CaseState.DECIDED


def test_withdrawing_the_advice_of_a_case_that_went_on_does_not_call_it_back(
    session: Session, region: Region, round_: Round
) -> None:
    sign(session, round_, AGAIN, region.bram)
    again = make.planned(session, case_of(session, round_), session.get_one(Meeting, region.meeting), viewer=region.aisha)
    make.signed(session, make.discussed(session, again, viewer=region.bram), viewer=region.bram)
    case = case_of(session, round_)
    case.move(CaseState.READY, now=LATER)  # asked anew by the referrer
    session.flush()

    withdrawn = sign(session, again, Written(DecisionForm.WITHDRAWAL, "", "achterhaald", ""), region.bram)

    assert withdrawn.content["then"] == "" and case.state is CaseState.READY


def test_how_a_signed_round_ended_no_longer_changes(session: Session, region: Region, round_: Round) -> None:
    sign(session, round_, AGAIN, region.bram)
    case, board = case_of(session, round_), board_of(session, region)

    with pytest.raises(IllegalMove):
        outcomes.take_back_outcome(session, round_, case, board=board, viewer=region.bram, now=LATER)
    with pytest.raises(IllegalMove):
        outcomes.set_outcome(
            session, round_, case, RoundOutcome.WITHDRAWN, reason="toch niet", board=board, viewer=region.bram, now=LATER
        )


def test_discussed_again_it_waits_for_the_answer_to_what_was_asked_before(
    session: Session, region: Region, round_: Round
) -> None:
    case = case_of(session, round_)
    session.add(InformationRequest(case_id=case.id, asked_at=LATER, asked_by=region.aisha.person_id, text="En?"))
    session.flush()

    sign(session, round_, AGAIN, region.bram)

    assert case.state is CaseState.INFORMATION_REQUESTED
