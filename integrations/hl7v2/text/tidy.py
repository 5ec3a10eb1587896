"""A message as the reader takes it: without what is no letter, and with the names of its segments as the standard writes them."""

from __future__ import annotations

import re
from html import unescape

from integrations.hl7v2.text.charset import is_marked, narrow
from integrations.hl7v2.text.line_ends import parted
from integrations.hl7v2.text.twice import written_once
from integrations.rich_text import words_of

_MARK = b"\xef\xbb\xbf"
_NO_LETTERS = bytes(n for n in range(32) if n not in (0x09, 0x0A, 0x0D)) + b"\x7f"
NEAR = 16_384
"""Bytes at the start of a message in which its patient is named, whatever comes behind."""
_COLOUR = re.compile(rb"\x1b\[[0-9;]*[A-Za-z]")
"""What a terminal was told by a screen that somebody copied from (ECMA-48)."""


def storable(raw: bytes) -> bytes:
    """`raw` without control signs: they pad what old systems send, frame it on a line, and no database or letter takes all of them.

    Usually `raw` itself; UTF-16 becomes marked UTF-8, and UTF-8 that was written twice is what it was. Where no line begins with PID,
    names in small letters or after blanks are mended.
    """
    if is_marked(raw) and raw[:3] != _MARK:
        raw = _MARK + narrow(raw)
    return _named(_lettered(written_once(parted(raw))))


def as_read(window: bytes) -> bytes:
    """The beginning of a message, narrowed, as `storable` leaves it: whom it is about is asked before it is read, and must be the same.

    Mended is the start alone, for it is done before anybody is answered; what comes behind it are documents. `cleaned` does the rest.
    """
    start = window if len(window) <= NEAR else window[:NEAR]
    read = _lettered(start)
    if not (read[:4] == b"MSH|" and b"\rPID|" in read):  # as nearly all are
        read = _named(read)
    return window if read is start else read + window[NEAR:]


def cleaned(text: str) -> str:
    """One text of a message without control signs: PostgreSQL refuses a whole batch for one NUL."""
    return text if text.isprintable() else text.translate(_NO_SIGNS)


_NO_SIGNS = dict.fromkeys(_NO_LETTERS)


def written(text: str) -> str:
    """A text with the ends of its lines, however often an engine wrote them over: as an escape of HL7 that was escaped once more, as
    a number of XML, as a tag, or as a programming language writes them before what begins a line. A sign that was written as HTML has
    it (`&lt;`) is that sign.
    """
    if not ("\\" in text or "&" in text or "<" in text):
        return text
    text = _ENDS.sub("\n", text)
    return _NAMED_SIGN.sub(lambda found: unescape(found[0]), text) if "&" in text else text


def shown(text: str) -> str:
    """A text as a person reads it: of RTF and HTML the words, also of HTML whose marks an engine wrote as signs (`&lt;p&gt;`)."""
    return written(words_of(unescape(text) if text[:9].lstrip().startswith("&lt;") else text))


_NAMED_SIGN = re.compile(r"&(?:[A-Za-z]{2,8}|#\d{2,6}|#[xX][0-9A-Fa-f]{2,5});")
"""HTML 4 and XML; what names no sign stays as it is."""


_ENDS = re.compile(
    r"(?<!\\)\\+\.(?i:br)\\+|\\[xX](?:0[dD](?:\\\\[xX])?)?0[aAdD]\\|(?:&\#(?:1[03]|[xX]0?[aAdD]);)+|<[bB][rR]\s?/?>|(?:\\r)?\\n(?=[A-Z0-9*•-]|\s|$|\\r|\\n)",
    re.MULTILINE,
)


def _lettered(raw: bytes) -> bytes:
    if len(kept := raw.translate(None, _NO_LETTERS)) == len(raw):
        return raw
    return _COLOUR.sub(b"", raw).translate(None, _NO_LETTERS) if b"\x1b[" in raw else kept


def _named(raw: bytes) -> bytes:
    at = 0 if raw[:3] == b"MSH" else raw.find(b"MSH", 0, 4096)
    separator = raw[at + 3 : at + 4]
    patient = b"PID" + separator
    if at < 0 or not separator or separator.isalnum() or b"\r" + patient in raw or b"\n" + patient in raw:
        return raw
    name = re.compile(rb"(?<=[\r\n])[ \t]*([A-Za-z][A-Za-z0-9]{2})(?=" + re.escape(separator) + rb")")
    return name.sub(lambda found: found[1].upper(), raw)
