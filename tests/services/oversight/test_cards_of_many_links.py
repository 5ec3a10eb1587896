"""Who looks after all links of a network sees them on one page: it is asked of all at once."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import event, update
from sqlalchemy.orm import Session

from mdo_portal.database import Database
from mdo_portal.domain.board import Board
from mdo_portal.services.oversight import link_cards, link_status
from mdo_portal.services.oversight.link_cards import LinkCard
from tests import multiplied
from tests.make import NOW
from tests.people import Region


def cards(database: Database, region: Region) -> tuple[Sequence[LinkCard], int]:
    """The cards, and how many statements they took."""
    said: list[str] = []

    def hear(*call: object) -> None:
        said.append(str(call[2]))

    with database.transaction() as session:
        event.listen(database.engine, "before_cursor_execute", hear)
        found = link_cards.link_cards(session, region.ada, now=NOW)
        event.remove(database.engine, "before_cursor_execute", hear)
    return found, len(said)


def test_of_many_it_takes_no_more_statements(database: Database, region: Region) -> None:
    """Four for each of its hospitals, of their certificates and letters."""
    few, statements = cards(database, region)

    multiplied.multiply(database.url, multiplied.PLACES, times=4)

    many, as_many = cards(database, region)
    assert (len(many), as_many) == (4 * len(few), statements)


def test_each_says_of_its_letters_what_its_own_page_says(session: Session, region: Region) -> None:
    session.execute(update(Board).where(Board.id == region.boards["URO-P"]).values(late_hours=2))

    found = link_cards._letters(session, list(region.hospitals.values()))

    assert found == {one: link_status.outgoing(session, one) for one in region.hospitals.values()}
    assert {one.late_hours for one in found.values()} == {2, link_status.late_hours(session, region.hospitals["KREE"])}
