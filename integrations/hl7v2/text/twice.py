"""UTF-8 that was taken for the letters of Windows, and written as UTF-8 once more."""

from __future__ import annotations

import re


def written_once(raw: bytes) -> bytes:
    """The message as it was before an engine did so (`RenÃ©e`).

    Only where all of its letters show it: one that was written well has no such reading. Usually `raw` itself.
    """
    if raw.isascii() or not any(sign in raw for sign in _TWICE):
        return raw
    try:
        _once(raw.translate(None, _ASCII))  # most are told by their letters alone: a document is not looked through
        return _LETTERS.sub(lambda found: _once(found[0]), raw)
    except UnicodeError:
        return raw


def _once(letters: bytes) -> bytes:
    """Raises UnicodeError where these were written once."""
    before = letters.decode("utf-8").translate(_BYTES_OF_WINDOWS).encode("latin-1")
    before.decode("utf-8")
    return before


_ASCII = bytes(range(0x80))
_LETTERS = re.compile(rb"[\x80-\xff]+")
_TWICE = tuple(sign.encode() for sign in ("Ã", "Â", "â€", "Ä", "Å"))
"""How a letter of Europe, a sign or a quotation mark begins then."""
_BYTES_OF_WINDOWS = {ord(bytes([n]).decode("cp1252")): n for n in range(0x80, 0xA0) if n not in (0x81, 0x8D, 0x8F, 0x90, 0x9D)}
