"""A recommendation is handed over with a reason; what was signed stays as it is, and the board's own new word counts again."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from mdo_portal.domain.case import Case, CaseEvent
from mdo_portal.domain.decision import Decision
from mdo_portal.domain.follow_up import FollowUp
from mdo_portal.domain.policy import Act
from mdo_portal.errors import IllegalMove, Incomplete, NotFound, Stale
from mdo_portal.services.follow_up import follow_ups, handovers
from mdo_portal.services.follow_up.follow_ups import Answer, FollowState
from mdo_portal.services.follow_up.handovers import Wanted
from tests.make import NOW, TODAY
from tests.people import Region
from tests.services.follow_house import IMAGING, LATER, OPERATION, corrected, items_of, signed

ANOTHER_DAY = date(2026, 3, 27)


def hand(session: Session, region: Region, item: FollowUp, **over: Any) -> None:
    values: dict[str, Any] = {
        "person_id": region.dirk.person_id,
        "responsible": "",
        "due_on": ANOTHER_DAY,
        "reason": "met verlof",
    }
    handovers.hand_over(
        session, item, session.get_one(Case, item.case_id), Wanted(**(values | over)), seen=over.pop("seen", item.revision),
        viewer=region.aisha, now=LATER, today=TODAY,
    )  # fmt: skip


@pytest.fixture
def imaging(session: Session, region: Region) -> FollowUp:
    (item,) = items_of(session, signed(session, region, IMAGING | {"responsible": "dr. B. Bakker"}))
    return item


def test_the_signed_text_says_what_was_signed_and_the_item_who_sees_to_it_now(
    session: Session, region: Region, imaging: FollowUp
) -> None:
    hand(session, region, imaging)

    told = session.get_one(Decision, imaging.decision_id).content["advice"]["items"][0]
    assert (told["responsible"], told["due_on"]) == ("dr. B. Bakker", "2026-03-20")
    assert (imaging.responsible, imaging.responsible_id, imaging.due_on) == ("Dirk", region.dirk.person_id, ANOTHER_DAY)


def test_every_hand_over_is_kept_with_who_why_and_when(session: Session, region: Region, imaging: FollowUp) -> None:
    hand(session, region, imaging)
    hand(session, region, imaging, person_id=None, responsible="dr. E. Elders", due_on=ANOTHER_DAY, reason="ander team")

    first, second = handovers.history(session, imaging.id)
    assert first == ("dr. B. Bakker", "Dirk", date(2026, 3, 20), ANOTHER_DAY, "met verlof", "Aisha", LATER)
    assert second == ("Dirk", "dr. E. Elders", ANOTHER_DAY, ANOTHER_DAY, "ander team", "Aisha", LATER)
    assert imaging.responsible_id is None
    events = select(CaseEvent.what).where(CaseEvent.case_id == imaging.case_id, CaseEvent.what == "follow.handed")
    assert len(session.scalars(events).all()) == 2


@pytest.mark.parametrize(
    ("over", "field"),
    [
        ({"reason": "  "}, "reason"),
        ({"due_on": None}, "due_on"),
        ({"due_on": TODAY - timedelta(days=1)}, "due_on"),
        ({"person_id": None, "due_on": date(2026, 3, 20)}, "responsible"),  # nothing changes
        ({"person_id": None, "responsible": "x" * 201}, "responsible"),
        ({"person_id": None, "responsible": "   ", "due_on": date(2026, 3, 20)}, "responsible"),  # spaces are nobody
    ],
)
def test_without_a_reason_a_day_or_a_change_nothing_is_handed_over(
    session: Session, region: Region, imaging: FollowUp, over: dict[str, Any], field: str
) -> None:
    with pytest.raises(Incomplete) as refused:
        hand(session, region, imaging, **over)

    assert list(refused.value.fields) == [field]
    assert handovers.history(session, imaging.id) == []


def test_only_a_colleague_who_can_open_the_item_is_on_the_list(session: Session, region: Region, imaging: FollowUp) -> None:
    with pytest.raises(Incomplete):
        hand(session, region, imaging, person_id=region.carla.person_id)


def test_of_two_people_the_second_is_told_and_what_is_closed_is_not_handed_over(
    session: Session, region: Region, imaging: FollowUp
) -> None:
    seen = imaging.revision
    hand(session, region, imaging)
    with pytest.raises(Stale):
        handovers.hand_over(
            session, imaging, session.get_one(Case, imaging.case_id), Wanted(None, "X", ANOTHER_DAY, "r"), seen=seen,
            viewer=region.aisha, now=LATER, today=TODAY,
        )  # fmt: skip
    follow_ups.close(
        session, imaging, session.get_one(Case, imaging.case_id), Answer(FollowState.CARRIED_OUT), seen=imaging.revision,
        viewer=region.dirk, now=LATER, today=TODAY + timedelta(days=1),
    )  # fmt: skip
    with pytest.raises(IllegalMove):
        hand(session, region, imaging, person_id=None, responsible="nog iemand")


def test_a_correction_that_says_the_same_keeps_the_hand_over_and_one_that_names_another_day_counts_again(
    session: Session, region: Region
) -> None:
    first = signed(session, region, OPERATION, IMAGING)
    for item in items_of(session, first):
        hand(session, region, item)

    second = corrected(session, region, first, OPERATION, IMAGING | {"due_on": "2026-04-10"})

    operation, imaging = items_of(session, second)
    assert (operation.responsible, operation.due_on) == ("Dirk", ANOTHER_DAY)
    assert [one.reason for one in handovers.history(session, operation.id)] == ["met verlof"]
    assert (imaging.responsible, imaging.due_on) == ("", date(2026, 4, 10))
    assert handovers.history(session, imaging.id) == []


def test_case_managers_and_who_leads_the_board_hand_over_and_a_specialist_does_not(
    session: Session, region: Region, imaging: FollowUp
) -> None:
    assert follow_ups.item_for(session, region.aisha, Act.FOLLOW_HAND, imaging.id, now=NOW)[0] is imaging
    with pytest.raises(NotFound):
        follow_ups.item_for(session, region.carla, Act.FOLLOW_HAND, imaging.id, now=NOW)
    assert not region.dirk.may(Act.FOLLOW_HAND, hospital_id=imaging.hospital_id)
