"""What a page writes in the name of who is there, no statement in that same session writes in the name of a colleague.

Each act of test_smuggled.py is done; then each statement that names who acted is said once more, after those before it, with a colleague there.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy.exc import DBAPIError

from mdo_portal.database import is_held_back
from mdo_portal.services.people import sessions
from tests.people import person_id
from tests.web.smuggling_deeds_more import ALL
from tests.web.smuggling_house import House, Write, house, said

__all__ = ["house"]
pytestmark = pytest.mark.xdist_group("wall")
#: what is about a colleague, and says nothing in their name
ABOUT = {
    "INSERT rights_review_lines": "whose role is gone through",
    "INSERT audit_entries sign_out": "said in nobody's session too (ADR 0099)",
    "UPDATE people language": "chosen before anybody is in, too",
}


@pytest.mark.parametrize("what", ALL)
def test_nobody_writes_in_a_colleagues_name(house: House, what: str) -> None:
    deed = ALL[what]
    _, writes = house.act(deed.who, deed.path, deed.filled, read=deed.read, takes=deed.takes)

    through = {
        said(writes[at])
        for at, forged in in_anothers_name(writes, deed.who)
        if goes_through(house, deed.who, writes[:at], forged)
    }

    assert through - ABOUT.keys() == set()


def in_anothers_name(writes: list[Write], who: str) -> Iterator[tuple[int, Write]]:
    me, other = str(person_id(who)), person_id("Bram" if who == "Bilal" else "Bilal")
    for at, (statement, params) in enumerate(writes):
        forged = {name: other if str(value) == me else value for name, value in (params or {}).items()}
        if forged != params:
            yield at, (statement, forged)


def goes_through(house: House, who: str, before: list[Write], forged: Write) -> bool:
    with house.trying.transaction(entering=sessions.hash_key(house.keys[who])) as session:
        connection = session.connection()
        try:
            for statement, params in before:
                connection.exec_driver_sql(statement, params or None)
            return connection.exec_driver_sql(*forged).rowcount > 0
        except DBAPIError as error:
            return not is_held_back(error)
        finally:
            session.rollback()
