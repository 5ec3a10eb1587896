"""The header says on which subject somebody is, on every page of it."""

from __future__ import annotations

from mdo_portal.app import BLUEPRINTS
from mdo_portal.web.navigation import LINK_PAGES


def test_every_page_of_a_link_stands_under_links() -> None:
    blueprints = [module.blueprint for module in BLUEPRINTS]

    assert {one.name for one in blueprints if (one.url_prefix or "").startswith("/links")} == set(LINK_PAGES)
