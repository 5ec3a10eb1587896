"""Where a hospital's system shows its public keys: agreed on the page of the link, by who proved to be there, and seen how it goes."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest

from mdo_portal.database import Database
from mdo_portal.domain.fetched_keys import FetchedKeys
from mdo_portal.services.links.link_form import NO_URL
from tests.people import Region
from tests.web.test_links_agreements import JWKS, SERVER, Agreeing, portal

__all__ = ["portal"]
URL = "https://login.zeeduyn.example/jwks"
AT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def looked(
    database: Database, region: Region, *, reason: str = "", url: str = URL, failing_since: datetime | None = None
) -> None:
    with database.transaction() as session:
        session.add(
            FetchedKeys(
                link_id=region.links["ZEED"].link_id, hospital_id=region.hospitals["ZEED"], url=url, asked_at=AT,
                fetched_at=AT - timedelta(days=1), reason=reason, failing_since=failing_since,
            )
        )  # fmt: skip


def test_an_address_will_do_where_no_keys_were_pasted(portal: Agreeing) -> None:
    assert portal.agree(**SERVER | {"their_keys": "", "their_keys_url": URL}).status_code == 303

    assert (portal.stored().jwks_url_in, portal.stored().jwks_in) == (URL, "")
    assert URL in portal.person().get(portal.link() + "/agreements").text


def test_keys_that_were_pasted_hold_until_the_first_ones_are_fetched(portal: Agreeing) -> None:
    portal.agree(**SERVER | {"their_keys_url": URL})

    assert (portal.stored().jwks_url_in, portal.stored().jwks_in) == (URL, JWKS)


@pytest.mark.parametrize("url", ["http://login.zeeduyn.example/jwks", "login.zeeduyn.example", "file:///etc/passwd"])
def test_what_is_no_address_over_tls_is_not_agreed(portal: Agreeing, url: str) -> None:
    answer = portal.agree(**SERVER | {"their_keys_url": url})

    assert answer.status_code == 422 and NO_URL in answer.text and url in answer.text
    assert portal.stored().jwks_url_in == portal.stored().jwks_in == ""


def test_an_address_without_a_client_id_is_asked_whose_it_is(portal: Agreeing) -> None:
    answer = portal.agree(**SERVER | {"their_client_id": "", "their_keys": "", "their_keys_url": URL})

    assert answer.status_code == 422 and "client-id in waaronder hun systeem zich meldt" in answer.text


def test_that_keys_could_not_be_fetched_stands_on_the_page_of_the_link_and_with_the_agreements(portal: Agreeing) -> None:
    portal.agree(**SERVER | {"their_keys_url": URL})
    looked(portal.database, portal.region, reason="private")

    for path in ("", "/agreements"):
        assert "privésleutels weg" in portal.person().get(portal.link() + path).text, path


def test_how_it_went_at_another_address_before_says_nothing(portal: Agreeing) -> None:
    portal.agree(**SERVER | {"their_keys_url": URL})
    looked(portal.database, portal.region, reason="private", url="https://vroeger.zeeduyn.example/jwks")

    assert "privésleutels weg" not in portal.person().get(portal.link() + "/agreements").text


@pytest.mark.parametrize(("hours", "presses"), [(25, True), (23, False)])
def test_keys_that_cannot_be_fetched_for_a_day_press_where_the_lines_stand(portal: Agreeing, hours: int, presses: bool) -> None:
    portal.agree(**SERVER | {"their_keys_url": URL})
    before = counted(portal)
    looked(portal.database, portal.region, reason="unreachable", failing_since=datetime.now(UTC) - timedelta(hours=hours))

    assert ("al meer dan een dag niet op te halen" in portal.person().get("/links").text) is presses
    assert counted(portal) - before == presses


def counted(portal: Agreeing) -> int:
    """What the menu says beside *Koppelingen*."""
    found = re.search(r'href="/links"[^>]*>.*?</a>', portal.person().get("/links").text, re.DOTALL)
    assert found
    number = re.search(r'class="count[^>]*>\s*(\d+)', found[0])
    return int(number[1]) if number else 0
