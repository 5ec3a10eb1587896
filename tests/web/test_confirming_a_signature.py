"""A decision is signed by who proves again who they are: by password or by code, and by nothing else."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from pyotp import TOTP
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from mdo_portal.database import Database
from mdo_portal.domain.board import Meeting
from mdo_portal.domain.decision import Decision
from mdo_portal.domain.hospital import Hospital
from mdo_portal.domain.people import Person
from mdo_portal.domain.round import Round
from mdo_portal.services.people import passwords
from mdo_portal.web import decisions
from tests import make
from tests.people import PASSWORD, Region, person_id
from tests.web.portal_of_two_factors import Browser, portal, with_app


@dataclass(frozen=True)
class Desk:
    """The chair before a text that can be signed."""

    own: Browser
    database: Database
    secret: str
    path: str

    def sent(self, **fields: str) -> TestResponse:
        seen = re.search(r'name="seen" value="([^"]+)"', self.own.get(self.path).text)
        assert seen is not None
        return self.own.post(self.path, seen=seen[1], **fields)

    def sign(self, **fields: str) -> int:
        return self.sent(**fields).status_code

    def signed(self) -> int:
        with self.database.transaction() as session:
            return session.scalar(select(func.count()).select_from(Decision)) or 0


@pytest.fixture
def desk(database: Database, region: Region) -> Iterator[Desk]:
    now = datetime.now(UTC)
    with database.transaction() as session:
        zeed = session.get_one(Hospital, region.hospitals["ZEED"])
        case = make.case(session, zeed, now=now, board_id=region.boards["URO-P"])
        meeting = session.get_one(Meeting, region.meeting)
        meeting.starts_at, meeting.registration_closes_at = now + timedelta(days=2), now + timedelta(days=1)
        round_ = make.planned(session, case, meeting, viewer=region.aisha, now=now)
        make.discussed(session, round_, viewer=region.bram, now=now)
        round_id: uuid.UUID = round_.id
    secret = with_app(database, "Bram")
    with portal(database) as app:
        own = Browser(app)
        own.sign_in("Bram")
        own.with_code(TOTP(secret).at(datetime.now(UTC) - timedelta(seconds=30)))  # on a busy machine `now` is long ago
        yield Desk(own, database, secret, f"/rounds/{round_id}/sign")


@pytest.mark.parametrize("fields", [{}, {"password": "fout"}, {"code": "000000"}, {"credential": "{}"}])
def test_without_a_right_proof_nothing_is_signed(desk: Desk, fields: dict[str, str]) -> None:
    assert desk.sign(**fields) == 401
    assert desk.signed() == 0


def test_one_key_leads_to_the_password_with_which_one_signs(desk: Desk) -> None:
    """Fourteen tabs led to it, for each case of a meeting. The key signs nothing."""
    page = desk.own.get(desk.path).text

    assert re.findall(r'<[^>]*data-hotkey="s"[^>]*>', page) == re.findall(r'<input[^>]*name="password"[^>]*>', page)
    assert "naar de bevestiging, om te tekenen" in page


@pytest.mark.parametrize("why", ["who confirmed at the hospital types nothing", "something misses"])
def test_where_there_is_no_field_to_go_to_its_key_is_not_named(desk: Desk, monkeypatch: pytest.MonkeyPatch, why: str) -> None:
    if why == "something misses":
        with desk.database.transaction() as session:
            session.get_one(Round, uuid.UUID(desk.path.split("/")[2])).outcome = None
    else:
        monkeypatch.setattr(decisions, "confirmed_at_provider", lambda: True)

    page = desk.own.get(desk.path).text

    assert re.findall(r'<[^>]*data-hotkey="s"(?![^>]*disabled)[^>]*>', page) == []
    assert "naar de bevestiging, om te tekenen" not in page


def test_a_password_signs(desk: Desk) -> None:
    assert desk.sign(password=PASSWORD) == 303
    assert desk.signed() == 1


def test_a_code_of_the_app_signs(desk: Desk) -> None:
    assert desk.sign(code=TOTP(desk.secret).at(datetime.now(UTC))) == 303
    assert desk.signed() == 1


def test_passwords_that_are_tried_at_once_wait_for_each_other(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each request had read before it waited that nobody had tried: of a hundred at once each was judged, and they counted as one."""
    judged = passwords.is_password_of

    def others_first(*which: Any, **how: Any) -> bool:
        with desk.database.transaction() as session:
            for _ in range(5):
                passwords.count_failure(session.get_one(Person, person_id("Bram")), now=datetime.now(UTC))
        return judged(*which, **how)

    monkeypatch.setattr(passwords, "is_password_of", others_first)

    assert (desk.sign(password=PASSWORD), desk.signed()) == (401, 0)
    with desk.database.transaction() as session:
        assert session.get_one(Person, person_id("Bram")).failures == 5


def test_a_wrong_password_is_said_beside_its_field(desk: Desk) -> None:
    """The page came back at its top, with the reason; the field to type it in again stood below a whole letter."""
    field = re.compile(r'<input[^>]* id="f-password"[^>]* aria-describedby="f-password-error [^>]* aria-invalid="true"')

    assert field.search(desk.sent(password="fout").text)
    assert not field.search(desk.own.get(desk.path).text)
