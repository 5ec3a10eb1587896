"""Letters as PDF: data in, the same bytes out every time. What people typed is only ever data, never source.

Typst sets the type; the templates stand in templates/letters. Nothing here knows a table, a session or a clock.
"""

from __future__ import annotations

import json
import re
import struct
import threading
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

if TYPE_CHECKING:
    from typst import Compiler

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
# Titles must exist (PDF/UA) and travel in file lists and logs: numbers only, never a patient.
TITLES = {
    "decision": ("MDO-advies", "document_number"),
    "gp": ("MDO-bericht aan de huisarts", "document_number"),
    "outcome": ("MDO-bericht zonder advies", "document_number"),
    "patient": ("Brief aan de patiënt", "document_number"),
    "agenda": ("MDO-agenda", "number"),
    "case": ("MDO-casus", "number"),
    "receipt-list": ("Aftekenlijst", "number"),
    "destruction": ("Bewijs van vernietiging", "number"),
    "who-looked": ("Overzicht van inzage", "number"),
    "conformance": ("Conformiteitsrapport", "number"),
}
_HERE = Path(__file__).resolve().parent
FOLDERS = (_HERE.parent / "templates" / "letters", _HERE / "_templates" / "letters")
# Only our own file names: what people typed may look like a place too.
_PLACE = re.compile(rf"\b((?:base|parts|{'|'.join(TITLES)})\.typ):(\d+)")
# Soft hyphens and the like are pasted along and never seen; a tab has no glyph.
_INVISIBLE: dict[int, str | None] = {0xAD: None, 0x200B: None, 0x2060: None, 0xFEFF: None, 0x09: "    "}
_BREAKS = re.compile("\r\n|[\r\x0b\x0c\x85\u2028\u2029]")


class LetterFailed(Exception):
    """The letter could not be made. Names the kind and the place in the template, never content."""

    def __init__(self, kind: str, place: str) -> None:
        super().__init__(f"letter {kind} failed at {place}")
        self.kind = kind
        self.place = place


def render(kind: str, data: Mapping[str, Any], *, at: datetime, folder: Path | None = None) -> bytes:
    """One letter as PDF/A-2a and PDF/UA-1. `kind` is a key of TITLES, `data` the `as_json()` of its shape in letter_data.

    `at` (with time zone) is printed in the footer and is the date inside the file: the same input gives the same bytes.
    Raises LetterFailed: kind unknown, a field missing, a template broken.
    """
    return render_many(kind, [data], at=at, folder=folder)


def render_many(kind: str, letters: Sequence[Mapping[str, Any]], *, at: datetime, folder: Path | None = None) -> bytes:
    """Several letters of one kind in one PDF, for the printer; each counts its own pages. Otherwise as `render`."""
    if kind not in TITLES:
        raise LetterFailed(kind, "kind")
    if at.tzinfo is None:
        raise LetterFailed(kind, "at")
    press = _press(find_folder(kind, folder))
    return press.run(kind, _inputs(kind, letters, at, press.covered), at)


def find_folder(kind: str, folder: Path | None = None) -> Path:
    """Where the template of `kind` stands: in `folder`, or in the repository, or inside the installed package."""
    for candidate in (folder,) if folder else FOLDERS:
        if (candidate / f"{kind}.typ").is_file():
            return candidate.resolve()
    raise LetterFailed(kind, "folder")


@dataclass(frozen=True)
class _Press:
    """The compilers of one templates folder. A warm compiler sets a letter at least twice as fast as a fresh one."""

    folder: Path
    covered: frozenset[str]  # characters that the fonts can show
    compilers: dict[str, Compiler] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def run(self, kind: str, inputs: dict[str, str], at: datetime) -> bytes:
        import typst  # heavy (80 MB): only processes that make letters pay for it

        try:
            with self.lock:  # one compiler keeps one set of inputs
                pdf = self._compiler(kind).compile(
                    format="pdf",
                    sys_inputs=inputs,
                    pdf_standards=["a-2a", "ua-1"],
                    timestamp=at.astimezone(UTC).replace(microsecond=0),
                )
        except typst.TypstError as error:  # its words quote what people typed: only the place goes on
            place = _place(error)
        else:
            if isinstance(pdf, bytes):
                return pdf
            place = "output"
        raise LetterFailed(kind, place)

    def _compiler(self, kind: str) -> Compiler:
        import typst

        if kind not in self.compilers:
            fonts = typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[self.folder / "fonts"])
            self.compilers[kind] = typst.Compiler(
                self.folder / f"{kind}.typ", root=self.folder, font_paths=fonts, ignore_system_fonts=True
            )
        return self.compilers[kind]


@lru_cache(maxsize=8)
def _press(folder: Path) -> _Press:
    points: set[int] = set().union(*(_coverage(font) for font in sorted((folder / "fonts").glob("*.ttf"))))
    return _Press(folder, _showable(points))


def _place(error: Exception) -> str:
    """`decision.typ:41` out of what typst says, or only `template`."""
    found = _PLACE.search(str(getattr(error, "diagnostic", ""))) or _PLACE.search(str(error))
    return f"{found[1]}:{found[2]}" if found else "template"


def _inputs(kind: str, letters: Sequence[Mapping[str, Any]], at: datetime, covered: frozenset[str]) -> dict[str, str]:
    """What the template reads: data as JSON text, title and printing time (Amsterdam)."""
    name, key = TITLES[kind]
    if not letters or any(key not in letter for letter in letters):
        raise LetterFailed(kind, key)
    title = f"{name} {letters[0][key]}" if len(letters) == 1 else f"{name}: {len(letters)} documenten"
    return {
        "title": printable(title, covered),
        "at": at.astimezone(AMSTERDAM).isoformat(timespec="minutes"),
        "data": json.dumps([_printable_tree(letter, covered) for letter in letters], ensure_ascii=False),
    }


def _printable_tree(value: Any, covered: frozenset[str]) -> Any:
    if isinstance(value, str):
        return printable(value, covered)
    if isinstance(value, Mapping):
        return {key: _printable_tree(inner, covered) for key, inner in value.items()}
    if isinstance(value, Sequence) and value and isinstance(value[0], int):  # the bytes of a picture
        return value
    if isinstance(value, Sequence):
        return [_printable_tree(inner, covered) for inner in value]
    return value


def printable(text: str, covered: frozenset[str]) -> str:
    """The text with every character that the fonts cannot show as `[U+4E2D]`.

    PDF/A refuses a whole letter for one such character; leaving it out in silence would change what was signed.
    Control, direction and private characters are shown the same way, because they can make a letter say something else.
    """
    plain = unicodedata.normalize("NFC", _BREAKS.sub("\n", text).translate(_INVISIBLE))
    if covered.issuperset(plain):
        return plain
    return "".join(letter if letter in covered else _stand_in(letter, covered) for letter in plain)


def _stand_in(letter: str, covered: frozenset[str]) -> str:
    """`°C` for the one-character sign of it, a space for an odd space; never for numbers (2⅓ would become 21/3)."""
    same = unicodedata.normalize("NFKC", letter)
    if unicodedata.category(letter)[0] not in "NC" and covered.issuperset(same):
        return same
    return f"[U+{ord(letter):04X}]"


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
