"""A page asks PostgreSQL as often for seven of what it lists as for two: what is asked for each row takes seconds where there are sixty."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

import pytest
from sqlalchemy import event

from mdo_portal.app import create_app
from mdo_portal.commands.postgres_databases import clone_database, drop_database
from mdo_portal.settings import Settings
from tests import make, multiplied
from tests.conftest import as_web, copy_name, opened
from tests.people import Region
from tests.web.language_house import filled
from tests.web.language_pages import PAGES
from tests.web.test_languages import Portal, ask

pytestmark = pytest.mark.xdist_group("statements of pages")  # one pair of portals for all of them

FEW, MANY = 2, 7
#: now and then a page asks something once more: a session is seen again after a minute, a number in the menu after five
NOW_AND_THEN = 3
#: what is no page of words by itself: pieces, prints and lists
MORE = {
    "Aisha": (
        "/objections", "/meetings/{coming}/cases.pdf", "/meetings/{coming}/agenda.pdf", "/post/rows", "/post/week/list.csv",
        "/meetings/{coming}/piece/agenda", "/meetings/{coming}/piece/candidates", "/cases/{decided}/piece/content", "/meetings/{coming}/when",
        "/meetings/figures/{uro}/table.csv",
    ),
    "Bram": (
        "/objections", "/meetings/{open}/room/piece/agenda?round={ended}", "/meetings/{open}/room/piece/case?round={ended}",
        "/meetings/{open}/room/companions", "/rounds/{signed}/addendum", "/meetings/{coming}/told-back", "/follow-up/figures/{uro}/table.csv",
    ),
    "Dirk": ("/cases/{decided}/patient-letter", "/follow-up", "/follow-up?all=1"),
    "Lars": ("/inbox/rows", "/inbox?state=kept", "/identities"),
    "Petra": ("/rights/reviews/{review}/csv",),
    "Ada": ("/manage/letters", "/inbox/rows"),
}  # fmt: skip


@contextmanager
def portal_with(postgres: str, template: tuple[str, Region], times: int) -> Iterator[Portal]:
    """Of everything so many times as much; and of each patient so many referrals."""
    name, region = copy_name("many"), template[1]
    database = opened(clone_database(postgres, name, template=template[0]))
    with database.transaction() as db:
        ids = filled(db, region, now=datetime.now(UTC))
    for together in (multiplied.AGAIN, multiplied.CASES, multiplied.MEETINGS, multiplied.PEOPLE):
        multiplied.multiply(database.url, together, times=times)
    app = create_app(Settings(secret_key="s" * 40, keyring=make.KEYS, network=make.NETWORK), database=as_web(database))
    yield Portal(app, database, ids)
    app.extensions["mdo_live_stop"].set()
    database.close()
    drop_database(postgres, name)


@pytest.fixture(scope="module")
def portals(postgres: str, template: tuple[str, Region]) -> Iterator[tuple[Portal, Portal]]:
    with portal_with(postgres, template, FEW) as few, portal_with(postgres, template, MANY) as many:
        yield few, many


def asked(portal: Portal, name: str) -> dict[str, int]:
    """How many statements each of this person's pages said."""
    said: list[object] = []
    engine, client = as_web(portal.database).engine, portal.open(name, "nl")
    found = {}
    event.listen(engine, "before_cursor_execute", lambda *call: said.append(call[2]))
    ask(client, PAGES[name][0].format(**portal.ids))  # what is counted once in a while is counted now
    for path in PAGES[name] + MORE.get(name, ()):
        said.clear()
        assert ask(client, path.format(**portal.ids)).status_code == 200, path
        found[path] = len(said)
    return found


@pytest.mark.parametrize("name", [one for one in PAGES if one != "Nobody"])
def test_a_page_that_lists_more_asks_no_more_often(portals: tuple[Portal, Portal], name: str) -> None:
    few, many = (asked(portal, name) for portal in portals)

    assert {path: (few[path], many[path]) for path in few if many[path] > few[path] + NOW_AND_THEN} == {}
