"""Where in an OBX the bytes of a document stand, and how they are packed: senders put them in many places."""

from __future__ import annotations

import re
from urllib.parse import unquote_to_bytes

from integrations.hl7v2.text.segment import Segment
from integrations.rich_text import is_rich

ENCODINGS = ("a", "base64", "hex")
PDF = b"JVBERi0"
"""How a PDF begins in base64: nobody's words do."""
_PACKED = (PDF, b"e1xydGY", b"iVBORw0KGgo", b"/9j/")
"""So begin a PDF, RTF, PNG and JPEG."""
_ADDRESS = re.compile(rb"data:[\w.+/-]{0,60}(?:;[\w-]{1,20}=[^;,\s]{1,80}){0,3};base64,")
_LONGEST = 400


def value_type(segment: Segment) -> str:
    """OBX-2 in capitals: of what kind the value is; what pads it says nothing."""
    return segment.component(2).strip().upper()


def is_document(segment: Segment) -> bool:
    """Whether an OBX holds a document: by its type, because its value says so, or because that is nothing but a PDF or a picture."""
    if segment.name != "OBX":
        return False
    is_ed = value_type(segment) == "ED" or segment.component(5, 4).strip().lower() == "base64"
    return is_ed or is_packed(segment, 1, 0) or is_packed(segment, 5, 0)


def place_of(segment: Segment, repetition: int) -> int:
    """The component with the bytes: the fifth of an ED, unless a PDF, or the word Base64, shows that it stands elsewhere.

    Some put them in the first, where the application of the sender belongs.
    """
    if segment.octets(5, 5, repetition) and segment.component(5, 4, repetition=repetition).lower() in ENCODINGS:
        return 5
    after_word = (n + 1 for n in (5, 3, 2) if segment.component(5, n, repetition=repetition).lower() == "base64")
    packed = (n for n in (5, 1, 4, 3, 2, 6) if is_packed(segment, n, repetition))
    return next(packed, 0) or next(after_word, 1 if is_written_first(segment, repetition) else 5)


def is_packed(segment: Segment, component: int, repetition: int) -> bool:
    """Whether a component begins as a PDF, a letter in RTF or a picture does in base64, or as a `data:` address."""
    start = bytes(segment.octets(5, component, repetition)[:_LONGEST])
    return start.startswith(_PACKED) or _ADDRESS.match(start) is not None


def is_written_first(segment: Segment, repetition: int) -> bool:
    """Whether words stand in the first component, in RTF or HTML or alone, and nothing in the fifth.

    What is repeated goes on with the first.
    """
    if repetition or segment.octets(5, 5) or not segment.octets(5, 1) or is_packed(segment, 1, 0):
        return False
    alone = not any(segment.octets(5, n) for n in (2, 3, 4))
    return alone or is_rich(segment.component(5, 1, 0)[:200].encode())


def encoding_at(segment: Segment, place: int, repetition: int) -> str:
    """`base64`, `hex`, `a` (text as it stands), or "" when nothing says it. A PDF in base64 is that whatever stands beside it."""
    if is_packed(segment, place, repetition):
        return "base64"
    if place != 5:
        return "a" if place == 1 and is_written_first(segment, repetition) else "base64"
    said = segment.component(5, 4, repetition=repetition).strip().lower()
    if said not in _AS_IT_STANDS:
        return said
    start = bytes(segment.octets(5, place, repetition)[:_LONGEST])
    return "base64" if _BLANKLESS.fullmatch(start) else "a"  # some say which letters are in it, and pack it all the same


_BLANKLESS = re.compile(rb"[A-Za-z0-9+/]{24,}={0,2}")
"""Words have blanks."""


_AS_IT_STANDS = ("8bit", "8-bit", "7bit", "7-bit", "ascii", "utf-8", "utf8", "none", "plain", "text")
"""What others call text that is in no encoding (`A`): the words of MIME, or of its letters."""


def without_ends(packed: bytes) -> bytes:
    """Line ends that another language or a page wrote as signs: `\\n`, `&#xD;`, `%0D%0A`, and `\\.br\\` that was escaped once more."""
    if b"%" in packed:
        packed = unquote_to_bytes(packed)
    return _ENDS.sub(b"", packed) if b"\\" in packed or b"&" in packed else packed


_ENDS = re.compile(rb"\\\.br\\|\\[rn]|&#(?:x0?[ad]|1[03]);", re.IGNORECASE)
