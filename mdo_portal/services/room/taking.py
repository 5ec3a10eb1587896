"""Whether what a page sends of a note is taken: it is read to its end, and all that it builds on is there (ADR 0085)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from pycrdt import Doc

from mdo_portal.domain.conclusion import Note
from mdo_portal.errors import N_, PortalError
from mdo_portal.services.room import keystrokes

LARGEST_NOTE = 5_000_000
"""Bytes of stored updates of one note."""
MOST_PIECES = 40_000
"""Each letter that is typed is one. To put in order what was typed beside each other, all of it may be looked at for each."""


class Behind(PortalError):
    """Something is missing before it: the page opens the note again, and sends all that we lack."""


class SaidBefore(PortalError):
    """Something else is stored of the same page: it would be answered for, and stand in nobody's text."""


def take(note: Note, body: bytes, document: Callable[[], Doc[Any]]) -> None:
    """Count it in. `document`: the note as it stands. Raises PortalError: unreadable or too much; Behind; SaidBefore."""
    typed = _read(note, body)
    note.vector = keystrokes.vector(_judged(note, typed, document))
    note.revision += 1
    note.size += len(body)
    note.pieces += len(typed.pieces)


def _read(note: Note, body: bytes) -> keystrokes.Typed:
    """What was typed, and not too much: read on its own, so that a keystroke costs the same in a long text."""
    try:
        typed = keystrokes.read(body)
        Doc().apply_update(body)
    except ValueError as error:
        raise PortalError(N_("Deze wijziging is onleesbaar aangekomen en is niet opgeslagen. Herlaad de pagina.")) from error
    if note.size > LARGEST_NOTE or note.pieces + len(typed.pieces) > MOST_PIECES:
        raise PortalError(N_("De conclusie is te lang geworden. De laatste wijziging is niet opgeslagen."))
    return typed


def _judged(note: Note, typed: keystrokes.Typed, document: Callable[[], Doc[Any]]) -> dict[int, int]:
    """How far each page typed, with this. What is answered for is in the text, whatever anybody else sent before."""
    known = keystrokes.read_vector(note.vector or document().get_state())
    after = typed.known_after(known)
    if after is None and note.vector:  # a process of the version before may have stored more, and kept no count
        known = keystrokes.read_vector(document().get_state())
        after = typed.known_after(known)
    if after is None:
        raise Behind()
    again = {client: since for client, (since, _) in typed.spans.items() if since < known.get(client, 0)}
    if again and not _is_stored(typed, known, document().get_update(keystrokes.vector(known | again))):
        raise SaidBefore()
    return after


def _is_stored(typed: keystrokes.Typed, known: dict[int, int], update: bytes) -> bool:
    try:
        return keystrokes.says_the_same(typed.pieces, keystrokes.read(update).pieces, known)
    except keystrokes.Unreadable:
        return False
