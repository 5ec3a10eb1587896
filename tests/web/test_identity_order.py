"""What messages wait for stands first on *Wie is dit?*, whatever came before it."""

from __future__ import annotations

import re
import uuid
from datetime import timedelta

from sqlalchemy import inspect

from mdo_portal.domain.identity_conflict import Decision, IdentityConflict
from mdo_portal.domain.people import Role
from tests.web.identity_house import House, house
from tests.web.test_inbox import table

__all__ = ["house"]


def beside(house: House, name: str, **over: object) -> None:
    """The same question once more, an hour earlier, with what is said of it."""
    with house.database.transaction() as session:
        first = session.get_one(IdentityConflict, house.conflict_id)
        copied = {column.key: getattr(first, column.key) for column in inspect(IdentityConflict).column_attrs}
        copied |= {"id": uuid.uuid4(), "control_id": name, "received_at": first.received_at - timedelta(hours=1)} | over
        session.add(IdentityConflict(**copied))


def test_what_holds_messages_up_stands_above_what_is_there_to_be_looked_at_or_was_answered(house: House) -> None:
    with house.database.transaction() as session:
        first = session.get_one(IdentityConflict, house.conflict_id)
        waits, decided_at = first.control_id, first.received_at
    beside(house, "TO-LOOK-AT", blocks=False)
    beside(house, "ANSWERED", decision=Decision.SAME, decided_at=decided_at)

    page = house.person(Role.LINK_MANAGER).get("/identities").text

    listed = [one for one in re.findall(r"<small>([^<]+)</small>", page) if one in (waits, "TO-LOOK-AT", "ANSWERED")]
    assert listed == [waits, "TO-LOOK-AT", "ANSWERED"]


def test_a_message_that_asks_leads_to_its_own_question(house: House) -> None:
    """From the list of messages one came at the list of questions, and sought the number there once more."""
    client = house.person(Role.LINK_MANAGER)

    assert f'href="/identities/{house.conflict_id}"' in table(client.get("/inbox?state=waiting").text)
    assert "/identities" not in table(house.person(Role.ADMINISTRATOR, "KREE").get("/inbox?state=waiting").text)
