"""Who sends the letters of a hospital to another system has just proven who they are: a screen that stands open sends them nowhere."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select, text, update
from sqlalchemy.exc import ProgrammingError

from mdo_portal.commands.postgres_databases import as_role
from mdo_portal.domain.hospital import Channel
from mdo_portal.domain.link import Link
from mdo_portal.domain.people import SignedInSession
from mdo_portal.domain.recipient import RecipientChannel
from mdo_portal.services.people import sessions
from tests.conftest import opened
from tests.people import PASSWORD
from tests.services.wall_house import signed_as
from tests.web.portal import CSRF
from tests.web.test_links import Portal, portal

__all__ = ["portal"]
KEPT = {"csrf_token": CSRF, "name": "Zeeduyn", "profile_in": "hix", "channel_out": "fhir", "profile_out": "generic-r4"}
COPIES = {"csrf_token": CSRF, "channel": "hook", "phone": ""}
GONE = "Typ het geheim opnieuw: een geheim komt hier niet terug."
OURS, THEIRS = "https://epd.zeeduyn.example/fhir", "https://elders.example/fhir"


def left_open(portal: Portal, *, letters: str = OURS) -> FlaskClient:
    """The screen of ZEED's link manager, ten minutes after anybody proved to be there."""
    with portal.database.transaction() as session:
        link = session.scalars(select(Link).where(Link.hospital_id == portal.region.hospitals["ZEED"])).one()
        link.channel_out, link.profile_out, link.url_out, link.profile_in = Channel.FHIR, "generic-r4", letters, "hix"
        link.host_out, link.port_out = "", 0
    lars = portal.person("Lars")
    with portal.database.transaction() as session:
        session.execute(update(SignedInSession).values(confirmed_strongly_at=datetime.now(UTC) - timedelta(minutes=10)))
    return lars


def goes_to(portal: Portal) -> tuple[str, list[str]]:
    with portal.database.transaction() as session:
        link = session.scalars(select(Link).where(Link.hospital_id == portal.region.hospitals["ZEED"])).one()
        return link.url_out, list(session.scalars(select(RecipientChannel.url)))


def test_letters_are_sent_elsewhere_by_who_proves_to_be_there(portal: Portal) -> None:
    lars, page = left_open(portal), f"{portal.link()}/settings"
    said = KEPT | {"url_out": THEIRS}

    asked, wrong = lars.post(page, data=said), lars.post(page, data=said | {"password": "onzin"})

    assert [asked.status_code, wrong.status_code] == [422, 422] and goes_to(portal) == (OURS, [])
    assert (
        "langer dan vijf minuten geleden" in asked.text and f'value="{THEIRS}"' in asked.text and 'name="password"' in asked.text
    )
    assert lars.post(page, data=said | {"password": PASSWORD}).status_code == 303
    assert goes_to(portal) == (THEIRS, [])


def test_copies_to_practices_too(portal: Portal) -> None:
    lars, page = left_open(portal), f"{portal.link()}/gp"
    said = COPIES | {"url": THEIRS}

    asked = lars.post(page, data=said)

    assert asked.status_code == 422 and goes_to(portal) == (OURS, [])
    assert (
        "langer dan vijf minuten geleden" in asked.text and f'value="{THEIRS}"' in asked.text and 'name="password"' in asked.text
    )
    assert lars.post(page, data=said | {"password": PASSWORD}).status_code == 303
    assert goes_to(portal) == (OURS, [THEIRS])
    assert left_open(portal).post(page, data=said | {"phone": "0612345678"}).status_code == 303


@pytest.mark.parametrize(("page", "secret"), [("settings", "token_out"), ("gp", "secret")])
@pytest.mark.parametrize("why", ["again", "wrong"])
def test_a_secret_that_is_gone_from_the_form_is_said_where_it_is_to_be_typed(
    portal: Portal, page: str, secret: str, why: str
) -> None:
    """*Wat u typte staat er nog*, it said; saved once more, letters went to the new address with the token of the old one."""
    lars, address = left_open(portal), f"{portal.link()}/{page}"
    said = (KEPT | {"url_out": THEIRS} if page == "settings" else COPIES | {"url": THEIRS}) | {secret: "geheim-van-lars"}
    over = {"again": {}, "wrong": {"phone": "0" * 200, "password": PASSWORD}}

    answer = lars.post(address, data=said | over[why])

    assert answer.status_code == 422 and "geheim-van-lars" not in answer.text
    assert re.search(rf'id="f-{secret}-error">.*?{GONE}', answer.text, re.DOTALL), "beside the field"
    assert answer.text.index(GONE) < answer.text.index('class="panel"'), "and where one reads that it was not saved"
    assert GONE not in lars.get(address).text


@pytest.mark.parametrize("over", [{"url_out": OURS, "city": "Duinzicht"}, {"channel_out": "paper", "profile_out": ""}])
def test_what_sends_nothing_elsewhere_asks_nothing(portal: Portal, over: dict[str, str]) -> None:
    """Another name or place, and back to paper: that must go at once."""
    assert left_open(portal).post(f"{portal.link()}/settings", data=KEPT | over).status_code == 303


def test_a_token_by_which_the_hospital_comes_in_is_made_by_who_proves_to_be_there(portal: Portal) -> None:
    lars, made = left_open(portal), {"csrf_token": CSRF}

    answer = lars.post(f"{portal.link()}/token", data=made)

    assert (answer.status_code, answer.location.partition("?")[0]) == (303, "/confirm")
    lars.post("/confirm", data=made | {"password": PASSWORD, "strong": "1"})
    assert lars.post(f"{portal.link()}/token", data=made).status_code == 200


@pytest.mark.parametrize("code", ["KREE", "DELT"])
def test_another_hospitals_letters_are_not_found_before_anything_is_asked(portal: Portal, code: str) -> None:
    lars = left_open(portal)

    for page, said in (("settings", KEPT | {"url_out": THEIRS}), ("gp", COPIES | {"url": THEIRS})):
        assert lars.post(f"{portal.link(code)}/{page}", data=said).status_code == 404


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE links SET url_out = 'https://elders.example' WHERE hospital_id = access.keeps_link()",
        "UPDATE links SET channel_out = 'mllp', host_out = 'elders.example' WHERE hospital_id = access.keeps_link()",
        "UPDATE links SET token_in_hash = 'x' WHERE hospital_id = access.keeps_link()",
        "INSERT INTO recipient_channels (hospital_id, audience, channel, url, folder, tls)"
        " VALUES (access.keeps_link(), 'gp', 'hook', 'https://elders.example', '', true)",
    ],
)
def test_a_statement_sends_letters_nowhere_else(portal: Portal, statement: str) -> None:
    left_open(portal)
    key = sessions.hash_key(signed_as(portal.database, portal.region, "Lars"))
    with portal.database.transaction() as session:
        session.execute(update(SignedInSession).values(confirmed_strongly_at=datetime.now(UTC) - timedelta(minutes=10)))
    web = opened(as_role(portal.database.url, "mdo_app"), pool_size=1)

    with pytest.raises(ProgrammingError, match="who confirmed to be there"), web.transaction(entering=key) as session:
        session.execute(text(statement))
