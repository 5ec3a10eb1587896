"""Four people of three hospitals in real browsers: the glass is broken, the owner sees it, the officer judges it, a patient objects."""

from __future__ import annotations

import re
import threading
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask
from flask.sessions import SecureCookieSessionInterface
from playwright.sync_api import Browser, Page, expect
from werkzeug.serving import make_server

from mdo_portal.app import create_app
from mdo_portal.database import Database
from mdo_portal.domain.board import Meeting
from mdo_portal.domain.hospital import Hospital
from mdo_portal.services.people import sessions
from mdo_portal.settings import Settings
from mdo_portal.web import log_overdue
from tests import make
from tests.browser import axe, kept_as_picture
from tests.conftest import as_web
from tests.console import Complaints
from tests.people import PEOPLE, Region, person_id

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("journeys")]
PICTURES = Path(__file__).resolve().parents[2] / "var" / "pictures"
UNTIL = re.compile(r"Noodinzage tot (vandaag|morgen) \d\d:\d\d")  # an hour: after eleven at night it ends tomorrow
REASON = "Ligt nu bij ons op de spoedeisende hulp met een urineretentie."


@dataclass
class Portal:
    """A portal without demo, in a real server, with one case of ZEED on the agenda of Uro-prostaat."""

    url: str
    database: Database
    region: Region
    browser: Browser
    case_id: uuid.UUID

    @contextmanager
    def desk_of(self, name: str, *, fresh: bool = True, expected: str = "404|422|403") -> Iterator[Page]:
        """This person at a browser of their own; a message of its console fails the test, unless it is one of the expected."""
        context = self.browser.new_context(
            viewport={"width": 1360, "height": 900}, locale="nl-NL", timezone_id="Europe/Amsterdam"
        )
        context.add_cookies([{"name": "mdo", "value": self._cookie(name, fresh=fresh), "url": self.url}])
        page = context.new_page()
        complaints = Complaints(page, expected=expected)
        yield page
        context.close()
        assert complaints.all == []

    def _cookie(self, name: str, *, fresh: bool) -> str:
        at = datetime.now(UTC) - timedelta(minutes=0 if fresh else 10)
        with self.database.transaction() as session:
            hospital = self.region.hospitals[PEOPLE[name][1]]
            key = sessions.start_session(session, person_id(name), hospital, proof=make.PROOF, now=at)
        app = Flask("cookie")
        app.secret_key = "s" * 40
        signer = SecureCookieSessionInterface().get_signing_serializer(app)
        assert signer is not None
        return str(signer.dumps({"_user_id": key, "_fresh": True, "csrf": f"token {key}"}))


@pytest.fixture
def portal(database: Database, region: Region, browser: Browser) -> Iterator[Portal]:
    now = datetime.now(UTC)
    with database.transaction() as session:
        zeed = session.get_one(Hospital, region.hospitals["ZEED"])
        meeting = session.get_one(Meeting, region.meeting)
        meeting.starts_at, meeting.registration_closes_at = now + timedelta(days=2), now + timedelta(days=1)
        patient = make.identity("4711", bsn=make.BSN, birth_on=date(1950, 1, 2))
        case = make.case(session, zeed, now=now, board_id=region.boards["URO-P"], patient=patient)
        make.planned(session, case, meeting, viewer=region.aisha, now=now)
    log_overdue.forget_all()
    app = Flask("not yet")
    server = make_server("127.0.0.1", 0, lambda environ, start: app(environ, start), threaded=True)
    address = f"http://127.0.0.1:{server.server_port}"
    settings = Settings(database_url=database.url, secret_key="s" * 40, keyring=make.KEYS, network=make.NETWORK)
    app = create_app(replace(settings, public_url=address), database=as_web(database))
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
    yield Portal(address, database, region, browser, case.id)
    app.extensions["mdo_live_stop"].set()
    server.shutdown()


def picture(page: Page, name: str) -> None:
    kept_as_picture(page, PICTURES / f"access-{name}.png", full_page=True)
    assert axe(page) == [], name


def test_the_glass_is_broken_seen_and_judged_and_a_patient_objects(portal: Portal) -> None:
    case = f"{portal.url}/cases/{portal.case_id}"
    with portal.desk_of("Carla", fresh=False) as carla:
        carla.goto(f"{portal.url}/glass")
        expect(carla).to_have_url(re.compile("/confirm"))
    with portal.desk_of("Carla") as carla:
        carla.goto(case)
        expect(carla.get_by_text("Deze pagina bestaat niet, of is niet voor u.")).to_be_visible()
        carla.locator("details.menu summary").click()
        carla.get_by_role("link", name="Noodinzage").click()
        carla.get_by_label("Ziekenhuis van de patiënt").select_option(label="Ziekenhuis ZEED")
        carla.get_by_label("Patiëntnummer in dat ziekenhuis").fill("4712")
        carla.get_by_label("Geboortedatum").fill("02-01-1950")
        carla.get_by_label("Waarom hebt u deze gegevens nu nodig?").fill(REASON)
        picture(carla, "glass")
        carla.get_by_role("button", name="Noodinzage openen").click()
        expect(carla.get_by_role("alert")).to_contain_text("geen casus gevonden")
        expect(carla.get_by_label("Waarom hebt u deze gegevens nu nodig?")).to_have_value(REASON)
        carla.get_by_label("Patiëntnummer in dat ziekenhuis").fill("4711")
        carla.get_by_role("button", name="Noodinzage openen").click()
        expect(carla.get_by_text(UNTIL).first).to_be_visible()
        expect(carla.locator('meta[name="shown-until"]')).to_have_count(1)  # after the hour the page leaves the screen (gone.ts)
        picture(carla, "glass-case")

    with portal.desk_of("Dirk") as dirk:
        dirk.goto(case)
        expect(dirk.get_by_text("Noodinzage: iemand van buiten het ziekenhuis en het MDO keek mee")).to_be_visible()
        expect(dirk.get_by_text(REASON)).to_be_visible()
        dirk.get_by_role("button", name="Laten meelezen").click()
        dirk.get_by_label("Wie").select_option(label="Ziekenhuis KREE")
        dirk.get_by_label("Tot en met").fill(f"{datetime.now(UTC) + timedelta(days=7):%d-%m-%Y}")
        dirk.get_by_label("Reden", exact=True).fill("bestraling in KREE")
        dirk.locator("dialog[open]").get_by_role("button", name="Laten meelezen").click()
        expect(dirk.get_by_text("De inzage is gegeven")).to_be_visible()
        picture(dirk, "case-owner")

    with portal.desk_of("Petra") as petra:
        petra.goto(portal.url)
        expect(petra.get_by_role("link", name=re.compile(r"Logboek\s*\d+"))).to_be_visible()
        petra.goto(f"{portal.url}/log/review")
        picture(petra, "review")
        expect(petra.get_by_text(REASON).first).to_be_visible()
        picture(petra, "review")
        row = petra.locator("tr", has_text=REASON).filter(has_text="noodinzage")
        with petra.expect_navigation():
            row.get_by_role("button", name="in orde").click()
        expect(petra.get_by_role("link", name=re.compile(r"^Logboek$"))).to_be_visible()
        picture(petra, "review-judged")

    with portal.desk_of("Aisha") as aisha:
        aisha.goto(case)
        expect(aisha.get_by_text("Operatie of bestraling?").first).to_be_visible()
        with portal.desk_of("Dirk") as dirk:
            dirk.goto(case)
            dirk.get_by_role("button", name="Bezwaar vastleggen").click()
            dirk.locator("dialog[open]").get_by_role("button", name="Bezwaar vastleggen").click()
            expect(dirk.get_by_text("Bezwaar tegen delen").first).to_be_visible()
            picture(dirk, "objection")
        aisha.goto(case)
        expect(aisha.get_by_text("Deze pagina bestaat niet, of is niet voor u.")).to_be_visible()
        aisha.goto(f"{portal.url}/meetings/{portal.region.meeting}")
        expect(aisha.get_by_text("1 casus is van deze agenda gegaan")).to_be_visible()
        aisha.get_by_text("1 casus is van deze agenda gegaan").hover()
        aisha.wait_for_timeout(300)  # colours of buttons fade in
        picture(aisha, "agenda-objection")
