"""What one page says that was typed: a Yjs update (version 1), read to its end. Only what a page of ours sends is read.

pycrdt takes more: pieces that no text has, numbers that no browser holds, letters that stand in a letter. Alone such an update is well;
beside the rest of the note it is an error, for everybody and for good. By Yjs (`src/utils/encoding.js`, `src/structs/Item.js`).
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from typing import NamedTuple

from mdo_portal.domain import yjs_numbers

_MOST_CLIENT = 2**53
"""A browser's whole numbers end there."""
_MOST_CLOCK = 2**31
"""pycrdt's end at twice that."""
_TEXT = b"text"
"""The shared text of a note (frontend/room/sync.ts)."""
_GONE, _DELETED, _STRING, _HAS_LEFT, _HAS_RIGHT = 0, 1, 4, 0x80, 0x40


class Unreadable(ValueError):
    """No page of ours sends that."""


class Piece(NamedTuple):
    """Letters that one page (`client`) typed in a row, from its `clock` on: `length` units of UTF-16. None = typed and taken out again."""

    client: int
    clock: int
    length: int
    letters: str | None


class Typed(NamedTuple):
    """What is new in an update, and what must be known already before it means anything."""

    pieces: list[Piece]
    #: page -> how many of its letters the pieces stand beside, or are taken out
    leans: dict[int, int]
    #: (page, from which of its letters, until which) that are taken out
    out: list[tuple[int, int, int]]

    @property
    def spans(self) -> dict[int, tuple[int, int]]:
        """Page -> from which of its letters until which."""
        spans: dict[int, tuple[int, int]] = {}
        for one in self.pieces:
            spans[one.client] = (spans.get(one.client, (one.clock, 0))[0], one.clock + one.length)
        return spans

    def known_after(self, known: Mapping[int, int]) -> dict[int, int] | None:
        """How many letters of each page are known when these are; None when something before these is missing."""
        after = dict(known)
        for client, (since, until) in self.spans.items():
            if since > after.get(client, 0):
                return None
            after[client] = max(after.get(client, 0), until)
        return after if all(count <= after.get(client, 0) for client, count in self.leans.items()) else None


def read(update: bytes) -> Typed:
    """Raises Unreadable."""
    rest = _Rest(update)
    typed = Typed([], {}, [])
    for _ in range(rest.number()):
        _read_page(rest, typed)
    for _ in range(rest.number()):  # what is taken out
        client = rest.client()
        for _ in range(rest.number()):
            since = rest.number()
            typed.out.append((client, since, since + rest.number()))
            _lean(typed, client, typed.out[-1][2])
    if rest.is_more:
        raise Unreadable
    return typed


def read_vector(vector: bytes) -> dict[int, int]:
    """A state vector: how many letters of each page somebody has. Raises Unreadable."""
    numbers, value, shift = list[int](), 0, 0
    for byte in vector:  # of each keystroke, and of a hundred pages
        value |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:
            numbers.append(value)
            value = shift = 0
        elif shift > 49:
            raise Unreadable
    known = dict(zip(numbers[1::2], numbers[2::2], strict=False))
    is_whole = not shift and numbers and numbers[0] == len(known) == (len(numbers) - 1) / 2
    if not is_whole or max(known, default=0) >= _MOST_CLIENT or max(known.values(), default=0) > _MOST_CLOCK:
        raise Unreadable
    return known


def vector(known: Mapping[int, int]) -> bytes:
    """The same as bytes."""
    return b"".join(yjs_numbers.written(one) for one in (len(known), *(number for pair in known.items() for number in pair)))


def _read_page(rest: _Rest, typed: Typed) -> None:
    """What one page typed, in a row."""
    count, client, clock = rest.number(), rest.client(), rest.number()
    if count == 0 or any(one.client == client for one in typed.pieces):
        raise Unreadable
    for _ in range(count):
        kind = rest.byte()
        if kind != _GONE:
            _read_place(rest, typed, kind, (client, clock))
        letters = rest.letters() if kind & 0x1F == _STRING else None
        length = rest.number() if letters is None else len(letters.encode("utf-16-le")) // 2
        typed.pieces.append(Piece(client, clock, length, letters))
        clock += length
        if length == 0 or clock > _MOST_CLOCK:
            raise Unreadable


def _read_place(rest: _Rest, typed: Typed, kind: int, own: tuple[int, int]) -> None:
    """Beside which letters it stands: of others, or its own page's earlier ones. With none, it says in which text."""
    if kind & ~(_HAS_LEFT | _HAS_RIGHT) not in (_DELETED, _STRING):
        raise Unreadable
    for side in (_HAS_LEFT, _HAS_RIGHT):
        if kind & side:
            beside = (rest.client(), rest.number())
            if beside[0] == own[0] and beside[1] >= own[1]:
                raise Unreadable
            _lean(typed, beside[0], beside[1] + 1)
    if not kind & (_HAS_LEFT | _HAS_RIGHT) and (rest.number(), rest.bytes()) != (1, _TEXT):
        raise Unreadable


def _lean(typed: Typed, client: int, count: int) -> None:
    if count > _MOST_CLOCK:
        raise Unreadable
    typed.leans[client] = max(typed.leans.get(client, 0), count)


class _Rest:
    """What of the bytes was not read yet."""

    def __init__(self, body: bytes) -> None:
        self._body, self._at = body, 0

    @property
    def is_more(self) -> bool:
        return self._at < len(self._body)

    def byte(self) -> int:
        if not self.is_more:
            raise Unreadable
        self._at += 1
        return self._body[self._at - 1]

    def number(self) -> int:
        if (value := yjs_numbers.read(self.byte)) is None:
            raise Unreadable
        return value

    def client(self) -> int:
        if (client := self.number()) >= _MOST_CLIENT:
            raise Unreadable
        return client

    def bytes(self) -> bytes:
        size = self.number()
        self._at += size
        if self._at > len(self._body):
            raise Unreadable
        return self._body[self._at - size : self._at]

    def letters(self) -> str:
        with suppress(UnicodeDecodeError):
            return self.bytes().decode()
        raise Unreadable
