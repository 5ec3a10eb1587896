"""A case that went on to another board: who leads that one reads what the first board discussed and signed, and changes nothing of it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from sqlalchemy import select

from mdo_portal.database import Database
from mdo_portal.domain.board import BoardHospital
from mdo_portal.domain.case import Case, CaseState
from mdo_portal.domain.conclusion import Note
from mdo_portal.domain.decision import Decision
from mdo_portal.domain.policy import Act
from mdo_portal.domain.round import Round, RoundOutcome
from mdo_portal.errors import NotAllowed
from mdo_portal.services.decisions import rounds
from mdo_portal.services.referrals import case_acts
from tests import make
from tests.people import PASSWORD, Region
from tests.web.decision_desk import MINUTE, Desk, on_the_table
from tests.web.portal import CSRF, app_on


@pytest.fixture
def desk(database: Database, region: Region) -> Iterator[Desk]:
    """Signed by Bram for Uro-prostaat, discussed again and given to Lage GI, which Carla leads."""
    now = datetime.now(UTC) - 9 * MINUTE
    with database.transaction() as session:
        round_ = on_the_table(session, region, now=now)
        make.discussed(session, round_, viewer=region.bram, now=now)
        make.signed(session, round_, viewer=region.bram, now=now)
        case = session.get_one(Case, round_.case_id)
        session.add(BoardHospital(board_id=region.boards["GI"], hospital_id=case.hospital_id))
        case.state = CaseState.CLOSED
        session.flush()
        case_acts.reopen(session, case, "hoort bij een ander MDO", viewer=region.dirk, now=now)
        case.board_id = region.boards["GI"]
        made = (round_.id, round_.case_id)
    with app_on(database) as app:
        yield Desk(app, database, region, *made, now)


def everything(desk: Desk) -> list[object]:
    with desk.database.transaction() as session:
        notes = session.execute(select(Note.revision, Note.frozen_at).where(Note.round_id == desk.round_id).order_by(Note.id))
        found = session.get_one(Round, desk.round_id)
        signed = session.scalars(select(Decision.id).where(Decision.round_id == desk.round_id))
        return [*map(tuple, notes), found.outcome, *signed]


def room(desk: Desk) -> str:
    return f"/meetings/{desk.region.meeting}/room"


def test_who_leads_the_board_it_went_to_changes_nothing_of_what_the_first_signed(desk: Desk) -> None:
    """They withdrew it, in the name of a board of which they are no member, and the letter went."""
    before, carla = everything(desk), desk.who("Carla")
    form = {"csrf_token": CSRF, "reason": "x", "seen": "x", "text": "x", "password": PASSWORD, "then": "again", "outcome": ""}
    form["decision_id"] = str(desk.round_id)
    paths = [
        *map(desk.at, ("correct", "sign", "addendum", "addendum/read", "withdrawal", "withdrawal/read", "objections")),
        f"{room(desk)}/outcome/{desk.round_id}", f"{room(desk)}/advice/{desk.round_id}",
    ]  # fmt: skip

    answers = {path: carla.post(path, data=form).status_code for path in paths}

    assert {path: one for path, one in answers.items() if one != 403} == {}
    assert everything(desk) == before


def test_nor_do_they_type_in_it(desk: Desk) -> None:
    with desk.database.transaction() as session:
        assert rounds.round_for(session, desk.region.carla, Act.NOTE_READ, desk.round_id, now=desk.now)
        with pytest.raises(NotAllowed):
            rounds.round_for(session, desk.region.carla, Act.NOTE_WRITE, desk.round_id, now=desk.now)


def test_they_read_it_and_no_button_offers_more(desk: Desk) -> None:
    signed = desk.page(desk.at("signed"), by="Carla")
    with desk.database.transaction() as session:
        session.get_one(Round, desk.round_id).outcome = RoundOutcome.REDIRECTED
    case = desk.page(f"/cases/{desk.case_id}", by="Carla")

    assert "Uro-prostaat" in signed and not any(word in signed for word in ("Herzien…", "Aanvullen…", "Intrekken…"))
    assert "Bericht aan de verwijzer" not in case
