"""Recommendations typed in the meeting: saved as typed, seen by the others, refused to who may not and after the signature."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from mdo_portal.database import Database
from mdo_portal.domain.board import Meeting
from mdo_portal.domain.hospital import Hospital
from mdo_portal.services.room import advice
from tests import make
from tests.people import Region
from tests.web.portal import CSRF, app_on, signed_in


@dataclass(frozen=True)
class Room:
    """The chair, somebody of another board, and the addresses."""

    chair: FlaskClient
    stranger: FlaskClient
    page: str
    advice: str

    def item(self) -> str:
        """A new recommendation; its address."""
        self.write(self.advice)
        (item_id,) = re.findall(rf'data-autosave="{self.advice}/([0-9a-f-]{{36}})"', self.chair.get(self.page).text)
        return f"{self.advice}/{item_id}"

    def write(self, path: str, *, headers: dict[str, str] | None = None, **fields: str) -> TestResponse:
        return self.chair.post(path, data=fields | {"csrf_token": CSRF}, headers=headers)


@pytest.fixture
def room(database: Database, region: Region) -> Iterator[Room]:
    now = datetime.now(UTC)
    with database.transaction() as session:
        case = make.case(session, session.get_one(Hospital, region.hospitals["ZEED"]), now=now, board_id=region.boards["URO-P"])
        meeting = session.get_one(Meeting, region.meeting)
        meeting.starts_at, meeting.registration_closes_at = now + timedelta(days=2), now + timedelta(days=1)
        round_ = make.planned(session, case, meeting, viewer=region.aisha, now=now)
        make.discussed(session, round_, viewer=region.bram, now=now)
        page = f"/meetings/{region.meeting}/room"
        round_id = round_.id
    with app_on(database) as app:
        chair, stranger = (signed_in(app, database, region, name) for name in ("Bram", "Carla"))
        yield Room(chair, stranger, f"{page}?round={round_id}", f"{page}/advice/{round_id}")


def test_a_recommendation_is_added_typed_and_shown(room: Room) -> None:
    item = room.item()

    saved = room.write(item, revision="1", kind="surgery", text="Prostatectomie", place="Delta", due_on="2026-12-20")

    assert saved.status_code == 303
    shown = room.chair.get(room.page).text
    assert "Prostatectomie" in shown
    assert all(f'name="{one}" rows' in shown for one in ("dissent", "deviation")), "a sentence of the letter, and not half a line"
    assert "20 dec" in shown


def test_what_no_longer_fits_the_screen_is_refused_and_nothing_is_lost(room: Room) -> None:
    item = room.item()
    room.write(item, revision="1", text="Eerst")

    assert room.write(item, revision="1", text="Later").status_code == 409
    assert room.write(item, revision="2", kind="anything", text="x").status_code == 422
    assert "Eerst" in room.chair.get(room.page).text


def test_for_a_stranger_the_round_does_not_exist(room: Room) -> None:
    for path in (room.advice, f"{room.advice}/answers"):
        assert room.stranger.post(path, data={"csrf_token": CSRF, "revision": "0", "wish": "x"}).status_code == 404


def test_autosave_hears_the_revision_of_the_form_and_of_the_piece(room: Room) -> None:
    saved = room.write(f"{room.advice}/answers", headers={"X-Autosave": "1"}, revision="0", wish="Thuis zijn met Kerst")

    assert saved.status_code == 204
    assert saved.headers["X-Revision"] == "1"
    assert int(saved.headers["X-Live-Revision"]) > advice.live_revision(datetime(2026, 1, 1, tzinfo=UTC))
    assert "Thuis zijn met Kerst" in room.chair.get(room.page).text


def test_the_lines_of_who_did_not_agree_stand_as_lines_where_one_signs_as_in_the_letter(room: Room) -> None:
    """The field has lines since it is a field of several; on this page they ran into one."""
    room.write(f"{room.advice}/answers", revision="0", dissent="Radioloog: eerst PET.\r\nUroloog: nu opereren.")

    page = room.chair.get(f"/rounds/{room.advice.rpartition('/')[2]}/sign").text

    assert '<p class="frozen"><b>Geen consensus.</b> Radioloog: eerst PET.\nUroloog: nu opereren.</p>' in page
