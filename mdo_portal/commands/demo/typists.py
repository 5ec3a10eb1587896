"""Somebody typing in the shared conclusion, for the exercise: a Yjs document and a socket, as in the browser."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field
from typing import Any

import socketio
from pycrdt import Doc, Text

from mdo_portal.commands.demo.screens import Screen, StoryBroken

ANSWER_SECONDS = 20


@dataclass
class Page:
    """One note as this typist sees it."""

    document: Doc[Any]
    text: Text


def _in_order(client: socketio.Client) -> None:
    """As a browser does it: the library reads every frame on a thread of its own, and then mixes up whose bytes are whose."""
    trigger = client.eio._trigger_event
    client.eio._trigger_event = lambda event, *args, **options: trigger(event, *args, **(options | {"run_async": False}))


@dataclass
class Typist:
    """One person's live connection."""

    screen: Screen
    meeting_id: str
    client: socketio.Client = field(init=False)
    notes: dict[str, Page] = field(default_factory=dict)
    heard: dict[str, float] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def __post_init__(self) -> None:
        self.client = socketio.Client(reconnection=False)
        self.client.on("note:update", self._hear)
        _in_order(self.client)
        self.client.connect(self.screen.base, headers={"Cookie": self.screen.cookie()}, transports=["websocket"])
        self.ask("room:join", {"meeting": self.meeting_id})

    def ask(self, event: str, payload: dict[str, object]) -> dict[str, Any]:
        try:
            answer: dict[str, Any] = self.client.call(event, payload, timeout=ANSWER_SECONDS)
        except socketio.exceptions.SocketIOError as error:
            raise StoryBroken(f"{event} got no answer ({type(error).__name__})") from error
        if not answer.get("ok"):
            raise StoryBroken(f"{event} was refused: {answer.get('reason')}")
        return answer

    def open(self, note_id: str) -> None:
        """Open a note and catch up with it."""
        document: Doc[Any] = Doc()
        document["text"] = text = Text()
        with self.lock:
            self.notes[note_id] = Page(document, text)
        answer = self.ask("note:open", {"note": note_id})
        with self.lock:
            document.apply_update(answer["update"])

    def type(self, note_id: str, words: str) -> float:
        """Add words at the end; returns the moment of typing. Saved when this returns."""
        with self.lock:
            page = self.notes[note_id]
            before = page.document.get_state()
            page.text += words
            update = page.document.get_update(before)
        at = time.monotonic()
        self.ask("note:update", {"note": note_id, "update": update})
        return at

    def _hear(self, news: dict[str, Any]) -> None:
        with self.lock:
            page = self.notes.get(news["note"])
            if page is not None:
                page.document.apply_update(bytes(news["update"]))
                self.heard[news["note"]] = time.monotonic()

    def reads(self, note_id: str) -> str:
        with self.lock:
            return str(self.notes[note_id].text)

    def leave(self) -> None:
        self.client.disconnect()
