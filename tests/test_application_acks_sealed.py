"""An acknowledgement that is owed and can no longer be said: it is given up, and holds nobody else's up."""

from __future__ import annotations

import pytest
from sqlalchemy import update

from mdo_portal.database import Database
from mdo_portal.domain.inbound import InboundMessage
from tests.people import Region
from tests.reception_house import hand_in, understand_all
from tests.test_application_acks import Receiver, asks, became, listening, referral, say

__all__ = ["asks"]


@pytest.mark.parametrize("sealed", [b"", b"nobody can open this"])
def test_one_that_cannot_be_said_any_more_holds_nobody_elses_up(database: Database, asks: Region, sealed: bytes) -> None:
    """Its bytes went after their term, and its sender repeated it: for a day every hospital's acknowledgements stood behind it."""
    hand_in(database, asks, referral("M1"), referral("M2"))
    understand_all(database)
    with database.transaction() as session:
        session.execute(update(InboundMessage).where(InboundMessage.control_id == "M1").values(raw_sealed=sealed))

    receiver = Receiver()
    with listening(receiver) as port:
        say(database, port)

    assert receiver.said() == [("AA", "M2")]
    assert became(database) == ["late", "sent"]
