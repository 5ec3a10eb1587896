"""A tried message is kept nowhere: the page that shows how it is read is the only one, and no link on it leads away from it."""

from __future__ import annotations

import re

from tests.integrations.hl7v2 import samples
from tests.web.portal import CSRF
from tests.web.test_links import Portal, portal

__all__ = ["portal"]


def test_where_to_go_on_opens_beside_the_message_that_was_tried(portal: Portal) -> None:
    """Back from there was a page of the browser about sending a form again, and what had been pasted was gone."""
    ada, board = portal.person("Ada"), str(portal.region.boards["URO-P"])
    made = ada.post("/links/new", data={"csrf_token": CSRF, "name": "Nieuwland", "code": "NIEUW", "board": board})
    home = made.headers["Location"].removesuffix("/settings")
    ada.post(f"{home}/settings", data={"csrf_token": CSRF, "name": "Nieuwland", "profile_in": "hix"})
    ada.post(f"{home}/try/adopt", data={"csrf_token": CSRF, "application": "HIX", "facility": "ZEED"})

    page = ada.post(f"{home}/try", data={"csrf_token": CSRF, "message": samples.REFERRAL.decode("latin-1")}).text

    result = page[page.index("Zo wordt dit bericht gelezen") : page.index("Nog een bericht")]
    onward = re.findall(r'<a [^>]*href="/[^>]*>', result)
    assert len(onward) > 1 and all('target="_blank"' in one and 'rel="noopener"' in one for one in onward), onward
