"""A patient objects between the discussion and the signature: the own hospital, which waits for a letter, reads that none comes."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator
from datetime import timedelta

import pytest
from flask import Flask

from mdo_portal.database import Database
from mdo_portal.domain.board import Board
from mdo_portal.domain.hospital import Hospital
from tests import make
from tests.people import Region
from tests.web.portal import CSRF, app_on, signed_in

BEFORE = "het advies is nog niet getekend. Dat kan dan niet meer"
AFTER = "Dit advies kan nu niet worden getekend."
UNSIGNED = "Wat nog niet getekend was, is niet getekend, en daarover gaat geen brief uit."
WHERE = "Stond hier net nog een casus?"
LIFTING = "kan het advies dan alsnog tekenen, en er gaat een brief weg"


@pytest.fixture
def app(database: Database) -> Iterator[Flask]:
    with app_on(database) as running:
        yield running


def main_of(page: str) -> str:
    return page.partition("<main")[2].partition("</main>")[0]


def a_case(database: Database, region: Region, how_far: str) -> str:
    with database.transaction() as session:
        board = session.get_one(Board, region.boards["URO-P"])
        case = make.case(session, session.get_one(Hospital, region.hospitals["ZEED"]), board_id=board.id)
        if how_far != "waits":
            meeting = make.meeting(session, board, starts_at=make.NOW + timedelta(hours=1))
            round_ = make.discussed(session, make.planned(session, case, meeting, viewer=region.aisha), viewer=region.bram)
            if how_far == "signed":
                make.signed(session, round_, viewer=region.bram)
        return f"/cases/{case.id}"


@pytest.mark.parametrize("how_far", ["waits", "discussed", "signed"])
def test_who_records_it_reads_beforehand_and_afterwards_that_no_letter_comes(
    app: Flask, database: Database, region: Region, how_far: str
) -> None:
    """*Besproken*, and a conclusion that was not signed: they went on waiting for it."""
    path, dirk = a_case(database, region, how_far), signed_in(app, database, region, "Dirk")
    unsigned = how_far == "discussed"

    beforehand = dirk.get(path).text
    assert (BEFORE in beforehand) is unsigned and AFTER not in beforehand

    afterwards = dirk.post(f"{path}/objection/record", data={"csrf_token": CSRF}, follow_redirects=True).text
    assert (AFTER in afterwards) is unsigned and BEFORE not in afterwards
    assert (LIFTING in afterwards) is unsigned, "who lifts it reads what that sets going"

    lifted = dirk.post(f"{path}/objection/lift", data={"csrf_token": CSRF}, follow_redirects=True).text
    assert AFTER not in lifted


def test_the_chair_signs_what_was_said_before_the_objection_once_it_is_lifted(
    app: Flask, database: Database, region: Region
) -> None:
    path = a_case(database, region, "discussed")
    dirk, bram = (signed_in(app, database, region, name) for name in ("Dirk", "Bram"))
    for what, status in (("record", 404), ("lift", 200), ("record", 404), ("lift", 200)):
        dirk.post(f"{path}/objection/{what}", data={"csrf_token": CSRF})
        assert bram.get(path).status_code == status
    assert "Advies tekenen" in bram.get(path).text


def test_who_was_about_to_sign_reads_that_nothing_was_signed_and_whom_to_ask(
    app: Flask, database: Database, region: Region
) -> None:
    """The page reloaded itself under her password and said that it did not exist. Of what never was it says the very same."""
    path = a_case(database, region, "discussed")
    dirk, bram = (signed_in(app, database, region, name) for name in ("Dirk", "Bram"))
    signs = re.search(r"/rounds/[0-9a-f-]{36}/sign", bram.get(path).text)
    assert signs is not None and bram.get(signs[0]).status_code == 200
    dirk.post(f"{path}/objection/record", data={"csrf_token": CSRF})

    reloaded = bram.get(signs[0])
    pressed = bram.post(signs[0], data={"csrf_token": CSRF, "password": "een wachtwoord", "seen": "0"})
    never_was = bram.get(f"/rounds/{uuid.uuid4()}/sign")

    for answer in (reloaded, pressed, never_was):
        main = main_of(answer.text)
        assert answer.status_code == 404 and UNSIGNED in main and WHERE in main and "bezwaar" not in main
        assert "kijk na wat u invulde" not in main and "Wat u typte" not in main
    assert main_of(reloaded.text) == main_of(never_was.text)
    assert WHERE in bram.get(path).text and UNSIGNED not in bram.get(path).text
