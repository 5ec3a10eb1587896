"""Letters as PDF: data in, the same bytes out every time. What people typed is only ever data, never source.

Typst sets the type; the templates stand in templates/letters. Nothing here knows a table, a session or a clock.
"""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mdo_portal.letters import letter_signs
from mdo_portal.zone import AMSTERDAM

if TYPE_CHECKING:
    from typst import Compiler

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
_PORTAL = Path(__file__).resolve().parents[1]
FOLDERS = (_PORTAL.parent / "templates" / "letters", _PORTAL / "_templates" / "letters")
# Only our own file names: what people typed may look like a place too.
_PLACE = re.compile(rf"\b((?:base|parts|{'|'.join(TITLES)})\.typ):(\d+)")


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


def without_a_glyph(data: Any) -> tuple[str, ...]:
    """The characters of this data that a letter says by their number, in the order in which they come."""
    return letter_signs.without_a_glyph(data, _press(find_folder("decision")).covered)


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
    return _Press(folder, letter_signs.of_fonts(sorted((folder / "fonts").glob("*.ttf"))))


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
        "title": letter_signs.printable(title, covered),
        "at": at.astimezone(AMSTERDAM).isoformat(timespec="minutes"),
        "data": json.dumps([letter_signs.printable_tree(letter, covered) for letter in letters], ensure_ascii=False),
    }
