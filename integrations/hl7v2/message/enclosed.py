"""The bytes of the documents in an OBX: in which repetitions and pieces each comes, and how it is packed."""

from __future__ import annotations

import binascii
import re
from collections.abc import Sequence
from functools import cached_property

import pybase64

from integrations.hl7v2.text.packed import encoding_at, is_written_first, place_of, without_ends
from integrations.hl7v2.text.segment import Segment

_MOST_REPETITIONS = 50
_BLANKS = re.compile(rb"\s+")
_URL_SAFE = bytes.maketrans(b"-_", b"+/")  # RFC 4648 section 5
_WORDED = ("text", "tx", "ft")
Piece = tuple[Segment, Sequence[str]]
"""An OBX and the lines that stand loose behind it."""


class Enclosed:
    """One document; `pieces` begin with the OBX itself, and go on with those that it was cut into (pieces.py)."""

    def __init__(self, pieces: Sequence[Piece], repetitions: Sequence[int]) -> None:
        self._pieces, self._repetitions = pieces, repetitions
        self._segment, self._first = pieces[0][0], repetitions[0]

    @cached_property
    def _place(self) -> int:
        return place_of(self._segment, self._first)

    @cached_property
    def _encoding(self) -> str:
        return encoding_at(self._segment, self._place, self._first)

    def said(self, component: int) -> str:
        """What it says it is, in a component of its field."""
        return self._segment.component(5, component, repetition=self._first)

    @property
    def is_worded(self) -> bool:
        """Whether it says that it is a text."""
        return self.said(2).lower() in _WORDED

    @property
    def is_written(self) -> bool:
        """Whether its words stand in the first component, and no bytes anywhere."""
        return is_written_first(self._segment, self._first)

    @property
    def as_sent(self) -> bytes:
        """What stands where a document belongs, for a person to look at."""
        return bytes(self._segment.octets(5, 5, self._first)) + "".join(self._pieces[0][1]).encode()

    @cached_property
    def start(self) -> bytes:
        """The first bytes, enough to know what it is; of one that is broken into lines, or in hex, all of it is read."""
        if self._encoding in ("a", ""):
            return self._segment.component(5, self._place, 0, self._first)[:200].encode()
        try:
            sent = self._segment.octets(5, self._place, self._first)[:400]
            return pybase64.b64decode(sent, validate=True) if self._encoding != "hex" else (self.content or b"")
        except (binascii.Error, ValueError):
            return self.content or b""

    @cached_property
    def content(self) -> bytes | None:
        """Its bytes; None when they cannot be decoded."""
        sent = self._segment.octets(5, self._place, self._first)
        if self._encoding == "a":
            return self._as_it_stands
        if self._encoding == "hex":
            return _hex(bytes(sent))
        if not sent:
            return None
        if len(self._pieces) == len(self._repetitions) == 1 and not self._pieces[0][1]:
            try:
                return pybase64.b64decode(sent, validate=True)
            except (binascii.Error, ValueError):
                pass  # broken into lines or without padding: below
        mended = self._mended
        return self._as_it_stands if mended is None and not self._encoding and self.is_worded else mended

    @property
    def _lines(self) -> list[str]:
        """The field, with what came as repetitions or after a bare line end."""
        first, *others = self._repetitions
        repeated = (self._segment.component(5, 1, 0, n) for n in others)
        return [self._segment.component(5, self._place, 0, first), *repeated, *self._pieces[0][1]]

    @property
    def _as_it_stands(self) -> bytes:
        """Text that is in no encoding."""
        return re.sub("\r\n?", "\n", "\n".join(self._lines)).encode()

    @property
    def _mended(self) -> bytes | None:
        """Base64 that was broken into lines, by escapes or bare line ends, came in pieces, lost its padding, or stands between quotes or
        in a `data:` address.
        """
        letters = self._lines
        for segment, loose in self._pieces[1:]:
            letters += [segment.component(5, self._place, 0) or segment.component(5, 1, 0), *loose]
        packed = _BLANKS.sub(b"", without_ends("".join(letters).encode())).strip(b"\"'")
        if packed[:5] == b"data:":
            packed = packed.partition(b"base64,")[2]
        packed = packed.translate(_URL_SAFE)
        try:
            return pybase64.b64decode(packed + b"=" * (-len(packed) % 4), validate=True)
        except (binascii.Error, ValueError):
            return None


def enclosed(pieces: Sequence[Piece]) -> list[Enclosed]:
    """Of which repetitions of OBX-5 each document is: one that has only a first component goes on with the one before."""
    segment, found = pieces[0][0], [[0]]
    for n in range(1, _MOST_REPETITIONS):
        if not segment.repeats(5, n):
            break
        if segment.octets(5, place_of(segment, n), n):
            found.append([n])
        elif segment.octets(5, 1, n):
            found[-1].append(n)
        else:
            break
    return [Enclosed(pieces, one) for one in found]


def _hex(sent: bytes) -> bytes | None:
    try:
        return bytes.fromhex(sent.decode("ascii"))
    except ValueError:
        return None
