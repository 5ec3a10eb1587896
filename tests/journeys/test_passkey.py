"""A real browser, without demo: from invitation to passkey and choice of hospital; and a session that ends under one's hands."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask
from flask.sessions import SecureCookieSessionInterface
from playwright.sync_api import Browser, CDPSession, Page, expect
from sqlalchemy import update
from werkzeug.serving import make_server

from mdo_portal.app import create_app
from mdo_portal.database import Database
from mdo_portal.domain.people import Membership, Role, SignedInSession
from mdo_portal.services.people import sessions
from mdo_portal.services.rights import credentials
from mdo_portal.settings import Settings
from tests import make
from tests.browser import axe, kept_as_picture
from tests.conftest import as_web
from tests.console import Complaints
from tests.people import Region, person_id

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("journeys")]
PICTURES = Path(__file__).resolve().parents[2] / "var" / "pictures"
PASSWORD = "vier losse woorden hier"
DEVICE = {
    "protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True, "isUserVerified": True,
    "automaticPresenceSimulation": True,
}  # fmt: skip


@pytest.fixture
def url(database: Database) -> Iterator[str]:
    """The portal without demo, on a name: passkeys are bound to names."""
    app = Flask("not yet")
    server = make_server("127.0.0.1", 0, lambda environ, start: app(environ, start), threaded=True)
    address = f"http://localhost:{server.server_port}"
    settings = Settings(database_url=database.url, secret_key="s" * 40, keyring=make.KEYS, network=make.NETWORK)
    app = create_app(replace(settings, public_url=address), database=as_web(database))
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
    yield address
    app.extensions["mdo_live_stop"].set()
    server.shutdown()


@contextmanager
def at_a_desk(browser: Browser) -> Iterator[tuple[Page, CDPSession]]:
    """A browser whose device asks for a finger and always gets it; a message of the console fails the test."""
    context = browser.new_context(viewport={"width": 1280, "height": 900}, locale="nl-NL", timezone_id="Europe/Amsterdam")
    page = context.new_page()
    complaints = Complaints(page, expected="401")  # "signed out" is an answer
    device = context.new_cdp_session(page)
    device.send("WebAuthn.enable")
    yield page, device
    context.close()
    assert complaints.all == []


def picture(page: Page, name: str) -> None:
    kept_as_picture(page, PICTURES / f"account-{name}.png", full_page=True)
    assert axe(page) == [], name


def invitation(database: Database, region: Region) -> str:
    with database.transaction() as session:
        session.add(Membership(person_id=person_id("Dirk"), hospital_id=region.hospitals["DELT"], role=Role.CASE_MANAGER))
        return credentials.invite(session, person_id("Dirk"), made_by=None, now=datetime.now(UTC))


def test_from_an_invitation_to_signing_in_with_a_passkey(browser: Browser, database: Database, region: Region, url: str) -> None:
    token = invitation(database, region)
    with at_a_desk(browser) as (page, device):
        device.send("WebAuthn.addVirtualAuthenticator", {"options": DEVICE})
        page.goto(f"{url}/invitation/{token}")
        expect(page).to_have_url(f"{url}/invitation")
        picture(page, "invitation")
        page.get_by_label("Nieuw wachtwoord").fill(PASSWORD)
        page.get_by_label("Nogmaals").fill(PASSWORD)
        page.get_by_role("button", name="Wachtwoord bewaren en verder").click()
        expect(page.get_by_role("button", name=re.compile("ZEED"))).to_be_visible()
        picture(page, "choose-hospital")
        page.get_by_role("button", name=re.compile("ZEED")).click()

        expect(page.get_by_role("heading", name="Tweede stap instellen")).to_be_visible()
        picture(page, "second-factor")
        page.goto(f"{url}/worklist")
        expect(page.get_by_role("heading", name="Tweede stap instellen")).to_be_visible()
        page.get_by_label("Hoe noemt u dit apparaat?").fill("laptop poli")
        page.get_by_role("button", name="Passkey toevoegen").click()
        expect(page.get_by_role("heading", name="Uw herstelcodes")).to_be_visible()
        picture(page, "recovery-codes")
        page.get_by_role("link", name="Ik heb ze bewaard").click()
        expect(page.get_by_role("heading", name="Werklijst", exact=True)).to_be_visible()

        page.goto(f"{url}/account")
        expect(page.get_by_text("laptop poli").first).to_be_visible()
        picture(page, "account")
        leave(page)

        picture(page, "sign-in")
        page.get_by_role("button", name="Aanmelden met een passkey").click()
        expect(page.get_by_role("heading", name="Voor welk ziekenhuis werkt u nu?")).to_be_visible()
        page.get_by_role("button", name=re.compile("DELT")).click()
        expect(page.get_by_role("heading", name="Werklijst", exact=True)).to_be_visible()
        expect(page.locator("header")).to_contain_text("DELT")
        leave(page)

        page.get_by_label("E-mailadres").fill("dirk@example.nl")
        page.get_by_label("Wachtwoord").fill(PASSWORD)
        page.get_by_role("button", name="Aanmelden bij het portaal").click()
        expect(page.get_by_role("heading", name="Tweede stap")).to_be_visible()
        picture(page, "second-step")
        page.get_by_role("button", name="Verder met uw passkey").click()
        expect(page.get_by_role("heading", name="Voor welk ziekenhuis werkt u nu?")).to_be_visible()


def enter(page: Page, database: Database, region: Region, url: str) -> None:
    """Aisha is signed in in this browser."""
    with database.transaction() as session:
        key = sessions.start_session(
            session, person_id("Aisha"), region.hospitals["DELT"], proof=make.PROOF, now=datetime.now(UTC)
        )
    app = Flask("cookie")
    app.secret_key = "s" * 40
    signer = SecureCookieSessionInterface().get_signing_serializer(app)
    assert signer is not None
    cookie = signer.dumps({"_user_id": key, "_fresh": True, "csrf": f"token {key}"})
    page.context.add_cookies([{"name": "mdo", "value": str(cookie), "url": url}])


def nothing_was_done_for(database: Database, minutes: int) -> None:
    with database.transaction() as session:
        session.execute(update(SignedInSession).values(seen_at=datetime.now(UTC) - timedelta(minutes=minutes)))


def test_a_session_warns_before_it_ends_covers_the_page_after_and_keeps_what_was_typed(
    browser: Browser, database: Database, region: Region, url: str
) -> None:
    with at_a_desk(browser) as (page, _):
        page.clock.install()
        enter(page, database, region, url)
        page.goto(f"{url}/worklist")
        search = page.locator("input[type=search]").first
        with page.expect_response(re.compile("/worklist/rows$")):
            search.fill("wat ik typte")
            page.clock.run_for(1_000)

        nothing_was_done_for(database, 41)
        page.clock.fast_forward("41:00")
        extend = page.get_by_role("button", name="Ik ben er nog")
        expect(extend).to_be_visible()
        expect(search).to_be_focused()
        picture(page, "timeout-soon")
        extend.click()
        expect(extend).to_be_hidden()

        nothing_was_done_for(database, 46)
        page.clock.fast_forward("46:00")
        expect(page.get_by_role("heading", name="U bent afgemeld")).to_be_visible()
        expect(page.get_by_role("heading", name="Werklijst", exact=True)).to_be_hidden()
        picture(page, "timeout-over")

        enter(page, database, region, url)
        page.clock.fast_forward(4_000)
        expect(page.get_by_role("heading", name="Werklijst", exact=True)).to_be_visible()
        expect(search).to_have_value("wat ik typte")
        expect(page.locator('meta[name="csrf-token"]')).to_have_attribute("content", re.compile("^token "))


def test_who_signs_out_in_one_tab_leaves_no_page_open_in_another(
    browser: Browser, database: Database, region: Region, url: str
) -> None:
    with at_a_desk(browser) as (page, _):
        enter(page, database, region, url)
        page.goto(f"{url}/worklist")
        expect(page.locator("[data-live-indicator]").first).to_have_attribute("data-state", "on")
        other = page.context.new_page()
        other.goto(f"{url}/worklist")
        leave(other)

        expect(page.get_by_role("heading", name="U bent afgemeld")).to_be_visible()
        expect(page.get_by_role("heading", name="Werklijst", exact=True)).to_be_hidden()


def leave(page: Page) -> None:
    page.locator("details.menu summary").click()
    page.locator("header").get_by_role("button", name="Afmelden").click()
    expect(page.get_by_role("heading", name="Aanmelden bij het portaal")).to_be_visible()
