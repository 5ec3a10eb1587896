"""Closing an item of a signed decision, for whoever tests what becomes of it."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy.orm import Session

from mdo_portal.domain.case import Case
from mdo_portal.domain.follow_up import FollowState, FollowUp
from mdo_portal.services.follow_up import follow_ups
from mdo_portal.services.follow_up.follow_ups import Answer
from tests.make import TODAY
from tests.people import Region
from tests.services.follow_house import LATER

DONE = Answer(FollowState.CARRIED_OUT)
NOT = Answer(FollowState.NOT_DONE, "wish", "wil niet meer")


def close(session: Session, region: Region, item: FollowUp, answer: Answer = DONE) -> None:
    case = session.get_one(Case, item.case_id)
    follow_ups.close(
        session, item, case, answer, seen=item.revision, viewer=region.dirk, now=LATER, today=TODAY + timedelta(days=1)
    )
