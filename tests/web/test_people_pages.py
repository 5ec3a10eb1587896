"""The pages for people and their rights, as the people who use them: what they may, what they may not, and what is logged."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from mdo_portal.database import Database
from mdo_portal.domain.audit import SUCCESS, AuditEntry
from mdo_portal.domain.board import Board, BoardHospital
from mdo_portal.domain.case import Case
from mdo_portal.domain.hospital import Hospital
from mdo_portal.domain.people import BoardMembership, Membership, Person, Role
from mdo_portal.domain.rights import RightsReview, RightsReviewLine
from mdo_portal.services import credentials
from tests import make
from tests.people import Region, person_id
from tests.web.portal import CSRF, app_on, signed_in


@dataclass(frozen=True)
class House:
    """The application and one case of ZEED on the agenda of nobody yet."""

    app: Flask
    database: Database
    region: Region
    case_id: uuid.UUID

    def person(self, name: str) -> FlaskClient:
        return signed_in(self.app, self.database, self.region, name)

    def post(self, name: str, path: str, /, **form: object) -> TestResponse:
        return self.person(name).post(path, data={"csrf_token": CSRF, **form})

    @property
    def uro(self) -> str:
        return f"/people/board/{self.region.boards['URO-P']}"

    def board_role(self, name: str, role: Role) -> BoardMembership:
        with self.database.transaction() as session:
            held = select(BoardMembership).where(BoardMembership.person_id == person_id(name), BoardMembership.role == role)
            return session.scalars(held.order_by(BoardMembership.ended_at.desc().nulls_first())).first()  # type: ignore[return-value]


@pytest.fixture
def house(database: Database, region: Region) -> Iterator[House]:
    with database.transaction() as session:
        zeed = session.get_one(Hospital, region.hospitals["ZEED"])
        patient = make.identity("4711")
        case = make.case(session, zeed, now=datetime.now(UTC), board_id=region.boards["URO-P"], patient=patient, number="VW-1")
    with app_on(database) as app:
        yield House(app, database, region, case.id)


def lines(house: House, act: str = "people:manage") -> list[AuditEntry]:
    with house.database.transaction() as session:
        done = (AuditEntry.act == act, AuditEntry.outcome == SUCCESS)
        return list(session.scalars(select(AuditEntry).where(*done).order_by(AuditEntry.seq)))


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


def test_somebody_new_is_added_and_invited_once(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(credentials, "invite", lambda *_, **__: "/invitation/secret-token")
    form = {"email": "nieuw@example.nl", "name": "N. Nieuw", "role": "observer", "hospital_id": house.region.hospitals["ZEED"]}
    added = house.post("Aisha", f"{house.uro}/add", **form)
    page = added.headers["Location"]
    invited = house.post("Aisha", f"{page}/invite")

    assert added.status_code == 302 and "/invitation/secret-token" in invited.text
    assert "secret-token" not in house.person("Aisha").get(page).text
    assert "invited" in [line.detail for line in lines(house)]
    assert not any("secret" in line.detail or "Nieuw" in line.detail for line in lines(house))


@pytest.mark.parametrize("name", ["Dirk", "Mila"])
def test_a_secretary_does_not_invite_who_has_an_account_or_is_more_elsewhere(
    house: House, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """Whoever holds the link is that person: also of a specialist who never signed in."""
    monkeypatch.setattr(credentials, "invite", lambda *_, **__: pytest.fail("made a link"))
    with house.database.transaction() as session:
        session.get_one(Person, person_id(name)).password_hash = ""
    house.post("Aisha", f"{house.uro}/roles", person_id=person_id(name), role="observer")

    assert house.post("Aisha", f"/people/{person_id(name)}/invite").status_code in (403, 404)


def test_a_blocked_person_is_out_at_once(house: House) -> None:
    dirk = house.person("Dirk")
    before = dirk.get("/worklist").status_code
    answer = house.post("Lars", f"/people/{person_id('Dirk')}/disable")

    assert (before, answer.status_code, dirk.get("/worklist").status_code) == (200, 302, 302)
    assert house.post("Aisha", f"/people/{person_id('Dirk')}/enable").status_code == 404
    assert house.post("Lars", f"/people/{person_id('Dirk')}/enable").status_code == 302


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
            r'<li><a href="/people"[^>]*>Mensen(?:<span class="count[^"]*">(\d+)</span>)?',
            house.person("Aisha").get("/rights").text,
        )
        return found[1] if found else "?"

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
    signs = re.search(r'<th scope="row">MDO-advies getekend</th>\s*<td class="wrap">(.*?)</td>', page, re.S)

    assert signs and "Voorzitter" in signs[1] and "Uro-prostaat" in signs[1] and "rol in het MDO" in signs[1]
    assert "Ziekenhuis DELT" not in signs[1]


@pytest.mark.parametrize(
    ("who", "words"), [("Bram", "Ja: Bram ziet deze casus"), ("Mila", "Nee: voor Mila bestaat deze casus niet")]
)
def test_of_one_case_it_says_yes_or_no_and_the_number_stays_out_of_addresses(house: House, who: str, words: str) -> None:
    answer = house.post("Aisha", f"/rights/explain/{person_id(who)}", number="4711")

    assert answer.status_code == 200 and words in answer.text
    assert not re.search(r'(?:href|action|src)="[^"]*4711', answer.text)
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

    assert "Voorzitter" in page and "Patiëntnummer of verwijsnummer" not in page
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


# Boards and hospitals


def board_form(house: House, **over: object) -> dict[str, object]:
    zeed = house.region.hospitals["ZEED"]
    form: dict[str, object] = {
        "code": "mamma", "name": "Mamma", "weekday": "3", "starts": "08:15", "minutes": "60", "minutes_per_case": "5",
        "closing_hours": "24", "review_months": "6", "quorum": "radioloog / nucleair geneeskundige @ delt\nchirurg",
        "aliases": "MDO Borst", "hospital": str(zeed), f"since-{zeed}": "2026-01-01",
    }  # fmt: skip
    return form | over


def test_the_administrator_makes_a_board_with_its_series(house: House) -> None:
    answer = house.post("Ada", "/manage/boards/new", **board_form(house))

    assert answer.status_code == 302
    with house.database.transaction() as session:
        board = session.scalars(select(Board).where(Board.code == "MAMMA")).one()
        assert [group.words for group in board.wanted] == ["radioloog / nucleair geneeskundige (DELT)", "chirurg"]
        assert board.aliases == ["mdo borst"]
        takes_part = session.scalars(select(BoardHospital).where(BoardHospital.board_id == board.id)).one()
        assert str(takes_part.since) == "2026-01-01"
    assert [line.detail for line in lines(house, "board:manage")] == ["added"]
    assert "geen voorzitter" in house.person("Ada").get("/manage").text


@pytest.mark.parametrize(
    ("over", "words"),
    [
        ({"code": "URO-P"}, "al van een ander MDO"),
        ({"code": "a b"}, "streepjes"),
        ({"name": ""}, "Vul de naam in"),
        ({"minutes": "veel"}, "Vul een getal in"),
        ({"starts": "straks"}, "Vul een tijd in"),
        ({"hospital": ""}, "minstens één ziekenhuis"),
        ({"video_url": "javascript:alert(1)"}, "Begint met https"),
    ],
)
def test_a_board_that_is_wrong_is_not_kept_and_says_where(house: House, over: dict[str, object], words: str) -> None:
    answer = house.post("Ada", "/manage/boards/new", **board_form(house, **over))

    assert answer.status_code == 422 and words in answer.text
    assert lines(house, "board:manage") == []


def test_a_board_is_changed_and_what_changed_is_logged(house: House) -> None:
    path = f"/manage/boards/{house.region.boards['URO-P']}"
    page = house.person("Ada").get(path).text
    answer = house.post("Ada", path, **board_form(house, code="URO-P", name="Uro-prostaat"))

    assert 'value="16:00"' in page and answer.status_code == 302
    assert "left" in lines(house, "board:manage")[0].detail


@pytest.mark.parametrize("name", ["Aisha", "Lars", "Petra", "Bram"])
def test_boards_and_hospitals_are_set_up_by_the_administrator_only(house: House, name: str) -> None:
    paths = ("/manage", "/manage/boards/new", f"/manage/boards/{house.region.boards['URO-P']}")

    assert [house.person(name).get(path).status_code for path in paths] == [403, 403, 403]
    assert house.post(name, "/manage/boards/new", **board_form(house)).status_code == 403


def test_a_hospital_gets_another_phone_number_and_no_wrong_ura(house: House) -> None:
    path = f"/manage/hospitals/{house.region.hospitals['ZEED']}"
    good = {"name": "Zeeduyn", "city": "Duindorp", "phone": "088-1", "ura": "99900101", "agb": ""}
    wrong = house.post("Ada", path, **(good | {"ura": "12"}))
    right = house.post("Ada", path, **good)

    assert (wrong.status_code, right.status_code) == (422, 302)
    assert [line.detail for line in lines(house, "board:manage")] == ["name, phone, ura"]
