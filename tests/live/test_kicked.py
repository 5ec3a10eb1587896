"""Who signed out, was disabled or lost a role is out of every web process within five seconds."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import pytest
import socketio
from flask import Flask
from flask.sessions import SecureCookieSessionInterface
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from mdo_portal.database import Database
from mdo_portal.domain.hospital import Hospital
from mdo_portal.domain.people import BoardMembership, Person, Proof, SignedInSession
from mdo_portal.services.people import sessions
from tests.live.portal import Portal
from tests.live.typist import Socket

pytestmark = pytest.mark.xdist_group("live")  # one portal of processes for all of them

SOON = 5.0
NAME = "Wiersma"


@pytest.fixture
def sockets(live: Portal) -> Iterator[list[Socket]]:
    """A session of its own for this test, open on both web processes."""
    cookie = live.screen(live.email(NAME)).cookie()
    made = [Socket(web.url, cookie) for web in live.webs]
    assert all(socket.ask("watch", {"topics": []})["ok"] for socket in made)
    yield made
    for socket in made:
        if socket.is_up:
            socket.close()


@pytest.fixture
def person(live: Portal) -> Iterator[Person]:
    """The chair; as before afterwards."""
    with live.database.transaction() as session:
        found = session.scalars(select(Person).where(Person.name.like(f"%{NAME}"))).one()
    yield found
    with live.database.transaction() as session:
        session.execute(update(Person).where(Person.id == found.id).values(disabled_at=None))
        session.execute(update(BoardMembership).where(BoardMembership.person_id == found.id).values(ended_at=None))
    live.forget(found.email)


def seconds_until_out(sockets: list[Socket]) -> float:
    begun = time.monotonic()
    while any(socket.is_up for socket in sockets) and time.monotonic() < begun + 3 * SOON:
        time.sleep(0.01)
    return time.monotonic() - begun


def end_roles(session: Session, person: Person) -> None:
    now = datetime.now(UTC)
    session.execute(update(BoardMembership).where(BoardMembership.person_id == person.id).values(ended_at=now))


def withdraw(session: Session, person: Person) -> None:
    end_roles(session, person)
    sessions.rights_changed(session, person.id)


def leave_everywhere(session: Session, person: Person) -> None:
    sessions.end_all_sessions(session, person.id, now=datetime.now(UTC))


def disable_in_the_table(session: Session, person: Person) -> None:
    session.execute(update(Person).where(Person.id == person.id).values(disabled_at=datetime.now(UTC)))


def disable(session: Session, person: Person) -> None:
    disable_in_the_table(session, person)
    leave_everywhere(session, person)


def idle_out(session: Session, person: Person) -> None:
    long_ago = datetime.now(UTC) - sessions.IDLE
    session.execute(update(SignedInSession).where(SignedInSession.person_id == person.id).values(seen_at=long_ago))


@pytest.mark.parametrize("act", [leave_everywhere, disable, withdraw, end_roles, disable_in_the_table, idle_out])
def test_whoever_may_no_longer_be_here_is_out_soon_on_every_process(
    live: Portal, sockets: list[Socket], person: Person, act: Callable[[Session, Person], None]
) -> None:
    with live.database.transaction() as session:
        act(session, person)

    seconds = seconds_until_out(sockets)

    print(f"\n{act.__name__}: out of both processes after {seconds:.2f} s")
    assert seconds <= SOON


def test_signing_out_closes_the_sockets_of_that_session_and_no_other(live: Portal, sockets: list[Socket]) -> None:
    screen = live.screen(live.email(NAME))
    leaving = [Socket(web.url, screen.cookie()) for web in live.webs]
    screen.read("/worklist")
    screen.send("/sign-out", {})

    seconds = seconds_until_out(leaving)

    print(f"\nsign-out: out of both processes after {seconds:.2f} s")
    assert seconds <= SOON
    assert all(socket.is_up for socket in sockets)


def test_who_lost_a_role_comes_back_with_what_is_left(live: Portal, sockets: list[Socket], person: Person) -> None:
    with live.database.transaction() as session:
        withdraw(session, person)
    seconds_until_out(sockets)

    again = Socket(live.webs[0].url, live.screen(live.email(NAME)).cookie())

    assert again.ask("room:join", {"meeting": str(live.meeting_id)}) == {"ok": False, "reason": "NotFound"}
    again.close()


def test_with_one_factor_there_is_no_connection(live: Portal, person: Person) -> None:
    with live.database.transaction() as session:
        key = sessions.start_session(session, person.id, house(live.database), proof=Proof("password"), now=datetime.now(UTC))
    cookie = cookie_of(live, key)

    with pytest.raises(socketio.exceptions.ConnectionError):
        Socket(live.webs[0].url, cookie)


def house(database: Database) -> uuid.UUID:
    with database.transaction() as session:
        return session.scalars(select(Hospital.id).where(Hospital.code == "DELT")).one()


def cookie_of(live: Portal, key: str) -> str:
    """As the portal would sign it."""
    app = Flask("cookie")
    app.secret_key = live.settings.secret_key
    signer = SecureCookieSessionInterface().get_signing_serializer(app)
    assert signer is not None
    return f"mdo={signer.dumps({'_user_id': key, '_fresh': True})}"


def test_the_cookie_of_the_test_above_would_open_with_two_factors(live: Portal, person: Person) -> None:
    with live.database.transaction() as session:
        proof = Proof("test", strong=True)
        key = sessions.start_session(session, person.id, house(live.database), proof=proof, now=datetime.now(UTC))

    Socket(live.webs[0].url, cookie_of(live, key)).close()
