"""What somebody else changed between the look at a row and its being held is not undone by who held it later."""

from __future__ import annotations

from typing import Any

import pytest

from mdo_portal.database import Database
from mdo_portal.domain.case import Case, CaseState
from mdo_portal.domain.delivery import Delivery, DeliveryState
from mdo_portal.services import case_acts, deliveries, handing_over, outbox
from tests.make import NOW
from tests.outbox_house import AA, AE, HOUR, SILENCE, Outbox, Receiver
from tests.people import Region


def test_a_case_that_is_reopened_while_a_worker_turns_its_old_letter_away_stays_on_the_work_list(
    database: Database, region: Region, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The worker had read that it was decided, and called it delivered: it was on nobody's list, and nobody planned it."""
    house = Outbox(database, region)
    round_ = house.signed()
    house.drain(Receiver([AE]))
    house.corrected(round_)
    house.drain(Receiver([SILENCE]))
    with database.transaction() as session:
        handing_over.send_again(session, session.get_one(Delivery, house.letter(round_).id), now=NOW)
        deliveries.settle(session, house.letter(round_, version=2).id, AA, now=NOW)
    need_not = handing_over.need_not

    def reopened_first(*which: Any, **how: Any) -> None:
        with database.transaction() as session:
            case = session.get_one(Case, round_.case_id)
            case_acts.reopen(session, case, "nieuwe vraag", viewer=region.aisha, now=NOW + HOUR)
        need_not(*which, **how)

    monkeypatch.setattr(handing_over, "need_not", reopened_first)
    with database.transaction() as session:
        assert outbox.claim(session, now=NOW + HOUR) is None

    assert house.letter(round_).state is DeliveryState.CANCELLED
    assert house.case(round_).state is CaseState.READY
