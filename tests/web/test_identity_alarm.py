"""How many questions wait for somebody to say who a patient is, and since when: in the menu, at the links and at the inbox."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import update

from mdo_portal.domain.identity_conflict import ASKED_TOO_LONG, IdentityConflict
from mdo_portal.domain.people import Role
from tests.test_reception import understand_all
from tests.web.identity_house import House, house

__all__ = ["house"]

LATE = "wacht langer dan een dag op antwoord"


def in_menu(page: str) -> str:
    """The number beside *Wie is dit?* in the menu."""
    link = re.search(r'<a[^>]*href="/identities"[^>]*>.*?</a>', page, re.DOTALL)
    found = re.search(r'class="count[^"]*"[^>]*>\s*(\d+)', link[0]) if link else None
    return found[1] if found else ""


def grow_old(house: House) -> None:
    with house.database.transaction() as session:
        long_ago = datetime.now(UTC) - ASKED_TOO_LONG - timedelta(minutes=1)
        session.execute(update(IdentityConflict).values(received_at=long_ago))


@pytest.mark.parametrize("role", [Role.SPECIALIST, Role.CASE_MANAGER, Role.LINK_MANAGER])
def test_the_menu_counts_what_waits_for_who_may_decide(house: House, role: Role) -> None:
    client = house.person(role)
    assert in_menu(client.get("/identities").text) == "1"

    house.decide(client, "other")
    understand_all(house.database, now=datetime.now(UTC))

    assert in_menu(client.get("/identities").text) == ""


def test_another_hospital_hears_nothing_of_it(house: House) -> None:
    grow_old(house)
    client = house.person(Role.LINK_MANAGER, "KREE")

    assert in_menu(client.get("/identities").text) == ""
    assert LATE not in client.get("/links").text + client.get("/inbox").text


@pytest.mark.parametrize("path", ["/links", "/inbox", "/inbox/rows"])
def test_after_a_day_the_links_and_the_inbox_say_so(house: House, path: str) -> None:
    client = house.person(Role.LINK_MANAGER)
    assert LATE not in client.get(path).text

    grow_old(house)

    page = client.get(path).text
    assert LATE in page
    assert re.search(rf'{LATE}.*?href="/identities"', page, re.DOTALL)


def test_the_list_marks_what_lies_too_long(house: House) -> None:
    client = house.person(Role.SPECIALIST)
    assert "ligt te lang" not in client.get("/identities").text

    grow_old(house)

    assert "ligt te lang" in client.get("/identities").text


def test_the_row_of_the_inbox_leads_to_the_questions(house: House) -> None:
    page = house.person(Role.LINK_MANAGER).get("/inbox?state=waiting").text
    table = re.search(r'<table[^>]*id="inbox-list".*?</table>', page, re.DOTALL)
    assert table is not None
    assert 'href="/identities"' in table[0]
    assert "onleesbaar" not in table[0].casefold(), "it can be read; it waits"
    assert "/replay" not in table[0] and "/ignore" not in table[0], "nothing else here settles it"


def test_a_bsn_to_check_waits_for_nobody_and_is_not_counted(house: House) -> None:
    with house.database.transaction() as session:
        session.execute(update(IdentityConflict).values(blocks=False))
    grow_old(house)
    client = house.person(Role.LINK_MANAGER)

    assert in_menu(client.get("/identities").text) == ""
    assert LATE not in client.get("/inbox").text
