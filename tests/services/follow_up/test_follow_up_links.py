"""A personal link to one recommendation, and who may open it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from mdo_portal.database import Database
from mdo_portal.domain.board import Meeting
from mdo_portal.domain.decision import Decision
from mdo_portal.domain.follow_up import FollowState, FollowUp
from mdo_portal.domain.policy import Act
from mdo_portal.domain.round import Round
from mdo_portal.errors import NotFound
from mdo_portal.services.follow_up import follow_up_links, follow_ups
from mdo_portal.services.people import sessions
from tests import make
from tests.copies import as_web
from tests.make import NOW
from tests.people import Region
from tests.services.follow_house import IMAGING, OPERATION, corrected, discussed, items_of, signed


def test_a_link_is_for_one_person_and_one_item_and_passes(
    session: Session, region: Region, monkeypatch: pytest.MonkeyPatch
) -> None:
    (item,) = items_of(session, signed(session, region, OPERATION))
    token = follow_up_links.make("s" * 40, item.id, region.dirk.person_id)

    assert follow_up_links.read("s" * 40, token, person_id=region.dirk.person_id) == item.id
    for wrong in (
        lambda: follow_up_links.read("s" * 40, token, person_id=region.bram.person_id),
        lambda: follow_up_links.read("t" * 40, token, person_id=region.dirk.person_id),
        lambda: follow_up_links.read("s" * 40, token + "x", person_id=region.dirk.person_id),
        lambda: follow_up_links.read("s" * 40, "x", person_id=region.dirk.person_id),
    ):
        with pytest.raises(NotFound):
            wrong()
    monkeypatch.setattr(follow_up_links, "GOOD_FOR", timedelta(seconds=-1))
    with pytest.raises(follow_up_links.LinkPassed):
        follow_up_links.read("s" * 40, token, person_id=region.dirk.person_id)


def test_a_link_can_be_made_for_who_treats_patients_of_that_hospital_only(session: Session, region: Region) -> None:
    (item,) = items_of(session, signed(session, region, OPERATION))

    assert [name for _, name in follow_up_links.possible(session, item, now=NOW)] == ["Dirk"]


def test_every_item_is_found_by_who_may_and_by_nobody_else(session: Session, region: Region) -> None:
    (item,) = items_of(session, signed(session, region, OPERATION))

    for viewer in (region.dirk, region.aisha, region.bram):
        assert follow_ups.item_for(session, viewer, Act.FOLLOW_CLOSE, item.id, now=NOW)[0] is item
    with pytest.raises(NotFound):
        follow_ups.item_for(session, region.carla, Act.FOLLOW_READ, item.id, now=NOW)
    assert session.scalar(select(func.count()).select_from(FollowUp)) == 1


def test_the_chair_signs_and_corrects_with_recommendations_within_the_second_wall(database: Database, region: Region) -> None:
    now = datetime.now(UTC).replace(microsecond=0)
    with database.transaction() as session:
        meeting = session.get_one(Meeting, region.meeting)
        meeting.starts_at, meeting.registration_closes_at = now, now - timedelta(days=1)
        round_id = discussed(session, region, OPERATION, IMAGING, now=now).id
        key = sessions.start_session(session, region.bram.person_id, region.hospitals["DELT"], proof=make.PROOF, now=now)
    web = as_web(database)

    with web.transaction(entering=sessions.hash_key(key)) as session:
        first = make.signed(session, session.get_one(Round, round_id), viewer=region.bram, now=now)
    with web.transaction(entering=sessions.hash_key(key)) as session:
        corrected(session, region, session.get_one(Decision, first.id), IMAGING, now=now + timedelta(minutes=1))
    web.close()

    with database.transaction() as session:
        states = session.scalars(
            select(FollowUp.state).order_by(FollowUp.signed_at, FollowUp.decision_id, FollowUp.position)
        ).all()
    assert sorted(states) == [FollowState.OPEN, FollowState.SUPERSEDED, FollowState.SUPERSEDED]
