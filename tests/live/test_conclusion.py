"""Typing together on two web processes: what was answered for is never lost, and everybody ends with the same text."""

from __future__ import annotations

import threading
import time
import uuid
from collections import deque
from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import pytest
from sqlalchemy import select

from mdo_portal.domain.conclusion import Note
from mdo_portal.services.room import conclusions
from tests.live.portal import Portal
from tests.live.typist import Socket, Typist

#: a frame that came between the frames of another message breaks the client's reading thread
pytestmark = [
    pytest.mark.xdist_group("live"),  # one portal of processes for all of them
    pytest.mark.filterwarnings("error::pytest.PytestUnhandledThreadExceptionWarning"),
]


@pytest.fixture
def emails(live: Portal) -> dict[str, str]:
    return {"chair": live.email("Wiersma"), "scribe": live.email("Çelik")}


def typing_together(people: list[Typist], moments: int, meanwhile: Callable[[], None] = lambda: None) -> None:
    """Everybody types on a thread of their own, through cuts and doubles, until all is answered for."""
    broken: list[BaseException] = []

    def sit(person: Typist) -> None:
        try:
            for _ in range(moments):
                person.one_moment()
            person.finish()
        except BaseException as error:
            broken.append(error)

    threads = [threading.Thread(target=sit, args=(person,), name=person.name) for person in people]
    for thread in threads:
        thread.start()
    meanwhile()
    for thread in threads:
        thread.join(90)
    assert not broken, broken


def agree(live: Portal, people: list[Typist], note_id: uuid.UUID) -> str:
    """Everybody's screen comes to show what the server has, without asking for it."""
    stored = live.text(note_id)
    until = time.monotonic() + 20
    while any(person.reads != stored for person in people) and time.monotonic() < until:
        for person in people:
            person.listen()
        time.sleep(0.02)
    for person in people:
        assert person.reads == stored, person.name
    return stored


def nothing_lost(people: list[Typist], text: str) -> None:
    for person in people:
        assert person.saved, "nobody typed"
        for word in person.saved:
            times = text.count(word)
            assert times <= 1, f"{word!r} stands there {times} times"
            assert times == 1 or word in person.erased, f"{word!r} was answered for and is gone"


@pytest.fixture
def table(live: Portal, emails: dict[str, str]) -> Iterator[Callable[[int, uuid.UUID], list[Typist]]]:
    """Two people, each on a web process of their own as long as that one answers."""
    seated: list[Typist] = []
    urls = [web.url for web in live.webs]

    def sit_down(seed: int, note_id: uuid.UUID) -> list[Typist]:
        both = [
            Typist(order, live.cookie(emails[role]), note_id, role[0], seed=seed)
            for role, order in (("chair", urls), ("scribe", urls[::-1]))
        ]
        seated.extend(both)
        return both

    yield sit_down
    for person in seated:
        if person.socket is not None:
            person.socket.close()


@pytest.mark.parametrize("seed", [1, 2])
def test_two_people_who_type_at_once_through_cuts_and_doubles_lose_nothing(live: Portal, table, seed: int) -> None:
    note_id = live.note(live.rounds[0])
    people = table(seed, note_id)

    typing_together(people, 40)

    nothing_lost(people, agree(live, people, note_id))


def test_a_killed_web_process_loses_nothing_that_was_answered_for(live: Portal, table) -> None:
    note_id = live.note(live.rounds[1])
    people = table(3, note_id)

    def disaster() -> None:
        time.sleep(0.7)
        live.webs[0].kill()
        live.webs[0].start()

    typing_together(people, 80, meanwhile=disaster)

    nothing_lost(people, agree(live, people, note_id))
    live.webs[0].await_ready()


def test_an_answer_means_that_it_is_in_the_database(live: Portal, table) -> None:
    note_id = live.note(live.rounds[2])
    chair, _ = table(4, note_id)
    chair.come_back()

    word = chair.type()

    assert chair.flush()
    assert word in live.text(note_id)


def test_who_opens_the_note_again_gets_only_what_they_lack(live: Portal, table) -> None:
    note_id = live.note(live.rounds[2])
    chair, scribe = table(5, note_id)
    for person in (chair, scribe):
        person.come_back()
    chair.type()
    assert chair.flush()
    until = time.monotonic() + 10
    while scribe.reads != chair.reads and time.monotonic() < until:
        scribe.listen()

    assert scribe.socket is not None
    again = scribe.socket.ask("note:open", {"note": str(note_id), "vector": scribe.document.get_state()})

    assert again["update"] == b"\x00\x00"  # an empty Yjs update


def test_messages_with_bytes_are_never_mixed_up_on_one_line(live: Portal, table) -> None:
    note_id = live.note(live.rounds[2])
    chair, scribe = table(7, note_id)
    scribe.urls = chair.urls = deque([live.webs[1].url])  # answers and news come from two threads of one process
    for person in (chair, scribe):
        person.come_back()
    stop, opened = threading.Event(), []

    def open_over_and_over() -> None:
        while not stop.is_set():
            assert scribe.socket is not None
            answer = scribe.socket.ask("note:open", {"note": str(note_id), "vector": b""})
            if answer.get("reason") == "rate":  # faster than any page asks: it waits, as a page does
                stop.wait(0.05)
                continue
            assert isinstance(answer.get("update"), bytes), answer
            scribe.document.apply_update(answer["update"])
            opened.append(len(answer["update"]))

    reading = threading.Thread(target=open_over_and_over)
    reading.start()
    for _ in range(60):
        chair.type()
        assert chair.flush()
    stop.set()
    reading.join(20)

    assert len(opened) > 20
    scribe.listen()
    assert agree(live, [chair, scribe], note_id)


def test_what_is_typed_while_the_chair_signs_is_in_the_signed_text_or_refused(live: Portal, emails: dict[str, str]) -> None:
    note_id = live.note(live.rounds[2])
    socket = Socket(live.webs[1].url, live.cookie(emails["scribe"]))
    typist = Typist([live.webs[1].url], live.cookie(emails["scribe"]), note_id, "s", seed=6)
    typist.socket = socket
    opened = socket.ask("note:open", {"note": str(note_id), "vector": b""})
    typist.document.apply_update(opened["update"])
    frozen: list[str] = []

    def sign() -> None:
        time.sleep(0.15)
        with live.database.transaction() as session:
            note = session.scalars(select(Note).where(Note.id == note_id)).one()
            texts = conclusions.freeze(session, note.round_id, now=datetime.now(UTC))
            frozen.append(texts[note.section])

    signing = threading.Thread(target=sign)
    signing.start()
    stored = []
    until = time.monotonic() + 30
    while True:
        assert time.monotonic() < until, "signed or not, everything is stored"
        word = typist.type()
        answer = socket.ask("note:update", {"note": str(note_id), "update": typist._waiting.pop()[0]})
        if not answer["ok"]:
            break
        stored.append(word)
    signing.join()
    socket.close()

    assert answer["reason"] == "IllegalMove"
    assert stored
    assert all(word in frozen[0] for word in stored)
    assert word not in frozen[0]
    assert live.text(note_id) == frozen[0]
