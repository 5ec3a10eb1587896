"""How many reviews are due stands in the menu: it is asked of a whole network as often as of one board."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import event
from sqlalchemy.orm import Session

from mdo_portal.database import Database
from mdo_portal.services.rights import rights_due
from tests import multiplied
from tests.make import NOW
from tests.people import Region

LATER = NOW + timedelta(days=4000)


def due(database: Database, region: Region) -> tuple[int, int]:
    """How many places there are to review, and how many statements that took."""
    said: list[str] = []

    def hear(*call: object) -> None:
        said.append(str(call[2]))

    with database.transaction() as session:
        event.listen(database.engine, "before_cursor_execute", hear)
        found = listed(session, region)
        event.remove(database.engine, "before_cursor_execute", hear)
    return found, len(said)


def listed(session: Session, region: Region) -> int:
    return len(rights_due.due_list(session, region.ada, now=LATER))


def test_of_a_network_that_grew_it_takes_no_more_statements(database: Database, region: Region) -> None:
    """Two for each of its hospitals and boards: 1,500 of a network of 500 links."""
    places, statements = due(database, region)

    multiplied.multiply(database.url, (*multiplied.PLACES, "memberships", "board_memberships"), times=4)

    grown, as_many = due(database, region)
    assert (grown, as_many) == (4 * places, statements)
