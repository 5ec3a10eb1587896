"""Text that an engine escaped once more: a line end whose signs it doubled is one. What says that it is a sign (`\\E\\`) stays that sign: a path has
folders called so, and what we escape ourselves comes back as it was.
"""

from __future__ import annotations

import pytest

from integrations.hl7v2.text.marks import STANDARD


@pytest.mark.parametrize(
    ("sent", "meant"),
    [
        ("SBRT?\\\\.br\\\\Beloop: goed", "SBRT?\nBeloop: goed"),
        ("\\E\\\\E\\server\\E\\T\\E\\file", "\\\\server\\T\\file"),
        ("C:\\E\\R\\E\\file", "C:\\R\\file"),
        ("{\\E\\rtf1 \\E\\b Vraag\\E\\b0\\E\\par}", "{\\rtf1 \\b Vraag\\b0\\par}"),
    ],
)
def test_what_was_escaped_once_more_is_what_was_meant(sent: str, meant: str) -> None:
    assert STANDARD.unescaped(sent) == meant


@pytest.mark.parametrize("text", ["a\\.br\\b", "\\.br\\", "C:\\.br\\T\\E\\", "\\\\.br\\\\"])
def test_what_we_escape_comes_back_as_it_was_also_what_looks_like_a_line_end(text: str) -> None:
    assert STANDARD.unescaped(STANDARD.escaped(text)) == text
