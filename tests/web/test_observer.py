"""Whoever only observes gets a reduced view: initials and year of birth; no number, documents, advice or letters."""

from __future__ import annotations

import time
import uuid
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from flask_socketio import SocketIOTestClient
from sqlalchemy import update

from mdo_portal.database import Database
from mdo_portal.domain.board import Meeting
from mdo_portal.domain.case import Case
from mdo_portal.domain.conclusion import NoteSection
from mdo_portal.domain.hospital import Hospital
from mdo_portal.domain.people import BoardMembership, Role
from mdo_portal.domain.round import Round
from mdo_portal.errors import NotAllowed
from mdo_portal.exchange import PersonName
from mdo_portal.live import events
from mdo_portal.live.guard import Context
from mdo_portal.live.registry import Connection
from mdo_portal.services.decisions import decisions
from mdo_portal.services.people import viewers
from mdo_portal.services.room import conclusions
from tests import make
from tests.people import Region, person_id
from tests.web.portal import app_on, signed_in

ADVICE = "Radicale prostatectomie bij voorkeur."


@pytest.fixture
def round_(database: Database, region: Region) -> Round:
    """A case that was discussed, not signed yet, before a board of which Mila is an observer."""
    now = datetime.now(UTC)
    with database.transaction() as session:
        mila = update(BoardMembership).where(BoardMembership.person_id == person_id("Mila"))
        session.execute(mila.values(role=Role.OBSERVER))
        zeed = session.get_one(Hospital, region.hospitals["ZEED"])
        patient = make.identity("4711", name=PersonName(family="v.d.Voorbeeld"))
        case = make.case(session, zeed, now=now, board_id=region.boards["URO-P"], patient=patient, number="VW-2026-77")
        meeting = session.get_one(Meeting, region.meeting)
        meeting.starts_at, meeting.registration_closes_at = now + timedelta(days=2), now + timedelta(days=1)
        found = make.planned(session, case, meeting, viewer=region.aisha, now=now)
        make.discussed(session, found, viewer=region.bram, now=now, text=ADVICE)
        session.flush()
        session.expunge(found)
        return found


def sign(database: Database, region: Region, round_id: uuid.UUID) -> None:
    with database.transaction() as session:
        make.signed(session, session.get_one(Round, round_id), viewer=region.bram, now=datetime.now(UTC))


def pages(round_: Round) -> dict[str, str]:
    room = f"/meetings/{round_.meeting_id}/room"
    return {
        "case": f"/cases/{round_.case_id}",
        "content": f"/cases/{round_.case_id}/piece/content",
        "rail": f"/cases/{round_.case_id}/piece/rail",
        "brief": f"/worklist/brief?case={round_.case_id}",
        "agenda": f"/meetings/{round_.meeting_id}",
        "room": f"{room}?round={round_.id}",
        "conclusion": f"{room}/piece/conclusion?round={round_.id}",
        "round": f"{room}/piece/round?round={round_.id}",
    }


def test_no_page_shows_a_signed_advice_to_who_only_observes(database: Database, region: Region, round_: Round) -> None:
    sign(database, region, round_.id)

    with app_on(database) as app:
        browser = signed_in(app, database, region, "Mila")
        answers = {name: browser.get(path) for name, path in pages(round_).items()}

    assert {name: answer.status_code for name, answer in answers.items()} == dict.fromkeys(answers, 200)
    assert [name for name, answer in answers.items() if ADVICE in answer.text] == []


def test_no_page_shows_a_name_or_number_to_who_only_observes(database: Database, region: Region, round_: Round) -> None:
    with app_on(database) as app:
        browser = signed_in(app, database, region, "Mila")
        texts = {name: browser.get(path).text for name, path in pages(round_).items()}

    assert {
        name for name, text in texts.items() for one in ("Voorbeeld", "4711", "VW-2026-77", "01-01-1960") if one in text
    } == set()


def test_while_it_is_typed_who_observes_reads_the_conclusion_in_the_room(
    database: Database, region: Region, round_: Round
) -> None:
    with app_on(database) as app:
        assert ADVICE in signed_in(app, database, region, "Mila").get(pages(round_)["conclusion"]).text


@pytest.mark.parametrize("is_corrected", [False, True])
def test_over_the_live_line_a_signed_conclusion_opens_for_no_observer(
    database: Database, region: Region, round_: Round, is_corrected: bool
) -> None:
    sign(database, region, round_.id)
    now = datetime.now(UTC)

    with database.transaction() as session:
        if is_corrected:
            decisions.start_correction(session, session.get_one(Round, round_.id), session.get_one(Case, round_.case_id))
        note = next(iter(conclusions.notes_of(session, round_.id).values()))
        mila = viewers.viewer_of(session, person_id("Mila"), region.hospitals["DELT"], now=now)
        line = Context(session=session, viewer=mila, sid="", connection=Connection("", mila.person_id), now=now)

        with pytest.raises(NotAllowed):
            events.open_note(line, {"note": str(note.id)})


def test_a_line_that_stood_open_when_the_advice_was_signed_tells_its_correction_to_no_observer(
    database: Database, region: Region, round_: Round
) -> None:
    with app_on(database, hears=True) as app:
        note = note_of(database, round_.id)
        mila, bram = (listening(app, database, region, name, note) for name in ("Mila", "Bram"))
        sign(database, region, round_.id)
        with database.transaction() as session:
            stored = session.get_one(Round, round_.id)
            decisions.start_correction(session, stored, session.get_one(Case, round_.case_id))
            make.typed(session, stored, " Toch bestraling.", now=datetime.now(UTC))

        until = time.monotonic() + 20
        heard: list[str] = []
        while "note:update" not in heard and time.monotonic() < until:
            heard += [news["name"] for news in bram.get_received()]
            time.sleep(0.01)

        assert "note:update" in heard, "who may read it hears of it"
        assert [news["name"] for news in mila.get_received() if news["name"] == "note:update"] == []


def test_an_advice_that_is_signed_while_an_observer_enters_its_room_lets_them_in_no_further(
    database: Database, region: Region, round_: Round, monkeypatch: pytest.MonkeyPatch
) -> None:
    left: list[str] = []
    monkeypatch.setattr(events, "join_room", lambda _: sign(database, region, round_.id))
    monkeypatch.setattr(events, "leave_room", left.append)
    now, note = datetime.now(UTC), note_of(database, round_.id)
    with database.transaction() as session:
        mila = viewers.viewer_of(session, person_id("Mila"), region.hospitals["DELT"], now=now)
        line = Context(session=session, viewer=mila, sid="", connection=Connection("", mila.person_id), now=now)

        with pytest.raises(NotAllowed):
            events.open_note(line, {"note": str(note)})

    assert (line.connection.notes, left) == ({}, [f"note:{note}"])


def note_of(database: Database, round_id: uuid.UUID) -> uuid.UUID:
    with database.transaction() as session:
        return conclusions.notes_of(session, round_id)[NoteSection.ADVICE].id


def listening(app: Flask, database: Database, region: Region, name: str, note: uuid.UUID) -> SocketIOTestClient:
    """The line of this person, on which they opened the note."""
    origin = {"Origin": app.extensions["mdo_settings"].public_url}
    browser = signed_in(app, database, region, name)
    line = app.extensions["mdo_live"].test_client(app, flask_test_client=browser, headers=origin)
    assert line.emit("note:open", {"note": str(note)}, callback=True)["ok"]
    return line


@pytest.mark.parametrize("page", ["/post?tab=all", "/post/week"])
def test_who_keeps_a_link_and_leads_another_board_reads_no_name_where_they_only_observe(
    database: Database, region: Region, round_: Round, page: str
) -> None:
    sign(database, region, round_.id)
    now = datetime.now(UTC)
    with database.transaction() as session:
        for board, role in (("GI", Role.CHAIR), ("URO-P", Role.OBSERVER)):
            own = {"person_id": person_id("Lars"), "board_id": region.boards[board], "role": role}
            session.add(BoardMembership(**own, given_at=now, given_by=person_id("Ada")))

    with app_on(database) as app:
        post = signed_in(app, database, region, "Lars").get(page)

    assert post.status_code == 200 and "(1960)" in post.text
    assert "Voorbeeld" not in post.text
