"""What was discussed, typed and recommended is hung on no other patient by a statement, and a case on no agenda that one does not lead."""

from __future__ import annotations

import uuid

import pytest
from sqlalchemy import TextClause, text
from sqlalchemy.exc import ProgrammingError

from mdo_portal.database import Database
from mdo_portal.domain.board import Meeting
from mdo_portal.domain.case import Case
from mdo_portal.domain.hospital import Hospital
from mdo_portal.services.people import sessions
from tests import make
from tests.people import Region, person_id
from tests.services.wall_house import signed_as, walls

__all__ = ["walls"]
#: about whom it is, by whom it was recommended, and who was in which room
STAYS = (
    "rounds SET case_id = case_id", "rounds SET number = 9", "rounds SET meeting_id = meeting_id",
    "notes SET round_id = round_id", "notes SET section = section", "round_answers SET case_id = case_id",
    "round_answers SET round_id = round_id", "advice_items SET case_id = case_id", "advice_items SET round_id = round_id",
    "follow_ups SET case_id = case_id", "follow_ups SET decision_id = decision_id", "follow_ups SET text = 'x'",
    "follow_ups SET condition = ''", "follow_ups SET signed_at = now()", "follow_ups SET owner_hospital_id = hospital_id",
    "presences SET person_id = person_id", "presences SET meeting_id = meeting_id",
)  # fmt: skip
ROUND = text(
    "INSERT INTO rounds (id, case_id, number, meeting_id, position, minutes, presenter, outcome_reason)"
    " VALUES (gen_random_uuid(), :case, 9, :meeting, 9, 5, '', '') RETURNING id"
)


@pytest.mark.parametrize("who", ["Bram", "Dirk"])
def test_about_whom_it_is_is_changed_by_no_statement(walls: tuple[Database, Database], region: Region, who: str) -> None:
    """Of who leads the board, and of a specialist."""
    house, web = walls
    key = sessions.hash_key(signed_as(house, region, who))

    for setting in STAYS:
        with pytest.raises(ProgrammingError, match="permission denied"), web.transaction(entering=key) as session:
            session.execute(text(f"UPDATE {setting}"))


@pytest.fixture
def case(database: Database, region: Region) -> uuid.UUID:
    """Of the hospital of Dirk, for the board that Bram leads."""
    with database.transaction() as session:
        return make.case(session, session.get_one(Hospital, region.hospitals["ZEED"]), board_id=region.boards["URO-P"]).id


@pytest.mark.parametrize(("who", "on_own"), [("Dirk", True), ("Dirk", False), ("Bram", False)])
def test_a_statement_puts_a_case_on_no_agenda_of_who_does_not_lead_it(
    walls: tuple[Database, Database], case: uuid.UUID, region: Region, who: str, on_own: bool
) -> None:
    """Whose patient it is, and who leads another board: they see the case, and its page lets them plan it nowhere."""
    house, web = walls
    key, named = (
        sessions.hash_key(signed_as(house, region, who)),
        {"case": case, "meeting": region.meeting if on_own else region.other_meeting},
    )

    with web.transaction(entering=key) as session:
        assert session.get(Case, case)
    with pytest.raises(ProgrammingError, match="belongs to somebody else"), web.transaction(entering=key) as session:
        session.execute(ROUND, named)


def test_a_statement_of_who_leads_the_board_puts_it_there(
    walls: tuple[Database, Database], case: uuid.UUID, region: Region
) -> None:
    house, web = walls
    key = sessions.hash_key(signed_as(house, region, "Bram"))

    with web.transaction(entering=key) as session:
        assert session.scalars(ROUND, {"case": case, "meeting": region.meeting}).one()


TYPED = text(
    "INSERT INTO note_updates (note_id, revision, body, person_id, at)"
    " SELECT n.id, 99, '', coalesce(:by, access.person()), now() FROM notes n JOIN rounds r ON r.id = n.round_id WHERE r.case_id = :case LIMIT 1"
    " RETURNING note_id"
)
SIGNED = text(
    "INSERT INTO decisions (id, round_id, case_id, hospital_id, version, form, correction_reason, document_number, content, content_hash,"
    " signed_by, signed_at) SELECT gen_random_uuid(), r.id, r.case_id, c.hospital_id, 9, 'first', '', 'x', '{}', '',"
    " coalesce(:by, access.person()), now() FROM rounds r JOIN cases c ON c.id = r.case_id WHERE r.case_id = :case RETURNING id"
)


@pytest.fixture
def discussed(database: Database, case: uuid.UUID, region: Region) -> uuid.UUID:
    """That case, discussed at Uro-prostaat, and before Lage GI now."""
    with database.transaction() as session:
        made, meeting = session.get_one(Case, case), session.get_one(Meeting, region.meeting)
        make.discussed(session, make.planned(session, made, meeting, viewer=region.bram), viewer=region.bram)
        made.board_id = region.boards["GI"]
    return case


@pytest.mark.parametrize("statement", [TYPED, SIGNED], ids=["typed", "signed"])
def test_a_statement_of_who_leads_another_board_says_nothing_in_a_discussion(
    walls: tuple[Database, Database], discussed: uuid.UUID, region: Region, statement: TextClause
) -> None:
    house, web = walls
    key = sessions.hash_key(signed_as(house, region, "Carla"))

    with pytest.raises(ProgrammingError, match="belongs to somebody else"), web.transaction(entering=key) as session:
        session.execute(statement, {"case": discussed, "by": None})


@pytest.mark.parametrize("statement", [TYPED, SIGNED], ids=["typed", "signed"])
def test_a_statement_says_nothing_in_the_name_of_a_colleague(
    walls: tuple[Database, Database], discussed: uuid.UUID, region: Region, statement: TextClause
) -> None:
    house, web = walls
    with house.transaction() as session:
        session.get_one(Case, discussed).board_id = region.boards["URO-P"]
    key, said = sessions.hash_key(signed_as(house, region, "Bram")), {"case": discussed}

    with pytest.raises(ProgrammingError, match="belongs to somebody else"), web.transaction(entering=key) as session:
        session.execute(statement, said | {"by": person_id("Bilal")})
    with web.transaction(entering=key) as session:
        assert session.scalars(statement, said | {"by": None}).one()
