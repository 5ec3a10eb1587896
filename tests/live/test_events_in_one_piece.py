"""An event is done whole or not at all, once more where that helps, and its page hears which of the two to expect."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from flask_socketio import SocketIOTestClient
from sqlalchemy import event, update
from sqlalchemy.orm import Session

from mdo_portal.domain.people import SignedInSession
from mdo_portal.live.registry import REGISTRY
from mdo_portal.services.room import conclusions
from tests.live.test_audited import WORDS, Live, live_app
from tests.web.portal import signed_in
from tests.web.test_once_more import ENDED

__all__ = ["live_app"]


@pytest.fixture
def chair(live_app: Live) -> Iterator[SocketIOTestClient]:
    """Bram, who has the note open."""
    browser = signed_in(live_app.app, live_app.database, live_app.region, "Bram")
    origin = {"Origin": live_app.app.extensions["mdo_settings"].public_url}
    socket: SocketIOTestClient = live_app.app.extensions["mdo_live"].test_client(
        live_app.app, flask_test_client=browser, headers=origin
    )
    assert socket.emit("note:open", {"note": str(live_app.note)}, callback=True)["ok"]
    yield socket
    if socket.is_connected():  # one person has so many lines, and all tests are of one process
        socket.disconnect()


def types(live_app: Live, chair: SocketIOTestClient) -> dict[str, Any]:
    answer: dict[str, Any] = chair.emit("note:update", live_app.payload("note:update"), callback=True)
    return answer


def typed(live_app: Live) -> str:
    with live_app.database.transaction() as session:
        return conclusions.text_of(session, live_app.note).replace(WORDS, "")


def storing(monkeypatch: pytest.MonkeyPatch, *then: Any) -> None:
    """Each time a change is stored, the next of these is done with the session it is stored in; afterwards nothing."""
    stored, left = conclusions.add_update, iter(then)

    def stores(session: Session, *args: Any, **more: Any) -> int:
        revision = stored(session, *args, **more)
        if (now := next(left, None)) is not None:
            now(session)
        return revision

    monkeypatch.setattr(conclusions, "add_update", stores)


def test_what_was_typed_is_stored_when_postgresql_ended_it_for_another(
    live_app: Live, chair: SocketIOTestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    storing(monkeypatch, lambda session: session.execute(ENDED))

    assert types(live_app, chair)["ok"]

    assert typed(live_app) == "x"


def test_who_types_faster_than_any_page_is_asked_to_try_again(
    live_app: Live, chair: SocketIOTestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Any other word is final to the page, which then says that what was typed is not saved."""
    with monkeypatch.context() as busy:
        busy.setattr(REGISTRY, "may_ask", lambda *_: False)
        assert types(live_app, chair) == {"ok": False, "reason": "rate"}
    assert typed(live_app) == ""

    assert types(live_app, chair)["ok"]


def test_a_write_that_broke_at_its_last_moment_leaves_its_line_when_it_comes_again(
    live_app: Live, chair: SocketIOTestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One line for a sitting: that there was one was remembered also where it was rolled back."""

    def breaks(_session: Session) -> None:
        raise OSError("invented")

    storing(monkeypatch, lambda session: event.listen(session, "before_commit", breaks, once=True))
    assert types(live_app, chair) == {"ok": False, "reason": "busy"}
    assert (typed(live_app), [line.act for line in live_app.lines("Bram")]) == ("", ["note:read"])

    assert types(live_app, chair)["ok"]

    assert (typed(live_app), [line.act for line in live_app.lines("Bram")]) == ("x", ["note:read", "note:write"])


def test_a_session_that_is_of_one_factor_by_now_does_nothing_and_is_shown_out(live_app: Live, chair: SocketIOTestClient) -> None:
    with live_app.database.transaction() as session:
        session.execute(update(SignedInSession).values(strong=False))

    assert types(live_app, chair) == {"ok": False, "reason": "busy"}

    assert (typed(live_app), chair.is_connected()) == ("", False)
