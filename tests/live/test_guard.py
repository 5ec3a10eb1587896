"""The doors of the live events: every event has an act, nobody hears or changes what is not theirs, odd payloads get an answer."""

from __future__ import annotations

import time
import uuid
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace

import pytest
import socketio
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from mdo_portal.app import create_app
from mdo_portal.domain.board import Board
from mdo_portal.domain.policy import POLICY
from mdo_portal.domain.round import Round
from mdo_portal.live.guard import EVENTS
from mdo_portal.live.registry import PERSON, SESSION, SOCKET, SOCKETS_A_PERSON, Connection, Registry
from tests.live.portal import Portal
from tests.live.typist import Socket

pytestmark = pytest.mark.xdist_group("live")  # one portal of processes for all of them

NAMES = ("note:awareness", "note:open", "note:update", "room:join", "watch")
UNFIT = [None, 5, "note", [], [1], {}, {"note": 5}, {"meeting": "x"}, {"topics": 5}, {"topics": [5]}, {"topics": {"a": 1}}]


@pytest.fixture
def chair(live: Portal) -> Iterator[Socket]:
    """The chair of Uro-prostaat."""
    yield from _seated(live, "Wiersma")


@pytest.fixture
def outsider(live: Portal) -> Iterator[Socket]:
    """Somebody with a role on another board, and none on Uro-prostaat."""
    yield from _seated(live, "van Asselt")


def _seated(live: Portal, name: str) -> Iterator[Socket]:
    socket = Socket(live.webs[0].url, live.cookie(live.email(name)))
    yield socket
    if socket.is_up:
        socket.close()


@pytest.fixture
def foreign(live: Portal) -> dict[str, str]:
    """A meeting, a note and a case of Uro-prostaat."""
    with live.database.transaction() as session:
        case_id = session.get_one(Round, live.rounds[1]).case_id
    return {"meeting": str(live.meeting_id), "note": str(live.note(live.rounds[1])), "case": str(case_id)}


def test_every_registered_event_has_an_act_of_the_policy(live: Portal) -> None:
    app = create_app(replace(live.settings, sockets=5))
    registered = set(app.extensions["mdo_live"].server.handlers["/"])
    app.extensions["mdo_live_stop"].set()

    assert registered - {"connect", "disconnect"} == set(EVENTS) == set(NAMES)
    assert set(EVENTS.values()) <= set(POLICY)


def test_a_foreign_meeting_cannot_be_joined(outsider: Socket, foreign: dict[str, str]) -> None:
    assert outsider.ask("room:join", {"meeting": foreign["meeting"]}) == {"ok": False, "reason": "NotFound"}


def test_a_foreign_note_cannot_be_opened_or_changed(live: Portal, outsider: Socket, foreign: dict[str, str]) -> None:
    before = live.text(uuid.UUID(foreign["note"]))

    opened = outsider.ask("note:open", {"note": foreign["note"], "vector": b""})
    changed = outsider.ask("note:update", {"note": foreign["note"], "update": b"\x00\x00"})

    assert opened == changed == {"ok": False, "reason": "NotFound"}
    assert live.text(uuid.UUID(foreign["note"])) == before


def test_a_foreign_answer_is_the_answer_for_what_does_not_exist(outsider: Socket, foreign: dict[str, str]) -> None:
    nothing = str(uuid.uuid4())

    for event, name in (("room:join", "meeting"), ("note:open", "note")):
        assert outsider.ask(event, {name: nothing}) == outsider.ask(event, {name: foreign[name]})


def test_watching_leaves_out_what_is_not_theirs_and_keeps_the_rest(
    live: Portal, outsider: Socket, foreign: dict[str, str]
) -> None:
    with live.database.transaction() as session:
        boards = {board.code: board.id for board in session.scalars(select(Board))}
    own = f"worklist:{boards['GYN']}"
    wanted = [
        own, f"worklist:{boards['URO-P']}", *(f"{kind}:{foreign[kind]}" for kind in ("meeting", "case")),
        f"presence:{foreign['meeting']}", f"note:{foreign['note']}", "worklist:", "meeting:x", "", "\0", own.upper(),
    ]  # fmt: skip

    assert outsider.ask("watch", {"topics": wanted})["topics"] == [own]


def test_a_note_that_was_not_opened_on_this_socket_takes_no_update(chair: Socket, foreign: dict[str, str]) -> None:
    answer = chair.ask("note:update", {"note": foreign["note"], "update": b"\x00\x00"})

    assert answer == {"ok": False, "reason": "NotFound"}


def test_what_is_no_yjs_update_is_refused_and_not_stored(live: Portal, chair: Socket, foreign: dict[str, str]) -> None:
    chair.ask("note:open", {"note": foreign["note"], "vector": b""})
    before = live.text(uuid.UUID(foreign["note"]))

    beside_a_letter = b"\1\1\x07\0\4\0\x05\0\3hoi\0"  # alone pycrdt takes it; the note could be opened by nobody any more
    for body in (b"", b"\xff" * 40, b"\x01", b"x" * 60_001, beside_a_letter, "text", None, 7):
        answer = chair.ask("note:update", {"note": foreign["note"], "update": body})
        assert not answer["ok"]
        assert answer["reason"] in ("PortalError", "BadPayload")
    assert (
        chair.ask("note:update", {"note": foreign["note"], "update": b"\0\1\5\1\0\x7f"})["reason"] == "behind"
    )  # out with what 5 will type
    assert chair.ask("note:open", {"note": foreign["note"], "vector": b""})["ok"]
    assert live.text(uuid.UUID(foreign["note"])) == before


@pytest.mark.parametrize("event", NAMES)
def test_unfit_payloads_are_answered(chair: Socket, event: str) -> None:
    for payload in UNFIT:
        answer = chair.ask(event, payload)
        assert answer == {"ok": False, "reason": "BadPayload"}, (event, payload)
    assert chair.ask("watch", {"topics": []})["ok"]


anything = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**40), 2**40) | st.text(max_size=20) | st.binary(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["note", "meeting", "topics", "vector", "update"]), inner)
    ),
    max_leaves=6,
)


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(event=st.sampled_from(NAMES), payload=anything)
def test_whatever_is_sent_the_line_stays_up_and_answers(chair: Socket, event: str, payload: object) -> None:
    answer = chair.ask(event, payload)

    assert answer["ok"] or answer["reason"] != "busy", "something broke inside"
    assert chair.is_up


def test_a_broken_state_vector_is_answered(chair: Socket, foreign: dict[str, str]) -> None:
    answer = chair.ask("note:open", {"note": foreign["note"], "vector": b"\xff\xff\xff"})

    assert answer == {"ok": False, "reason": "PortalError"}


def test_a_socket_that_asks_faster_than_any_page_has_to_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 100.0
    monkeypatch.setattr(time, "monotonic", lambda: now)
    registry, connection = Registry(), Connection(session_key="", person_id=uuid.uuid4())

    def answered(tries: int) -> list[bool]:
        return [registry.may_ask(connection) for _ in range(tries)]

    assert answered(int(SOCKET.at_once) + 1) == [True] * int(SOCKET.at_once) + [False]
    now += 1
    assert answered(int(SOCKET.a_second) + 1) == [True] * int(SOCKET.a_second) + [False]


def test_a_person_asks_no_faster_on_twenty_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(time, "monotonic", lambda: 100.0)
    registry, person = Registry(), uuid.uuid4()
    pages = [Connection(session_key="", person_id=person) for _ in range(20)]

    assert sum(registry.may_ask(page) for page in pages for _ in range(100)) == PERSON.at_once
    assert registry.may_ask(Connection(session_key="", person_id=uuid.uuid4()))


def test_all_pages_that_one_person_may_have_come_back_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """As after a restart: each says what it watches and joins its meeting, and one opens its notes."""
    monkeypatch.setattr(time, "monotonic", lambda: 100.0)
    registry, person = Registry(), uuid.uuid4()

    for _ in range(SOCKETS_A_PERSON):
        page = Connection(session_key="", person_id=person)
        assert registry.may_come("key")
        assert all(registry.may_ask(page, cost) for cost in (4, 2, 4, 4, 4))


def test_a_session_that_comes_again_and_again_is_looked_up_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(time, "monotonic", lambda: 100.0)
    registry = Registry()

    assert sum(registry.may_come("key") for _ in range(1_000)) == SESSION.at_once
    assert registry.may_come("another")


def test_one_person_cannot_take_every_line_of_a_process() -> None:
    registry, person = Registry(), uuid.uuid4()

    taken = [registry.add(str(n), Connection(session_key="", person_id=person)) for n in range(SOCKETS_A_PERSON + 1)]

    assert taken == [True] * SOCKETS_A_PERSON + [False]
    assert registry.add("another", Connection(session_key="", person_id=uuid.uuid4()))


def test_without_a_session_there_is_no_connection(live: Portal) -> None:
    for cookie in ("", "mdo=nonsense"):
        with pytest.raises(socketio.exceptions.ConnectionError):
            Socket(live.webs[0].url, cookie)


def test_who_signed_out_is_refused_and_shown_out(live: Portal, foreign: dict[str, str]) -> None:
    screen = live.screen(live.email("Wiersma"))
    cookie = screen.cookie()
    socket = Socket(live.webs[1].url, cookie)
    assert socket.ask("room:join", {"meeting": foreign["meeting"]})["ok"]
    screen.read("/worklist")
    screen.send("/sign-out", {})

    with suppress(TimeoutError, socketio.exceptions.BadNamespaceError):  # closed already, or a no just before
        assert not socket.ask("room:join", {"meeting": foreign["meeting"]}, seconds=5)["ok"]
    until = time.monotonic() + 5
    while socket.is_up and time.monotonic() < until:
        time.sleep(0.02)
    assert not socket.is_up
    with pytest.raises(socketio.exceptions.ConnectionError):
        Socket(live.webs[0].url, cookie)
