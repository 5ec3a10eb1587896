"""What files may hide: a picture that fills the memory, a name that is not what it seems. Of a PDF: domain/pdf_inside.py."""

from __future__ import annotations

import re
import struct

from mdo_portal.domain.identifiers import UNSEEN

LARGEST_UPLOAD = 20 * 1_048_576
"""20 MB as a browser and a file manager count them."""
LARGEST_PICTURE = 60_000_000
"""Pixels. A scanned A4 at 600 dpi has 35 million; 30,000 x 30,000 is a bomb."""
_MOST_MARKS = 5_000
"""Segments before a JPEG says how large it is: a photograph with all its particulars has some hundreds."""
_MARK = re.compile(rb"\xff[^\x00\xff]")
_SIZES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
"""Marks behind which a JPEG says how large it is."""
_ALONE = frozenset({0x01, *range(0xD0, 0xDA)})
_LONGEST_TITLE = 120


def pixels(content: bytes) -> int:
    """Width times height of a PNG or JPEG, from its header; 0 for anything else. Of one whose header never ends: too many."""
    if content.startswith(b"\x89PNG\r\n\x1a\n") and len(content) >= 24:
        width, height = struct.unpack(">II", content[16:24])
        return int(width * height)
    return _jpeg_pixels(content) if content.startswith(b"\xff\xd8\xff") else 0


def _jpeg_pixels(content: bytes) -> int:
    """As a browser reads it: what stands between two segments is passed over, and so are marks without a length."""
    at = 2
    for _ in range(_MOST_MARKS):
        mark = _MARK.search(content, at)
        if mark is None:
            return 0
        kind, at = mark[0][1], mark.end()
        if kind in _SIZES and at + 7 <= len(content):
            height, width = struct.unpack(">HH", content[at + 3 : at + 7])
            return int(width * height)
        if kind not in _ALONE:
            at += max(int.from_bytes(content[at : at + 2], "big"), 2)
    return LARGEST_PICTURE + 1  # it says so nowhere near its beginning: not trusted


def clean_title(name: str) -> str:
    """The name as a person may read it: no folder, nothing unseen, no turned-round ending."""
    last = re.split(r"[/\\]", UNSEEN.sub("", name))[-1].strip(" .")
    return last[-_LONGEST_TITLE:] or "document"
