"""What files may hide: programs in a PDF, a picture that fills the memory, a name that is not what it seems."""

from __future__ import annotations

import re
import struct
import zlib
from collections.abc import Iterator

LARGEST_UPLOAD = 20_000_000
LARGEST_PICTURE = 60_000_000
"""Pixels. A scanned A4 at 600 dpi has 35 million; 30,000 x 30,000 is a bomb."""
_LARGEST_STREAM = 4_000_000
_LONGEST_TITLE = 120
#: names in a PDF that run, start, fetch or carry something
_ACTIVE = re.compile(
    rb"/(?:JavaScript|JS|Launch|EmbeddedFile|EmbeddedFiles|RichMedia|XFA|GoToE|SubmitForm|ImportData)(?![A-Za-z0-9])"
)
_ESCAPED = re.compile(rb"#([0-9A-Fa-f]{2})")
_STREAM = re.compile(rb"/ObjStm.{0,400}?stream\r?\n", re.DOTALL)
#: what cannot be seen in a name, turns it round or ends a line
_UNSEEN = re.compile("[\x00-\x1f\x7f-\x9f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]")


def is_active(content: bytes) -> bool:
    """Whether these bytes are a PDF that holds a script, another file or a form that sends itself, also in compressed objects."""
    if b"%PDF-" not in content[:1024]:
        return False
    return any(_ACTIVE.search(_ESCAPED.sub(_character, part)) for part in (content, *_objects(content)))


def _character(escaped: re.Match[bytes]) -> bytes:
    return bytes([int(escaped[1], 16)])


def _objects(content: bytes) -> Iterator[bytes]:
    """The objects that are packed in streams, as far as they unpack; a bomb is not unpacked further than needed."""
    for found in _STREAM.finditer(content):
        try:
            yield zlib.decompressobj().decompress(content[found.end() :], _LARGEST_STREAM)
        except zlib.error:
            continue


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
