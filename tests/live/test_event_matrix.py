"""Row D2: every live event × every role × {own, foreign, absent} objects over real sockets; and who is taken off the board meanwhile.

OURS is a case of ZEED on Uro-prostaat, THEIRS one of KREE on Gynaecologie, ABSENT ids of nothing. The expectation comes from the policy;
a refusal leaves a line in the access log, changes no text and tells nobody anything.
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from pycrdt import Doc, Text
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from mdo_portal.app import create_app
from mdo_portal.domain.audit import REFUSED, AuditEntry
from mdo_portal.domain.board import Board
from mdo_portal.domain.conclusion import NoteSection
from mdo_portal.domain.hospital import Hospital
from mdo_portal.domain.inbound import InboundMessage, InboundState
from mdo_portal.domain.people import BOARD_ROLES, HOSPITAL_ROLES, TAKES_PART, BoardMembership, Membership, Person, Role
from mdo_portal.domain.policy import Act
from mdo_portal.domain.viewer import Viewer
from mdo_portal.exchange import PersonName, Wire
from mdo_portal.live.guard import EVENTS
from mdo_portal.live.topics import RULES
from mdo_portal.services.people import sessions
from mdo_portal.services.room import conclusions
from tests import make
from tests.live.portal import Portal
from tests.live.test_kicked import cookie_of
from tests.live.typist import Socket

pytestmark = pytest.mark.xdist_group("live")  # one portal of processes for all of them
PLACES = {"ours": ("ZEED", "URO-P"), "theirs": ("KREE", "GYN")}
CANARY = "Kanarie-Gebeurtenis"


@dataclass(frozen=True)
class Things:
    hospital: uuid.UUID
    board: uuid.UUID
    ids: Mapping[str, uuid.UUID]
    exists: bool = True


@dataclass(frozen=True)
class House:
    live: Portal
    things: Mapping[str, Things]
    people: list[tuple[str, Viewer, str]]  #: what they are, who that is, the cookie


@pytest.fixture(scope="module")
def house(live: Portal) -> House:
    """Added to the portal of the live tests: a meeting of each board far ahead, and somebody for each role at each place."""
    create_app(replace(live.settings, sockets=5)).extensions["mdo_live_stop"].set()  # registers the events here too
    now = datetime.now(UTC)
    with live.database.transaction() as session:
        hospitals = {one.code: one for one in session.scalars(select(Hospital))}
        boards = {one.code: one for one in session.scalars(select(Board))}
        things = {
            name: _things(session, name, hospitals[where], boards[board], now=now) for name, (where, board) in PLACES.items()
        }
        nothing = {name: uuid.uuid4() for name in things["ours"].ids}
        things["absent"] = Things(nothing["hospital"], nothing["board"], nothing, exists=False)
        made = [_person(session, *one, hospitals, boards, now=now) for one in _whom()]
    return House(live, things, [(name, viewer, cookie_of(live, key)) for name, viewer, key in made])


def _whom() -> Iterator[tuple[str, str, Role, dict[str, Role]]]:
    """(what, hospital, role there, role per board)"""
    for where, board in PLACES.values():
        for role in HOSPITAL_ROLES:
            yield f"{role.value} of {where}", where, role, {}
        for role in BOARD_ROLES:
            yield f"{role.value} on {board}", "DELT", TAKES_PART, {board: role}
    yield "no role", "ZEED", TAKES_PART, {}


def _person(
    session: Session, name: str, where: str, role: Role, on: dict[str, Role], hospitals: Mapping[str, Hospital],
    boards: Mapping[str, Board], *, now: datetime,
) -> tuple[str, Viewer, str]:  # fmt: skip
    person = Person(name=f"event {name}", email=f"{name.replace(' ', '.')}@events.example")
    session.add(person)
    session.flush()
    session.add(Membership(person_id=person.id, hospital_id=hospitals[where].id, role=role, given_at=now))
    session.add_all(
        BoardMembership(person_id=person.id, board_id=boards[code].id, role=one, given_at=now) for code, one in on.items()
    )
    session.flush()
    held = {boards[code].id: frozenset({one}) for code, one in on.items()}
    key = sessions.start_session(session, person.id, hospitals[where].id, proof=make.PROOF, now=now)
    return name, Viewer(person.id, person.name, hospitals[where].id, frozenset({role}), held), key


def _things(session: Session, name: str, hospital: Hospital, board: Board, *, now: datetime) -> Things:
    """A meeting with two cases: of one the conclusion is being typed, the other was signed and has a letter."""
    chair = Person(name=f"event chair {name}", email=f"chair.{name}@events.example")
    session.add(chair)
    session.flush()
    session.add(Membership(person_id=chair.id, hospital_id=hospital.id, role=TAKES_PART, given_at=now))
    session.add(BoardMembership(person_id=chair.id, board_id=board.id, role=Role.CHAIR, given_at=now))
    session.flush()
    leads = Viewer(chair.id, chair.name, hospital.id, board_roles={board.id: frozenset({Role.CHAIR})})
    meeting = make.meeting(session, board, starts_at=now + timedelta(days=400))
    rounds = []
    for at in range(2):
        patient = make.identity(f"72-{name}-{at}", name=PersonName(family=f"{CANARY}-{name}"), local_authority=hospital.code)
        case = make.case(session, hospital, now=now, board_id=board.id, patient=patient, number=f"EV-{name}-{at}")
        rounds.append(make.planned(session, case, meeting, viewer=leads, now=now))
    letter = make.delivery_of(
        session, make.signed(session, make.discussed(session, rounds[1], viewer=leads, now=now), viewer=leads, now=now)
    )
    message = InboundMessage(
        **make.over_its_link(session, hospital.id), wire=Wire.HL7V2, digest=name.encode(), raw_sealed=b"", size=1, received_at=now,
        state=InboundState.UNREADABLE,
    )  # fmt: skip
    session.add(message)
    conclusions.ensure(session, rounds[0].id)
    session.flush()
    note = conclusions.notes_of(session, rounds[0].id)[NoteSection.ADVICE]
    ids = {
        "hospital": hospital.id, "board": board.id, "meeting": meeting.id, "case": rounds[0].case_id, "round": rounds[0].id, "note": note.id,
        "delivery": letter.id, "inbox": message.id,
    }  # fmt: skip
    return Things(hospital.id, board.id, ids)


# What the policy says


def may_with_case(viewer: Viewer, act: Act, things: Things) -> bool:
    by_hospital = viewer.may(act, hospital_id=things.hospital, case_id=things.ids["case"])
    return things.exists and (by_hospital or viewer.may(act, board_id=things.board))


def reason(viewer: Viewer, event: str, things: Things) -> str:
    """Empty when they may, else the reason of the refusal."""
    if event == "room:join":
        return "" if things.exists and viewer.may(Act.ROOM_JOIN, board_id=things.board) else "NotFound"
    if not may_with_case(viewer, Act.CASE_READ, things):
        return "NotFound"
    return "" if may_with_case(viewer, EVENTS[event], things) else "NotAllowed"


def topics_of(viewer: Viewer, things: Things) -> dict[str, bool]:
    """Every topic about these things, and whether this viewer may hear of it."""
    ids, at, on = things.ids, {"hospital_id": things.hospital}, {"board_id": things.board}
    meets = viewer.may(Act.MEETING_READ, **on)
    own_list = viewer.hospital_id == things.hospital and viewer.may_for_own_hospital(Act.WORKLIST_READ)
    wanted = {
        f"worklist:{ids['hospital']}": own_list,
        f"worklist:{ids['board']}": viewer.may(Act.WORKLIST_READ, **on),
        f"case:{ids['case']}": may_with_case(viewer, Act.CASE_READ, things),
        f"advice:{ids['round']}": may_with_case(viewer, Act.NOTE_READ, things),
        f"meeting:{ids['meeting']}": meets,
        f"presence:{ids['meeting']}": meets,
        f"delivery:{ids['delivery']}": viewer.may(Act.POST_READ, **at, **on),
        f"inbox:{ids['inbox']}": viewer.may(Act.INBOX_READ, **at),
        f"messages:{ids['hospital']}": viewer.may(Act.INBOX_READ, **at),
        f"link:{ids['hospital']}": viewer.may(Act.LINK_READ, **at),
        # A board hears of the hospitals that got its letters.
        f"post:{ids['hospital']}": viewer.may(Act.POST_READ, **at) or viewer.may(Act.POST_READ, **on),
        f"note:{ids['note']}": False,  # by opening it only
    }
    return {topic: may and things.exists for topic, may in wanted.items()} | {"messages:nobody": viewer.may(Act.INBOX_READ)}


# The matrix


def refusals(house: House, viewer: Viewer) -> int:
    with house.live.database.transaction() as session:
        query = select(func.count()).where(AuditEntry.person_id == viewer.person_id, AuditEntry.outcome == REFUSED)
        return session.scalar(query) or 0


def typed(word: str) -> bytes:
    """What a browser sends when somebody types this."""
    document: Doc[Any] = Doc()
    document[conclusions.TEXT] = words = Text()
    words += word
    return document.get_update()


def test_every_event_for_every_role_and_object(house: House, capsys: pytest.CaptureFixture[str]) -> None:
    tried = {"worklist", "post", "case", "meeting", "presence", "delivery", "inbox", "messages", "link", "advice"}
    assert set(RULES) == tried, "a kind of topic is not tried"
    assert set(EVENTS) == {"watch", "room:join", "note:open", "note:update", "note:awareness"}, "an event is not tried"
    count, wrong, leaks = 0, list[str](), list[str]()
    chair = next(cookie for name, _, cookie in house.people if name == "chair on URO-P")
    listener = Socket(house.live.webs[0].url, chair)
    ours = str(house.things["ours"].ids["note"])
    assert listener.ask("note:open", {"note": ours, "vector": b""})["ok"]
    for name, viewer, cookie in house.people:
        socket = Socket(house.live.webs[0].url, cookie)
        refused_before, refused = refusals(house, viewer), 0
        for what, things in house.things.items():
            where, note, mark = f"{name}, {what}", str(things.ids["note"]), f"<{name}>"
            wanted = topics_of(viewer, things)
            answer = socket.ask("watch", {"topics": list(wanted)})
            hears = set(answer.get("topics", []))
            count += len(wanted)
            may_hear = {topic for topic, may in wanted.items() if may}
            leaks += [f"{where}: hears {topic.partition(':')[0]}" for topic in hears - may_hear]
            wrong += [f"{where}: does not hear {topic.partition(':')[0]} ({answer})" for topic in may_hear - hears]
            tries: list[tuple[str, dict[str, Any], str]] = [
                ("room:join", {"meeting": str(things.ids["meeting"])}, reason(viewer, "room:join", things)),
                ("note:update", {"note": note, "update": typed(f"unopened {mark}")}, "NotFound"),
                ("note:awareness", {"note": note, "update": f"unopened {mark}".encode()}, ""),
                ("note:open", {"note": note, "vector": b""}, opens := reason(viewer, "note:open", things)),
                (
                    "note:update",
                    {"note": note, "update": typed(mark)},
                    "NotFound" if opens else reason(viewer, "note:update", things),
                ),
            ]
            for event, payload, why in tries:
                answer = socket.ask(event, payload)
                count += 1
                refused += bool(why)
                if answer["ok"] is not (not why) or answer.get("reason", "") != why:
                    (leaks if why and answer["ok"] else wrong).append(f"{where}: {event} {answer}, expected {why or 'ok'}")
                if event == "note:open" and CANARY.encode() in repr(answer).encode():
                    leaks.append(f"{where}: a name in the answer")
            if things.exists:
                text = house.live.text(things.ids["note"])
                if "unopened" in text or (mark in text) is bool(opens or reason(viewer, "note:update", things)):
                    leaks.append(f"{where}: the text is {text!r}")
        if (lines := refusals(house, viewer) - refused_before) != refused:
            wrong.append(f"{name}: {refused} refusals, {lines} lines in the access log")
        socket.close()
    heard = [news for _, news in list(listener.heard.queue) if "unopened" in repr(news)]
    listener.close()
    with capsys.disabled():
        print(f"\nevent matrix: cells={count}, people={len(house.people)}, leaks={len(leaks) + len(heard)}")
    assert heard == [], "somebody who did not open the note was heard"
    assert not leaks, "\n".join(leaks)
    assert not wrong, "\n".join(wrong)


def test_who_is_taken_off_the_board_meanwhile_hears_and_changes_nothing_more(house: House) -> None:
    name, viewer, cookie = next(one for one in house.people if one[0] == "member on URO-P")
    things = house.things["ours"]
    note, meeting = str(things.ids["note"]), str(things.ids["meeting"])
    topics = [f"meeting:{meeting}", f"case:{things.ids['case']}"]
    socket = Socket(house.live.webs[0].url, cookie)
    assert socket.ask("watch", {"topics": topics})["topics"] == sorted(topics)
    assert socket.ask("room:join", {"meeting": meeting})["ok"]
    assert socket.ask("note:open", {"note": note, "vector": b""})["ok"]

    with house.live.database.transaction() as session:
        session.execute(
            update(BoardMembership).where(BoardMembership.person_id == viewer.person_id).values(ended_at=datetime.now(UTC))
        )
    answers = [_asked(socket, event, payload) for event, payload in (
        ("room:join", {"meeting": meeting}), ("note:open", {"note": note, "vector": b""}),
        ("note:update", {"note": note, "update": typed("afterwards")}), ("watch", {"topics": topics}),
    )]  # fmt: skip
    until = time.monotonic() + 5
    while socket.is_up and time.monotonic() < until:
        time.sleep(0.02)
    socket.heard.queue.clear()
    chair = Socket(house.live.webs[0].url, next(one for what, _, one in house.people if what == "chair on URO-P"))
    chair.ask("note:open", {"note": note, "vector": b""})
    assert chair.ask("note:update", {"note": note, "update": typed("among ourselves")})["ok"]
    time.sleep(1)
    chair.close()

    assert not any(one.get("ok") and one.get("topics") != [] for one in answers), answers
    assert not socket.is_up
    assert socket.heard.empty(), "heard what was typed afterwards"
    assert "afterwards" not in house.live.text(things.ids["note"])


def _asked(socket: Socket, event: str, payload: dict[str, Any]) -> dict[str, Any]:
    """The answer; a line that closed meanwhile is a no as well."""
    try:
        return socket.ask(event, payload, seconds=5)
    except Exception:
        return {"ok": False, "reason": "closed"}
