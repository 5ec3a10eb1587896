"""Text that an engine escaped once more: its line ends are what was meant. Its signs stay as they came: a path has folders called so."""

from __future__ import annotations

import pytest

from integrations.hl7v2.text.marks import STANDARD


@pytest.mark.parametrize(
    ("sent", "meant"),
    [
        ("SBRT?\\E\\.br\\E\\Beloop: goed", "SBRT?\nBeloop: goed"),
        ("SBRT?\\\\.br\\\\Beloop: goed", "SBRT?\nBeloop: goed"),
        ("\\E\\\\E\\server\\E\\T\\E\\file", "\\\\server\\T\\file"),
        ("C:\\E\\R\\E\\file", "C:\\R\\file"),
        ("{\\E\\rtf1 \\E\\b Vraag\\E\\b0\\E\\par}", "{\\rtf1 \\b Vraag\\b0\\par}"),
    ],
)
def test_what_was_escaped_once_more_is_what_was_meant(sent: str, meant: str) -> None:
    assert STANDARD.unescaped(sent) == meant
