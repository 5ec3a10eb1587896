"""A line without TLS, on the page of its hospital: who accepts that in writing, until when, and what is read before it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from mdo_portal.domain.link import Link
from mdo_portal.exchange import Caller
from mdo_portal.services.links import line_binding, lines
from tests.web.test_links_line import Portal, portal

__all__ = ["portal"]


def test_a_line_without_tls_is_accepted_until_a_day_and_that_is_withdrawn(portal: Portal) -> None:
    lars, day = portal.person(), (datetime.now(UTC) + timedelta(days=30)).date()
    assert "Macro" not in lars.get(portal.link() + "/line/plain").text
    far = portal.post(lars, "/line/plain", by="J. de Wit, CISO", why="geen TLS", until="31-12-2099")
    nobody = portal.post(lars, "/line/plain", by=" ", why="geen TLS", until=day.isoformat())
    assert (far.status_code, nobody.status_code) == (422, 422)
    assert "Onbeveiligd" not in lars.get("/links").text

    assert portal.post(lars, "/line/plain", by="J. de Wit, CISO", why="geen TLS", until=day.isoformat()).status_code == 303
    shown = lars.get(portal.link()).text
    assert "J. de Wit, CISO" in shown and "tot en met" in shown and "Onbeveiligd" in lars.get("/links").text

    assert portal.post(lars, "/line/plain/withdraw").status_code == 303
    assert "Onbeveiligd" not in lars.get("/links").text
    assert portal.logged() == [
        f"Lars: accepted unencrypted messages until {day}",
        "Lars: withdrew the acceptance of unencrypted messages",
    ]


def test_whoever_accepts_a_line_without_tls_reads_before_that_another_hospital_sends_under_that_name(portal: Portal) -> None:
    lars, words = portal.person(), "Een ander ziekenhuis stuurt onder dezelfde naam"
    with portal.database.transaction() as session:
        zeed, kree = (session.get_one(Link, portal.region.links[code].link_id) for code in ("ZEED", "KREE"))
        zeed.sending_applications, zeed.sending_facilities = ["ZorgDomein"], ["ZEED"]
        kree.sending_applications, kree.sending_facilities = ["ZorgDomein"], ["KREE"]
    assert words not in lars.get(portal.link() + "/line/plain").text

    with portal.database.transaction() as session:  # two lines that their certificates tell apart, until one needs none
        now = datetime.now(UTC)
        for code, digit in (("KREE", "b"), ("ZEED", "a")):
            line_binding.bind(session, portal.region.links[code].link_id, now=now, by="Test", fingerprint=digit * 64)
        lines.saw(session, {"b": Caller("", False, "b" * 64)}, now=now)
        session.flush()
        session.get_one(Link, portal.region.links["ZEED"].link_id).sending_facilities = []
    assert words in lars.get(portal.link() + "/line/plain").text
