"""A session ends 45 minutes after the last act of a person: what a page sends by itself is none, typing and following a meeting are."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from pycrdt import Doc, Text
from sqlalchemy import select, update

from mdo_portal.domain.board import Meeting, MeetingState
from mdo_portal.domain.conclusion import NoteSection
from mdo_portal.domain.people import Person, SignedInSession
from tests.live.portal import Portal
from tests.live.typist import Socket

pytestmark = pytest.mark.xdist_group("live")  # one portal of processes for all of them

NAME = "Wiersma"
QUIET = timedelta(minutes=41)


@pytest.fixture
def chair(live: Portal) -> Iterator[Socket]:
    """The chair, who has one session."""
    live.forget(live.email(NAME))
    socket = Socket(live.webs[0].url, live.cookie(live.email(NAME)))
    yield socket
    socket.close()


@pytest.fixture
def closed(live: Portal) -> Iterator[None]:
    """The meeting is over, and open again afterwards."""
    _is(live, MeetingState.CLOSED)
    yield
    _is(live, MeetingState.OPEN)


def _is(live: Portal, state: MeetingState) -> None:
    with live.database.transaction() as session:
        session.execute(update(Meeting).where(Meeting.id == live.meeting_id).values(state=state))


def since_last_act(live: Portal) -> timedelta:
    """Of the session of the chair with the latest act."""
    with live.database.transaction() as session:
        seen = select(SignedInSession.seen_at).join(Person, Person.id == SignedInSession.person_id)
        mine = seen.where(Person.email == live.email(NAME), SignedInSession.ended_at.is_(None))
        return datetime.now(UTC) - max(session.scalars(mine))


def nothing_was_done(live: Portal) -> None:
    with live.database.transaction() as session:
        session.execute(update(SignedInSession).values(seen_at=datetime.now(UTC) - QUIET))


def a_word(live: Portal) -> tuple[uuid.UUID, bytes]:
    """A note of the meeting, and one word more in it."""
    typed: Doc = Doc()  # type: ignore[type-arg]
    typed["text"] = Text("x")
    return live.note(live.rounds[0], NoteSection.ADVICE), typed.get_update()


def sends(live: Portal, socket: Socket, name: str) -> None:
    note, update_ = a_word(live)
    payloads = {
        "watch": {"topics": []},
        "room:join": {"meeting": str(live.meeting_id)},
        "note:open": {"note": str(note), "vector": b""},
        "note:awareness": {"note": str(note), "update": b"\x00"},
        "note:update": {"note": str(note), "update": update_},
    }
    assert socket.ask(name, payloads[name])["ok"], name


@pytest.mark.parametrize("name", ["watch", "room:join", "note:open", "note:awareness"])
def test_what_a_page_sends_by_itself_extends_no_session(live: Portal, chair: Socket, name: str) -> None:
    nothing_was_done(live)

    sends(live, chair, name)

    assert since_last_act(live) >= QUIET


def test_typing_in_a_note_extends_the_session(live: Portal, chair: Socket) -> None:
    sends(live, chair, "note:open")
    nothing_was_done(live)

    sends(live, chair, "note:update")

    assert since_last_act(live) < timedelta(minutes=1)


def test_who_follows_a_meeting_stays_signed_in_as_it_goes_on(live: Portal, chair: Socket) -> None:
    sends(live, chair, "room:join")
    nothing_was_done(live)

    sends(live, chair, "watch")

    assert since_last_act(live) < timedelta(minutes=1)


def test_a_page_of_a_meeting_that_is_over_extends_nothing(live: Portal, chair: Socket, closed: None) -> None:
    sends(live, chair, "room:join")
    nothing_was_done(live)

    sends(live, chair, "watch")
    sends(live, chair, "note:open")
    sends(live, chair, "note:awareness")

    assert since_last_act(live) >= QUIET
