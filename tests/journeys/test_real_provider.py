"""A real OIDC provider (npm oidc-provider) and a real browser: in, confirmed, and out again when the hospital says so."""

from __future__ import annotations

import json
import os
import subprocess
import threading
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
import socketio
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import select
from werkzeug.serving import make_server

from mdo_portal.app import create_app
from mdo_portal.commands.demo.places import free_ports
from mdo_portal.database import Database
from mdo_portal.domain.people import SignedInSession
from mdo_portal.services.people import identities, providers, sessions
from mdo_portal.settings import Settings
from tests import make
from tests.browser import axe, kept_as_picture
from tests.conftest import as_web
from tests.people import Region, person_id
from tests.web.oidc_house import SAID

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("oidc")]
ROOT = Path(__file__).resolve().parents[2]
PICTURES = ROOT / "var" / "pictures"


@dataclass
class Place:
    """A portal, and the provider of ZEED."""

    url: str
    issuer: str
    database: Database
    provider_id: uuid.UUID

    def sessions(self) -> list[SignedInSession]:
        with self.database.transaction() as session:
            found = select(SignedInSession).where(SignedInSession.method == "oidc").order_by(SignedInSession.started_at)
            return list(session.scalars(found))


@contextmanager
def real_provider(port: int, portal_url: str, provider_id: uuid.UUID) -> Iterator[str]:
    issuer = f"http://127.0.0.1:{port}"
    client = {
        "client_id": SAID.client_id, "client_secret": SAID.client_secret, "redirect_uris": [f"{portal_url}/sign-in/back/{provider_id}"],
        "response_types": ["code"], "grant_types": ["authorization_code"], "id_token_signed_response_alg": "RS256",
        "backchannel_logout_uri": f"{portal_url}/oidc/logout/{provider_id}", "backchannel_logout_session_required": True,
    }  # fmt: skip
    said = json.dumps({"issuer": issuer, "port": port, "clients": [client]})
    process = subprocess.Popen(
        [ROOT / "scripts" / "node", ROOT / "tests" / "journeys" / "provider.mjs"],
        env=os.environ | {"PROVIDER": said},
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None and process.stdout.readline().strip() == "ready"
        yield issuer
    finally:
        process.terminate()
        process.wait(10)


@pytest.fixture
def place(database: Database, region: Region) -> Iterator[Place]:
    (port, theirs), provider_id = free_ports(2), uuid.uuid4()
    url = f"http://127.0.0.1:{port}"
    settings = Settings(database_url=database.url, secret_key="s" * 40, demo=True, bind=f"127.0.0.1:{port}", public_url=url)
    app = create_app(settings, database=as_web(database))
    server = make_server("127.0.0.1", port, app, threaded=True)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
    try:
        with real_provider(theirs, url, provider_id) as issuer:
            with database.transaction() as session:
                row = providers.empty_for(session, region.ada, provider_id, region.hospitals["ZEED"])
                said = replace(SAID, issuer=issuer, required_amr=("mfa",), strong_values=("mfa",))
                providers.save(session, row, said, viewer=region.ada, now=make.NOW)
                identities.link(session, person_id("Dirk"), region.hospitals["ZEED"], issuer, "dirk-1", now=make.NOW)
            yield Place(url, issuer, database, provider_id)
    finally:
        app.extensions["mdo_live_stop"].set()
        server.shutdown()


def by_the_button(page: Page, place: Place) -> None:
    page.goto(f"{place.url}/sign-in")
    page.get_by_role("link", name="Aanmelden via Zeeduin").click()


def at_the_hospital(page: Page, who: str, how: str = "Met pas") -> None:
    page.get_by_label("Wie").fill(who)
    page.get_by_role("button", name=how).click()


def picture(page: Page, name: str) -> None:
    kept_as_picture(page, PICTURES / f"oidc-{name}.png", full_page=True)


def test_in_through_the_hospital_confirmed_there_and_out_when_the_hospital_says_so(browser: Browser, place: Place) -> None:
    context = browser.new_context(locale="nl-NL")
    page = context.new_page()
    by_the_button(page, place)
    picture(page, "at-the-hospital")
    at_the_hospital(page, "dirk-1")
    expect(page.get_by_role("heading", name="Werklijst", exact=True)).to_be_visible()
    (session,) = place.sessions()
    assert session.strong and session.issuer == place.issuer and session.provider_session

    page.goto(f"{place.url}/confirm/with-provider?next=/worklist")
    expect(page.get_by_role("heading", name="Aanmelden bij Zeeduin")).to_be_visible()  # remembered there, and asked all the same
    at_the_hospital(page, "dirk-1")
    expect(page.get_by_role("heading", name="Werklijst", exact=True)).to_be_visible()
    assert place.sessions()[0].confirmed_at > session.confirmed_at

    line = a_socket(place, context.cookies())
    page.goto(f"{place.issuer}/session/end")
    page.locator("button").first.click()
    page.wait_for_load_state()
    assert place.sessions()[0].ended_at is not None
    page.goto(f"{place.url}/worklist")
    expect(page).to_have_url(f"{place.url}/sign-in?next=/worklist")
    until = time.monotonic() + 25
    while line.connected and time.monotonic() < until:
        time.sleep(0.2)
    assert not line.connected
    context.close()


def a_socket(place: Place, cookies: list[dict[str, str]]) -> socketio.Client:
    line = socketio.Client(reconnection=False)
    header = "; ".join(f"{one['name']}={one['value']}" for one in cookies)
    line.connect(place.url, headers={"Cookie": header}, transports=["websocket"])
    assert line.connected
    return line


def test_one_factor_and_a_stranger_stay_outside_with_a_sentence(browser: Browser, place: Place) -> None:
    for who, how, words in (("dirk-1", "Zonder pas", "niet sterk genoeg"), ("wie-dan", "Met pas", "dit portaal nog niet")):
        context = browser.new_context(locale="nl-NL")
        page = context.new_page()
        by_the_button(page, place)
        at_the_hospital(page, who, how)
        expect(page.get_by_role("alert")).to_contain_text(words)
        picture(page, f"refused-{who}")
        assert axe(page) == []
        context.close()

    assert place.sessions() == []


def test_the_link_managers_page_reads_well_and_finds_the_real_provider(browser: Browser, place: Place, region: Region) -> None:
    with place.database.transaction() as session:
        key = sessions.start_session(
            session, person_id("Lars"), region.hospitals["ZEED"], proof=make.PROOF, now=datetime.now(UTC)
        )
    context = browser.new_context(locale="nl-NL", viewport={"width": 1280, "height": 900})
    page = context.new_page()
    page.goto(f"{place.url}/sign-in")
    picture(page, "sign-in")
    assert axe(page) == []
    app = create_app(Settings(database_url=place.database.url, secret_key="s" * 40, demo=True), database=as_web(place.database))
    app.extensions["mdo_live_stop"].set()
    cookie = app.session_interface.get_signing_serializer(app).dumps({"_user_id": key, "_fresh": True})  # type: ignore[union-attr]
    context.add_cookies([{"name": "mdo", "value": str(cookie), "url": place.url}])
    page.goto(f"{place.url}/links/sign-in")
    picture(page, "list")
    assert axe(page) == []
    page.get_by_role("link", name="Zeeduin").first.click()
    page.get_by_role("button", name="Controleren").click()
    expect(page.get_by_text("is de geregistreerde")).to_be_visible()
    picture(page, "page")
    assert axe(page) == []
    page.set_viewport_size({"width": 360, "height": 800})
    picture(page, "page-narrow")
    context.close()
