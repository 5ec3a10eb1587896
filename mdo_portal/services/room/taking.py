"""Whether what a page sends of a note is taken: it is read to its end, and all that it builds on is there (ADR 0085)."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterator, Mapping
from operator import itemgetter
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
    """Count it in. `document`: the note as it stands, with the letters that were taken out of it.

    Raises PortalError: unreadable or too much; Behind; SaidBefore.
    """
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
    if again:
        _compare(typed, known, document().get_update(keystrokes.vector(known | again)))
    return after


def _compare(typed: keystrokes.Typed, known: dict[int, int], update: bytes) -> None:
    """With what is stored of the same letters. Of those that are gone the page may not know that: it opens the note again, and sees it."""
    try:
        differing = set(_differing(typed, keystrokes.read(update).pieces, known))
    except keystrokes.Unreadable as error:
        raise SaidBefore() from error
    if differing - {None}:
        raise SaidBefore()
    if differing:
        raise Behind()


def _differing(typed: keystrokes.Typed, stored: list[keystrokes.Piece], known: Mapping[int, int]) -> Iterator[bytes | None]:
    """What is stored (None: gone) where something else is said of letters that are known already.

    What is taken out with it may have been anything: who typed it keeps the letters, to undo it; for everybody else they are gone. After a
    restore both give it back, and either may be the first.
    """
    out = _in_order(typed.out)
    for client in {one.client for one in typed.pieces}:
        held = dict(_units(stored, client))
        for clock, unit in _units(typed.pieces, client):
            if clock < known.get(client, 0) and unit != held.get(clock) and not _is_within(out, (client, clock)):
                yield held.get(clock)


def _in_order(spans: list[tuple[int, int, int]]) -> list[tuple[tuple[int, int], int]]:
    """Where each begins, and until where its page is covered by it or one before it."""
    covered: list[tuple[tuple[int, int], int]] = []
    for client, since, until in sorted(spans):
        before = covered[-1][1] if covered and covered[-1][0][0] == client else 0
        covered.append(((client, since), max(until, before)))
    return covered


def _is_within(covered: list[tuple[tuple[int, int], int]], letter: tuple[int, int]) -> bool:
    at = bisect_right(covered, letter, key=itemgetter(0)) - 1
    return at >= 0 and covered[at][0][0] == letter[0] and letter[1] < covered[at][1]


def _units(pieces: list[keystrokes.Piece], client: int) -> Iterator[tuple[int, bytes]]:
    for one in pieces:
        if one.client == client and one.letters is not None:
            units = one.letters.encode("utf-16-le")
            yield from ((one.clock + at, units[2 * at : 2 * at + 2]) for at in range(one.length))
