"""Which signs a letter can show, and what stands there for those it cannot: nothing is left out in silence."""

from __future__ import annotations

import re
import struct
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

# Soft hyphens and the like are pasted along and never seen; a tab has no glyph.
_INVISIBLE: dict[int, str | None] = {0xAD: None, 0x200B: None, 0x2060: None, 0xFEFF: None, 0x09: "    "}
_BREAKS = re.compile("\r\n|[\r\x0b\x0c\x85\u2028\u2029]")
_NUMBER = re.compile(r"\[U\+([0-9A-F]{4,6})\]")


def printable_tree(value: Any, covered: frozenset[str]) -> Any:
    if isinstance(value, str):
        return printable(value, covered)
    if isinstance(value, Mapping):
        return {key: printable_tree(inner, covered) for key, inner in value.items()}
    if isinstance(value, Sequence) and value and isinstance(value[0], int):  # the bytes of a picture
        return value
    if isinstance(value, Sequence):
        return [printable_tree(inner, covered) for inner in value]
    return value


def printable(text: str, covered: frozenset[str]) -> str:
    """The text with every character that the fonts cannot show as `[U+4E2D]`.

    PDF/A refuses a whole letter for one such character; leaving it out in silence would change what was signed.
    Control, direction and private characters are shown the same way, because they can make a letter say something else.
    """
    plain = _plain(text)
    if covered.issuperset(plain):
        return plain
    return "".join(letter if letter in covered else _stand_in(letter, covered) for letter in plain)


def without_a_glyph(value: Any, covered: frozenset[str]) -> tuple[str, ...]:
    """Each character for which a number stands in the letter, once, in the order in which they come."""
    return tuple(dict.fromkeys(chr(int(number, 16)) for text in _texts(value) for number in _missed(text, covered)))


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping | Sequence):
        for inner in value.values() if isinstance(value, Mapping) else value:
            yield from _texts(inner)


def _missed(text: str, covered: frozenset[str]) -> Iterator[str]:
    plain = _plain(text)
    if not covered.issuperset(plain):
        for letter in plain:
            if letter not in covered and (found := _NUMBER.fullmatch(_stand_in(letter, covered))):
                yield found[1]


def _plain(text: str) -> str:
    return unicodedata.normalize("NFC", _BREAKS.sub("\n", text).translate(_INVISIBLE))


def _stand_in(letter: str, covered: frozenset[str]) -> str:
    """`°C` for the one-character sign of it, a space for an odd space; never for numbers (2⅓ would become 21/3)."""
    same = unicodedata.normalize("NFKC", letter)
    if unicodedata.category(letter)[0] not in "NC" and covered.issuperset(same):
        return same
    return f"[U+{ord(letter):04X}]"


def of_fonts(fonts: Sequence[Path]) -> frozenset[str]:
    """What these fonts can show between them."""
    return _showable(set().union(*map(_coverage, fonts)))


def _showable(points: set[int]) -> frozenset[str]:
    """What of these code points may stand in a letter: no controls, formats or private characters, but emoji joiners."""
    letters = {chr(point) for point in points}
    return frozenset(letter for letter in letters if unicodedata.category(letter)[0] != "C") | (letters & {"\u200d"}) | {"\n"}


def _coverage(font: Path) -> set[int]:
    """Code points in the `cmap` table, format 12 (OpenType 1.9, chapter cmap): each group is first, last, glyph."""
    data = font.read_bytes()
    tables = (struct.unpack_from(">4sIII", data, 12 + 16 * index) for index in range(struct.unpack_from(">H", data, 4)[0]))
    cmap = next(offset for tag, _, offset, _ in tables if tag == b"cmap")
    points: set[int] = set()
    for index in range(struct.unpack_from(">H", data, cmap + 2)[0]):
        start = cmap + struct.unpack_from(">I", data, cmap + 8 + 8 * index)[0]
        if struct.unpack_from(">H", data, start)[0] == 12:
            groups = struct.unpack_from(">I", data, start + 12)[0]
            for first, last, _ in struct.iter_unpack(">III", data[start + 16 : start + 16 + 12 * groups]):
                points.update(range(first, last + 1))
    return points
