"""The pages for people and their rights, as the people who use them: what they may, what they may not, and what is logged."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from mdo_portal.domain.people import Person, Role
from tests.people import person_id
from tests.web.people_house import House, house, lines

__all__ = ["house"]
NEWCOMER = {"name": "Nieuw", "role": "member"}


def test_a_secretary_sees_the_people_of_her_board_with_their_roles(house: House) -> None:
    page = house.person("Aisha").get(house.uro).text

    assert all(name in page for name in ("Aisha", "Bram", "Bilal", "Mila"))
    assert "Carla" not in page and "Dirk" not in page


@pytest.mark.parametrize(
    ("name", "status"), [("Aisha", 200), ("Bram", 200), ("Ada", 200), ("Carla", 404), ("Lars", 404), ("Mila", 403), ("Dirk", 403)]
)
def test_the_people_of_a_board_are_for_who_has_to_do_with_it(house: House, name: str, status: int) -> None:
    """Carla is the secretary of another board, Lars manages a hospital: this board's people do not exist for them."""
    assert house.person(name).get(house.uro).status_code == status


@pytest.mark.parametrize(("name", "status"), [("Lars", 200), ("Petra", 200), ("Ada", 200), ("Aisha", 404)])
def test_the_people_of_a_hospital_are_for_its_own(house: House, name: str, status: int) -> None:
    assert house.person(name).get(f"/people/hospital/{house.region.hospitals['ZEED']}").status_code == status


@pytest.mark.parametrize(("name", "role"), [("Lars", "Koppelingsbeheerder:"), ("Petra", "Functionaris gegevensbescherming:")])
def test_a_needed_role_that_nobody_has_is_named_with_what_does_not_happen(house: House, name: str, role: str) -> None:
    zeed = f"/people/hospital/{house.region.hospitals['ZEED']}"
    assert "Deze rollen heeft hier nu niemand" not in house.person("Ada").get(zeed).text

    with house.database.transaction() as session:
        session.get_one(Person, person_id(name)).disabled_at = datetime.now(UTC)
    page = house.person("Ada").get(zeed).text

    assert page.count("Deze rollen heeft hier nu niemand") == 1 and role in page


def test_a_board_whose_chairs_have_gone_says_that_nobody_can_sign(house: House) -> None:
    assert "niemand kan een advies tekenen" not in house.person("Aisha").get(house.uro).text

    with house.database.transaction() as session:
        for name in ("Bram", "Bilal"):
            session.get_one(Person, person_id(name)).disabled_at = datetime.now(UTC)

    assert "niemand kan een advies tekenen" in house.person("Aisha").get(house.uro).text


def test_a_secretary_of_another_board_changes_nothing_here(house: House) -> None:
    held = house.board_role("Mila", Role.MEMBER)
    give = house.post("Carla", f"{house.uro}/roles", person_id=person_id("Mila"), role="observer")
    end = house.post("Carla", f"/people/roles/board/{held.id}/end")
    absent = house.post("Carla", f"/people/roles/board/{uuid.uuid4()}/end")

    assert (give.status_code, end.status_code, absent.status_code) == (404, 404, 404)
    assert house.board_role("Mila", Role.MEMBER).ended_at is None
    assert lines(house) == []


def test_a_chair_reads_but_does_not_manage(house: House) -> None:
    assert house.post("Bram", f"{house.uro}/roles", person_id=person_id("Mila"), role="observer").status_code == 403


@pytest.mark.parametrize("address", ["n\u0435w@example.nl", "new,ada@example.nl", f"{'n' * 300}@example.nl"])
def test_an_address_to_which_no_mail_can_go_makes_no_account(house: House, address: str) -> None:
    """It looked like a colleague's, could not be typed to sign in with, and every mail to it was refused."""
    answer = house.post("Aisha", f"{house.uro}/add", **NEWCOMER, email=address, hospital_id=house.region.hospitals["DELT"])

    assert answer.status_code == 422 and "Vul een e-mailadres in." in answer.text


def test_an_address_that_was_copied_with_what_nobody_sees_is_that_address(house: House) -> None:
    """A second account stood beside the first, with what looked like the same address."""
    copied = "\u202aNew@example.nl\u200b"
    answers = [
        house.post("Aisha", f"{house.uro}/add", **NEWCOMER, email=address, hospital_id=house.region.hospitals["DELT"])
        for address in ("new@example.nl", copied)
    ]

    assert [answer.status_code for answer in answers] == [302, 200]
    with house.database.transaction() as session:
        assert len(session.scalars(select(Person.id).where(Person.name == NEWCOMER["name"])).all()) == 1


def test_giving_yourself_a_role_is_refused_with_a_sentence(house: House) -> None:
    answer = house.post("Aisha", f"{house.uro}/roles", person_id=person_id("Aisha"), role="scribe")

    assert answer.status_code == 403 and "Uzelf een rol geven kan niet" in answer.text


def test_a_role_ended_closes_an_open_screen_at_once(house: House) -> None:
    mila = house.person("Mila")
    meeting = f"/meetings/{house.region.meeting}"
    before = mila.get(meeting).status_code
    answer = house.post("Aisha", f"/people/roles/board/{house.board_role('Mila', Role.MEMBER).id}/end")

    assert (before, answer.status_code) == (200, 302)
    assert mila.get(meeting).status_code in (403, 404)
    assert [line.detail for line in lines(house)] == [f"board {house.region.boards['URO-P']}: member -> -"]


def test_an_ended_role_is_given_again_with_one_button(house: House) -> None:
    house.post("Aisha", f"/people/roles/board/{house.board_role('Mila', Role.MEMBER).id}/end")
    house.post("Aisha", f"{house.uro}/roles", person_id=person_id("Dirk"), role="member")
    assert "Mila" not in house.person("Aisha").get(house.uro).text

    page = house.person("Aisha").get(f"/people/{person_id('Mila')}").text
    answer = house.post("Aisha", f"{house.uro}/roles", person_id=person_id("Mila"), role="member")

    assert "Opnieuw geven" in page and answer.status_code == 302
    assert "Mila" in house.person("Aisha").get(house.uro).text


def test_a_role_that_begins_next_week_opens_nothing_today(house: House) -> None:
    start = datetime.now(UTC).date() + timedelta(days=7)
    answer = house.post("Aisha", f"{house.uro}/roles", person_id=person_id("Dirk"), role="chair", starts_on=start.isoformat())

    assert answer.status_code == 302
    assert house.person("Dirk").get(f"/meetings/{house.region.meeting}").status_code in (403, 404)
    assert "gaat nog in" in house.person("Aisha").get(house.uro).text


def test_the_last_secretary_gets_a_sentence(house: House) -> None:
    answer = house.post("Ada", f"/people/roles/board/{house.board_role('Aisha', Role.SECRETARY).id}/end")

    assert answer.status_code == 409 and "opvolger" in answer.text


def test_somebody_known_is_offered_and_not_made_twice(house: House) -> None:
    answer = house.post("Aisha", f"{house.uro}/add", email="Dirk@Example.nl", name="D", role="member")

    assert answer.status_code == 200 and "Dirk is al bekend" in answer.text
    with house.database.transaction() as session:
        assert len(session.scalars(select(Person).where(Person.email == "dirk@example.nl")).all()) == 1


def test_somebody_of_elsewhere_is_not_told_of(house: House) -> None:
    form = {"name": "C", "role": "member", "hospital_id": house.region.hospitals["ZEED"]}
    answer = house.post("Aisha", f"{house.uro}/add", email="carla@example.nl", **form)

    assert answer.status_code == 409 and "Carla" not in answer.text and "KREE" not in answer.text


def test_nobody_gives_a_role_to_somebody_they_may_not_know(house: House) -> None:
    assert house.post("Aisha", f"{house.uro}/roles", person_id=person_id("Carla"), role="member").status_code == 404


def test_a_form_that_misses_something_keeps_what_was_typed(house: House) -> None:
    answer = house.post("Aisha", f"{house.uro}/add", email="nieuw@example.nl", name="N. Nieuw", role="member", starts_on="morgen")

    assert answer.status_code == 422 and "N. Nieuw" in answer.text and "geen datum" in answer.text


def test_a_blocked_person_is_out_at_once(house: House) -> None:
    dirk = house.person("Dirk")
    before = dirk.get("/worklist").status_code
    answer = house.post("Lars", f"/people/{person_id('Dirk')}/disable")

    assert (before, answer.status_code, dirk.get("/worklist").status_code) == (200, 302, 302)
    assert house.post("Aisha", f"/people/{person_id('Dirk')}/enable").status_code == 404
    assert house.post("Lars", f"/people/{person_id('Dirk')}/enable").status_code == 302


@pytest.mark.parametrize(
    ("name", "asks"), [("Aisha", "vraag de beheerder van het netwerk"), ("Dirk", "Vraag de MDO-coördinator")]
)
def test_whoever_may_not_is_told_whom_to_ask_and_it_is_not_themselves(house: House, name: str, asks: str) -> None:
    refused = house.person(name).get("/log")
    assert refused.status_code == 403 and asks in refused.text
