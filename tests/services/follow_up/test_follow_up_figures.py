"""A board's own figures: counts of what people entered, from which nobody can be counted out."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as some
from sqlalchemy.orm import Session

from mdo_portal.domain.case import Case
from mdo_portal.domain.follow_up import FollowState, NotDone
from mdo_portal.services.follow_up import follow_up_figures, follow_ups
from mdo_portal.services.follow_up.follow_up_figures import FEW, Figures, kept_apart
from mdo_portal.services.follow_up.follow_ups import Answer
from tests.make import NOW, TODAY
from tests.people import Region
from tests.services.follow_house import IMAGING, OPERATION, corrected, items_of, signed

YEAR = (date(2026, 1, 1), date(2026, 12, 31))


def figures(session: Session, region: Region, board: str = "URO-P") -> Figures:
    return follow_up_figures.of_board(session, region.boards[board], since=YEAR[0], until=YEAR[1])


def test_each_recommendation_is_counted_once_also_after_a_correction(session: Session, region: Region) -> None:
    first = signed(session, region, OPERATION, IMAGING)
    for item, answer, days in zip(
        items_of(session, first), (Answer(FollowState.CARRIED_OUT), Answer(FollowState.NOT_DONE, "wish")), (4, 9), strict=True
    ):
        case, at = session.get_one(Case, first.case_id), NOW + timedelta(days=days)
        follow_ups.close(session, item, case, answer, seen=1, viewer=region.dirk, now=at, today=TODAY + timedelta(days=days))
    corrected(session, region, first, OPERATION, IMAGING, IMAGING | {"text": "MRI"}, now=NOW + timedelta(days=10))

    found = figures(session, region)

    whole = found.whole
    assert (whole.recommended, whole.carried_out, whole.partly, whole.not_done, whole.open) == (3, 1, 0, 1, 1)
    assert (whole.percent, whole.median_days) == (50, 4.0)
    assert [(one.since, one.recommended) for one in found.quarters] == [(date(2026, 1, 1), 3)]
    assert found.reasons[NotDone.WISH] is None
    assert figures(session, region, "GI").whole.recommended == 0


def test_the_day_it_was_done_counts_and_not_the_day_somebody_wrote_it_down(session: Session, region: Region) -> None:
    decision = signed(session, region, OPERATION)
    (item,), case = items_of(session, decision), session.get_one(Case, decision.case_id)
    answer = Answer(FollowState.CARRIED_OUT, done_on=TODAY + timedelta(days=2))
    follow_ups.close(
        session, item, case, answer, seen=1, viewer=region.dirk, now=NOW + timedelta(days=30), today=TODAY + timedelta(days=30)
    )

    assert figures(session, region).whole.median_days == 2.0


@given(some.fixed_dictionaries({reason: some.integers(0, 9) for reason in NotDone}))
def test_no_small_number_of_a_reason_can_be_read_or_found_by_subtracting(counted: dict[NotDone, int]) -> None:
    shown = kept_apart(counted)

    hidden = [reason for reason, number in shown.items() if number is None]
    assert all(shown[reason] in (None, number) for reason, number in counted.items())
    if any(0 < number < FEW for number in counted.values()):
        assert len(hidden) > 1, "one alone is the known sum less the others"
        assert all(number is None or number >= FEW for number in shown.values()), "a zero that is shown says who it was not"
    else:
        assert not hidden
