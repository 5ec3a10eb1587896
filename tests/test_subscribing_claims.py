"""Who looks after a subscription now, and what may have been made at a server that did not say so."""

from __future__ import annotations

from datetime import timedelta

import pytest

from mdo_portal.database import HoldingSession
from mdo_portal.domain.subscription import Subscription
from mdo_portal.services.inbox import subscriptions
from tests.subscription_house import capabilities
from tests.test_subscribing import House, house

__all__ = ["house"]


def test_who_was_quicker_by_less_than_the_asking_took_looks_after_it_alone(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    house.look()
    house.at += subscriptions.LOOK
    holds = HoldingSession.get

    def quicker(session: HoldingSession, table: type, *args: object, **how: object) -> object:
        if table is Subscription:
            house.set(leased_until=house.at + subscriptions.LEASE)
            monkeypatch.setattr(HoldingSession, "get", holds)
        return holds(session, table, *args, **how)  # type: ignore[arg-type]

    monkeypatch.setattr(HoldingSession, "get", quicker)
    with house.worker.transaction() as session:
        assert subscriptions.claim(session, now=house.now()) is None


def test_one_of_which_the_answer_was_lost_is_taken_away_also_when_its_server_said_since_that_it_has_none(house: House) -> None:
    house.there.drops = {"POST"}
    house.look()
    house.there.capable = capabilities(resource={})
    house.look(timedelta(hours=1))
    assert house.row.reason == "none" and len(house.there.kept) == 1
    house.there.capable = capabilities()
    house.agree(subscribes=False)
    house.look()
    assert (house.there.kept, house.is_known) == ({}, False)
