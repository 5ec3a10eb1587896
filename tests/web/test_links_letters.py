"""What the page of a link says of letters, and what its settings ask of them."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import select, text

from mdo_portal.domain.hospital import Channel
from mdo_portal.domain.link import Link
from tests.conftest import as_web
from tests.outbox_house import AA, Outbox, Receiver
from tests.web.portal import CSRF
from tests.web.test_links import Portal, portal

__all__ = ["portal"]


def test_the_settings_keep_a_way_for_letters_that_is_not_chosen_there(portal: Portal) -> None:
    lars = portal.person("Lars")
    with portal.database.transaction() as session:
        link = session.scalars(select(Link).where(Link.hospital_id == portal.region.hospitals["ZEED"])).one()
        link.channel_out = Channel.HOOK

    shown = lars.get(f"{portal.link()}/settings").text
    lars.post(f"{portal.link()}/settings", data={"csrf_token": CSRF, "name": "Zeeduyn", "channel_out": "hook"})
    lars.post(f"{portal.link('DELT')}/settings", data={"csrf_token": CSRF, "name": "Deltamond", "channel_out": "hook"})

    with portal.database.transaction() as session:
        ways = {link.hospital_id: link.channel_out for link in session.scalars(select(Link))}
    assert '<option value="hook" selected>' in shown
    assert ways[portal.region.hospitals["ZEED"]] is Channel.HOOK
    assert ways.get(portal.region.hospitals["DELT"]) is not Channel.HOOK


@pytest.mark.parametrize(
    ("tls", "networks", "said"),
    [
        (True, [], "over TLS"),
        (False, ["10.20.0.0/16"], "onversleuteld, alleen binnen 10.20.0.0/16"),
        (False, [], "mag nog niet: zonder TLS alleen naar een geregistreerd netwerk"),
    ],
)
def test_the_page_says_over_what_line_letters_go(portal: Portal, tls: bool, networks: list[str], said: str) -> None:
    with portal.database.transaction() as session:
        link = session.execute(select(Link).where(Link.hospital_id == portal.region.hospitals["ZEED"])).scalar_one()
        link.channel_out, link.tls_out, link.inside_networks = Channel.MLLP, tls, networks

    assert said in portal.person("Lars").get(portal.link()).text


def test_acknowledging_later_is_set_shown_and_remembered(portal: Portal) -> None:
    lars, page = portal.person("Lars"), portal.link()
    said = {"csrf_token": CSRF, "name": "Zeeduyn", "profile_in": "hix", "application_ack_out": "1"}
    without = lars.post(f"{page}/settings", data=said)
    over_mllp = {"channel_out": "mllp", "profile_out": "generic-v2", "host_out": "epd.zeeduyn.example", "port_out": "2575"}
    saved = lars.post(f"{page}/settings", data=said | over_mllp)

    assert (without.status_code, saved.status_code) == (422, 303)
    assert "Los bevestigen kan alleen" in without.text
    shown = lars.get(page).text
    assert "Bevestigingen van verwerking" in shown
    assert "Bevestiging van verwerking apart: <del>nee</del>" in shown and "<ins>ja</ins>" in shown
    assert 'name="application_ack_out" value="1" checked' in " ".join(lars.get(f"{page}/settings").text.split())


def test_letters_as_messages_are_chosen_on_the_screen(portal: Portal) -> None:
    """Whether they go over TLS is the administrator's command line: PostgreSQL lets no web process write that."""
    form = {"csrf_token": CSRF, "name": "Kreekrug", "level": "hl7v2", "profile_in": "hix", "channel_out": "mllp", "tls_out": "1"}

    answer = portal.person("Ada").post(
        f"{portal.link('KREE')}/settings", data=form | {"host_out": "epd.example.nl", "port_out": "2575"}
    )

    assert answer.status_code == 303
    with portal.database.transaction() as session:
        link = session.scalars(select(Link).where(Link.hospital_id == portal.region.hospitals["KREE"])).one()
        assert (link.channel_out, link.host_out, link.tls_out) == (Channel.MLLP, "epd.example.nl", False)


@pytest.mark.parametrize("name", ["Ada", "Lars"])
def test_who_looks_after_a_link_sees_how_many_letters_are_under_way_and_of_no_other_hospital(portal: Portal, name: str) -> None:
    """The administrator may read no letter; the page said *never* and 0 of every hospital."""
    outbox = Outbox(portal.database, portal.region)
    outbox.signed(), outbox.signed()
    outbox.work(Receiver([AA]))
    client = portal.person(name)

    page = client.get("/links").text
    of_zeed = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page.partition("Ziekenhuis ZEED")[2]))

    assert re.search(r"Laatste brief uit (?!nog nooit)\S+ .*? Brieven onderweg \(HL7 v2-bericht\) 1 ", of_zeed)
    with as_web(portal.database).transaction() as session:
        assert session.execute(text("SELECT * FROM access.post_of(:one)"), {"one": portal.region.hospitals["ZEED"]}).all() == []
