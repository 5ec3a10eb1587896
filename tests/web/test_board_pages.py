"""Boards and hospitals, set up by the administrator."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from html import unescape

import pytest
from sqlalchemy import select

from mdo_portal.domain.board import Board, BoardHospital, Meeting, MeetingState
from tests.web.people_house import House, house, lines
from tests.web.portal import CSRF

__all__ = ["house"]


# Boards and hospitals


def board_form(house: House, **over: object) -> dict[str, object]:
    zeed = house.region.hospitals["ZEED"]
    form: dict[str, object] = {
        "code": "mamma", "name": "Mamma", "weekday": "3", "starts": "08:15", "minutes": "60", "minutes_per_case": "5",
        "closing_hours": "24", "review_months": "6", "objection_hours": "24", "follow_days": "7", "quorum": "radioloog / nucleair geneeskundige @ delt\nchirurg",
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


def test_a_hospital_takes_part_from_the_moment_it_is_chosen_and_not_from_a_day_to_come(house: House) -> None:
    """Its referrals would come on this board's list from now on, whatever day stands there."""
    zeed = house.region.hospitals["ZEED"]

    answer = house.post("Ada", "/manage/boards/new", **board_form(house, **{f"since-{zeed}": "2999-01-01"}))

    assert answer.status_code == 422 and "begindatum ligt in de toekomst" in answer.text
    assert lines(house, "board:manage") == []


@pytest.mark.parametrize("which", ["board", "hospital"])
def test_who_was_second_overwrites_nothing_of_the_first_and_keeps_what_they_typed(house: House, which: str) -> None:
    """Somebody who only mended a name put back who takes part, the hour and the quorum as they were when the form was opened."""
    board, zeed = house.region.boards["URO-P"], house.region.hospitals["ZEED"]
    path = f"/manage/boards/{board}" if which == "board" else f"/manage/hospitals/{zeed}"
    form = board_form(house, code="URO-P") if which == "board" else {"boards": [str(board)], "review_months": "6"}

    def seen() -> str:
        return re.findall(r'name="seen" value="(\w+)"', house.person("Ada").get(path).text)[0]

    opened = seen()
    first = house.post("Ada", path, **form | {"name": "Van de eerste", "seen": opened})
    second = house.post("Ada", path, **form | {"name": "Van de tweede", "seen": opened})

    assert (first.status_code, second.status_code) == (302, 409)
    assert "Iemand anders heeft dit intussen gewijzigd" in second.text and "Van de tweede" in second.text
    assert "Van de eerste" in house.person("Ada").get(path).text
    assert house.post("Ada", path, **form | {"name": "Van de tweede", "seen": seen()}).status_code == 302


def test_a_board_is_changed_and_what_changed_is_logged(house: House) -> None:
    path = f"/manage/boards/{house.region.boards['URO-P']}"
    page = house.person("Ada").get(path).text
    answer = house.post("Ada", path, **board_form(house, code="URO-P", name="Uro-prostaat"))

    assert 'value="16:00"' in page and answer.status_code == 302
    assert "left" in lines(house, "board:manage")[0].detail


def test_whose_hospital_leaves_a_board_still_reads_its_patients_and_that_is_said_at_once(house: House) -> None:
    """Their roles stay until somebody ends them (ADR 0020): it stood in the review alone, half a year later."""
    ada, uro, delt = house.person("Ada"), house.region.boards["URO-P"], house.region.hospitals["DELT"]
    told = "4 collega's houden een rol bij een MDO waaraan hun ziekenhuis niet meer meedoet"

    ada.post(f"/manage/boards/{uro}", data={"csrf_token": CSRF, **board_form(house, code="URO-P", name="Uro-prostaat")})
    by_board = ada.get("/manage").text
    ada.post(f"/manage/boards/{uro}", data={"csrf_token": CSRF, **board_form(house, code="URO-P", name="Uro-prostaat")})
    once_more = ada.get("/manage").text
    with house.database.transaction() as session:
        session.add(BoardHospital(board_id=uro, hospital_id=delt))
    form = {"csrf_token": CSRF, "name": "Delta", "review_months": "6", "boards": "1"}
    ada.post(f"/manage/hospitals/{delt}", data=form | {"board": str(house.region.boards["GI"])})

    assert told in unescape(by_board) and told not in unescape(once_more)
    assert told in unescape(ada.get("/manage").text)


def test_a_group_of_the_quorum_names_a_hospital_that_is_there(house: House) -> None:
    """`radioloog @ DLET` was kept: nobody could ever fill that place, and the room said at every meeting that it was empty."""
    path = f"/manage/boards/{house.region.boards['URO-P']}"
    form = board_form(house, code="URO-P", name="Uro-prostaat")

    wrong = house.post("Ada", path, **form | {"quorum": "chirurg\nradioloog @ dlet"})
    house.post("Ada", path, **form | {"quorum": "chirurg"})

    assert wrong.status_code == 422 and "Achter een @ staat een code die geen ziekenhuis heeft." in wrong.text
    assert "radioloog @ dlet" in wrong.text
    assert "quorum" in lines(house, "board:manage")[-1].detail


def test_who_goes_to_the_next_meeting_goes_where_the_board_meets_by_then(house: House) -> None:
    """The meetings of the coming eight weeks stood with the old room and the old video address."""
    path, now = f"/manage/boards/{house.region.boards['URO-P']}", datetime.now(UTC)
    form = board_form(house, code="URO-P", name="Uro-prostaat", weekday="2", starts="16:00")
    house.post("Ada", path, **form, place="Zaal 1", video_url="https://video.example/oud")
    with house.database.transaction() as session:
        coming = session.scalars(
            select(Meeting).where(Meeting.board_id == house.region.boards["URO-P"], Meeting.starts_at > now)
        ).all()
        moved_by_hand, under_way, coming[2].state = coming[0], coming[1], MeetingState.CALLED_OFF
        moved_by_hand.place, under_way.state = "Zaal 9", MeetingState.OPEN

    house.post("Ada", path, **form, place="Zaal 2", video_url="https://video.example/nieuw")

    with house.database.transaction() as session:
        found = {one.id: (one.place, one.video_url) for one in session.scalars(select(Meeting).where(Meeting.starts_at > now))}
        assert found.pop(moved_by_hand.id) == ("Zaal 9", "https://video.example/nieuw")
        assert found.pop(under_way.id) == ("Zaal 1", "https://video.example/oud")
        assert set(found.values()) == {("Zaal 2", "https://video.example/nieuw")}


def test_a_board_chooses_that_loose_values_ask_for_no_look_and_that_is_logged(house: House) -> None:
    path, ada = f"/manage/boards/{house.region.boards['URO-P']}", house.person("Ada")
    form = board_form(house, code="URO-P", name="Uro-prostaat")

    def chosen() -> bool:
        return re.search(r'name="folds_values"[^>]* checked', ada.get(path).text) is not None

    assert not chosen()
    house.post("Ada", path, **form, folds_values="1")
    assert chosen() and "folds_values" in lines(house, "board:manage")[-1].detail
    house.post("Ada", path, **form)
    assert not chosen()


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
