"""One meeting on several screens: who leads it, and who only reads along; through the pages they have, as the web process may."""

from __future__ import annotations

import re
import uuid
from datetime import UTC, datetime

from flask.testing import FlaskClient

from mdo_portal.database import Database
from mdo_portal.domain.board import Meeting
from mdo_portal.domain.hospital import Hospital
from mdo_portal.services.room import advice, rooms
from tests import make
from tests.people import Region
from tests.web.portal import CSRF, app_on, signed_in


def _on(client: FlaskClient, room: str) -> list[str]:
    """Which round this screen saw on, as its buttons for the next and the previous case say."""
    return re.findall(r'name="on" form="room-(?:next|back)" value="([^"]*)"', client.get(room).text)


def test_of_two_who_press_next_on_the_same_case_one_goes_on(database: Database, region: Region) -> None:
    now = datetime.now(UTC)
    with database.transaction() as session:
        meeting = session.get_one(Meeting, region.meeting)
        meeting.starts_at = now
        zeed = session.get_one(Hospital, region.hospitals["ZEED"])
        cases = [make.case(session, zeed, now=now, board_id=region.boards["URO-P"]) for _ in range(3)]
        rounds = [make.planned(session, one, meeting, viewer=region.aisha, now=now).id for one in cases]
        rooms.open_meeting(session, meeting, now=now)
    room = f"/meetings/{region.meeting}/room"

    with app_on(database) as app:
        bram, aisha, mila = (signed_in(app, database, region, name) for name in ("Bram", "Aisha", "Mila"))
        (seen, _), (same, _) = _on(bram, room), _on(aisha, room)
        assert seen == same == str(rounds[0]) and _on(mila, room) == []
        for client in (bram, aisha):
            answer = client.post(f"{room}/next", data={"csrf_token": CSRF, "on": seen}, headers={"HX-Request": "true"})
            assert answer.status_code == 303

        assert _on(aisha, room) == [str(rounds[1])] * 2


def test_who_reads_along_reads_every_answer_that_was_recorded(database: Database, region: Region) -> None:
    """That the board changed the diagnosis, and on which day the patient hears it, stood in the form of who writes and nowhere else."""
    now = datetime.now(UTC)
    with database.transaction() as session:
        meeting = session.get_one(Meeting, region.meeting)
        meeting.starts_at = now
        case = make.case(session, session.get_one(Hospital, region.hospitals["ZEED"]), now=now, board_id=region.boards["URO-P"])
        round_ = make.planned(session, case, meeting, viewer=region.aisha, now=now)
        rooms.open_meeting(session, meeting, now=now)
        told = {"diagnosis_changed": "yes", "told_on": "2026-12-04"}
        advice.answer(session, round_, told, seen=0, person_id=region.bram.person_id, now=now)

    with app_on(database) as app:
        page = signed_in(app, database, region, "Mila").get(f"/meetings/{region.meeting}/room?beamer=1").text

    assert "<dt>Diagnose gewijzigd door het MDO</dt><dd>ja</dd>" in page
    assert "<dt>Wanneer</dt><dd>vr 4 dec" in page


def test_the_chair_reads_where_the_agenda_ends_what_was_passed_over_and_how_to_end(database: Database, region: Region) -> None:
    """At the last case *Volgende* stood there and did nothing; back at an earlier one its clock said 0:00 of 4 minutes."""
    now = datetime.now(UTC)
    with database.transaction() as session:
        meeting = session.get_one(Meeting, region.meeting)
        meeting.starts_at = now
        zeed = session.get_one(Hospital, region.hospitals["ZEED"])
        cases = [make.case(session, zeed, now=now, board_id=region.boards["URO-P"]) for _ in range(2)]
        first, last = (make.planned(session, one, meeting, viewer=region.aisha, now=now).id for one in cases)
        rooms.open_meeting(session, meeting, now=now)
    room, closes = f"/meetings/{region.meeting}/room", 'btn-block btn-primary" type="submit">'

    with app_on(database) as app:
        bram, aisha, mila = (signed_in(app, database, region, name) for name in ("Bram", "Aisha", "Mila"))

        def led(what: str, on: uuid.UUID) -> str:
            bram.post(f"{room}/{what}", data={"csrf_token": CSRF, "on": str(on)})
            return bram.get(room).text

        at_last = led("next", first)
        assert "Laatste casus. Volgende gaat naar wat nog geen uitkomst heeft (1)." in at_last and "nu weer" not in at_last
        again = led("next", last)
        assert _on(bram, room) == [str(first)] * 2 and "nu weer" in again and "data-planned-minutes" not in again
        for one in (first, last):
            aisha.post(f"{room}/outcome/{one}", data={"csrf_token": CSRF, "outcome": "listed"})
        ended = led("next", first)
        assert "Laatste casus.</p>" in ended and closes in ended
        assert "Laatste casus" not in mila.get(room).text and closes not in again
