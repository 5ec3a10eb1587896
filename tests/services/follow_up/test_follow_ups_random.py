"""Whatever is signed, corrected, answered and opened again: an item is open, or closed with who and when; none is counted twice."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as some
from sqlalchemy import select
from sqlalchemy.orm import Session

from mdo_portal.domain.case import Case
from mdo_portal.domain.decision import Decision
from mdo_portal.domain.follow_up import ANSWERS, FollowState, FollowUp, NotDone
from mdo_portal.services.follow_up import follow_up_figures, follow_ups
from mdo_portal.services.follow_up.follow_ups import Answer
from tests.make import NOW, TODAY
from tests.people import Region
from tests.services import follow_house

NAMES = ("Prostatectomie", "PSMA-PET", "MRI", "Bestraling")
STEPS = some.lists(
    some.one_of(
        some.tuples(some.just("correct"), some.lists(some.sampled_from(NAMES), max_size=4), some.just("")),
        some.tuples(some.just("close"), some.integers(0, 9), some.sampled_from([one.value for one in ANSWERS])),
        some.tuples(some.just("reopen"), some.integers(0, 9), some.just("")),
    ),
    max_size=7,
)


@settings(max_examples=12)
@given(some.lists(some.sampled_from(NAMES), max_size=4), STEPS)
def test_every_item_is_open_or_closed_and_counted_once(
    session: Session, region: Region, first: list[str], steps: list[tuple[str, Any, str]]
) -> None:
    kept = session.begin_nested()
    decision = follow_house.signed(session, region, *map(_item, first))
    said = first
    for place, (what, which, answer) in enumerate(steps, start=1):
        now = NOW + timedelta(hours=place)
        if what == "correct":
            decision = follow_house.corrected(session, region, decision, *map(_item, which), now=now)
            said = which
        else:
            _answered(session, region, decision, what, which, answer)
    _holds(session, region, decision, said)
    kept.rollback()


def _item(text: str) -> dict[str, str]:
    return {"kind": "other", "text": text}


def _answered(session: Session, region: Region, decision: Decision, what: str, which: int, answer: str) -> None:
    items, case = follow_ups.standing_of(session, decision.round_id), session.get_one(Case, decision.case_id)
    item = items[which % len(items)] if items else None
    now, today = NOW + timedelta(days=1), TODAY + timedelta(days=1)
    if item is None or (what == "reopen") == item.is_open or item.state == answer:
        return
    if what == "reopen":
        follow_ups.reopen(session, item, case, seen=item.revision, viewer=region.dirk, now=now)
        return
    reason = "" if answer == FollowState.CARRIED_OUT else NotDone.LOGISTICS.value
    said = Answer(FollowState(answer), reason)
    follow_ups.close(session, item, case, said, seen=item.revision, viewer=region.dirk, now=now, today=today)


def _holds(session: Session, region: Region, decision: Decision, said: list[str]) -> None:
    session.flush()
    everything = session.scalars(select(FollowUp).where(FollowUp.round_id == decision.round_id)).all()
    standing = follow_ups.standing_of(session, decision.round_id)
    for item in everything:
        assert item.is_open == (item.closed_at is None) == (item.closed_by is None)
        assert (item.superseded_by_id is None) == (item in standing)
        assert not (item.is_open and item.superseded_by_id)
    signed = session.scalars(select(Decision).where(Decision.round_id == decision.round_id)).all()
    assert len(everything) == sum(len(one.content["advice"]["items"]) for one in signed), "every item of every signature is there"
    assert [one.text for one in standing if one.decision_id == decision.id] == [one.text for one in standing]
    assert sorted(one.text for one in standing) == sorted(said)
    whole = follow_up_figures.of_board(session, region.boards["URO-P"], since=TODAY, until=TODAY).whole
    assert (whole.recommended, whole.open) == (len(standing), sum(one.is_open for one in standing))
