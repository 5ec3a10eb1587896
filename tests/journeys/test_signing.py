"""A chair signs, adds and withdraws, and a member who was called away objects: by keyboard, in real browsers."""

from __future__ import annotations

import re
import uuid
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import expect
from sqlalchemy import update

from mdo_portal.domain.board import Meeting, Presence
from mdo_portal.domain.case import Case
from mdo_portal.domain.round import Round
from mdo_portal.services.room import presence
from tests import make
from tests.journeys.signature import picture, sign
from tests.journeys.test_glass import Portal, portal

__all__ = ["portal"]
pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("journeys")]
MINUTE = timedelta(minutes=1)


def discussed(portal: Portal) -> uuid.UUID:
    """The case was discussed four minutes ago; Mila had been called away, the chair was there."""
    now = datetime.now(UTC)
    with portal.database.transaction() as session:
        meeting = session.get_one(Meeting, portal.region.meeting)
        meeting.starts_at = meeting.opened_at = now - 10 * MINUTE
        for viewer in (portal.region.bram, portal.region.mila):
            presence.enter(session, meeting.id, viewer, now=now - 10 * MINUTE)
        stayed = update(Presence).where(Presence.person_id == portal.region.bram.person_id)
        session.execute(stayed.values(seen_at=now))
        case = session.get_one(Case, portal.case_id)
        round_ = session.query(Round).filter_by(case_id=case.id).one()
        make.discussed(session, round_, viewer=portal.region.bram, now=now - 4 * MINUTE, text="Radicale prostatectomie.")
        return round_.id


def test_a_chair_signs_adds_and_withdraws_and_who_was_called_away_objects(portal: Portal) -> None:
    signed = f"{portal.url}/rounds/{discussed(portal)}/sign"
    with portal.desk_of("Bram") as chair, portal.desk_of("Mila") as member:
        chair.goto(signed)
        sign(chair)
        chair.get_by_role("link", name="Aanvullen…").click()
        expect(chair.get_by_label("Wat komt erbij")).to_be_focused()
        chair.keyboard.type("PSMA-PET: geen metastasen.")
        chair.keyboard.press("Tab")
        chair.keyboard.type("nagekomen uitslag")
        chair.keyboard.press("Control+Enter")
        expect(chair.get_by_role("heading", name="Aanvulling op MDO-advies")).to_be_visible()
        picture(chair, "signing-read")
        sign(chair)
        expect(chair.get_by_role("heading", name=re.compile("Aanvulling getekend"))).to_be_visible()

        member.goto(f"{portal.url}/worklist")
        member.get_by_label("Besloten toen u weg was").get_by_role("link", name="Lezen").click()
        expect(member.get_by_text("Radicale prostatectomie.")).to_be_visible()
        expect(member.get_by_text("PSMA-PET: geen metastasen.")).to_be_visible()
        member.get_by_text("Bedenking geven").click()
        member.get_by_label("Wat is uw bedenking?").fill("Op de MRI zie ik een verdachte klier.")
        picture(member, "signing-object")
        member.get_by_role("button", name="Bedenking vastleggen").click()
        expect(member.get_by_text("Niets gemist")).to_be_visible()

        chair.goto(f"{portal.url}/meetings")
        chair.get_by_role("link", name="Lezen").click()
        chair.get_by_role("link", name="Advies lezen en antwoorden").click()
        expect(chair.get_by_label("Uw antwoord")).to_be_visible()  # a click does not wait: the picture is of the next page
        picture(chair, "signing-signed")
        chair.get_by_label("Uw antwoord").fill("U hebt gelijk; wij bespreken het opnieuw.")
        chair.get_by_role("button", name="Antwoorden").click()
        expect(chair.get_by_text("U hebt gelijk")).to_be_visible()
        chair.get_by_role("link", name="Intrekken…").click()
        chair.get_by_label("Reden").fill("nieuw oordeel over de MRI")
        chair.get_by_label("terug naar de werklijst").check()
        with chair.expect_navigation():
            chair.get_by_role("button", name="Lezen zoals de brief het zegt").click()
        picture(chair, "signing-withdraw")
        sign(chair)
        expect(chair.get_by_text("Dit advies is ingetrokken en geldt niet meer.")).to_be_visible()

        member.goto(f"{portal.url}/cases/{portal.case_id}")
        expect(member.get_by_text("Dit advies is ingetrokken en geldt niet meer.").first).to_be_visible()
