"""After its certificate ended a hospital cannot call any more: who looks after the link is told before, and in time to do something."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import update

from mdo_portal.domain.hospital import Channel
from mdo_portal.domain.identifiers import new_id
from mdo_portal.domain.link import Link, LinkCertificate
from mdo_portal.domain.people import Role
from tests.listens import somebody_listens
from tests.web.identity_house import House, house

__all__ = ["house"]

NEXT_ONE = "volgende is gekoppeld"


@pytest.fixture(autouse=True)
def listens(house: House) -> Iterator[None]:
    with somebody_listens(house.database):
        yield


def bound(house: House, *ends: timedelta, called: bool = False) -> None:
    """Certificates of ZEED that end so long from now; the oldest first."""
    now = datetime.now(UTC)
    with house.database.transaction() as session:
        session.execute(update(Link).values(profile_in="hix", channel_out=Channel.PAPER))
        for number, left in enumerate(ends):
            one = LinkCertificate(
                id=new_id(), link_id=house.region.links["ZEED"].link_id, fingerprint=f"{number:064x}", subject=f"CN=epd{number}",
                expires_at=now + left, seen_at=now if called else None, bound_at=now,
            )  # fmt: skip
            session.add(one)


def pages(house: House, role: Role = Role.LINK_MANAGER) -> tuple[str, str]:
    """The overview, and the page of the link."""
    client = house.person(role, "ZEED")
    return client.get("/links").text, client.get(f"/links/{house.region.hospitals['ZEED']}").text


def counted(page: str) -> int:
    """How many things to look at the menu says there are at the links."""
    found = re.search(r'href="/links"[^>]*>\s*Koppelingen\s*<span class="[^"]*count[^"]*"[^>]*>(\d+)', page)
    return int(found[1]) if found else 0


@pytest.mark.parametrize("role", [Role.LINK_MANAGER, Role.ADMINISTRATOR])
def test_a_certificate_that_ended_stands_at_the_top_with_what_it_means_and_in_the_menu(house: House, role: Role) -> None:
    before = counted(pages(house, role)[0])
    bound(house, -timedelta(days=3))

    overview, page = pages(house, role)

    for one in (overview, page):
        assert "Het certificaat van Ziekenhuis ZEED is verlopen: het EPD kan niet meer bellen." in one
        assert "Een lijn die toen al openstond, is daarna verbroken." in one
    assert counted(overview) == before + 1


def test_the_badge_of_a_line_whose_certificates_ended_says_so_also_when_its_letters_go_without_tls(house: House) -> None:
    bound(house, -timedelta(days=3))
    with house.database.transaction() as session:
        session.execute(update(Link).values(channel_out=Channel.MLLP, tls_out=False))

    for page in pages(house):
        assert re.search(r'badge tone-danger"[^>]*>\s*<svg.*?</svg>Certificaat verlopen', page, re.DOTALL)


def test_one_that_ends_within_two_weeks_is_told_as_long_as_no_other_follows_it(house: House) -> None:
    bound(house, timedelta(days=5))

    overview, page = pages(house)

    for one in (overview, page):
        assert "Het certificaat van Ziekenhuis ZEED loopt" in one and "Daarna kan het EPD niet meer bellen" in one
    assert counted(overview) == 1


def test_one_that_ends_in_some_weeks_is_told_on_the_page_of_the_link_and_disturbs_nobody_elsewhere(house: House) -> None:
    bound(house, timedelta(days=40))

    overview, page = pages(house)

    assert "Het certificaat van Ziekenhuis ZEED loopt" in page and "Het certificaat van Ziekenhuis ZEED loopt" not in overview
    assert counted(overview) == 0


@pytest.mark.parametrize(("called", "words"), [(False, "belde nog niet"), (True, NEXT_ONE)])
def test_one_that_is_followed_by_the_next_is_no_alarm_and_says_that_it_is(house: House, called: bool, words: str) -> None:
    bound(house, timedelta(days=5), timedelta(days=400), called=called)

    overview, page = pages(house)

    for one in (overview, page):
        assert NEXT_ONE in one and words in one and "Het certificaat van Ziekenhuis ZEED loopt" not in one
    assert ("belde nog niet" in overview) is not called and counted(overview) == 0


def test_withdrawing_the_last_that_is_still_valid_is_said_to_be_that(house: House) -> None:
    bound(house, -timedelta(days=3), timedelta(days=400))

    page = pages(house)[1]

    assert page.count("Dit is het enige certificaat van deze lijn dat nog geldig is.") == 1
