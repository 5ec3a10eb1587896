"""The fixed token of the FHIR door is withdrawn by who keeps the link: of a hospital whose system gets its own it opened the door for ever."""

from __future__ import annotations

import html
import re

from sqlalchemy import select, update

from mdo_portal.domain.audit import AuditEntry
from mdo_portal.domain.link import Link, LinkChange
from tests.web.portal import CSRF
from tests.web.test_links import Portal, portal

__all__ = ["portal"]


def by_fhir(portal: Portal, **said: str) -> str:
    """A token that works, at ZEED's link for FHIR."""
    with portal.database.transaction() as session:
        mine = Link.hospital_id == portal.region.hospitals["ZEED"]
        session.execute(update(Link).where(mine).values(profile_in="generic-r4", level="fhir", **said))
    shown = portal.person("Lars").post(f"{portal.link()}/token", data={"csrf_token": CSRF}).text
    token = re.search(r"Bearer ([\w-]{30,})", shown)
    assert token is not None
    return token[1]


def answers(portal: Portal, token: str) -> int:
    head = {"Authorization": f"Bearer {token}", "Content-Type": "application/fhir+json"}
    return portal.app.test_client().post("/fhir", data="{}", headers=head).status_code


def test_what_comes_with_a_withdrawn_token_is_refused_and_who_withdrew_it_stands_in_log_and_history(portal: Portal) -> None:
    token = by_fhir(portal)
    before = answers(portal, token)

    page = portal.person("Lars").post(f"{portal.link()}/token/withdraw", data={"csrf_token": CSRF}, follow_redirects=True)

    assert before != 401 and answers(portal, token) == 401
    assert "Het vaste token is ingetrokken" in page.text and "vast token ingetrokken" in page.text and "Token maken" in page.text
    with portal.database.transaction() as session:
        assert session.scalars(select(LinkChange.what).order_by(LinkChange.id.desc()).limit(1)).one() == "no_token"
        assert "withdrew the token" in session.scalars(select(AuditEntry.detail)).all()


def test_withdrawing_it_twice_changes_nothing_more(portal: Portal) -> None:
    by_fhir(portal)
    lars = portal.person("Lars")
    for _ in range(2):
        assert lars.post(f"{portal.link()}/token/withdraw", data={"csrf_token": CSRF}).status_code == 303

    with portal.database.transaction() as session:
        assert len(session.scalars(select(LinkChange).where(LinkChange.what == "no_token")).all()) == 1


def test_who_has_both_is_told_that_the_fixed_one_still_works(portal: Portal) -> None:
    by_fhir(portal, client_id_in="zeed-epd", jwks_in='{"keys":[]}')
    lars = portal.person("Lars")

    both = html.unescape(lars.get(portal.link()).text)
    lars.post(f"{portal.link()}/token/withdraw", data={"csrf_token": CSRF})
    own = html.unescape(lars.get(portal.link()).text)

    assert "Het vaste token werkt ook nog" in both and "Token intrekken…" in both
    assert "Het EPD haalt zelf een token" in own and "werkt ook nog" not in own and "Token intrekken…" not in own


def test_another_hospitals_token_is_not_there(portal: Portal) -> None:
    assert portal.person("Lars").post(f"{portal.link('DELT')}/token/withdraw", data={"csrf_token": CSRF}).status_code == 404
