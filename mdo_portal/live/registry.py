"""Which sockets of this process are whose, in which meetings, and what of each note they were already sent."""

from __future__ import annotations

import threading
import uuid
from dataclasses import dataclass, field


@dataclass
class Connection:
    """One socket: whose session it belongs to and the meetings it is in."""

    session_key: str
    person_id: uuid.UUID
    address: str = ""
    meetings: set[uuid.UUID] = field(default_factory=set)
    notes: set[uuid.UUID] = field(default_factory=set)
    topics: set[str] = field(default_factory=set)


class Registry:
    """Guarded by one lock: sockets come and go on their own threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._connections: dict[str, Connection] = {}
        self._notes: dict[uuid.UUID, int] = {}

    def add(self, sid: str, connection: Connection) -> None:
        with self._lock:
            self._connections[sid] = connection

    def get(self, sid: str) -> Connection | None:
        return self._connections.get(sid)

    def remove(self, sid: str) -> tuple[Connection | None, set[uuid.UUID]]:
        """The socket is gone; second: the meetings in which this person has no other socket here."""
        with self._lock:
            gone = self._connections.pop(sid, None)
            if gone is None:
                return None, set()
            left = {meeting for one in self._connections.values() if one.person_id == gone.person_id for meeting in one.meetings}
            return gone, gone.meetings - left

    def present(self) -> list[tuple[uuid.UUID, uuid.UUID]]:
        """(meeting, person) for everybody with a socket in a meeting here."""
        with self._lock:
            pairs = {(meeting, one.person_id) for one in self._connections.values() for meeting in one.meetings}
            return sorted(pairs)

    def all(self) -> list[tuple[str, Connection]]:
        with self._lock:
            return list(self._connections.items())

    def note_opened(self, note_id: uuid.UUID, revision: int) -> None:
        """Somebody here has the note up to `revision`; from there on the listener sends."""
        with self._lock:
            self._notes[note_id] = min(self._notes.get(note_id, revision), revision)

    def note_seen(self, note_id: uuid.UUID) -> int | None:
        """Up to where this process has sent the note to its sockets; None when nobody here has it open."""
        return self._notes.get(note_id)

    def note_sent(self, note_id: uuid.UUID, revision: int) -> None:
        with self._lock:
            self._notes[note_id] = max(self._notes.get(note_id, 0), revision)


REGISTRY = Registry()
