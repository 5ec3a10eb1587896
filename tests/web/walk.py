"""Every page that there is, asked by everybody: once, for all tests that look at what came of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from mdo_portal.database import Database
from mdo_portal.domain.delivery import LETTER_PURPOSE, Delivery
from mdo_portal.domain.tables import metadata
from mdo_portal.services.common.sealed import sealer
from tests.copies import Copies
from tests.people import Region
from tests.web.access_house import House, addresses, house_on

#: the log and the session; when somebody last looked at a case, of which its page says what is new; and the page that shows the secret of a code app, which is worth nothing before its first code
MAY_CHANGE = ("audit_entries", "audit_waiting", "sessions", "authenticators", "case_looks")
EVERYBODY = ("Bram", "Aisha", "Dirk", "Carla", "Petra", "Lars", "Ada", "Mila")
TWICE = ("Bram", "Aisha", "Dirk", "Carla")
#: the tests that look at one walk run where it was made
together = pytest.mark.xdist_group("walk")


@dataclass(frozen=True)
class Walk:
    """What was asked and seen on the way, and every table before and after."""

    house: House
    asked: int
    answered: frozenset[str]  #: the routes that somebody got a page from
    before: dict[str, object]
    after: dict[str, object]


@pytest.fixture(scope="session")
def walk(copies: Copies, region: Region) -> Iterator[Walk]:
    """Every GET route by everybody; whoever gets a page asks again, for the second time another page may come."""
    with copies.one() as database, house_on(database, region) as house:
        _letter_is_made(house)
        before, asked, answered = _rows(database), 0, set[str]()
        for name in EVERYBODY:
            client = house.person(name)
            for endpoint, path in addresses(house, "GET", house.ids):
                asked += 1
                if client.get(path).status_code == 200:
                    answered.add(endpoint)
                    if name in TWICE:
                        asked += 1
                        client.get(path)
        yield Walk(house, asked, frozenset(answered), before, _rows(database))


def _letter_is_made(house: House) -> None:
    with house.database.transaction() as session:
        delivery = session.get_one(Delivery, house.ids["delivery_id"])
        delivery.letter_sealed = sealer(session).seal(b"%PDF-1.7 invented", purpose=LETTER_PURPOSE)


def _rows(database: Database) -> dict[str, object]:
    """A fingerprint of every table but those that a read may touch."""
    with database.transaction() as session:
        return {name: _fingerprint(session, name) for name in metadata.tables if name not in MAY_CHANGE}


def _fingerprint(session: Session, name: str) -> object:
    query = text(f"SELECT count(*), md5(coalesce(string_agg(t::text, ',' ORDER BY t::text), '')) FROM {name} t")
    return tuple(session.execute(query).one())
