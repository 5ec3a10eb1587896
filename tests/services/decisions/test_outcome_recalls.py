"""A message that a discussion ended without an advice, when it was wrong: restored here and at the referrer, or recalled."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from mdo_portal.domain.board import Meeting
from mdo_portal.domain.case import CaseState
from mdo_portal.domain.decision import standing
from mdo_portal.domain.round import RoundOutcome
from mdo_portal.errors import IllegalMove
from mdo_portal.exchange import DecisionForm
from mdo_portal.services.decisions import decision_content, outcomes
from mdo_portal.services.decisions.decision_forms import Written
from mdo_portal.services.letters import explained
from tests import make
from tests.make import NOW
from tests.people import Region, board_of
from tests.services.ended import RECALLED, RESTORED, WHY, case_of, end, ended, planned_and_signed, settled, tell


def test_a_wrong_reason_is_restored_here_and_at_the_referrer(session: Session, region: Region) -> None:
    round_ = ended(session, region)
    first = tell(session, round_, viewer=region.bram)

    second = tell(session, round_, RESTORED, viewer=region.bilal)

    assert (second.form, second.version, second.supersedes_id) == (DecisionForm.OUTCOME, 2, first.id)
    assert (second.content["replaces"], second.correction_reason) == (first.document_number, "verkeerd onderzoek genoemd")
    assert second.document_number == f"{first.document_number}-v2"
    assert round_.outcome_reason == case_of(session, round_).reason == RESTORED.text
    assert first.content["outcome_reason"] == WHY, "nothing signed changes"


def test_restoring_the_message_of_a_case_that_went_on_leaves_its_own_reason_alone(session: Session, region: Region) -> None:
    round_ = ended(session, region)
    tell(session, round_, viewer=region.bram)
    make.planned(session, case_of(session, round_), session.get_one(Meeting, region.meeting), viewer=region.aisha)
    reason = case_of(session, round_).reason

    tell(session, round_, RESTORED, viewer=region.bram)

    assert (round_.outcome_reason, case_of(session, round_).reason) == (RESTORED.text, reason)


def test_after_a_recall_the_case_is_discussed_after_all_in_the_same_round(session: Session, region: Region) -> None:
    round_ = ended(session, region)
    first = tell(session, round_, viewer=region.bram)

    recalled = tell(session, round_, RECALLED, viewer=region.bram)

    assert (recalled.form, recalled.supersedes_id) == (DecisionForm.RECALL, first.id)
    assert case_of(session, round_).state is CaseState.DEFERRED
    outcomes.take_back_outcome(
        session, round_, case_of(session, round_), board=board_of(session, region), viewer=region.bram, now=NOW
    )
    advice = make.signed(session, make.discussed(session, round_, viewer=region.bram), viewer=region.bram)
    assert (advice.form, advice.supersedes_id, advice.content["replaces"]) == (DecisionForm.FIRST, None, "")
    assert not advice.document_number.startswith(first.document_number)
    settled(session, advice)
    assert case_of(session, round_).state is CaseState.DELIVERED, "the two letters before it need not have arrived"
    assert standing(decision_content.of_round(session, round_.id)) == [advice]


def test_how_a_round_ended_no_longer_changes_once_the_case_was_planned_again(session: Session, region: Region) -> None:
    """It would move a case that stands on another agenda."""
    round_ = ended(session, region)
    tell(session, round_, viewer=region.bram)
    tell(session, round_, RECALLED, viewer=region.bram)
    make.planned(session, case_of(session, round_), session.get_one(Meeting, region.meeting), viewer=region.aisha)

    for outcome in (RoundOutcome.WITHDRAWN, RoundOutcome.DISCUSSED):
        with pytest.raises(IllegalMove, match="opnieuw gepland"):
            end(session, round_, outcome, viewer=region.bram)

    assert case_of(session, round_).state is CaseState.SCHEDULED


def test_after_a_recall_another_message_is_a_first_one(session: Session, region: Region) -> None:
    round_ = ended(session, region)
    tell(session, round_, viewer=region.bram)
    tell(session, round_, RECALLED, viewer=region.bram)
    end(session, round_, RoundOutcome.WITHDRAWN, viewer=region.bram, why="Patiënt wil geen bespreking.")

    again = tell(session, round_, viewer=region.bram)

    assert (again.content["outcome"], again.supersedes_id) == ("withdrawn", None)


@pytest.mark.parametrize("written", [RESTORED, RECALLED])
def test_without_a_message_there_is_nothing_to_recall(session: Session, region: Region, written: Written) -> None:
    round_ = ended(session, region)
    if written is RESTORED:
        assert tell(session, round_, RESTORED, viewer=region.bram).content["outcome_reason"] == WHY, (
            "the room's reason, not a typed one"
        )
        return

    with pytest.raises(IllegalMove):
        tell(session, round_, written, viewer=region.bram)


def test_a_recall_is_possible_also_after_a_later_advice(session: Session, region: Region) -> None:
    round_ = ended(session, region)
    tell(session, round_, viewer=region.bram)
    advice = planned_and_signed(session, region, case_of(session, round_))

    tell(session, round_, RECALLED, viewer=region.bram, now=NOW + timedelta(hours=1))
    settled(session, advice)

    assert case_of(session, round_).state is CaseState.DELIVERED
    assert explained.latest(session, round_.case_id) is advice
