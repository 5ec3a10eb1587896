"""How many questions wait for somebody to say who a patient is, and since when: in the menu, at the links and at the inbox."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select, update

from mdo_portal.domain.case import Case
from mdo_portal.domain.identity_conflict import ASKED_TOO_LONG, IdentityConflict
from mdo_portal.domain.people import Membership, Person, Role
from tests.test_reception import understand_all
from tests.web.identity_house import House, house
from tests.web.portal import signed_in

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
    assert f'href="/identities/{house.conflict_id}"' in table[0]
    assert "onleesbaar" not in table[0].casefold(), "it can be read; it waits"
    assert "/replay" not in table[0] and "/ignore" not in table[0], "nothing else here settles it"


def test_a_bsn_to_check_waits_for_nobody_and_is_not_counted(house: House) -> None:
    with house.database.transaction() as session:
        session.execute(update(IdentityConflict).values(blocks=False))
    grow_old(house)
    client = house.person(Role.LINK_MANAGER)

    assert in_menu(client.get("/identities").text) == ""
    assert LATE not in client.get("/inbox").text


def test_above_the_messages_of_another_hospital_the_own_questions_are_not_told(house: House) -> None:
    """Somebody who looks after the network and a hospital of it chose another one."""
    grow_old(house)
    client, zeed, kree = house.person(Role.ADMINISTRATOR), house.region.hospitals["ZEED"], house.region.hospitals["KREE"]
    with house.database.transaction() as session:
        both = session.scalars(select(Person).where(Person.name == "administrator ZEED")).one()
        session.add(Membership(person_id=both.id, hospital_id=zeed, role=Role.LINK_MANAGER))

    assert LATE in client.get("/inbox").text and LATE in client.get(f"/inbox?hospital={zeed}").text
    assert LATE not in client.get(f"/inbox?hospital={kree}").text


def test_the_case_that_waits_for_an_answer_leads_whoever_may_answer_there(house: House) -> None:
    """The case said that a message waits for *Wie is dit?*, to the very doctor who could have answered, and led nowhere."""
    with house.database.transaction() as session:
        case = session.scalars(select(Case).where(Case.referral_number == "VW-1")).one()
        case.board_id = house.region.boards["URO-P"]
        path = f"/cases/{case.id}"
    way = 'href="/identities">Beantwoord het op Wie is dit?'

    here, elsewhere = (
        house.person(Role.SPECIALIST).get(path).text,
        signed_in(house.app, house.database, house.region, "Aisha").get(path).text,
    )

    assert "wacht op „Wie is dit?” bij" in here and "wacht op „Wie is dit?” bij" in elsewhere
    assert way in here and way not in elsewhere
