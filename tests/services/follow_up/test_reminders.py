"""Who must look today is told by mail once, on working days, and only somebody who can open the page."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy.orm import Session

from mdo_portal.domain.follow_up import FollowUp
from mdo_portal.domain.people import BoardMembership, Membership, Person, Role
from mdo_portal.domain.policy import Act
from mdo_portal.services.follow_up import follow_ups, reminders
from mdo_portal.services.people import viewers
from tests.make import NOW, TODAY
from tests.people import Region, person_id
from tests.services.follow_house import IMAGING, items_of, signed

MORNING = datetime(2026, 3, 16, 8, 0, tzinfo=UTC)  # a Monday, four days before the due date


@pytest.fixture
def imaging(session: Session, region: Region) -> FollowUp:
    (item,) = items_of(session, signed(session, region, IMAGING | {"responsible": "dirk"}))
    return item


def told(session: Session, at: datetime = MORNING) -> list[str]:
    found = []
    while (one := reminders.claim(session, now=at)) is not None:
        found.append(one.email)
    return found


def manager(session: Session, region: Region) -> None:
    """Mona, case manager in ZEED, sits on Uro-prostaat."""
    session.add(Person(id=person_id("Mona"), name="Mona", email="mona@example.nl"))
    session.flush()
    session.add(Membership(person_id=person_id("Mona"), hospital_id=region.hospitals["ZEED"], role=Role.CASE_MANAGER))
    session.add(BoardMembership(person_id=person_id("Mona"), board_id=region.boards["URO-P"], role=Role.MEMBER))
    session.flush()


def test_who_the_board_named_is_told_once_a_day_from_the_boards_own_warning_on(session: Session, imaging: FollowUp) -> None:
    assert told(session, MORNING - timedelta(days=4)) == []  # eight days before: not pressing yet
    assert told(session) == ["dirk@example.nl"]
    assert told(session, MORNING + timedelta(hours=3)) == []
    assert told(session, MORNING + timedelta(days=1)) == ["dirk@example.nl"]


def test_nobody_is_mailed_at_night_in_the_weekend_or_on_a_feast_day(session: Session, imaging: FollowUp) -> None:
    easter_monday = datetime(2026, 4, 6, 9, 0, tzinfo=UTC)
    for moment in (MORNING.replace(hour=4), MORNING.replace(hour=18), MORNING + timedelta(days=5), easter_monday):
        assert told(session, moment) == []


def test_who_it_was_handed_to_is_told_instead_and_who_closed_everything_no_more(
    session: Session, region: Region, imaging: FollowUp
) -> None:
    manager(session, region)
    imaging.responsible, imaging.responsible_id = "Mona", person_id("Mona")
    session.flush()
    assert told(session) == ["mona@example.nl"]

    imaging.due_on = None
    session.flush()
    assert told(session, MORNING + timedelta(days=1)) == []


def test_without_a_known_name_the_case_managers_of_the_hospital_are_told_and_without_them_the_coordinators(
    session: Session, region: Region, imaging: FollowUp
) -> None:
    imaging.responsible = "de aanmelder"
    session.flush()
    assert told(session) == ["aisha@example.nl"]

    manager(session, region)
    assert told(session, MORNING + timedelta(days=1)) == ["mona@example.nl"]


def test_whoever_is_told_can_open_the_item(session: Session, region: Region, imaging: FollowUp) -> None:
    manager(session, region)
    for words, hospital in (("dirk", "ZEED"), ("de aanmelder", "ZEED")):
        imaging.responsible = words
        session.flush()
        one = reminders.claim(session, now=MORNING)
        assert one is not None
        reader = viewers.viewer_of(session, one.person_id, region.hospitals[hospital], now=MORNING)
        assert follow_ups.item_for(session, reader, Act.FOLLOW_CLOSE, imaging.id, now=NOW)[0] is imaging


def test_who_has_one_item_is_told_beside_somebody_with_more_than_are_looked_at(
    session: Session, region: Region, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reminders, "MOST", 2)
    for responsible in ("dirk", "dirk", "dirk", "de aanmelder"):
        (item,) = items_of(session, signed(session, region, IMAGING | {"responsible": responsible}))
        item.due_on = TODAY if responsible == "dirk" else TODAY + timedelta(days=1)
    session.flush()

    assert sorted(told(session)) == ["aisha@example.nl", "dirk@example.nl"]


def test_what_the_mail_server_did_not_take_is_tried_again(session: Session, imaging: FollowUp) -> None:
    one = reminders.claim(session, now=MORNING)
    assert one is not None
    assert one.on == date(2026, 3, 16)

    reminders.put_back(session, one)
    session.flush()

    assert told(session) == ["dirk@example.nl"]
