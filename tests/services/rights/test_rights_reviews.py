"""When a review is due, and what it says of a role: facts, no guesses."""

from __future__ import annotations

import threading
import time
import uuid
from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from mdo_portal.database import Database
from mdo_portal.domain.board import Board
from mdo_portal.domain.granting import Place
from mdo_portal.domain.people import BoardMembership, Proof, Role
from mdo_portal.domain.retention import months_later
from mdo_portal.domain.rights import Odd, RightsReviewLine, Verdict
from mdo_portal.errors import IllegalMove
from mdo_portal.services.people import sessions
from mdo_portal.services.rights import rights_due, rights_reviews
from tests import make
from tests.make import NOW, TODAY
from tests.people import Region, person_id


def uro(region: Region) -> Place:
    return Place(region.boards["URO-P"], True)


def reviewed(session: Session, region: Region, *, now: datetime = NOW) -> None:
    """Everything kept and signed."""
    review = rights_reviews.start(session, region.aisha, uro(region), now=now)
    for line in rights_reviews.review_for(session, region.aisha, review.id).lines:
        if line.person_id != region.aisha.person_id:
            page = rights_reviews.review_for(session, region.aisha, review.id)
            rights_reviews.decide(session, region.aisha, page, line.id, Verdict.KEEP, now=now)
    rights_reviews.sign(session, region.aisha, rights_reviews.review_for(session, region.aisha, review.id), now=now)


def due(session: Session, region: Region, now: datetime) -> tuple[date | None, bool]:
    row = next(one for one in rights_due.due_list(session, region.aisha, now=now) if one.place == uro(region))
    return row.due_on, row.is_overdue


def test_a_review_is_due_after_the_months_of_the_board_counted_from_the_first_role_and_then_from_the_last_review(
    session: Session, region: Region
) -> None:
    """It was overdue from the minute in which the first role was given."""
    board = session.get_one(Board, region.boards["URO-P"])
    board.review_months = 1
    roles = session.scalars(select(BoardMembership).where(BoardMembership.board_id == board.id)).all()
    roles[0].given_at = None  # from before that day was kept
    session.flush()
    unknown = due(session, region, NOW)
    for number, role in enumerate(roles):
        role.given_at = NOW - timedelta(days=number)
    first = (NOW - timedelta(days=len(roles) - 1)).date()
    session.flush()
    never, later = due(session, region, NOW), due(session, region, NOW + timedelta(days=31))
    reviewed(session, region)
    board.review_months = 3

    assert unknown == (None, True)
    assert never == (first.replace(month=first.month + 1), False)
    assert later == (never[0], True)
    assert due(session, region, NOW) == (date(2026, 6, 2), False)
    assert due(session, region, datetime(2026, 6, 1, 12, tzinfo=NOW.tzinfo))[1] is False
    assert due(session, region, datetime(2026, 6, 2, 12, tzinfo=NOW.tzinfo))[1] is True


def test_two_who_begin_in_the_same_moment_get_the_same_review(database: Database, region: Region) -> None:
    """A double click was an error page."""
    begun: list[uuid.UUID] = []

    def second() -> None:
        with database.transaction() as session:
            begun.append(rights_reviews.start(session, region.aisha, uro(region), now=NOW).id)

    late = threading.Thread(target=second)
    with database.transaction() as session:
        begun.append(rights_reviews.start(session, region.aisha, uro(region), now=NOW).id)
        late.start()
        waits = text("SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'transactionid' AND datname = current_database()")
        deadline = time.monotonic() + 10
        while not session.scalar(waits) and time.monotonic() < deadline:
            session.execute(text("SELECT pg_stat_clear_snapshot()"))
    late.join(20)

    assert len(begun) == 2 and len(set(begun)) == 1


@pytest.mark.parametrize(
    ("start", "months", "end"),
    [
        (date(2026, 8, 31), 6, date(2027, 2, 28)),
        (date(2026, 12, 1), 1, date(2027, 1, 1)),
        (date(2026, 1, 15), 24, date(2028, 1, 15)),
    ],
)
def test_months_later_is_a_day_that_exists(start: date, months: int, end: date) -> None:
    assert months_later(start, months) == end


def odd(session: Session, region: Region, name: str, *, now: datetime = NOW) -> set[str]:
    review = rights_reviews.start(session, region.aisha, uro(region), now=now)
    query = select(RightsReviewLine).where(RightsReviewLine.review_id == review.id, RightsReviewLine.person_id == person_id(name))
    return {one for line in session.scalars(query) for one in line.odd}


def test_somebody_seen_yesterday_with_two_factors_is_not_odd(session: Session, region: Region) -> None:
    assert odd(session, region, "Bram", now=NOW + timedelta(days=1)) == set()


def test_somebody_not_seen_for_ninety_days_is_said_so(session: Session, region: Region) -> None:
    assert odd(session, region, "Bram", now=NOW + timedelta(days=91)) == {Odd.NOT_SEEN}


def test_somebody_added_last_week_is_not_called_absent(session: Session, region: Region) -> None:
    now = NOW + timedelta(days=200)
    session.add(
        BoardMembership(
            person_id=person_id("Carla"), board_id=region.boards["URO-P"], role=Role.OBSERVER, given_at=now - timedelta(7)
        )
    )
    session.flush()
    sessions.start_session(session, person_id("Carla"), region.hospitals["KREE"], proof=Proof("password"), now=now)
    session.flush()

    assert odd(session, region, "Carla", now=now) == {Odd.BOARD_LEFT, Odd.NO_FACTOR}


def test_a_term_that_is_over_stands_out(session: Session, region: Region) -> None:
    held = session.scalars(select(BoardMembership).where(BoardMembership.person_id == person_id("Mila"))).one()
    held.ends_on = TODAY - timedelta(days=1)
    session.flush()

    assert odd(session, region, "Mila") == {Odd.OVER}


def test_plain_lines_are_kept_together_but_not_the_reviewers_own(session: Session, region: Region) -> None:
    review = rights_reviews.start(session, region.aisha, uro(region), now=NOW)
    page = rights_reviews.review_for(session, region.aisha, review.id)

    assert rights_reviews.keep_the_plain(session, region.aisha, page, now=NOW) == 3
    assert {line.person_name for line in page.lines if line.verdict is Verdict.OPEN} == {"Aisha"}


def test_a_role_ended_elsewhere_meanwhile_may_be_ended_in_the_review_too(session: Session, region: Region) -> None:
    review = rights_reviews.start(session, region.aisha, uro(region), now=NOW)
    page = rights_reviews.review_for(session, region.aisha, review.id)
    held = session.scalars(select(BoardMembership).where(BoardMembership.person_id == person_id("Mila"))).one()
    held.ended_at = NOW
    line = next(one for one in page.lines if one.person_name == "Mila")
    rights_reviews.decide(session, region.aisha, page, line.id, Verdict.END, now=NOW + timedelta(hours=1))

    assert (held.ended_at, line.verdict) == (NOW, Verdict.END)
    with pytest.raises(IllegalMove):
        rights_reviews.decide(session, region.aisha, page, line.id, Verdict.KEEP, now=NOW)


def test_the_last_secretary_is_not_ended_by_a_review_either(session: Session, region: Region) -> None:
    review = rights_reviews.start(session, region.ada, uro(region), now=NOW)
    page = rights_reviews.review_for(session, region.ada, review.id)
    line = next(one for one in page.lines if one.person_name == "Aisha")

    with pytest.raises(IllegalMove):
        rights_reviews.decide(session, region.ada, page, line.id, Verdict.END, now=NOW)
    assert line.verdict is Verdict.OPEN and make.PROOF.strong
