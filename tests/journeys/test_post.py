"""Three hospitals and the secretary: one refuses, one is silent, one answers twice. What Post says, and how it is put right by keyboard."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from functools import partial
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import select, update
from werkzeug.serving import make_server

from mdo_portal import wiring
from mdo_portal.app import create_app
from mdo_portal.commands.bell import Bell
from mdo_portal.commands.demo.screens import until
from mdo_portal.commands.living import Living
from mdo_portal.commands.place import PlaceWatch
from mdo_portal.commands.sending import Sending
from mdo_portal.database import Database
from mdo_portal.domain.board import Meeting
from mdo_portal.domain.delivery import Delivery
from mdo_portal.domain.hospital import Channel, Hospital
from mdo_portal.domain.link import Link
from mdo_portal.services.common.sealed import client_secret
from mdo_portal.services.room import advice
from mdo_portal.settings import Settings
from tests import make
from tests.browser import axe, kept_as_picture
from tests.copies import as_web
from tests.faults.receivers import ANSWERS, Receiver
from tests.journeys.test_glass import PICTURES, Portal
from tests.people import Region

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("journeys")]
SOON = 15_000
#: hospital -> how it answers at first
HABITS = {"ZEED": "AE", "DELT": "nothing", "KREE": "two"}


@dataclass
class Region3:
    """The portal, a worker, and three receivers."""

    portal: Portal
    receivers: dict[str, Receiver]
    #: the day on which the letters were signed
    signed_on: date

    def state(self, code: str) -> str:
        with self.portal.database.transaction() as session:
            of = select(Delivery.state).where(Delivery.hospital_id == self.portal.region.hospitals[code])
            return session.scalars(of).one().value


@pytest.fixture
def three(database: Database, region: Region, browser: Browser) -> Iterator[Region3]:
    receivers = {code: Receiver(answer=ANSWERS[habit][0]) for code, habit in HABITS.items()}
    signed_at = _signed(database, region, receivers)
    stop, bell = threading.Event(), Bell()
    clock = partial(datetime.now, UTC)
    living = Living(database, clock=clock, hang_up=wiring.hang_up)
    worker = Sending(
        database,
        wiring.outward(client_secret(database)).senders,
        bell,
        clock=clock,
        living=living,
        place=PlaceWatch(database, clock=clock),
    )
    app = Flask("not yet")
    server = make_server("127.0.0.1", 0, lambda environ, start: app(environ, start), threaded=True)
    address = f"http://127.0.0.1:{server.server_port}"
    settings = Settings(database_url=database.url, secret_key="s" * 40, keyring=make.KEYS, network=make.NETWORK)
    app = create_app(replace(settings, public_url=address), database=as_web(database))
    threads = [threading.Thread(target=job, daemon=True) for _, job in worker.jobs(stop)]
    for thread in [threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True), *threads]:
        thread.start()
    living.begin()
    case_id = next(iter(region.hospitals.values()))
    portal = Portal(address, database, region, browser, case_id)
    yield Region3(portal, receivers, signed_at.astimezone(ZoneInfo("Europe/Amsterdam")).date())
    stop.set()
    bell.ring()
    for thread in threads:
        thread.join(5)
    living.end()
    app.extensions["mdo_live_stop"].set()
    server.shutdown()
    for receiver in receivers.values():
        receiver.close()


def _signed(database: Database, region: Region, receivers: dict[str, Receiver]) -> datetime:
    """A signed decision for each, some hours ago; that for DELT is to be carried out tomorrow."""
    now, signed_at = datetime.now(UTC), datetime.now(UTC) - timedelta(hours=5)
    with database.transaction() as session:
        for code, receiver in receivers.items():
            hospital = session.get_one(Hospital, region.hospitals[code])
            link = session.scalars(select(Link).where(Link.hospital_id == hospital.id)).one_or_none()
            link = link or make.link(session, hospital)
            link.channel_out, link.profile_out, link.host_out = Channel.MLLP, "generic-v2", "127.0.0.1"
            link.port_out, link.inside_networks, link.timeout_seconds = receiver.port, ["127.0.0.1/32"], 0.7
            case = make.case(session, hospital, now=now, board_id=region.boards["URO-P"])
            meeting = session.get_one(Meeting, region.meeting)
            planned = make.planned(session, case, meeting, viewer=region.aisha, now=now)
            round_ = make.discussed(session, planned, viewer=region.bram, now=now)
            if code == "DELT":
                item = advice.add(session, round_, person_id=region.bram.person_id, now=now)
                item.due_on = now.date() + timedelta(days=1)
            make.signed(session, round_, viewer=region.bram, now=now)
        session.execute(update(Delivery).values(created_at=signed_at))
    return signed_at


def picture(page: Page, name: str) -> None:
    kept_as_picture(page, PICTURES / f"post-{name}.png", full_page=True)
    assert axe(page) == [], name


def test_refused_silent_and_twice_are_told_and_put_right(three: Region3) -> None:
    until(lambda: three.state("ZEED") == "refused" and three.state("DELT") == "sent", seconds=15, what="the first answers")
    until(lambda: three.state("KREE") == "received", seconds=10, what="the hospital that answers twice")
    with three.portal.desk_of("Aisha") as page:
        page.goto(f"{three.portal.url}/post")
        refused, silent = (page.locator("[data-row]", has_text=f"Ziekenhuis {code}") for code in ("ZEED", "DELT"))
        expect(refused).to_contain_text("De ontvanger weigert de brief.")
        expect(refused).to_contain_text("patient unknown")
        expect(refused).to_contain_text("wacht op u")
        expect(silent).to_contain_text("De ontvanger heeft de ontvangst niet bevestigd.")
        expect(silent).to_contain_text("Te lang onderweg")
        expect(silent).to_contain_text("Advies uiterlijk")
        expect(page.locator("[data-row]", has_text="Ziekenhuis KREE")).to_have_count(0)
        picture(page, "not-arrived")
        page.set_viewport_size({"width": 390, "height": 844})
        picture(page, "not-arrived-phone")
        page.set_viewport_size({"width": 1440, "height": 900})

        three.receivers["ZEED"].answer = ANSWERS["AA"][0]  # they mended it, on the phone
        _press(page, refused, "o")
        until(lambda: three.state("ZEED") == "received", seconds=10, what="the letter that was refused")

        page.goto(f"{three.portal.url}/post")
        _press(page, silent, "p")
        expect(silent).to_contain_text("op papier")
        until(lambda: _is_printable(page, three), seconds=10, what="the printed letter")
        _press(page, silent, "a")
        expect(silent).to_contain_text("nog niemand heeft de ontvangst bevestigd")
        _press(page, silent, "a")
        expect(page.get_by_text("Alle brieven zijn aangekomen")).to_be_visible(timeout=SOON)
        page.goto(f"{three.portal.url}/post/week?from={three.signed_on}")  # on a Monday morning that is the week before
        expect(page.get_by_text("1 van 1 uit deze week aangekomen")).to_have_count(3)
        picture(page, "week")
    came = three.receivers["ZEED"].came
    assert len(came) == 2 and len(set(came)) == 1, "tried again under the same number"
    assert len(three.receivers["KREE"].came) == 1


def _press(page: Page, row: object, key: str) -> None:
    """The row by mouse or j/k, its button by its letter, and Enter."""
    row.click(position={"x": 5, "y": 5})  # type: ignore[attr-defined]
    page.keyboard.press(key)
    with page.expect_navigation():
        page.keyboard.press("Enter")


def _is_printable(page: Page, three: Region3) -> bool:
    time.sleep(0.2)
    page.goto(f"{three.portal.url}/post")
    return page.get_by_role("button", name="Afgedrukt en verstuurd").count() == 1
