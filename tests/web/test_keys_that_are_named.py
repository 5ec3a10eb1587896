"""*Toetsen* names the keys that do something for its reader, on this page."""

from __future__ import annotations

import re

from flask import Flask

from mdo_portal.database import Database
from tests.people import Region
from tests.web.coming_meeting import address, app
from tests.web.portal import signed_in

__all__ = ["address", "app"]


def test_before_a_meeting_is_open_its_key_is_named_to_who_may_open_it(
    app: Flask, database: Database, region: Region, address: str
) -> None:
    """`v` was named to everybody, and did nothing for who cannot open the meeting."""
    pages = {name: signed_in(app, database, region, name).get(address).text for name in ("Bram", "Mila")}

    named = {name: "<kbd>v</kbd>" in page[page.index('<dl class="keys">') :] for name, page in pages.items()}
    there = {name: 'data-hotkey="v"' in page for name, page in pages.items()}
    assert named == there == {"Bram": True, "Mila": False}


def test_a_key_is_named_once(app: Flask, database: Database, region: Region) -> None:
    """*Post* named `j k` and `/` twice: in its own words, and in those that every page has."""
    page = signed_in(app, database, region, "Bram").get("/post").text
    terms = re.findall(r"<dt>(.*?)</dt>", page[page.index('<dl class="keys">') :])

    assert len(terms) == len(set(terms)) > 9
    assert "<dd>volgende, vorige brief</dd>" in page and "<dd>volgende, vorige regel</dd>" not in page
