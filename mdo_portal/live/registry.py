"""Which sockets of this process are whose, in which meetings, and what of each note they were already sent."""

from __future__ import annotations

import threading
import uuid
from collections import OrderedDict
from dataclasses import dataclass, field

from mdo_portal.allowance import Allowance, Allowances, Rate

SOCKET = Rate(120, 40)
"""Of one socket: a page with three notes and its topics sends about ten in one burst, and a person who types makes at most 25 updates a
second (the browser gathers 40 ms).
"""
PERSON = Rate(480, 80)
"""Of all pages of one person on one web process together: they type in one of them. After a restart all come back within a moment."""
SESSION = Rate(72, 2)
"""New sockets of one session: each is looked up before anything else is known of it."""
SOCKETS_A_PERSON = 24
"""Open pages of one person on one web process."""
REMEMBERED = 5_000


@dataclass
class Connection:
    """One socket: whose session it belongs to, the meetings it is in, and which notes it has opened and written in."""

    session_key: str
    person_id: uuid.UUID
    address: str = ""
    #: what the session might do when the socket came (services/people/sessions.standing); another standing closes it
    standing: str = ""
    meetings: set[uuid.UUID] = field(default_factory=set)
    #: note -> the case it is about
    notes: dict[uuid.UUID, uuid.UUID] = field(default_factory=dict)
    written: set[uuid.UUID] = field(default_factory=set)
    topics: set[str] = field(default_factory=set)
    #: note -> the page's own number in it (Yjs), as its cursor last said
    cursors: dict[uuid.UUID, int] = field(default_factory=dict)
    allowance: Allowance = field(default_factory=lambda: Allowance(SOCKET))


class Registry:
    """Guarded by one lock: sockets come and go on their own threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._connections: dict[str, Connection] = {}
        self._notes: dict[uuid.UUID, int] = {}
        self._changed: OrderedDict[str, tuple[float, int]] = OrderedDict()
        self._listens_since = 0.0
        self._people = Allowances(REMEMBERED)
        self._comers = Allowances(REMEMBERED)

    def may_come(self, session_key: str) -> bool:
        """One socket more of this session. False when they follow each other faster than those of any page."""
        with self._lock:
            return self._comers.of(session_key, SESSION).has()

    def may_ask(self, connection: Connection, cost: float = 1.0) -> bool:
        """One event more, counted as `cost`. False when this socket, or this person on all of theirs, asks faster than our pages."""
        with self._lock:
            own = self._people.of(connection.person_id, PERSON)
            return connection.allowance.has(cost) and own.has(cost)

    def add(self, sid: str, connection: Connection) -> bool:
        """Remember a socket. False when this person has too many already."""
        with self._lock:
            own = sum(one.person_id == connection.person_id for one in self._connections.values())
            if own >= SOCKETS_A_PERSON:
                return False
            self._connections[sid] = connection
            return True

    def get(self, sid: str) -> Connection | None:
        return self._connections.get(sid)

    def remove(self, sid: str) -> tuple[Connection | None, set[uuid.UUID]]:
        """The socket is gone; second: the meetings in which this person has no other socket here."""
        with self._lock:
            gone = self._connections.pop(sid, None)
            if gone is None:
                return None, set()
            others = list(self._connections.values())
            for note_id in set(gone.notes).difference(*(one.notes for one in others)):
                self._notes.pop(note_id, None)
            return gone, gone.meetings.difference(*(one.meetings for one in others if one.person_id == gone.person_id))

    def present(self) -> list[tuple[uuid.UUID, uuid.UUID]]:
        """(meeting, person) for everybody with a socket in a meeting here."""
        with self._lock:
            return sorted({(meeting, one.person_id) for one in self._connections.values() for meeting in one.meetings})

    def all(self) -> list[tuple[str, Connection]]:
        with self._lock:
            return list(self._connections.items())

    def may_move(self, connection: Connection, note_id: uuid.UUID, client: int) -> bool:
        """Whether this cursor is nobody else's; from now on it is this page's. Of who came back on another line it stays theirs."""
        with self._lock:
            others = (one for one in self._connections.values() if one.person_id != connection.person_id)
            if any(one.cursors.get(note_id) == client for one in others):
                return False
            connection.cursors[note_id] = client
            return True

    def topics(self) -> set[str]:
        """Everything some screen here watches."""
        with self._lock:
            return {topic for one in self._connections.values() for topic in one.topics}

    def notes(self) -> list[uuid.UUID]:
        with self._lock:
            return list(self._notes)

    def readers_of(self, note_id: uuid.UUID) -> list[str]:
        """Keys of the sessions that have this note open here, each once."""
        with self._lock:
            return list(dict.fromkeys(one.session_key for one in self._connections.values() if note_id in one.notes))

    def note_opened(self, connection: Connection, note_id: uuid.UUID, revision: int, case_id: uuid.UUID) -> None:
        """Somebody here has the note of this case up to `revision`; from there on the listener sends."""
        with self._lock:
            connection.notes[note_id] = case_id
            self._notes[note_id] = min(self._notes.get(note_id, revision), revision)

    def note_left(self, connection: Connection, note_id: uuid.UUID) -> None:
        """This socket has the note no more."""
        with self._lock:
            connection.notes.pop(note_id, None)

    def open_notes(self, case_id: uuid.UUID | None = None) -> list[tuple[str, Connection, uuid.UUID]]:
        """(socket, whose it is, note) for every note (of this case) that is open here."""
        with self._lock:
            sockets = list(self._connections.items())
            return [(sid, one, note) for sid, one in sockets for note, about in one.notes.items() if case_id in (None, about)]

    def note_seen(self, note_id: uuid.UUID) -> int | None:
        """Up to where this process has sent the note to its sockets; None when nobody here has it open."""
        return self._notes.get(note_id)

    def note_sent(self, note_id: uuid.UUID, seen: int, revision: int) -> None:
        """Sent up to `revision`, having begun at `seen`; somebody who opened an older state meanwhile gets the rest again."""
        with self._lock:
            if self._notes.get(note_id) == seen:
                self._notes[note_id] = revision

    def changed(self, topic: str, *, at: float, revision: int = 0) -> None:
        """This topic changed at this moment (seconds of the clock), to this revision; the newest few thousand are remembered."""
        with self._lock:
            self._changed.pop(topic, None)
            self._changed[topic] = (at, revision)
            while len(self._changed) > REMEMBERED:
                self._changed.popitem(last=False)

    def listens(self, *, at: float) -> None:
        """From this moment on this process hears what is announced; what was before it may have missed."""
        with self._lock:
            self._listens_since = at

    def changed_since(self, topics: set[str], since: float, *, now: float, slack: float = 0.0) -> dict[str, int]:
        """Which of these topics changed after `since`: what a page may have missed between being made and being connected.

        With the revision each came to: a page that shows it already missed nothing. 0: it was told without, or nobody knows: a page that
        comes back to a process that began after it missed all that happened between; so may one that was made later than `now`: the clock
        was put back meanwhile. `slack`: by so much clocks may differ.
        """
        with self._lock:
            if since < self._listens_since or since - slack > now:
                return dict.fromkeys(topics, 0)
            since -= slack
            last = {topic: self._changed.get(topic, (0.0, 0)) for topic in topics}
            return {topic: revision for topic, (at, revision) in last.items() if at > since}


REGISTRY = Registry()
