"""The policy while clicking through the main pages in a real browser (D10): violations 0, and the note's editor has its styles."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from playwright.sync_api import Browser
from werkzeug.serving import make_server

from mdo_portal.app import create_app
from mdo_portal.database import Database
from mdo_portal.domain.board import Meeting
from mdo_portal.services.room import rooms
from mdo_portal.settings import Settings
from tests.conftest import as_web
from tests.web.access_house import READS, House, house
from tests.web.portal import signed_in

__all__ = ["house"]
LISTEN = """
window.addEventListener('securitypolicyviolation', event => console.error('VIOLATION ' + event.effectiveDirective + ' ' + event.blockedURI));
"""
PAGES = (
    *(path for path in READS if "piece" not in path and "rows" not in path and "brief" not in path),
    "/register",
    "/meetings",
    "/inbox",
)


@contextmanager
def served(database: Database) -> Iterator[tuple[House, str]]:
    settings = Settings(database_url=database.url, secret_key="s" * 40, demo=True)
    server = make_server("127.0.0.1", 0, lambda *_: [], threaded=True)
    url = f"http://127.0.0.1:{server.port}"
    app = create_app(replace(settings, public_url=url), database=as_web(database))
    server.app = app
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
    try:
        yield app, url  # type: ignore[misc]
    finally:
        app.extensions["mdo_live_stop"].set()
        server.shutdown()


@pytest.mark.browser
@pytest.mark.xdist_group("journeys")
def test_clicking_through_violates_nothing(house: House, browser: Browser) -> None:
    with house.database.transaction() as session:
        rooms.open_meeting(session, session.get_one(Meeting, house.region.meeting), now=datetime.now(UTC))
    said: list[str] = []
    with served(house.database) as (app, url):
        cookie = signed_in(app, house.database, house.region, "Bram").get_cookie("mdo")  # type: ignore[arg-type]
        assert cookie is not None
        context = browser.new_context()
        context.add_cookies([{"name": "mdo", "value": cookie.value, "url": url}])
        context.add_init_script(LISTEN)
        page = context.new_page()
        page.on(
            "console",
            lambda line: said.append(line.text) if "VIOLATION" in line.text or "Content Security Policy" in line.text else None,
        )
        for path in PAGES:
            if not path.endswith(".pdf") and "/documents/" not in path:
                page.goto(url + path.format(**house.ids), wait_until="load")
                page.wait_for_timeout(300)
        # The search must be able to find: what the policy forbids is heard.
        page.evaluate("() => { const one = document.createElement('script'); one.textContent = '1'; document.body.append(one); }")
        page.wait_for_timeout(200)
        context.close()

    print(f"\nCSP: {len(PAGES)} pages, violations {len([one for one in said if 'inline' not in one])}")
    assert any("VIOLATION" in one for one in said)
    assert [one for one in said if "VIOLATION" in one] == [one for one in said if "script-src-elem inline" in one]
