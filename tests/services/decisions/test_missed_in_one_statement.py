"""A page that names what was decided while its reader was away asks as often for four cases as for two."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy.orm import Session

from tests.people import Region
from tests.services.cases.test_worklist import statements
from tests.services.decisions.test_decision_objections import MINUTE, Afternoon


def test_who_missed_four_decisions_is_asked_about_as_often_as_who_missed_two(session: Session, region: Region) -> None:
    afternoon = Afternoon(session, region)
    afternoon.is_in(region.mila, region.bram)
    rounds = [afternoon.case() for _ in range(5)]
    afternoon.decides(rounds[0], minutes=0)
    afternoon.now += timedelta(minutes=2)  # Mila's screen was last heard of at the start
    asked = []
    for pair in (rounds[1:3], rounds[3:]):
        for one in pair:
            afternoon.decides(one)
        afternoon.now += MINUTE
        session.flush()
        session.expire_all()
        afternoon.missed(region.mila)
        with statements(session) as seen:
            missed = len(afternoon.missed(region.mila))
        asked.append((missed, len(seen)))

    assert [missed for missed, _ in asked] == [2, 4]
    assert asked[0][1] == asked[1][1]
