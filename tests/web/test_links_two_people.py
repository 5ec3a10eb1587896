"""Two link managers change one link at the same time: nobody overwrites what they did not see, and nothing that was typed is lost."""

from __future__ import annotations

import html
import re

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from mdo_portal.domain.link import Link
from tests.web.portal import CSRF
from tests.web.test_links import Portal, portal

__all__ = ["portal"]
FIRST, SECOND = '[referral]\nquestion_board = ["NTE-3"]\n', '[referral]\nquestion_board = ["ZVR-2"]\n'


def form_of(client: FlaskClient, page: str) -> dict[str, str]:
    """What proves which version the form on this page shows."""
    return {"csrf_token": CSRF, "seen": seen_on(client.get(page).text)}


def seen_on(page: str) -> str:
    found = re.search(r'name="seen" value="([^"]+)"', page)
    assert found is not None
    return found[1]


def link(portal: Portal) -> Link:
    with portal.database.transaction() as session:
        return session.scalars(select(Link).where(Link.hospital_id == portal.region.hospitals["ZEED"])).one()


def test_who_is_second_hears_of_the_first_and_then_decides(portal: Portal) -> None:
    lars, ada, page = portal.person("Lars"), portal.person("Ada"), f"{portal.link()}/places"
    before, beside = form_of(lars, page), form_of(ada, page)
    assert ada.post(page, data=beside | {"otherwise": FIRST}).status_code == 303

    late = lars.post(page, data=before | {"otherwise": SECOND})

    shown = html.unescape(late.text)
    assert late.status_code == 409 and link(portal).otherwise == FIRST.strip()
    assert "Ada wijzigde dit intussen" in shown and SECOND.strip() in shown
    assert lars.post(page, data=before | {"seen": seen_on(late.text), "otherwise": SECOND}).status_code == 303
    assert link(portal).otherwise == SECOND.strip()


def test_a_mistake_in_between_does_not_make_one_first(portal: Portal) -> None:
    """The page that says what is wrong shows the same version as before."""
    lars, ada, page = portal.person("Lars"), portal.person("Ada"), f"{portal.link()}/places"
    before = form_of(lars, page)
    ada.post(page, data=form_of(ada, page) | {"otherwise": FIRST})

    wrong = lars.post(page, data=before | {"otherwise": "[nonsense"})

    assert wrong.status_code == 422 and seen_on(wrong.text) == before["seen"]
    assert lars.post(page, data=before | {"otherwise": SECOND}).status_code == 409


@pytest.mark.parametrize("field", ["name", "city"])
def test_the_settings_are_not_overwritten_either(portal: Portal, field: str) -> None:
    lars, ada, page = portal.person("Lars"), portal.person("Ada"), f"{portal.link()}/settings"
    same = {"profile_in": "zorgdomein", "sending_applications": "ZEED-EPD", "name": "Zeeduyn"}
    before = form_of(lars, page) | same
    assert ada.post(page, data=form_of(ada, page) | same | {field: "Van Ada"}).status_code == 303

    late = lars.post(page, data=before | {field: "Van Lars"})

    assert late.status_code == 409 and "Van Lars" in late.text and "wijzigde dit intussen" in late.text
    assert "Van Ada" in lars.get(page).text
