"""Pictures for tests, byte by byte."""

from __future__ import annotations

import struct
import zlib

MAGIC = b"\x89PNG\r\n\x1a\n"


def chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def png(width: int = 40, height: int = 12, *, colour: int = 6, depth: int = 8, interlace: int = 0, extra: bytes = b"") -> bytes:
    """A picture in one colour; `extra` stands between header and rows."""
    channels = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}[colour]
    line = b"\0" + b"\x80" * ((width * depth * channels + 7) // 8)
    header = struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, interlace)
    return MAGIC + chunk(b"IHDR", header) + extra + chunk(b"IDAT", zlib.compress(line * height)) + chunk(b"IEND", b"")
