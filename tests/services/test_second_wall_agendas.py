"""When a board meets, and which hospitals take part, decide who sees which patients: no statement moves that for who may not."""

from __future__ import annotations

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import ProgrammingError

from mdo_portal.database import Database
from mdo_portal.domain.board import Board
from mdo_portal.services.people import sessions
from tests.people import Region
from tests.services.wall_house import signed_as, walls

__all__ = ["walls"]
#: what somebody smuggles in, and what they might gain by it
MOVES = {
    "the patients on another board's agenda": "UPDATE meetings SET board_id = (SELECT id FROM boards WHERE id <> board_id LIMIT 1)",
    "those of months ago": "UPDATE meetings SET starts_at = now()",
    "a meeting of their own": "INSERT INTO meetings (id, board_id, starts_at, minutes, registration_closes_at, place, video_url, state, revision)"
    " SELECT gen_random_uuid(), id, now(), 90, now(), '', '', 'planned', 0 FROM boards",
    "an agenda less": "DELETE FROM meetings WHERE NOT EXISTS (SELECT FROM rounds WHERE meeting_id = meetings.id)",
    "patients without a board, of every hospital": "UPDATE board_hospitals SET board_id = (SELECT min(id::text)::uuid FROM boards)",
    "the same by a new row": "INSERT INTO board_hospitals (id, board_id, hospital_id) SELECT gen_random_uuid(), b.id, h.id FROM boards b, hospitals h",
    "a hospital that may refer no more": "DELETE FROM board_hospitals",
    "a video meeting of theirs, in which patients are discussed": "UPDATE meetings SET video_url = 'https://evil.example'",
    "another room": "UPDATE meetings SET place = 'x'",
    "a meeting that is over": "UPDATE meetings SET state = 'closed'",
    "one that never was": "UPDATE meetings SET opened_at = now(), closed_at = now()",
    "a decision without a quorum": "UPDATE boards SET quorum = '{}'",
    "letters of another hospital": "UPDATE hospitals SET name = 'x'",
}  # fmt: skip


@pytest.mark.parametrize("what", MOVES)
@pytest.mark.parametrize("who", ["", "Dirk", "Carla"])
def test_no_statement_moves_an_agenda_for_who_does_not_lead_it(
    walls: tuple[Database, Database], region: Region, who: str, what: str
) -> None:
    """Of nobody (the page for signing in), a specialist, and who leads another board."""
    house, web = walls
    key = sessions.hash_key(signed_as(house, region, who)) if who else ""

    with pytest.raises(ProgrammingError, match="belongs to somebody else"), web.transaction(entering=key) as session:
        session.execute(text(MOVES[what]))


def test_a_statement_of_who_leads_a_board_moves_its_own_meetings(walls: tuple[Database, Database], region: Region) -> None:
    house, web = walls
    key = sessions.hash_key(signed_as(house, region, "Carla"))
    with house.transaction() as session:
        own = session.scalars(select(Board.id).where(Board.code != "URO-P")).one()

    with web.transaction(entering=key) as session:
        moved = session.execute(
            text("UPDATE meetings SET starts_at = starts_at + interval '1 hour' WHERE board_id = :own"), {"own": own}
        )

    assert moved.rowcount
