"""What files may hide: programs in a PDF, a picture that fills the memory, a name that is not what it seems."""

from __future__ import annotations

import re
import struct
import zlib

LARGEST_UPLOAD = 20_000_000
LARGEST_PICTURE = 60_000_000
"""Pixels. A scanned A4 at 600 dpi has 35 million; 30,000 x 30,000 is a bomb."""
_MOST_UNPACKED = 40_000_000
"""Bytes of packed objects that are looked through in one PDF; what holds more is not trusted."""
_MOST_OBJECTS = 2_000
_MOST_ESCAPES = 50_000
_LARGEST_PACKED = 1_000_000
_LONGEST_TITLE = 120
#: names in a PDF that run, start, fetch or carry something; long ones, that do not stand in a scan by chance
_ACTIVE = re.compile(
    rb"/(?:JavaScript|Launch|EmbeddedFiles?|RichMedia|GoToE|SubmitForm|ImportData)(?![A-Za-z0-9])|/XFA\s*[\[0-9]"
)
_ESCAPED = re.compile(rb"#([0-9A-Fa-f]{2})")
#: what cannot be seen in a name, turns it round or ends a line
_UNSEEN = re.compile("[\x00-\x1f\x7f-\x9f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]")


def is_active(content: bytes) -> bool:
    """Whether these bytes are a PDF that holds a script, another file or a form that sends itself, also in packed objects.

    It looks, it does not prove: what is shown is shown by the browser's own viewer, in a frame that may do nothing.
    """
    if b"%PDF-" not in content[:1024]:
        return False
    packed = content.count(b"/ObjStm")
    return packed > _MOST_OBJECTS or _names_active(content) or (packed > 0 and _packs_active(content))


def _names_active(part: bytes) -> bool:
    plain, escapes = _ESCAPED.subn(_character, part, count=_MOST_ESCAPES)
    return escapes >= _MOST_ESCAPES or _ACTIVE.search(plain) is not None


def _character(escaped: re.Match[bytes]) -> bytes:
    return bytes([int(escaped[1], 16)])


def _packs_active(content: bytes) -> bool:
    """The objects that are packed in streams, as far as they unpack, up to a limit: a bomb is not unpacked."""
    left, at = _MOST_UNPACKED, content.find(b"/ObjStm")
    while at >= 0:
        start = content.find(b"stream", at, at + 500)
        unpacked = _unpacked(content[start + 6 : start + 6 + _LARGEST_PACKED].lstrip(b"\r\n"), left) if start >= 0 else b""
        left -= len(unpacked)
        if left <= 0 or _names_active(unpacked):
            return True
        at = content.find(b"/ObjStm", at + 7)
    return False


def _unpacked(packed: bytes, most: int) -> bytes:
    try:
        return zlib.decompressobj().decompress(packed, most)
    except zlib.error:
        return b""


def pixels(content: bytes) -> int:
    """Width times height of a PNG or JPEG, from its header; 0 for anything else."""
    if content.startswith(b"\x89PNG\r\n\x1a\n") and len(content) >= 24:
        width, height = struct.unpack(">II", content[16:24])
        return int(width * height)
    return _jpeg_pixels(content) if content.startswith(b"\xff\xd8\xff") else 0


def _jpeg_pixels(content: bytes) -> int:
    at = 2
    while at + 9 < len(content) and content[at] == 0xFF:
        marker, length = content[at + 1], int.from_bytes(content[at + 2 : at + 4], "big")
        if 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):
            height, width = struct.unpack(">HH", content[at + 5 : at + 9])
            return int(width * height)
        at += 2 + max(length, 2)
    return 0


def clean_title(name: str) -> str:
    """The name as a person may read it: no folder, nothing unseen, no turned-round ending."""
    last = re.split(r"[/\\]", _UNSEEN.sub("", name))[-1].strip(" .")
    return last[-_LONGEST_TITLE:] or "document"
