"""A case goes to another board: given by who led it until then, who no longer sees it, and found by who leads the other."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.exc import ProgrammingError

from mdo_portal.database import Database
from mdo_portal.domain.board import Board, BoardHospital
from mdo_portal.domain.case import OPEN_STATES, WAITING, Case, CaseEvent, CaseState
from mdo_portal.domain.hospital import Hospital
from mdo_portal.domain.round import RoundOutcome
from tests import make
from tests.people import Region
from tests.services.wall_house import REFUSED, Says, says, walls
from tests.web.portal import CSRF, app_on, signed_in

__all__ = ["says", "walls"]
GIVE = "SELECT access.give_to_board(:case, :board)"


@pytest.fixture
def app(database: Database) -> Iterator[Flask]:
    with app_on(database) as running:
        yield running


@pytest.fixture
def case_id(database: Database, region: Region) -> uuid.UUID:
    """Of ZEED, which takes part in both boards; Aisha coordinates Uro-prostaat alone, and works elsewhere."""
    with database.transaction() as session:
        session.add(BoardHospital(board_id=region.boards["GI"], hospital_id=region.hospitals["ZEED"]))
        zeed = session.get_one(Hospital, region.hospitals["ZEED"])
        return make.case(session, zeed, board_id=region.boards["URO-P"]).id


def given(region: Region, **over: str) -> dict[str, str]:
    return {"csrf_token": CSRF, "board_id": str(region.boards["GI"])} | over


def stands(database: Database, case_id: uuid.UUID) -> tuple[uuid.UUID | None, list[str]]:
    with database.transaction() as session:
        told = session.scalars(select(CaseEvent).where(CaseEvent.case_id == case_id, CaseEvent.what.startswith("case.routed")))
        return session.get_one(Case, case_id).board_id, [one.details.get("reason", "") for one in told]


def test_a_coordinator_gives_a_case_to_a_board_that_is_not_theirs(
    app: Flask, database: Database, region: Region, case_id: uuid.UUID
) -> None:
    """PostgreSQL refused it: the row, as it became, was none of theirs. *Er ging iets mis bij ons*, each time."""
    aisha, carla = (signed_in(app, database, region, name) for name in ("Aisha", "Carla"))
    assert carla.get(f"/cases/{case_id}").status_code == 404

    page = aisha.post(f"/cases/{case_id}/route", data=given(region, reason="groeit in de darm"), follow_redirects=True)

    assert page.status_code == 200 and page.request.path == "/worklist", "where they go on, and not a case that is not theirs"
    assert "Toegewezen aan Lage GI. De casus staat nu op de werklijst daar, en hier niet meer." in page.text
    assert "Vraag de MDO-coördinator daar hem terug te geven." in page.text, "there is no undo"
    assert stands(database, case_id) == (region.boards["GI"], ["groeit in de darm"])
    assert "Toegewezen aan Lage GI: groeit in de darm" in carla.get(f"/cases/{case_id}").text
    assert aisha.get(f"/cases/{case_id}").status_code == 404


def test_who_has_no_board_yet_is_given_to_a_board_of_somebody_else(
    app: Flask, database: Database, region: Region, case_id: uuid.UUID
) -> None:
    with database.transaction() as session:
        session.get_one(Case, case_id).board_id = None

    answer = signed_in(app, database, region, "Aisha").post(f"/cases/{case_id}/route", data=given(region))

    assert (answer.status_code, answer.location) == (302, "/worklist")
    assert stands(database, case_id) == (region.boards["GI"], [""])


def test_who_treats_the_patient_stays_with_the_case(app: Flask, database: Database, region: Region, case_id: uuid.UUID) -> None:
    page = signed_in(app, database, region, "Dirk").post(f"/cases/{case_id}/route", data=given(region), follow_redirects=True)

    assert page.status_code == 200 and page.request.path == f"/cases/{case_id}" and "Toegewezen aan Lage GI." in page.text


@pytest.mark.parametrize("has_board", [True, False])
@pytest.mark.parametrize(("who", "loses_it"), [("Aisha", True), ("Dirk", False)])
def test_who_would_see_it_no_more_reads_that_beforehand(
    app: Flask, database: Database, region: Region, case_id: uuid.UUID, who: str, loses_it: bool, has_board: bool
) -> None:
    """Who treats the patient read it too, of a patient that stays theirs; and who chose a first board did not."""
    with database.transaction() as session:
        case = session.get_one(Case, case_id)
        case.board_id = case.board_id if has_board else None

    page = signed_in(app, database, region, who).get(f"/cases/{case_id}").text

    assert ("alleen het andere MDO kan hem dan teruggeven" in page) is loses_it
    assert "Toewijzen" in page and ("dan ziet u de casus daarna niet meer" in page) is loses_it


@pytest.mark.parametrize(("who", "board"), [("Carla", "GI"), ("Mila", "GI"), ("", "GI"), ("Aisha", "elsewhere")])
def test_postgresql_gives_no_case_for_who_does_not_lead_it_or_to_a_board_its_hospital_is_not_in(
    database: Database, region: Region, case_id: uuid.UUID, says: Says, who: str, board: str
) -> None:
    with database.transaction() as session:
        kree = session.get_one(Hospital, region.hospitals["KREE"])
        to = region.boards["GI"] if board == "GI" else make.board(session, "LONG", [kree], name="Long").id

    with pytest.raises(ProgrammingError, match=REFUSED):
        says(who, GIVE, case=case_id, board=to)

    assert stands(database, case_id) == (region.boards["URO-P"], [])


def test_whose_patient_objects_is_given_by_the_own_hospital_alone(
    database: Database, region: Region, case_id: uuid.UUID, says: Says
) -> None:
    with database.transaction() as session:
        session.get_one(Case, case_id).objected = True

    with pytest.raises(ProgrammingError, match=REFUSED):
        says("Aisha", GIVE, case=case_id, board=region.boards["GI"])
    assert says("Dirk", GIVE, case=case_id, board=region.boards["GI"]) == 1


def test_a_board_that_discussed_it_before_takes_no_case_to_itself(
    database: Database, region: Region, case_id: uuid.UUID, says: Says
) -> None:
    """Carla led the board that had it, and sees it no more: by one statement it was hers again, with its patient."""
    with database.transaction() as session:
        case, gi = session.get_one(Case, case_id), session.get_one(Board, region.boards["GI"])
        case.board_id = gi.id
        long_ago = make.meeting(session, gi, starts_at=make.NOW - timedelta(days=60))
        make.planned(session, case, long_ago, viewer=region.bram).outcome = RoundOutcome.DEFERRED
        case.board_id, case.state, case.is_open = region.boards["URO-P"], CaseState.READY, True
    assert says("Carla", "SELECT 1 FROM cases WHERE id = :case", case=case_id) == 0

    with pytest.raises(ProgrammingError, match=REFUSED):
        says("Carla", GIVE, case=case_id, board=region.boards["GI"])

    assert stands(database, case_id)[0] == region.boards["URO-P"]


@pytest.mark.parametrize("state", CaseState)
def test_what_stands_on_an_agenda_or_was_discussed_is_given_to_no_board(
    database: Database, region: Region, case_id: uuid.UUID, says: Says, state: CaseState
) -> None:
    """It would be discussed by the one, and stand with the other: signed by nobody."""
    with database.transaction() as session:
        case = session.get_one(Case, case_id)
        case.state, case.is_open = state, state in OPEN_STATES

    if state in WAITING:
        assert says("Aisha", GIVE, case=case_id, board=region.boards["GI"]) == 1
    else:
        with pytest.raises(ProgrammingError, match=REFUSED):
            says("Aisha", GIVE, case=case_id, board=region.boards["GI"])


def test_the_other_board_gives_it_back(app: Flask, database: Database, region: Region, case_id: uuid.UUID) -> None:
    """What who pressed too soon is told to ask for."""
    signed_in(app, database, region, "Aisha").post(f"/cases/{case_id}/route", data=given(region))

    back = given(region, board_id=str(region.boards["URO-P"]), reason="vergissing")
    signed_in(app, database, region, "Carla").post(f"/cases/{case_id}/route", data=back)

    assert stands(database, case_id)[0] == region.boards["URO-P"]
    assert signed_in(app, database, region, "Aisha").get(f"/cases/{case_id}").status_code == 200
