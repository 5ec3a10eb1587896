"""One message is found by its number, or by when it came, however many came after it: what a vendor asks about is seldom of the newest."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest
from flask.testing import FlaskClient
from sqlalchemy import update

from mdo_portal.domain.inbound import InboundMessage
from mdo_portal.domain.people import Role
from mdo_portal.services.inbox import inbox_rows
from tests.web.identity_house import House, house
from tests.web.portal import CSRF
from tests.web.test_inbox import kept, table

__all__ = ["house"]


@pytest.fixture
def many(house: House, monkeypatch: pytest.MonkeyPatch) -> House:
    """More than one page of them, the one that is asked about oldest."""
    monkeypatch.setattr(inbox_rows, "MOST_ROWS", 2)
    for control_id in ("OLD-1", "N-1", "N-2", "N-3"):
        kept(house, "no_patient", control_id=control_id)
    kept(house, "no_patient", "KREE", control_id="OLD-1")
    return house


def found(client: FlaskClient, number: str, **chosen: str) -> str:
    return client.post("/inbox/find", data={"csrf_token": CSRF, "number": number, **chosen}).text


def test_an_old_message_is_found_by_its_number_whatever_list_was_open(many: House) -> None:
    client = many.person(Role.LINK_MANAGER)
    page = client.get("/inbox?state=understood").text
    assert "OLD-1" not in table(client.get("/inbox").text)

    rows = table(found(client, " OLD-1 "))

    assert rows.count("<tr tabindex") == 1 and "OLD-1" in rows
    assert 'id="inbox-find"' in page and 'method="post" action="/inbox/find"' in page


def test_below_a_list_that_is_not_all_the_typed_number_is_sought_in_all(many: House) -> None:
    client = many.person(Role.LINK_MANAGER)

    button = r'<button[^>]*form="inbox-find"[^>]*>.*?Zoek het nummer in alle berichten'

    assert re.search(button, client.get("/inbox").text, re.DOTALL)
    assert not re.search(button, client.get("/inbox?state=ignored").text, re.DOTALL)


def test_a_number_that_is_not_here_says_what_never_stands_here(many: House) -> None:
    page = found(many.person(Role.LINK_MANAGER), "NEVER")

    assert "Geen bericht met het nummer „NEVER”" in page and "letter voor letter" in page
    assert "Niets is onleesbaar" not in page and "NEVER" not in page.split("</title>")[0]


def test_another_hospitals_message_of_that_number_is_not_found(many: House) -> None:
    kree = str(many.region.hospitals["KREE"])

    assert table(found(many.person(Role.LINK_MANAGER), "OLD-1", hospital=kree)) == ""
    assert table(found(many.person(Role.ADMINISTRATOR, "KREE"), "OLD-1")).count("<tr tabindex") == 2


def test_a_number_in_an_address_finds_nothing_because_a_bsn_could_be_typed(many: House) -> None:
    client = many.person(Role.LINK_MANAGER)

    assert client.get("/inbox/find?number=OLD-1").status_code == 405
    assert "OLD-1" not in table(client.get("/inbox?number=OLD-1").text)


def test_what_was_found_is_not_replaced_by_the_newest_when_something_comes_in(many: House) -> None:
    assert "data-live=" not in found(many.person(Role.LINK_MANAGER), "OLD-1")


def test_an_empty_box_shows_the_list(many: House) -> None:
    assert "N-3" in table(found(many.person(Role.LINK_MANAGER), "  "))


def at_a_minute(house: House, **minutes: int) -> None:
    with house.database.transaction() as session:
        for control_id, minute in minutes.items():
            at = datetime(2026, 11, 27, 9, minute, 30, tzinfo=UTC)
            session.execute(update(InboundMessage).where(InboundMessage.control_id == control_id).values(received_at=at))


def test_the_list_begins_at_the_moment_that_was_asked_about_and_a_button_keeps_it(many: House) -> None:
    """A vendor asks what came at 10:32; with thousands a day one would leaf ten pages for it."""
    for control_id in ("A", "B", "C"):
        kept(many, "no_patient", control_id=control_id)
    at_a_minute(many, A=31, B=32, C=33)
    client, chosen = many.person(Role.LINK_MANAGER), "until=2026-11-27T10:32"

    page = client.get(f"/inbox?{chosen}").text
    form = re.search(r'<form[^>]*action="(/inbox/[^"]*/ignore)".*?</form>', page, re.DOTALL)
    assert form is not None
    sent = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', form[0]))
    back = client.post(form[1], data=sent | {"csrf_token": CSRF}).headers["Location"]

    assert re.findall(r"<small>([ABC]) ·", table(page)) == ["B", "A"]
    assert 'type="datetime-local" name="until" value="2026-11-27T10:32"' in page and "Naar de nieuwste berichten" in page
    assert back == "/inbox?until=2026-11-27T10:32"


@pytest.mark.parametrize("nonsense", ["gisteren", "2026-13-45T99:99", "0001-01-01T00:00", "9999-12-31T23:59", ""])
def test_what_is_no_moment_begins_at_the_newest(many: House, nonsense: str) -> None:
    assert "N-3" in table(many.person(Role.LINK_MANAGER).get(f"/inbox?until={nonsense}").text)


def test_of_a_short_list_no_moment_is_asked(house: House) -> None:
    assert "datetime-local" not in house.person(Role.LINK_MANAGER).get("/inbox").text


def test_a_minute_that_comes_twice_when_summer_time_ends_is_the_second(house: House) -> None:
    """What came in the second of the two hours stood on no page of before it, and the newest did not reach it."""
    kept(house, "no_patient", control_id="BOTH-1")
    with house.database.transaction() as session:
        both = InboundMessage.control_id == "BOTH-1"
        session.execute(update(InboundMessage).where(both).values(received_at=datetime(2026, 10, 25, 1, 15, tzinfo=UTC)))

    assert "BOTH-1" in table(house.person(Role.LINK_MANAGER).get("/inbox?until=2026-10-25T02:15").text)
