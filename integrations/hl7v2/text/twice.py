"""UTF-8 that was taken for the letters of Windows, and written as UTF-8 once more."""

from __future__ import annotations

import re
from collections.abc import Callable


def written_once(raw: bytes) -> bytes:
    """The message as it was before an engine did so (`RenÃ©e`). Usually `raw` itself.

    Where all of its letters show it, all of them; else those of a field of which all can be nothing else: it came from elsewhere.
    """
    if raw.isascii() or not any(sign in raw for sign in _STARTS):
        return raw
    try:
        raw.decode("utf-8")
    except UnicodeError:  # a message in one byte a letter, with a field in it that is UTF-8
        return raw if _ELSEWHERE.search(raw[: raw.find(b"\r")]) else _by_field(raw, _as_latin)
    if not any(sign in raw for sign in _TWICE):
        return raw
    try:
        _once(raw.translate(None, _ASCII))  # most are told by their letters alone: a document is not looked through
        return _LETTERS.sub(lambda found: _once(found[0]), raw)
    except UnicodeError:
        return _by_field(raw, _surely_once)


def _by_field(raw: bytes, mended: Callable[[bytes], bytes | None]) -> bytes:
    """The message with the letters of each field mended, where that can be done with all of them."""
    fields: list[list[re.Match[bytes]]] = []
    end = 0
    for letters in _LETTERS.finditer(raw):
        if letters.start() >= end:
            ends = (raw.find(sign, letters.start()) for sign in (raw[3:4], b"\r", b"\n"))
            end = min((one for one in ends if one >= 0), default=len(raw))
            fields.append([])
        fields[-1].append(letters)
    found, at = [], 0
    for field in fields:
        written = [(letters, mended(letters[0])) for letters in field]
        for letters, once in written if all(once for _, once in written) else ():
            found += [raw[at : letters.start()], once or b""]
            at = letters.end()
    return b"".join((*found, raw[at:])) if found else raw


def _surely_once(letters: bytes) -> bytes | None:
    return _once(letters) if _SURE.fullmatch(letters.decode("utf-8")) else None


def _as_latin(letters: bytes) -> bytes | None:
    """These letters as one byte each, where they are UTF-8 of Western Europe and would be read as nobody writes (`Ã«`)."""
    return letters.decode("utf-8").encode("latin-1") if _UTF_8.fullmatch(letters) else None


def _once(letters: bytes) -> bytes:
    """Raises UnicodeError where these were written once."""
    before = letters.decode("utf-8").translate(_BYTES_OF_WINDOWS).encode("latin-1")
    before.decode("utf-8")
    return before


_ASCII = bytes(range(0x80))
_LETTERS = re.compile(rb"[\x80-\xff]+")
_UTF_8 = re.compile(rb"(?:\xc3[\x80-\xbf]|\xc2[\xa0-\xbf])+")
_ELSEWHERE = re.compile(rb"8859/(?:[2-9]|1[0-4])|(?i:cp|windows-)125[01345678]|GB *18030|BIG-?5|KS ?X|CNS ")
"""Letters of which a sender says that they are not of Western Europe."""
_STARTS = (b"\xc2", b"\xc3")
_TWICE = tuple(sign.encode() for sign in ("Ã", "Â", "â€", "Ä", "Å"))
"""How a letter of Europe, a sign or a quotation mark begins then."""
_BYTES_OF_WINDOWS = {ord(bytes([n]).decode("cp1252")): n for n in range(0x80, 0xA0) if n not in (0x81, 0x8D, 0x8F, 0x90, 0x9D)}
_SIGN = f"\\x80-\\xbf{''.join(map(chr, _BYTES_OF_WINDOWS))}"
_SURE = re.compile(f"(?:\u00c3[{_SIGN}]|\u00c2[\\xa0-\\xbf]|\u00e2[{_SIGN}]{{2}})+")
"""Letters that nobody writes beside each other: `Ã«`, `Â°`, `â€™`."""
