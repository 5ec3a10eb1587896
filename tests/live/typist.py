"""Somebody who types: the browser's part of the conversation about a note (frontend/room/sync.ts), over a real socket."""

from __future__ import annotations

import queue
import random
import time
import uuid
from collections import deque
from collections.abc import Sequence
from typing import Any

import socketio
from pycrdt import Doc, Text

ANSWER_SECONDS = 15


class Socket:
    """One Socket.IO connection with a person's cookie."""

    def __init__(self, url: str, cookie: str) -> None:
        self.heard: queue.Queue[tuple[str, Any]] = queue.Queue()
        self.client = socketio.Client(reconnection=False, handle_sigint=False)
        for name in ("note:update", "note:awareness", "changed"):
            self.client.on(name, lambda news, name=name: self.heard.put((name, news)))
        _in_order(self.client)
        self.client.connect(url, headers={"Cookie": cookie}, transports=["websocket"], wait_timeout=ANSWER_SECONDS)

    def ask(self, event: str, payload: Any = None, *, seconds: float = ANSWER_SECONDS) -> dict[str, Any]:
        """The answer. Raises TimeoutError when there is none in time, also when the line breaks while one waits."""
        answers: queue.Queue[dict[str, Any]] = queue.Queue()
        self.client.emit(event, payload, callback=answers.put)
        until = time.monotonic() + seconds
        while time.monotonic() < until and (self.is_up or not answers.empty()):
            try:
                return answers.get(timeout=0.05)
            except queue.Empty:
                continue
        raise TimeoutError(event)

    @property
    def is_up(self) -> bool:
        return bool(self.client.connected)

    def cut(self) -> None:
        """The line breaks: no goodbye."""
        self.client.eio.disconnect(abort=True)

    def close(self) -> None:
        self.client.disconnect()


def _in_order(client: socketio.Client) -> None:
    """As a browser does it: the library reads every frame on a thread of its own, and then mixes up whose bytes are whose."""
    trigger = client.eio._trigger_event
    client.eio._trigger_event = lambda event, *args, **options: trigger(event, *args, **(options | {"run_async": False}))


class Typist:
    """Types words between brackets, so that each can be found again; keeps what has no answer yet; comes back after every cut.

    Not thread-safe, and neither is its document: one thread each.
    """

    def __init__(self, urls: Sequence[str], cookie: str, note_id: uuid.UUID, name: str, *, seed: int = 0) -> None:
        self.urls, self.cookie, self.note, self.name = deque(urls), cookie, str(note_id), name
        self.random = random.Random(f"{name}{seed}")
        self.mark = f"{name}{seed}"
        self.document: Doc[Any] = Doc()
        self.text = self.document.get("text", type=Text)
        self.socket: Socket | None = None
        self.typed = 0
        #: words that were answered for: these must never be lost
        self.saved: set[str] = set()
        self.erased: set[str] = set()
        self._waiting: list[tuple[bytes, str]] = []

    # -- typing

    def type(self) -> str:
        """One word at a random place between words."""
        word = f"[{self.mark}.{self.typed}{self.random.choice(['', 'é', '€', '😀', ' a b', chr(10)])}]"
        self.typed += 1
        places = [0, *(at + 1 for at, byte in enumerate(str(self.text).encode()) if byte == ord("]"))]
        self._change(lambda: self.text.insert(self.random.choice(places), word), word)
        return word

    def erase(self) -> None:
        """One of my own saved words goes."""
        words = sorted(self.saved - self.erased)
        whole = str(self.text).encode()
        word = self.random.choice(words) if words else ""
        at = whole.find(word.encode())
        if not word or at < 0:
            return
        self.erased.add(word)  # from here on it may be there or not
        self._change(lambda: self.text.__delitem__(slice(at, at + len(word.encode()))), "")

    def _change(self, act: Any, word: str) -> None:
        before = self.document.get_state()
        act()
        self._waiting.append((self.document.get_update(before), word))

    # -- talking

    def come_back(self) -> None:
        """Connect and open, until it works: send what I know, take what I lack, send again what has no answer."""
        until = time.monotonic() + 60
        while True:
            try:
                self.socket = Socket(self.urls[0], self.cookie)
                answer = self.socket.ask("note:open", {"note": self.note, "vector": self.document.get_state()})
                assert answer["ok"], answer
                break
            except (socketio.exceptions.SocketIOError, OSError):
                if time.monotonic() > until:
                    raise
                self.urls.rotate(1)  # the proxy in front finds another web process
                time.sleep(0.1)
        self.document.apply_update(bytes(answer["update"]))
        if self._waiting:
            words = [word for _, word in self._waiting]
            everything = self.document.get_update(bytes(answer["vector"]))
            self._waiting = [(everything, word) for word in words]

    def flush(self, *, twice: bool = False) -> bool:
        """Send everything that waits, in order. True when all of it was answered for."""
        while self._waiting:
            body, word = self._waiting[0]
            if not self._stored(body) or (twice and not self._stored(body)):
                return False
            self.saved |= {word} - {""}
            self._waiting = [one for one in self._waiting if one[0] is not body] if not word else self._waiting[1:]
        return True

    def _stored(self, body: bytes) -> bool:
        if self.socket is None or not self.socket.is_up:
            return False
        try:
            answer = self.socket.ask("note:update", {"note": self.note, "update": body})
        except (socketio.exceptions.SocketIOError, OSError):
            return False
        assert answer["ok"] or answer["reason"] in ("busy", "rate"), answer
        if not answer["ok"]:
            time.sleep(0.1)
        return bool(answer["ok"])

    def send_and_vanish(self) -> None:
        """The update leaves, the line breaks before the answer: nobody knows whether it was stored."""
        if self._waiting and self.socket is not None and self.socket.is_up:
            self.socket.client.emit("note:update", {"note": self.note, "update": self._waiting[0][0]})
            self.socket.cut()

    def listen(self) -> None:
        """Take in what the others typed."""
        while self.socket is not None:
            try:
                name, news = self.socket.heard.get_nowait()
            except queue.Empty:
                return
            if name == "note:update" and news["note"] == self.note:
                self.document.apply_update(bytes(news["update"]))

    # -- a meeting

    def one_moment(self) -> None:
        """Something that happens to people who type together."""
        if self.socket is None or not self.socket.is_up:
            self.come_back()
        self.listen()
        self.type()
        chance = self.random.random()
        if chance < 0.08:
            self.send_and_vanish()
        elif chance < 0.14 and self.socket is not None:
            self.socket.cut()
        elif chance < 0.24:
            self.erase()
        elif chance < 0.85:
            self.flush(twice=chance < 0.34)

    def finish(self) -> None:
        """Everything sent and answered for."""
        until = time.monotonic() + 60
        while True:
            if self.socket is None or not self.socket.is_up:
                self.come_back()
            if self.flush():
                return
            assert time.monotonic() < until, "nothing is answered for any more"

    @property
    def reads(self) -> str:
        return str(self.text)
