"""Whoever writes the settings of a link as TOML finds every key in the portal: the source and its documents are not theirs."""

from __future__ import annotations

import html
import re

import pytest
from sqlalchemy import update

from mdo_portal import wiring_profiles
from mdo_portal.database import Database
from mdo_portal.domain.link import Link
from tests.people import Region
from tests.web.portal import app_on, signed_in


@pytest.fixture(params=["hix", "generic-r4"])
def profile(database: Database, region: Region, request: pytest.FixtureRequest) -> str:
    with database.transaction() as session:
        session.execute(update(Link).values(profile_in=request.param))
    return str(request.param)


def got(database: Database, region: Region, path: str = "/keys") -> str:
    with app_on(database) as app:
        return signed_in(app, database, region, "Lars").get(f"/links/{region.hospitals['ZEED']}/places{path}").text


def test_every_key_that_a_link_may_say_stands_on_a_page_of_the_portal_with_what_it_means(
    database: Database, region: Region, profile: str
) -> None:
    page = got(database, region)

    for key in wiring_profiles.own_keys(wiring_profiles.wire_of(profile)):
        assert f"<code>{key.path}</code>" in page
    assert "<code>extends</code>" not in page and "<code>title</code>" not in page  # of a profile alone


def test_its_example_would_be_kept(database: Database, region: Region, profile: str) -> None:
    (example,) = re.findall(r'<pre class="wire"[^>]*>(.*?)</pre>', got(database, region), re.DOTALL)

    wiring_profiles.check_otherwise(profile, html.unescape(example))


def test_the_place_where_toml_is_written_leads_there_and_names_no_file_of_the_source(
    database: Database, region: Region, profile: str
) -> None:
    page = got(database, region, "")

    assert f'href="/links/{region.hospitals["ZEED"]}/places/keys"' in page and "docs/" not in page


def test_without_a_line_there_are_no_keys_and_the_page_says_what_to_do(database: Database, region: Region) -> None:
    with database.transaction() as session:
        session.execute(update(Link).values(profile_in=""))

    assert "kies er eerst een bij de instellingen" in got(database, region)
