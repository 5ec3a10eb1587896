"""Two link managers change one link at the same time: nobody overwrites what they did not see, and nothing that was typed is lost."""

from __future__ import annotations

import html
import re
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from mdo_portal import wiring_profiles
from mdo_portal.domain.hospital import Hospital
from mdo_portal.domain.link import Changed, Link
from mdo_portal.services.links import link_history, links
from tests.make import NOW
from tests.test_dispatch_races import Beside
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


def at_the_same_time(portal: Portal, first: Callable[[Session, Hospital, Link], object], second: Callable[[], int]) -> int:
    """What the second is answered, who came when the first was not done yet."""
    answers: list[int] = []
    beside = Beside(portal.database, lambda _: answers.append(second()))
    with portal.database.transaction() as session:
        zeed = session.get_one(Hospital, portal.region.hospitals["ZEED"])
        first(session, zeed, session.get_one(Link, link(portal).id))
        beside.begin()
    beside.end()
    assert beside.failed == []
    return answers[0]


def test_who_is_second_in_the_same_moment_hears_of_the_first_too(portal: Portal) -> None:
    """Both had looked before either was done: the second overwrote the first, who read that it was saved."""
    lars, page = portal.person("Lars"), f"{portal.link()}/places"
    typed = form_of(lars, page) | {"otherwise": SECOND}

    answer = at_the_same_time(
        portal,
        lambda session, zeed, line: links.save_otherwise(session, zeed, line, FIRST, viewer=portal.region.ada, now=NOW),
        lambda: lars.post(page, data=typed).status_code,
    )

    assert (answer, link(portal).otherwise) == (409, FIRST.strip())


def test_so_with_the_settings(portal: Portal) -> None:
    lars, page = portal.person("Lars"), f"{portal.link()}/settings"
    same = {"profile_in": "zorgdomein", "sending_applications": "ZEED-EPD"}
    typed = form_of(lars, page) | same | {"name": "Van Lars"}

    def by_ada(session: Session, zeed: Hospital, line: Link) -> None:
        profiles = wiring_profiles.known_profiles()
        links.save(
            session, zeed, line, same | {"name": "Van Ada"}, profiles=profiles, viewer=portal.region.ada, now=NOW, loopback=True
        )

    assert at_the_same_time(portal, by_ada, lambda: lars.post(page, data=typed).status_code) == 409
    assert 'value="Van Ada"' in lars.get(page).text


def test_two_fields_that_two_people_place_at_once_are_both_placed(portal: Portal) -> None:
    lars = portal.person("Lars")
    one = {"csrf_token": CSRF, "field": "question_radiology", "place": "ZVR-2"}

    answer = at_the_same_time(
        portal,
        lambda session, zeed, line: links.save_otherwise(session, zeed, line, FIRST, viewer=portal.region.ada, now=NOW),
        lambda: lars.post(f"{portal.link()}/places/one", data=one).status_code,
    )

    assert answer == 303 and {"NTE-3", "ZVR-2"} <= set(re.findall(r'"([^"]+)"', link(portal).otherwise))


def test_how_copies_reach_general_practitioners_is_not_overwritten_either(portal: Portal) -> None:
    """They hold what a patient has: who wrote another address over the one of now did not see that there was one."""
    lars, ada, page = portal.person("Lars"), portal.person("Ada"), f"{portal.link()}/gp"
    before, hook = form_of(lars, page), {"channel": "hook", "url": "https://post.example/van-ada"}
    assert ada.post(page, data=form_of(ada, page) | hook).status_code == 303

    late = lars.post(page, data=before | hook | {"url": "https://post.example/van-lars", "secret": "getypt"})

    assert "Typ het geheim opnieuw" in late.text, "it is not on the page any more"
    assert late.status_code == 409 and "Ada wijzigde dit intussen" in html.unescape(late.text) and "van-lars" in late.text
    assert "van-ada" in lars.get(page).text
    assert lars.post(page, data=before | hook | {"seen": seen_on(late.text)}).status_code == 303


def test_what_an_administrator_said_of_the_hospital_meanwhile_is_not_put_back(portal: Portal) -> None:
    """Its name stands on two pages. The form of the link, opened before, wrote the one of before over it, and nobody heard."""
    lars, ada = portal.person("Lars"), portal.person("Ada")
    page, hospital = f"{portal.link()}/settings", f"/manage/hospitals/{portal.region.hospitals['ZEED']}"
    before = form_of(lars, page) | {"name": "Zeeduyn", "profile_in": "hix", "sending_applications": "ZEED-EPD"}
    said = form_of(ada, hospital) | {"name": "Zeeduyn MC", "review_months": "6"}
    assert ada.post(hospital, data=said).status_code == 302

    late = lars.post(page, data=before)

    assert late.status_code == 409 and "Ada wijzigde dit intussen" in html.unescape(late.text)
    assert "<ins>Zeeduyn MC</ins>" in lars.get(portal.link()).text and 'value="Zeeduyn MC"' in lars.get(page).text


def test_so_says_an_administrator_of_any_hospital_of_the_network(portal: Portal) -> None:
    ada = portal.person("Ada")
    hospital = f"/manage/hospitals/{portal.region.hospitals['DELT']}"

    answer = ada.post(hospital, data=form_of(ada, hospital) | {"name": "Deltamond Oost", "review_months": "6"})

    assert answer.status_code == 302
    with portal.database.transaction() as session:
        last = link_history.newest(session, portal.region.hospitals["DELT"], Changed.SETTINGS)
        assert last is not None and last.after.startswith("name: Deltamond Oost")
