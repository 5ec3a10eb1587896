"""A cursor in a note bears the name of who sends it, and stands in that note's text or nowhere."""

from __future__ import annotations

import json
import uuid
from contextlib import suppress
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mdo_portal.domain import yjs_numbers
from mdo_portal.live import cursors, events
from mdo_portal.live.cursors import Cursor, NoCursor
from mdo_portal.live.guard import BadPayload, Context
from mdo_portal.live.registry import REGISTRY, Connection

NOTE, PLACE = uuid.uuid4(), {"tname": "text", "assoc": 0, "item": {"client": 7, "clock": 3}}


def sent(state: Any, *, client: int = 300, count: int = 1) -> bytes:
    """As y-protocols writes it."""
    words = json.dumps(state).encode()
    return b"".join(yjs_numbers.written(one) for one in (count, client, 5, len(words))) + words


@given(st.integers(0, 2**32 - 1), st.integers(0, 2**40), st.booleans())
def test_what_our_page_says_is_passed_on_as_it_was(client: int, clock: int, is_shown: bool) -> None:
    cursor = Cursor(client, clock, PLACE if is_shown else None, {"tname": "text", "assoc": -1} if is_shown else None)

    assert cursors.read(cursors.said(cursor, "Ünal")) == cursor


@given(st.binary(max_size=60))
def test_whatever_else_is_sent_is_read_or_refused(update: bytes) -> None:
    with suppress(NoCursor):
        cursors.read(update)


@pytest.mark.parametrize(
    "state",
    [
        5,
        {"name": "x"},
        {"anchor": PLACE, "head": {"tname": "other"}},
        {"anchor": PLACE, "head": {"type": {"client": 1, "clock": 1}}},
        {"anchor": PLACE, "head": {"item": {"client": 7, "clock": 1.5}}},
        {"anchor": PLACE, "head": {"item": {"client": 7}}},
        {"anchor": PLACE, "head": {"item": {"client": True, "clock": 1}}},
    ],
)
def test_a_place_that_no_text_has_is_refused(state: Any) -> None:
    """Others' screens took it for a place, and showed no cursor any more."""
    with pytest.raises(NoCursor):
        cursors.read(sent(state))


@pytest.fixture
def heard(monkeypatch: pytest.MonkeyPatch) -> list[bytes]:
    """What goes to the others in the note."""
    told: list[bytes] = []
    monkeypatch.setattr(events, "emit", lambda _name, said, **_: told.append(said["update"]))
    return told


def at(sid: str, name: str, person_id: uuid.UUID) -> Context:
    """Somebody who opened the note."""
    connection = Connection(session_key="", person_id=person_id, notes={NOTE: uuid.uuid4()})
    REGISTRY.add(sid, connection)
    viewer = SimpleNamespace(name=name)
    return Context(cast(Any, None), cast(Any, viewer), sid, connection, datetime.now(UTC))


def test_a_cursor_bears_its_own_name_and_moves_nobody_elses(heard: list[bytes]) -> None:
    """In a meeting one saw the chair type what somebody else typed."""
    shown = {"name": "dr. A. Voorzitter", "anchor": PLACE, "head": PLACE}
    chair, other = at("s-chair", "dr. A. Voorzitter", uuid.uuid4()), at("s-other", "B. Gast", uuid.uuid4())
    try:
        events.awareness(other, {"note": str(NOTE), "update": sent(shown, client=300)})
        events.awareness(chair, {"note": str(NOTE), "update": sent(shown, client=400)})
        events.awareness(other, {"note": str(NOTE), "update": sent(None, client=400)})
        with pytest.raises(BadPayload):
            events.awareness(other, {"note": str(NOTE), "update": sent(shown, count=2)})
    finally:
        for sid in ("s-chair", "s-other"):
            REGISTRY.remove(sid)

    assert heard == [
        cursors.said(Cursor(300, 5, PLACE, PLACE), "B. Gast"),
        cursors.said(Cursor(400, 5, PLACE, PLACE), "dr. A. Voorzitter"),
    ]
