"""A picture for a letterhead: read as PNG, and written again by us with nothing in it but the picture.

Only what the reader below understands comes through: sizes, colours and rows. Texts, profiles, animations and whatever hides behind
the last chunk do not (PNG, ISO/IEC 15948; chunk layout clause 5.3, filter types clause 9.2).
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator

LARGEST_FILE, LARGEST_MADE = 500_000, 60_000
"""Bytes of what is offered, and of what we make of it: every letter carries it."""
WIDEST, HIGHEST = 1600, 800
MAGIC = b"\x89PNG\r\n\x1a\n"
#: colour type -> values per pixel
_CHANNELS = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}
_KEPT = (b"PLTE", b"tRNS")


class NotAPicture(Exception):
    """No PNG that we read: another kind of file, broken, too large, interlaced or with 16 bits a colour."""


def clean_png(body: bytes) -> bytes:
    """The same picture as a file of ours. Raises NotAPicture."""
    if not body.startswith(MAGIC) or len(body) > LARGEST_FILE:
        raise NotAPicture("kind or size")
    parts: dict[bytes, bytes] = {}
    for name, data in _chunks(body[len(MAGIC) :]):
        parts[name] = parts.get(name, b"") + data
    rows = _rows(parts.get(b"IHDR", b""), parts.get(b"IDAT", b""))
    if parts[b"IHDR"][9] == 3 and not parts.get(b"PLTE"):
        raise NotAPicture("palette")
    kept = [(name, parts[name]) for name in _KEPT if name in parts]
    made = MAGIC + b"".join(
        _chunk(name, data) for name, data in ((b"IHDR", parts[b"IHDR"]), *kept, (b"IDAT", zlib.compress(rows, 9)), (b"IEND", b""))
    )
    if len(made) > LARGEST_MADE:
        raise NotAPicture("size")
    return made


def _chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Name and data of each chunk up to the end; each with the checksum it says it has."""
    at = 0
    while at + 12 <= len(data):
        (length,) = struct.unpack_from(">I", data, at)
        name, body = data[at + 4 : at + 8], data[at + 8 : at + 8 + length]
        if len(body) != length or data[at + 8 + length : at + 12 + length] != struct.pack(">I", zlib.crc32(name + body)):
            raise NotAPicture("chunk")
        yield name, body
        if name == b"IEND":
            return
        at += 12 + length
    raise NotAPicture("no end")


def _rows(header: bytes, packed: bytes) -> bytes:
    """The rows, each with its filter byte, as long as the header says and not a byte longer."""
    if len(header) != 13:
        raise NotAPicture("header")
    width, height, depth, colour, *rest = struct.unpack(">IIBBBBB", header)
    if not (0 < width <= WIDEST and 0 < height <= HIGHEST) or colour not in _CHANNELS or any(rest):
        raise NotAPicture("header")
    if depth not in ((1, 2, 4, 8) if colour in (0, 3) else (8,)):
        raise NotAPicture("depth")
    line = 1 + (width * depth * _CHANNELS[colour] + 7) // 8
    unpacker = zlib.decompressobj()
    try:
        rows = unpacker.decompress(packed, line * height + 1)
    except zlib.error:
        raise NotAPicture("packed") from None
    if len(rows) != line * height or not unpacker.eof or any(rows[at] > 4 for at in range(0, len(rows), line)):
        raise NotAPicture("rows")
    return rows


def _chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
