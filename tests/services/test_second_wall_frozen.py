"""What is signed stays as it was read, what is not begun yet can be begun, and nobody goes round a rule of the wall by another statement."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from mdo_portal.database import Database
from mdo_portal.domain.board import Meeting
from mdo_portal.domain.granting import Place
from mdo_portal.domain.hospital import Hospital
from mdo_portal.domain.people import Membership, Role
from mdo_portal.services.rights import rights_reviews
from mdo_portal.services.room import advice
from tests import make
from tests.people import Region, person_id
from tests.services.wall_house import Tries, standing, tries, whose

__all__ = ["standing", "tries"]
pytestmark = pytest.mark.xdist_group("wall")  # one house for all of them
NOTE = "INSERT INTO notes (id, round_id, section, revision, size, pieces, frozen_at) VALUES (gen_random_uuid(), :coming, 'advice', {}, 0, {})"
TYPE = (
    "INSERT INTO note_updates (note_id, revision, body, person_id, at) SELECT id, 99, 'x', access.person(), now() FROM notes"
    " WHERE round_id = {} AND section = 'advice'"
)
SIGN = "UPDATE rights_reviews SET signed_at = now(), signed_by = access.person(), signed_name = {} WHERE id = :review"
MY_NAME = "(SELECT name FROM people WHERE id = access.person())"


@pytest.fixture(scope="module")
def things(standing: tuple[Database, Database], region: Region) -> dict[str, uuid.UUID]:
    """Of Uro-prostaat: a case that nobody discussed yet, one that is typed about, one that is signed, a review; and Dirk's calendar."""
    with standing[0].transaction() as session:
        zeed, meeting = session.get_one(Hospital, region.hospitals["ZEED"]), session.get_one(Meeting, region.meeting)
        meeting.starts_at, meeting.registration_closes_at = (datetime.now(UTC) + timedelta(hours=one) for one in (24, 9))
        coming, typed, signed = (
            make.planned(
                session, make.case(session, zeed, board_id=region.boards["URO-P"], number=number, patient=make.identity(number)), meeting,
                viewer=region.bram,
            )
            for number in ("72-1", "72-2", "72-3")
        )  # fmt: skip
        for one in (typed, signed):
            make.discussed(session, one, viewer=region.bram)
            item = advice.add(session, one, person_id=person_id("Bram"), now=make.NOW)
            advice.change(
                session, one, item.id, {"text": "Operatie."}, seen=item.revision, person_id=person_id("Bram"), now=make.NOW
            )
            advice.answer(session, one, {"wish": "Thuis."}, seen=0, person_id=person_id("Bram"), now=make.NOW)
        make.signed(session, signed, viewer=region.bram)
        session.execute(
            text("INSERT INTO calendar_addresses (person_id, key_hash, made_at) VALUES (:p, 'x', now())"),
            {"p": person_id("Dirk")},
        )
        review = rights_reviews.start(session, region.ada, Place(region.boards["URO-P"], True), now=datetime.now(UTC))
        ran_out = Membership(
            person_id=person_id("Dirk"), hospital_id=zeed.id, role=Role.CASE_MANAGER, ends_on=datetime.now(UTC).date() - timedelta(days=3)
        )  # fmt: skip
        session.add(ran_out)
        session.flush()
        return {
            "ran_out": ran_out.id,
            "coming": coming.id,
            "typed": typed.id,
            "signed": signed.id,
            "review": review.id,
            "dirk": person_id("Dirk"),
        }


#: what -> (the statement, who may)
STATEMENTS = {
    "an empty note, as each screen makes it": (NOTE.format("0", "0, NULL"), {"Dirk", "Mila", "Bram", "Aisha", "Bilal"}),
    "a note that cannot be typed in when the case comes on": (NOTE.format("0", "0, now()"), set()),
    "a note that is full": (NOTE.format("7", "0, NULL"), set()),
    "a note of which more counts than was typed": (NOTE.format("0", "900000, NULL"), set()),
    "typing": (TYPE.format(":typed"), {"Mila", "Bram", "Aisha", "Bilal"}),
    "typing in what was signed": (TYPE.format(":signed"), set()),
    "a recommendation is written": ("UPDATE advice_items SET text = 'x' WHERE round_id = :typed", {"Mila", "Bram", "Aisha", "Bilal"}),
    "a recommendation that was signed is written": ("UPDATE advice_items SET text = 'x' WHERE round_id = :signed", set()),
    "a recommendation that was signed goes": ("DELETE FROM advice_items WHERE round_id = :signed", set()),
    "an answer is written": ("UPDATE round_answers SET wish = 'x' WHERE round_id = :typed", {"Mila", "Bram", "Aisha", "Bilal"}),
    "an answer that was signed is written": ("UPDATE round_answers SET wish = 'x' WHERE round_id = :signed", set()),
    "an empty note that was signed goes, to come back open": ("DELETE FROM notes WHERE round_id = :signed AND revision = 0", set()),
    "one that nobody signed goes": (
        "DELETE FROM notes WHERE round_id = :typed AND revision = 0", {"Dirk", "Mila", "Bram", "Aisha", "Bilal"},
    ),
    "another's calendar is taken over": ("UPDATE calendar_addresses SET person_id = access.person() WHERE person_id = :dirk", {"Dirk"}),
    "a role that ran out goes on": ("UPDATE memberships SET ends_on = current_date + 9 WHERE id = :ran_out", {"Lars", "Ada"}),
    "a role that ran out is ended": (
        "UPDATE memberships SET ended_at = now(), ended_by = access.person() WHERE id = :ran_out", {"Lars", "Ada", "Petra"},
    ),
    "a review is signed": (SIGN.format(MY_NAME), {"Ada", "Bram", "Aisha", "Bilal"}),
    "a review is signed under another's name": (SIGN.format("'Dirk'"), set()),
}  # fmt: skip


@pytest.mark.parametrize("what", STATEMENTS)
def test_a_rule_holds_against_the_way_round_it(tries: Tries, things: dict[str, uuid.UUID], what: str) -> None:
    statement, may = STATEMENTS[what]

    assert whose(tries, statement, things) == set(may)
