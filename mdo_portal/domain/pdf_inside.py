"""What a PDF may hide: a script, another file, a form that sends itself, and work without end for who looks."""

from __future__ import annotations

import re
import zlib

_MOST_UNPACKED = 40_000_000
"""Bytes of packed objects that are looked through in one PDF; what holds more is not trusted."""
_MOST_OBJECTS = 2_000
_LARGEST_PACKED = 1_000_000
_FIRST, _PIECE = 64, 4_096
"""Bytes that are unpacked at a time; of what is no packed stream at all (an encrypted one) the first say so."""
#: names in a PDF that run, start, fetch or carry something; long ones, that do not stand in a scan by chance
_ACTIVE = re.compile(
    rb"/(?:JavaScript|Launch|EmbeddedFiles?|RichMedia|GoToE|SubmitForm|ImportData)(?![A-Za-z0-9])|/XFA\s*[\[0-9]"
)
_ESCAPED = re.compile(rb"#([0-9A-Fa-f]{2})")
#: objects are packed in what follows (ObjStm, each letter plain or escaped); and where something that is packed may begin
_HEAD = re.compile(rb"/(?:O|#4[Ff])(?:b|#62)(?:j|#6[Aa])(?:S|#53)(?:t|#74)(?:m|#6[Dd])")
_HEAD_OR_BODY = re.compile(rb"stream|" + _HEAD.pattern)


def is_active(content: bytes) -> bool:
    """Whether these bytes are a PDF that holds a script, another file or a form that sends itself, also in packed objects.

    It looks, it does not prove: what is shown is shown by the browser's own viewer, in a frame that may do nothing.
    """
    if b"%PDF-" not in content[:1024]:
        return False
    packed, work = sum(1 for _ in _HEAD.finditer(content)), _Work(len(content))
    return packed > _MOST_OBJECTS or _names_active(content, work) or (packed > 0 and _packs_active(content, work))


class _Work:
    """What may be done to look through one PDF, in proportion to its size: many small ones cost no more than a large one, and one
    that unpacks to twenty times its size, or hides its names in escapes, is not trusted.
    """

    def __init__(self, size: int) -> None:
        self.unpacked = min(_MOST_UNPACKED, 64_000 + 20 * size)  #: bytes that come out of packed objects
        self.read = 64_000 + 2 * size  #: bytes that go in: objects of an honest file do not lie over each other
        self.escapes = 200 + size // 20

    @property
    def is_over(self) -> bool:
        return min(self.unpacked, self.read, self.escapes) < 0


def _names_active(part: bytes, work: _Work) -> bool:
    plain, escapes = _ESCAPED.subn(_character, part, count=work.escapes + 1)
    work.escapes -= escapes
    return work.is_over or _ACTIVE.search(plain) is not None


def _character(escaped: re.Match[bytes]) -> bytes:
    return bytes([int(escaped[1], 16)])


def _packs_active(content: bytes, work: _Work) -> bool:
    """The objects that are packed in streams, as far as they unpack, up to a limit: a bomb is not unpacked.

    What a head announces is looked for until something unpacks: a word in the head may only look like the beginning.
    """
    is_awaited = False
    for found in _HEAD_OR_BODY.finditer(content):
        if found[0] != b"stream":
            is_awaited = True
        elif is_awaited:
            part = _unpacked(content, found.end(), work)
            if _names_active(part, work):
                return True
            is_awaited = not part
    return False


def _unpacked(content: bytes, at: int, work: _Work) -> bytes:
    while content[at : at + 1] in (b"\r", b"\n"):
        at += 1
    unpacker, found, end, size = zlib.decompressobj(), bytearray(), at + _LARGEST_PACKED, _FIRST
    while at < min(end, len(content)) and not unpacker.eof and not work.is_over:
        piece = content[at : at + size]
        try:
            found += (came := unpacker.decompress(piece, work.unpacked + 1))
        except zlib.error:
            work.read -= len(piece)
            return b""
        work.unpacked -= len(came)
        work.read -= len(piece) - len(unpacker.unused_data)
        at, size = at + len(piece), _PIECE
    return bytes(found)
