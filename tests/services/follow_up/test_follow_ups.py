"""A recommendation is followed from the signature on, closed by a person only, and never counted twice."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from mdo_portal.domain.board import Meeting, MeetingState
from mdo_portal.domain.case import Case, CaseEvent, CaseState
from mdo_portal.domain.follow_up import FollowState, Press, press_of
from mdo_portal.domain.round import Round
from mdo_portal.errors import IllegalMove, Incomplete, Stale
from mdo_portal.services.follow_up import follow_up_list, follow_up_rows, follow_ups
from mdo_portal.services.follow_up.follow_up_list import Filter
from mdo_portal.services.follow_up.follow_ups import Answer
from mdo_portal.zone import AMSTERDAM
from tests import make
from tests.make import NOW, TODAY
from tests.people import Region, board_of
from tests.services.follow_house import IMAGING, LATER, OPERATION, delivered, items_of, signed
from tests.services.following import DONE, NOT, close


def test_each_recommendation_of_a_signed_decision_is_an_item_for_the_hospital_that_must_do_it(
    session: Session, region: Region
) -> None:
    operation, imaging = items_of(session, signed(session, region, OPERATION, IMAGING))

    assert (operation.position, operation.text, operation.responsible) == (1, "Prostatectomie", "dr. B. Bakker")
    assert operation.owner_hospital_id == region.hospitals["DELT"]
    assert (imaging.owner_hospital_id, imaging.due_on) == (region.hospitals["ZEED"], date(2026, 3, 20))
    assert {operation.state, imaging.state} == {FollowState.OPEN}


def test_an_advice_in_words_alone_makes_no_item(session: Session, region: Region) -> None:
    assert items_of(session, signed(session, region)) == []


def test_a_person_says_what_became_of_it(session: Session, region: Region) -> None:
    item, _ = items_of(session, signed(session, region, OPERATION, IMAGING))

    close(session, region, item, NOT)

    assert (item.state, item.reason, item.words) == (FollowState.NOT_DONE, "wish", "wil niet meer")
    assert (item.closed_by, item.closed_at) == (region.dirk.person_id, LATER)


def test_what_is_said_is_kept_without_the_spaces_around_it(session: Session, region: Region) -> None:
    (item,) = items_of(session, signed(session, region, IMAGING))

    close(session, region, item, Answer(FollowState.NOT_DONE, "wish", "  wil niet meer \n"))

    assert item.words == "wil niet meer"


def test_partly_and_not_need_a_reason_and_nothing_was_done_before_it_was_advised(session: Session, region: Region) -> None:
    (item,) = items_of(session, signed(session, region, OPERATION))

    with pytest.raises(Incomplete):
        close(session, region, item, Answer(FollowState.NOT_DONE))
    with pytest.raises(Incomplete):
        close(session, region, item, Answer(FollowState.CARRIED_OUT, done_on=TODAY - timedelta(days=1)))
    with pytest.raises(Incomplete):
        close(session, region, item, Answer(FollowState.CARRIED_OUT, done_on=TODAY + timedelta(days=9)))

    assert item.is_open


def test_of_two_people_in_one_item_the_second_is_told(session: Session, region: Region) -> None:
    (item,) = items_of(session, signed(session, region, OPERATION))
    seen = item.revision
    close(session, region, item)

    with pytest.raises(Stale):
        follow_ups.close(
            session, item, session.get_one(Case, item.case_id), NOT, seen=seen, viewer=region.dirk, now=LATER, today=TODAY
        )


@pytest.mark.parametrize("answer", [DONE, NOT])
def test_what_was_answered_is_not_answered_the_same_again_and_what_is_open_is_not_opened(
    session: Session, region: Region, answer: Answer
) -> None:
    (item,) = items_of(session, signed(session, region, IMAGING))
    with pytest.raises(IllegalMove):
        follow_ups.reopen(session, item, session.get_one(Case, item.case_id), seen=1, viewer=region.dirk, now=LATER)
    close(session, region, item, answer)

    with pytest.raises(IllegalMove):
        close(session, region, item, answer)
    assert item.state is answer.state


def test_what_was_said_by_mistake_is_opened_again(session: Session, region: Region) -> None:
    (item,) = items_of(session, signed(session, region, OPERATION))
    close(session, region, item, NOT)

    case = session.get_one(Case, item.case_id)
    follow_ups.reopen(session, item, case, seen=item.revision, viewer=region.dirk, now=LATER)

    assert (item.state, item.reason, item.closed_by, item.closed_at) == (FollowState.OPEN, "", None, None)


# The case


def test_the_case_is_followed_up_when_everything_of_its_newest_decision_is_closed_and_never_back(
    session: Session, region: Region
) -> None:
    decision = signed(session, region, OPERATION, IMAGING)
    case = session.get_one(Case, decision.case_id)
    delivered(session, decision)
    first, second = items_of(session, decision)

    close(session, region, first)
    assert case.state is CaseState.DELIVERED
    close(session, region, second, NOT)
    assert case.state is CaseState.FOLLOWED_UP
    follow_ups.reopen(session, second, case, seen=second.revision, viewer=region.dirk, now=LATER)
    assert case.state is CaseState.FOLLOWED_UP


def test_what_is_still_open_of_another_patient_keeps_no_case_from_being_followed_up(session: Session, region: Region) -> None:
    """Of one who was discussed more often, even."""
    decision = signed(session, region, IMAGING)
    other = signed(session, region, OPERATION)
    session.get_one(Round, other.round_id).number = 7
    delivered(session, decision)

    close(session, region, items_of(session, decision)[0])

    assert session.get_one(Case, decision.case_id).state is CaseState.FOLLOWED_UP
    said = select(CaseEvent.case_id).where(CaseEvent.what == "follow.all_closed")
    assert session.scalars(said).all() == [decision.case_id]


def test_what_was_closed_before_the_letter_arrived_counts_when_it_does(session: Session, region: Region) -> None:
    decision = signed(session, region, OPERATION)
    close(session, region, items_of(session, decision)[0])

    delivered(session, decision)

    assert session.get_one(Case, decision.case_id).state is CaseState.FOLLOWED_UP


def test_a_case_without_recommendations_stays_delivered(session: Session, region: Region) -> None:
    decision = signed(session, region)

    delivered(session, decision)

    assert session.get_one(Case, decision.case_id).state is CaseState.DELIVERED


# Lists


@pytest.mark.parametrize(
    ("due_in", "press"), [(-1, Press.LATE), (0, Press.SOON), (7, Press.SOON), (8, Press.ON_TIME), (None, Press.NO_DATE)]
)
def test_an_item_presses_from_so_many_days_before_its_date(due_in: int | None, press: Press) -> None:
    due_on = None if due_in is None else TODAY + timedelta(days=due_in)

    assert press_of(due_on, today=TODAY, days=7) is press


def test_the_list_has_what_is_late_first_and_nothing_of_another_hospital(session: Session, region: Region) -> None:
    signed(session, region, OPERATION, IMAGING, IMAGING | {"text": "MRI", "due_on": "2026-03-03"})

    def texts(name: str) -> list[str]:
        return [one.text for one in follow_up_list.page(session, region.viewers[name], Filter()).rows]

    assert texts("Dirk") == texts("Aisha") == ["MRI", "PSMA-PET", "Prostatectomie"]
    assert texts("Carla") == []


def test_the_number_in_the_menu_counts_what_is_late_or_nearly_so(session: Session, region: Region) -> None:
    signed(session, region, OPERATION, IMAGING, IMAGING | {"text": "MRI", "due_on": "2026-03-03"})

    assert follow_up_rows.pressing(session, region.dirk, today=TODAY) == 1
    assert follow_up_rows.pressing(session, region.aisha, today=date(2026, 3, 14)) == 2
    assert follow_up_rows.pressing(session, region.carla, today=date(2026, 3, 14)) == 0


def test_the_board_hears_once_what_became_of_its_advice(session: Session, region: Region) -> None:
    decision = signed(session, region, OPERATION, IMAGING)
    session.get_one(Meeting, region.meeting).state = MeetingState.CLOSED
    not_held = make.meeting(session, board_of(session, region), starts_at=NOW + timedelta(days=7))  # of a feast day, say
    not_held.state = MeetingState.REGISTRATION_CLOSED
    next_one = make.meeting(session, board_of(session, region), starts_at=NOW + timedelta(days=9))
    item, _ = items_of(session, decision)
    follow_ups.close(
        session, item, session.get_one(Case, decision.case_id), DONE, seen=1, viewer=region.dirk,
        now=NOW + timedelta(days=5), today=TODAY + timedelta(days=5),
    )  # fmt: skip

    assert [one.text for one in follow_up_rows.told_back(session, next_one)] == ["Prostatectomie"]
    assert follow_up_rows.tell(session, next_one, [item.id], now=LATER) == 1
    assert follow_up_rows.told_back(session, next_one) == []


def test_what_an_evening_board_advised_after_midnight_was_not_done_the_day_before(session: Session, region: Region) -> None:
    """In Greenwich it was still that day."""
    (item,) = items_of(session, signed(session, region, OPERATION))
    item.signed_at = datetime(2026, 1, 1, 0, 20, tzinfo=AMSTERDAM)

    with pytest.raises(Incomplete):
        close(session, region, item, Answer(FollowState.CARRIED_OUT, done_on=date(2025, 12, 31)))
    close(session, region, item, Answer(FollowState.CARRIED_OUT, done_on=date(2026, 1, 1)))
