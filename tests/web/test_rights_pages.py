"""The review of rights and the explanation of them, as the people who use those pages."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from mdo_portal.domain.board import BoardHospital
from mdo_portal.domain.case import Case
from mdo_portal.domain.people import BoardMembership, Membership, Person, Role
from mdo_portal.domain.rights import RightsReview, RightsReviewLine
from tests import make
from tests.people import person_id
from tests.web.people_house import House, house, lines

__all__ = ["house"]


# The review


def started(house: House, name: str = "Aisha") -> tuple[str, dict[str, RightsReviewLine]]:
    answer = house.post(name, f"/rights/board/{house.region.boards['URO-P']}/start")
    with house.database.transaction() as session:
        review = session.scalars(select(RightsReview)).one()
        found = session.scalars(select(RightsReviewLine).where(RightsReviewLine.review_id == review.id)).all()
    assert answer.headers["Location"] == f"/rights/reviews/{review.id}"
    return answer.headers["Location"], {line.person_name: line for line in found}


def test_a_review_lists_everybody_and_says_what_stands_out(house: House) -> None:
    with house.database.transaction() as session:
        session.get_one(Person, person_id("Bilal")).disabled_at = datetime.now(UTC)
        held = session.scalars(select(Membership).where(Membership.person_id == person_id("Mila"))).one()
        held.ended_at = datetime.now(UTC)
        takes_part = session.scalars(select(BoardHospital).where(BoardHospital.board_id == house.region.boards["URO-P"]))
        session.delete(next(one for one in takes_part if one.hospital_id == house.region.hospitals["DELT"]))
    _, found = started(house)

    assert set(found) == {"Aisha", "Bram", "Bilal", "Mila"}
    assert "disabled" in found["Bilal"].odd and "left" in found["Mila"].odd
    assert "board_left" in found["Bram"].odd and "no_factor" not in found["Bram"].odd
    assert "not_seen" in found["Bram"].odd  # last in March, when the test's region was made
    assert "not_seen" not in found["Aisha"].odd


def test_a_review_ends_roles_and_is_signed_only_when_all_is_decided(house: House) -> None:
    at, found = started(house)
    house.post("Aisha", f"{at}/lines/{found['Bram'].id}/keep")
    too_early = house.post("Aisha", f"{at}/sign")
    own = house.post("Aisha", f"{at}/lines/{found['Aisha'].id}/keep")
    house.post("Aisha", f"{at}/lines/{found['Bilal'].id}/keep")
    house.post("Aisha", f"{at}/lines/{found['Mila'].id}/end")
    signed = house.post("Aisha", f"{at}/sign")
    after = house.post("Aisha", f"{at}/lines/{found['Bram'].id}/end")

    assert (too_early.status_code, own.status_code, signed.status_code, after.status_code) == (409, 403, 302, 409)
    assert house.board_role("Mila", Role.MEMBER).ended_at is not None
    assert house.board_role("Bram", Role.CHAIR).ended_at is None
    page = house.person("Aisha").get(at).text
    assert "Afgetekend" in page and "Door Aisha" in page
    assert [line.detail for line in lines(house, "rights:review") if line.detail] == ["started", "signed"]


def test_a_review_of_another_board_does_not_exist(house: House) -> None:
    at, _ = started(house)

    assert house.person("Carla").get(at).status_code == 404
    assert house.post("Carla", f"{at}/sign").status_code == 404
    assert house.person("Carla").get(f"{at}/csv").status_code == 404


def test_starting_twice_is_the_same_review(house: House) -> None:
    assert started(house)[0] == started(house)[0]


def test_a_review_that_is_due_is_counted_in_the_header_until_it_is_signed(house: House) -> None:
    def counted() -> str | None:
        found = re.search(
            r'<li><a href="/people"[^>]*>Mensen(?:<span class="count[^"]*"[^>]*>(\d+)</span>)?',
            house.person("Aisha").get("/rights").text,
        )
        return found[1] if found else "?"

    with house.database.transaction() as session:
        for role in session.scalars(select(BoardMembership).where(BoardMembership.board_id == house.region.boards["URO-P"])):
            role.given_at = datetime.now(UTC) - timedelta(days=200)
    before = counted()
    at, found = started(house)
    for name in ("Bram", "Bilal", "Mila"):
        house.post("Aisha", f"{at}/lines/{found[name].id}/keep")
    house.post("Aisha", f"{at}/sign")

    assert (before, counted()) == ("1", None)


def test_the_export_runs_nothing_in_a_spreadsheet(house: House) -> None:
    with house.database.transaction() as session:
        session.get_one(Person, person_id("Mila")).name = "=cmd|calc"
    at, _ = started(house)
    text = house.person("Aisha").get(f"{at}/csv").text

    assert '"\'=cmd|calc"' in text and '"Lid"' in text


# What can this person see, and why


def test_the_explanation_names_role_place_and_rule(house: House) -> None:
    page = house.person("Aisha").get(f"/rights/explain/{person_id('Bram')}").text
    signs = re.search(
        r'<th scope="row">MDO-advies getekend, of gelezen vóór het tekenen</th>\s*<td class="wrap">(.*?)</td>', page, re.S
    )

    assert signs and "Voorzitter" in signs[1] and "Uro-prostaat" in signs[1] and "rol in het MDO" in signs[1]
    assert "Ziekenhuis DELT" not in signs[1]


@pytest.mark.parametrize(
    ("who", "words"), [("Bram", "Ja: Bram ziet deze casus"), ("Mila", "Nee: voor Mila bestaat deze casus niet")]
)
def test_of_one_case_it_says_yes_or_no_and_the_number_stays_out_of_addresses(house: House, who: str, words: str) -> None:
    answer = house.post("Aisha", f"/rights/explain/{person_id(who)}", number="4711")

    assert answer.status_code == 200 and words in answer.text
    assert not re.search(r'(?:href|action|src)="[^"]*4711', make.without_ids(answer.text))
    logged = [line for line in lines(house, "rights:explain") if line.detail == "case"]
    assert [(line.case_id, line.object_id) for line in logged] == [(house.case_id, str(person_id(who)))]


def test_a_number_of_another_hospital_is_not_found(house: House) -> None:
    with house.database.transaction() as session:
        session.get_one(Case, house.region.other_case).referral_number = "KREE-7"
    page = house.post("Aisha", f"/rights/explain/{person_id('Bram')}", number="KREE-7").text

    assert "niet gevonden" in page and "ziet deze casus" not in page


def test_an_administrator_asks_about_people_but_not_about_cases(house: House) -> None:
    page = house.person("Ada").get(f"/rights/explain/{person_id('Bram')}").text
    answer = house.post("Ada", f"/rights/explain/{person_id('Bram')}", number="4711").text

    assert "Voorzitter" in page and "Patiëntnummer of aanmeldnummer" not in page
    assert "niet gevonden" in answer or "ziet deze casus" not in answer


def test_the_privacy_officer_hears_which_cases_of_the_own_hospital_are_open_to_somebody(house: House) -> None:
    bram = house.post("Petra", f"/rights/explain/{person_id('Bram')}").text
    mila = house.post("Petra", f"/rights/explain/{person_id('Mila')}").text

    assert "kan deze persoon nu 1 casus openen" in bram and "4711" in bram
    assert "kan deze persoon nu 0 casussen openen" in mila
    logged = [(line.hits, line.detail) for line in lines(house, "rights:explain") if line.detail]
    assert logged == [(1, "cases"), (0, "cases")]


@pytest.mark.parametrize(("name", "status"), [("Aisha", 404), ("Lars", 404), ("Dirk", 403)])
def test_only_the_privacy_officer_hears_that(house: House, name: str, status: int) -> None:
    assert house.post(name, f"/rights/explain/{person_id('Bram')}").status_code == status


def test_of_a_colleague_elsewhere_a_hospital_hears_only_the_boards_it_takes_part_in(house: House) -> None:
    with house.database.transaction() as session:
        session.add(BoardMembership(person_id=person_id("Bram"), board_id=house.region.boards["GI"], role=Role.MEMBER))
    page = house.person("Petra").get(f"/rights/explain/{person_id('Bram')}").text

    assert "Uro-prostaat" in page and "Lage GI" not in page and "Specialist" not in page
