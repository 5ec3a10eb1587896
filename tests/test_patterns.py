"""Patterns that read what others send look through it once, not anew from each of its letters: that takes the square of its length."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[1]
ANYWHERE = re.compile(r"[^^)A]\(\?=\.\*")
"""Looks ahead through a line, and begins neither where the line does (`^`, `\\A`) nor behind another one that does."""


def test_what_looks_ahead_through_a_line_begins_where_the_line_does() -> None:
    files = [path for room in ("mdo_portal", "integrations") for path in (ROOT / room).rglob("*.py")]
    texts = {path.relative_to(ROOT).as_posix(): path.read_text() for path in files}

    assert any("(?=.*" in text for text in texts.values()), "there is something to judge"
    assert [name for name, text in texts.items() if ANYWHERE.search(text)] == []
