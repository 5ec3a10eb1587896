"""Whoever only observes gets a reduced view: initials and year of birth; no number, documents, advice or letters."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import update

from mdo_portal.database import Database
from mdo_portal.domain.board import Meeting
from mdo_portal.domain.case import Case
from mdo_portal.domain.hospital import Hospital
from mdo_portal.domain.people import BoardMembership, Role
from mdo_portal.domain.round import Round
from mdo_portal.errors import NotAllowed
from mdo_portal.exchange import PersonName
from mdo_portal.live import events
from mdo_portal.live.guard import Context
from mdo_portal.live.registry import Connection
from mdo_portal.services import conclusions, decisions, viewers
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
