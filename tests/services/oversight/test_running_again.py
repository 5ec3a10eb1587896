"""That what stood still runs again is mailed to who was told that it did: once, when all of it has for a quarter of an hour."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from mdo_portal.domain.inbound import InboundState
from mdo_portal.domain.people import Membership
from mdo_portal.domain.standstill import Standstill, StandstillMailed
from mdo_portal.services.links import key_fetching
from mdo_portal.services.oversight import running_again
from tests.people import Region, person_id
from tests.services.oversight.test_standstills import DAY, HOUR, MINUTE, MORNING, NIGHT, came, told


def runs(session: Session, at: datetime, *, is_unheard: bool = False) -> list[str]:
    """Who is mailed that it runs again, when a worker looks once for what stands still and once for that."""
    told(session, at, is_unheard=is_unheard)
    found = []
    while (one := running_again.claim(session, now=at)) is not None:
        found.append(one.email)
    return sorted(found)


def test_who_was_told_that_it_stands_still_is_told_that_it_runs_again(session: Session, region: Region) -> None:
    assert told(session, NIGHT, is_unheard=True) == ["ada@example.nl"]

    moments = [NIGHT + minutes * MINUTE for minutes in range(2, 40, 2)]
    assert [minutes for minutes, at in enumerate(moments) if runs(session, at)] == [8]  # it was seen to run after 2 minutes


def test_while_it_stands_still_nobody_hears_that_it_runs(session: Session, region: Region) -> None:
    assert not any(runs(session, NIGHT + minutes * MINUTE, is_unheard=True) for minutes in range(0, 60, 2))


def test_what_flutters_does_not_run(session: Session, region: Region) -> None:
    told(session, NIGHT, is_unheard=True)

    assert not any(runs(session, NIGHT + minutes * MINUTE, is_unheard=minutes % 14 == 0) for minutes in range(0, 58, 2))


def test_what_stops_after_that_is_news_at_once(session: Session, region: Region) -> None:
    told(session, NIGHT, is_unheard=True)
    runs(session, NIGHT + MINUTE)
    assert runs(session, NIGHT + 16 * MINUTE)

    assert told(session, NIGHT + 18 * MINUTE, is_unheard=True) == ["ada@example.nl"]
    runs(session, NIGHT + 20 * MINUTE)
    assert runs(session, NIGHT + 35 * MINUTE) == ["ada@example.nl"]


def test_as_long_as_one_of_two_stands_still_nobody_hears_that_it_runs(session: Session, region: Region) -> None:
    waits = came(session, region.hospitals["ZEED"], InboundState.KEPT, NIGHT - DAY)
    told(session, NIGHT, is_unheard=True)  # nobody listens, and nobody reads
    assert not runs(session, NIGHT + MINUTE) and not runs(session, NIGHT + 30 * MINUTE)

    waits.state = InboundState.UNDERSTOOD
    assert not runs(session, NIGHT + 31 * MINUTE)
    assert runs(session, NIGHT + 46 * MINUTE) == ["ada@example.nl"]


def failing_keys(session: Session, region: Region, at: datetime) -> None:
    row = StandstillMailed(person_id=person_id("Lars"), what=Standstill.KEYS, hospital_id=region.hospitals["ZEED"], mailed_at=at)
    session.add(row)
    session.flush()
    assert not list(key_fetching.failing(session, now=at))


def test_that_the_line_of_a_hospital_runs_again_is_told_by_day(session: Session, region: Region) -> None:
    failing_keys(session, region, MORNING)

    assert not runs(session, NIGHT) and not runs(session, NIGHT + HOUR)
    assert runs(session, MORNING + DAY) == ["lars@example.nl"]


def test_who_looks_after_it_no_more_is_told_nothing_and_what_was_noted_goes(session: Session, region: Region) -> None:
    failing_keys(session, region, MORNING)
    for membership in session.scalars(select(Membership).where(Membership.person_id == person_id("Lars"))):
        membership.ended_at = MORNING
    session.flush()

    assert not any(runs(session, MORNING + days * DAY) for days in range(7))
    assert session.scalars(select(StandstillMailed)).all() == []


def test_a_message_that_somebody_looked_at_is_no_line_that_runs_again(session: Session, region: Region) -> None:
    message = came(session, region.hospitals["ZEED"], InboundState.UNREADABLE, MORNING - 2 * DAY, "broken")
    assert told(session, MORNING)
    message.state = InboundState.UNDERSTOOD
    session.flush()

    assert not any(runs(session, MORNING + hours * HOUR) for hours in range(30))


def test_what_the_mail_server_did_not_take_is_told_later(session: Session, region: Region) -> None:
    told(session, NIGHT, is_unheard=True)
    runs(session, NIGHT + MINUTE)
    first = running_again.claim(session, now=NIGHT + 20 * MINUTE)
    assert first is not None
    running_again.put_back(session, first)

    assert running_again.claim(session, now=NIGHT + 30 * MINUTE) is not None
