"""What a correction, an addendum or a withdrawal does to the recommendations that stood."""

from __future__ import annotations

import pytest
from sqlalchemy.orm import Session

from mdo_portal.domain.case import Case
from mdo_portal.domain.follow_up import FollowState
from mdo_portal.errors import IllegalMove
from mdo_portal.exchange import DecisionForm
from mdo_portal.services.follow_up import follow_ups
from tests.people import Region
from tests.services.follow_house import IMAGING, LATER, OPERATION, corrected, items_of, signed
from tests.services.following import NOT, close

# What a later decision does to it


def test_a_correction_supersedes_what_it_replaces_and_deletes_nothing(session: Session, region: Region) -> None:
    first = signed(session, region, OPERATION, IMAGING)

    second = corrected(session, region, first, IMAGING)

    assert {(one.state, one.superseded_by_id) for one in items_of(session, first)} == {(FollowState.SUPERSEDED, second.id)}
    assert [(one.text, one.state) for one in items_of(session, second)] == [("PSMA-PET", FollowState.OPEN)]


def test_the_same_recommendation_keeps_what_was_said_of_it_and_when_it_was_first_advised(
    session: Session, region: Region
) -> None:
    first = signed(session, region, OPERATION, IMAGING)
    close(session, region, items_of(session, first)[1], NOT)

    second = corrected(session, region, first, IMAGING, OPERATION)

    imaging, operation = items_of(session, second)
    assert (imaging.state, imaging.closed_by, imaging.carried_from_id) == (
        FollowState.NOT_DONE, region.dirk.person_id, items_of(session, first)[1].id,
    )  # fmt: skip
    assert (operation.state, operation.signed_at) == (FollowState.OPEN, first.signed_at)


def test_an_answer_is_taken_over_for_one_item_and_not_for_its_double(session: Session, region: Region) -> None:
    first = signed(session, region, IMAGING)
    close(session, region, items_of(session, first)[0])

    second = corrected(session, region, first, IMAGING, IMAGING)

    assert [one.state for one in items_of(session, second)] == [FollowState.CARRIED_OUT, FollowState.OPEN]


@pytest.mark.parametrize("name", ["kind", "text", "intent", "condition", "place"])
def test_what_says_anything_else_is_another_recommendation_and_takes_over_no_answer(
    session: Session, region: Region, name: str
) -> None:
    """Chemotherapy *at progression* that was given does not say that chemotherapy *after surgery* was."""
    other = {"kind": "surgery", "text": "PSMA-PET/CT", "intent": "curative", "condition": "bij progressie", "place": "elders"}
    first = signed(session, region, IMAGING)
    close(session, region, items_of(session, first)[0])

    second = corrected(session, region, first, IMAGING | {name: other[name]})

    assert [one.state for one in items_of(session, second)] == [FollowState.OPEN]


def test_an_addendum_adds_and_leaves_what_stood(session: Session, region: Region) -> None:
    first = signed(session, region, OPERATION)
    second = corrected(session, region, first, OPERATION, IMAGING)
    for item in [*items_of(session, second)]:
        session.delete(item)
    for item in items_of(session, first):
        item.state, item.superseded_by_id, item.closed_at, item.closed_by = FollowState.OPEN, None, None, None
    session.flush()

    case = session.get_one(Case, first.case_id)
    follow_ups.begin(session, second, case, now=LATER, form=DecisionForm.ADDENDUM)

    assert [one.text for one in follow_ups.standing_of(session, first.round_id)] == ["Prostatectomie", "PSMA-PET"]
    assert items_of(session, first)[0].is_open


def test_a_withdrawal_leaves_nothing_to_follow(session: Session, region: Region) -> None:
    first = signed(session, region, OPERATION)

    follow_ups.begin(session, first, session.get_one(Case, first.case_id), now=LATER, form=DecisionForm.WITHDRAWAL)

    assert follow_ups.standing_of(session, first.round_id) == []
    with pytest.raises(IllegalMove):
        close(session, region, items_of(session, first)[0])
